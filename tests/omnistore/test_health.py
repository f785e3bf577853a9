"""Whoever watches the server asks without a name and is told the truth."""

import pytest
from django.test import Client
from pytest_django import Settings

from omnistore.demo.stack import free_port


def test_alive_asks_nothing_else(client: Client) -> None:
    """No database mark: a query would fail this test."""
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready_with_everything(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "valkey": True})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_without_valkey(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "valkey": False})
