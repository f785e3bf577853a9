"""The quarantine by API: list, download, replay, drop; mappings; decisions about held files."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory.imports import load_run
from inventory.models import FeedRun
from omnistore.staff.models import Role
from tests.api_client import V1, Api, is_problem
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.factories_promotions import create_staff_member
from tests.inventory.imports.files import NOW, at, levels, load, stock_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora() -> Api:
    return Api(create_staff_member(username="nora", role=Role.OPERATOR))


@pytest.fixture
def run() -> FeedRun:
    """Line 2 has a bad number, line 3 an unknown item."""
    create_store(store_code="0412")
    create_item(sku="OAT", gtin=gtin_for(1))
    lines = [("0412", gtin_for(1), "12 Stk", at(2)), ("0412", gtin_for(9), 4, at(2))]
    return load(stock_file(*lines), source=create_source(code="wms"))


def load_waiting() -> None:
    for run in FeedRun.objects.filter(state="RECEIVED"):
        load_run(run_id=run.pk, now=NOW)


def rejected(nora: Api, run: FeedRun, query: str = "") -> list[dict[str, Any]]:
    return list(nora.get(f"/feeds/runs/{run.pk}/rejected{query}").json()["results"])


def test_lines_are_listed_with_what_became_of_them(nora: Api, run: FeedRun) -> None:
    first, second = rejected(nora, run)
    assert (first["code"], first["field"], first["state"]) == ("not_a_number", "on_hand", "WAITING")
    assert (second["unknown_code"], second["replay"]) == (gtin_for(9), None)
    nora.post(f"/feeds/runs/{run.pk}/drop", {"lines": [{"id": first["id"]}]})
    assert [row["line_number"] for row in rejected(nora, run, "?state=WAITING")] == [3]
    assert [row["line_number"] for row in rejected(nora, run, "?code=not_a_number&state=DROPPED")] == [2]


def test_a_mended_line_goes_in_once(nora: Api, run: FeedRun) -> None:
    row = rejected(nora, run)[0]
    body = {"lines": [{"id": row["id"], "text": row["raw"].replace(" Stk", "")}]}
    first = nora.post(f"/feeds/runs/{run.pk}/replay", body)
    again = nora.post(f"/feeds/runs/{run.pk}/replay", body)
    assert (first.status_code, first.json()["lines"], first.json()["run"]["replay_of"]) == (202, 1, run.pk)
    assert (again.status_code, again.json()) == (200, {"lines": 0, "run": None, "told": []})
    load_waiting()
    assert levels() == {("0412", "OAT"): 12}
    assert nora.get(first.headers["Location"].removeprefix(V1)).json()["state"] == "LOADED"


def test_lines_of_one_cause_or_all(nora: Api, run: FeedRun) -> None:
    assert nora.post(f"/feeds/runs/{run.pk}/replay", {"code": "unknown_item"}).json()["lines"] == 1
    assert nora.post(f"/feeds/runs/{run.pk}/replay").json()["lines"] == 1


def test_what_cannot_be_sent_is_a_problem_and_changes_nothing(nora: Api, run: FeedRun) -> None:
    row = rejected(nora, run)[0]
    answer = nora.post(f"/feeds/runs/{run.pk}/replay", {"lines": [{"id": row["id"], "text": "a\nb"}]})
    assert is_problem(answer, 409)
    assert answer.json()["code"] == "bad_text"
    assert is_problem(nora.post(f"/feeds/runs/{run.pk}/replay", {"lines": [{"text": "x"}]}), 400)
    assert len(rejected(nora, run, "?state=WAITING")) == 2


def test_the_file_goes_out_and_comes_back(nora: Api, run: FeedRun) -> None:
    answer = nora.get(f"/feeds/runs/{run.pk}/rejected/file")
    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Disposition"].endswith('-rejected.csv"')
    kept = content[: content.rindex(b"0412")].replace(b",12 Stk,", b",12,")
    mended = SimpleUploadedFile("mended.csv", kept + b"0412,1,1,1,99,x\n")
    sent = nora.client.post(f"{V1}/feeds/runs/{run.pk}/replay", {"file": mended}, headers=nora.headers).json()
    assert (sent["lines"], sent["told"]) == (1, ["Line 99 is none of this file's rejected lines."])
    load_waiting()
    assert levels() == {("0412", "OAT"): 12}


def test_a_mapping_brings_the_waiting_lines_in(nora: Api, run: FeedRun) -> None:
    assert nora.get("/feeds/wms/unknown").json() == [{"kind": "ITEM", "code": gtin_for(9), "lines": 1}]
    sent = nora.post("/feeds/wms/mappings", {"kind": "ITEM", "code": gtin_for(9), "target": "OAT"}).json()
    assert (sent["lines"], len(sent["replays"]), sent["retried"]) == (1, 1, [])
    load_waiting()
    assert levels() == {("0412", "OAT"): 4}
    (mapping,) = nora.get("/feeds/wms/mappings").json()["results"]
    assert (mapping["kind"], mapping["code"], mapping["target"]) == ("ITEM", gtin_for(9), "OAT")
    address = f"/feeds/wms/mappings/{mapping['id']}"
    assert [nora.ask("DELETE", address, b"").status_code for _time in range(2)] == [204, 404]


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "ITEM", "code": "A", "target": "nothing"},
        {"kind": "STORE", "code": "A", "target": "OAT"},
        {"kind": "ODD", "code": "A", "target": "OAT"},
        {"kind": "ITEM", "code": "", "target": "OAT"},
        {"kind": "ITEM", "code": "A" * 129, "target": "OAT"},
        {"kind": "ITEM", "code": "A\0", "target": "OAT"},
    ],
)
def test_a_mapping_to_nothing_is_a_problem(nora: Api, run: FeedRun, said: dict[str, str]) -> None:
    assert is_problem(nora.post("/feeds/wms/mappings", said), 400)
    assert not run.source.mappings.exists()


def test_codes_that_became_known_go_in_on_demand(nora: Api, run: FeedRun) -> None:
    assert nora.post("/feeds/wms/unknown").json()["lines"] == 0
    create_item(sku="NEW", gtin=gtin_for(9))
    assert nora.post("/feeds/wms/unknown").json()["lines"] == 1


@pytest.mark.parametrize(
    ("decision", "status", "state"), [("release", 202, "RECEIVED"), ("refuse", 200, "REFUSED")]
)
def test_a_held_file_is_decided_about_once(
    nora: Api, run: FeedRun, decision: str, status: int, state: str
) -> None:
    FeedRun.objects.filter(pk=run.pk).update(
        state="HELD",
        finished_at=None,
        problem={"code": "drop_guard", "message": "Half is gone."},
        preview={"absent": 6},
    )
    (feed,) = nora.get("/feeds").json()
    assert (feed["held"][0]["preview"], feed["waiting_lines"]) == ({"absent": 6}, 2)
    first = nora.post(f"/feeds/runs/{run.pk}/{decision}")
    assert (first.status_code, first.json()["state"]) == (status, state)
    assert is_problem(nora.post(f"/feeds/runs/{run.pk}/{decision}"), 409)
