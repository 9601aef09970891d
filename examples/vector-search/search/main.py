from pathlib import Path

import faiss
import numpy as np
import onnxruntime
from fastapi import FastAPI, Query
from pydantic import BaseModel

from search.model import DIMENSIONS, features, model

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model(), options, providers=["CPUExecutionProvider"])
documents = Path(__file__).with_name("documents.txt").read_text().splitlines()
index = faiss.IndexFlatIP(DIMENSIONS)
app = FastAPI(title="vector-search")


class Match(BaseModel):
    text: str
    score: float


def embed(texts: list[str]) -> np.ndarray:
    return session.run(["vectors"], {"counts": features(texts)})[0]


index.add(embed(documents))


@app.get("/healthz")
def healthz() -> dict[str, int]:
    return {"documents": index.ntotal}


@app.get("/search")
def search(q: str = Query(min_length=1), k: int = Query(3, ge=1, le=10)) -> list[Match]:
    scores, rows = index.search(embed([q]), k)
    return [Match(text=documents[row], score=round(float(score), 3)) for score, row in zip(scores[0], rows[0])]
