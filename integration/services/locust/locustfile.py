"""Asks the host with both of Locust's clients."""

from locust import FastHttpUser, HttpUser, constant, task


class Reader(HttpUser):
    wait_time = constant(0.2)

    @task
    def front(self):
        self.client.get("/", name="front")


class FastReader(FastHttpUser):
    wait_time = constant(0.2)

    @task
    def list(self):
        self.client.get("/tasks", name="tasks")
