from fastapi.testclient import TestClient

from orders.main import app

client = TestClient(app)


def test_an_order_is_read_back():
    number = client.post("/orders", json={"item": "rope", "amount": 2}).json()["number"]
    assert client.get(f"/orders/{number}").json() == {"item": "rope", "amount": 2}


def test_an_order_of_nothing_is_refused():
    assert client.post("/orders", json={"item": "rope", "amount": 0}).status_code == 422


def test_health():
    assert client.get("/healthz").json() == {"status": "ok"}
