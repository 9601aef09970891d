import logging

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from orders.settings import Settings

settings = Settings()
logging.basicConfig(level=settings.log_level.upper())
app = FastAPI(title="orders")
orders: dict[int, "Order"] = {}


class Order(BaseModel):
    item: str = Field(min_length=1)
    amount: int = Field(gt=0)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/orders", status_code=201)
def create(order: Order) -> dict[str, int]:
    number = len(orders) + 1
    orders[number] = order
    return {"number": number}


@app.get("/orders/{number}")
def read(number: int) -> Order:
    if number not in orders:
        raise HTTPException(404, "no such order")
    return orders[number]


@app.get("/stock/{item}")
async def stock(item: str) -> dict:
    async with httpx.AsyncClient(base_url=settings.stock_url) as client:
        answer = await client.get(f"/{item}")
        return answer.raise_for_status().json()
