"""Tells what files are, reads sounds and writes documents, by three libraries.

python-magic loads libmagic by ctypes, soundfile its own libsndfile by cffi, and
WeasyPrint loads Pango of the system.
"""

import io

import magic
import soundfile
import weasyprint
from flask import Flask, Response, render_template_string, request

app = Flask(__name__)


@app.get("/healthz")
def healthz():
    return "ok"


@app.post("/kind")
def kind():
    data = request.get_data()
    return {"mime": magic.from_buffer(data, mime=True), "text": magic.from_buffer(data)}


@app.post("/sound")
def sound():
    """Writes a sound in the format that is asked for, and reads it again."""
    samples, rate = soundfile.read(io.BytesIO(request.get_data()))
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format=request.args["format"])
    out.seek(0)
    info = soundfile.info(out)
    return {"rate": info.samplerate, "frames": info.frames, "format": info.format, "library": bool(soundfile.__libsndfile_version__)}


@app.get("/document")
def document():
    html = render_template_string(
        "<html lang=de><style>p {hyphens: auto; width: 3cm; font-family: {{ font }}}</style><h1>{{ title }}</h1><p>Donaudampfschifffahrt</p></html>",
        title="Brief",
        font=request.args.get("font", "sans-serif"),
    )
    return Response(weasyprint.HTML(string=html).write_pdf(), mimetype="application/pdf")
