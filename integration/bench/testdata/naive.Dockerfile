# What many begin with: one stage, everything is copied, then pip.
ARG PYTHON
FROM docker.io/library/python:${PYTHON}
ARG INDEX
ENV PIP_INDEX_URL=${INDEX}
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
ENTRYPOINT ["uvicorn"]
