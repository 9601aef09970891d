from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """What the environment says; see `env` in keelback.yaml."""

    log_level: str = "info"
    stock_url: str = "http://stock.example.com"
