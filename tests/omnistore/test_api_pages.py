"""The schema of the API and the page that shows it."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.access import api_routes

pytestmark = pytest.mark.django_db


def the_schema() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def test_the_schema_is_valid_and_complete() -> None:
    schema = the_schema()
    validate_schema(schema)  # type: ignore[no-untyped-call]
    routes = {route.name: route.path for route in api_routes() if route.path.startswith("/api/v1/")}
    assert set(schema["paths"]) == {re.sub(r"<\w+:(\w+)>", r"{\1}", path) for path in routes.values()}


def test_the_schema_generator_has_nothing_to_complain_of(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn")
    assert "operationId: verdict" in capsys.readouterr().out


def test_every_operation_says_what_it_does_and_what_it_gives() -> None:
    for path, operations in the_schema()["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"
            assert any(status.startswith("2") for status in operation["responses"]), f"{method} {path}"


def test_anybody_may_read_the_schema_and_its_page(client: Client) -> None:
    assert "openapi: 3" in client.get("/api/schema").content.decode()
    page = client.get("/api/docs/")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert (page.status_code, policy["style-src"]) == (200, "'self' 'unsafe-inline'")
    assert "script-src" not in policy  # the default: only ours
    assert "<script>" not in page.content.decode()
    assert client.get("/api/docs?script=").headers["Content-Type"] == "application/javascript"
    assert reverse("api-schema") == "/api/schema"
