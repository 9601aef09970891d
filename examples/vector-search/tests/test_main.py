from fastapi.testclient import TestClient

from search.main import app
from search.model import model

client = TestClient(app)


def test_the_nearest_text_comes_first():
    matches = client.get("/search", params={"q": "joining ropes of two thicknesses"}).json()
    assert matches[0]["text"] == "A sheet bend joins two ropes of different thickness."
    assert [m["score"] for m in matches] == sorted((m["score"] for m in matches), reverse=True)


def test_a_document_finds_itself():
    text = "A nautical mile is a minute of latitude."
    assert client.get("/search", params={"q": text, "k": 1}).json() == [{"text": text, "score": 1.0}]


def test_an_empty_question_is_refused():
    assert client.get("/search", params={"q": ""}).status_code == 422


def test_health():
    assert client.get("/healthz").json() == {"documents": 16}


def test_the_model_is_the_same_each_time():
    assert model() == model()
