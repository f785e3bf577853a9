"""The operator's pages: feeds, runs, rejected lines, and who may."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory.models import FeedRun, FeedSource, RejectedRow
from inventory.selectors import feed_overview
from inventory.templatetags.feeds import duration, feed_look, sparkline
from inventory.views import neutral
from omnistore.staff.models import Role
from tests.factories_promotions import create_staff_member

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


@pytest.fixture
def night_shift(settings: LazySettings, tmp_path: Any) -> Client:
    """The operator's browser; files that it sends land in the test's own folder."""
    settings.MEDIA_ROOT = str(tmp_path)
    client = Client()
    client.force_login(create_staff_member(username="nora", role=Role.OPERATOR))
    return client


def create_source(**fields: Any) -> FeedSource:
    return FeedSource.objects.create(**{"code": "wms", "name": "Warehouse", "kind": "STOCK"} | fields)


def create_run(source: FeedSource, *, state: str = "LOADED", at: datetime = NOW, **fields: Any) -> FeedRun:
    """A run with five applied lines unless told otherwise."""
    is_over = state not in ("RECEIVED", "LOADING")
    rows = {"rows_received": 5, "rows_applied": 5} if state == "LOADED" else {}
    return FeedRun.objects.create(
        source=source,
        **{
            "sha256": f"{FeedRun.objects.count():064}",
            "file_name": "stock.csv",
            "size": 200,
            "state": state,
            "received_at": at,
            "started_at": at if state != "RECEIVED" else None,
            "finished_at": at if is_over else None,
            "lease_until": at + timedelta(minutes=1) if state == "LOADING" else None,
        }
        | rows
        | fields,
    )


def create_rejects(source: FeedSource, raws: list[str]) -> FeedRun:
    """A run that rejected the given lines, from line 2 on."""
    run = create_run(source, state="LOADED_WITH_REJECTS", rows_received=len(raws), rows_rejected=len(raws))
    RejectedRow.objects.bulk_create(
        RejectedRow(
            run=run, line_number=number, code="bad_number", message=f"Line {number} is wrong.", raw=raw
        )
        for number, raw in enumerate(raws, start=2)
    )
    return run


def test_the_page_says_how_each_source_is_doing(night_shift: Client) -> None:
    now = timezone.now()
    create_run(create_source(), at=now)
    refused = create_source(code="pos", name="Tills", kind="SALES")
    create_run(refused, state="REFUSED", at=now, problem={"code": "empty", "message": "The file is empty."})
    create_source(code="new", name="New one")
    page = night_shift.get(reverse("feed-list")).content.decode()
    for sentence in (
        "On time, nothing rejected.",
        "stock.csv was refused: The file is empty.",
        "Nothing has arrived yet.",
    ):
        assert sentence in page


def test_a_late_source_says_by_how_much() -> None:
    create_run(create_source(expected_every=timedelta(hours=24)), at=NOW - timedelta(hours=27, minutes=20))
    (status,) = feed_overview(now=NOW)
    assert feed_look(status).text == "3 h 20 min late: a file is expected every 1 d."


def test_a_running_import_shows_its_rows_and_share(night_shift: Client) -> None:
    source = create_source()
    create_run(source, state="LOADING", progress_rows=1234, progress_bytes=150)
    page = night_shift.get(reverse("feed-status", args=["wms"])).content.decode()
    assert "1,234 rows, 75 % of the file" in page
    assert 'data-tick="1"' in page


def test_the_chart_has_one_bar_a_run_and_red_for_what_failed() -> None:
    source = create_source()
    runs = [create_run(source), create_run(source, state="FAILED"), create_rejects(source, ["a", "b"])]
    chart = sparkline(runs)
    assert [(bar.height, bar.rejected_height) for bar in chart["bars"]] == [(36, 0), (0, 36), (0, 14)]
    assert chart["bad"] == 1


def test_a_file_handed_in_becomes_a_run_and_the_same_file_the_same_run(night_shift: Client) -> None:
    create_source()
    address = reverse("feed-upload", args=["wms"])
    first = night_shift.post(address, {"file": SimpleUploadedFile("night.csv", b"store,sku,qty\n")})
    again = night_shift.post(
        address, {"file": SimpleUploadedFile("other-name.csv", b"store,sku,qty\n")}, follow=True
    )
    run = FeedRun.objects.get()
    assert first.headers["Location"] == reverse("feed-run", args=[run.pk])
    assert (run.file_name, run.size) == ("night.csv", 14)
    assert "This very file arrived before" in again.content.decode()


def test_sending_nothing_is_said_not_crashed(night_shift: Client) -> None:
    create_source()
    page = night_shift.post(reverse("feed-upload", args=["wms"]), follow=True).content.decode()
    assert "Choose a file first." in page


def test_the_run_page_groups_rejected_lines_by_cause(night_shift: Client) -> None:
    run = create_rejects(create_source(), [f"raw {n}" for n in range(120)])
    answer = night_shift.get(reverse("feed-run", args=[run.pk]))
    (group,) = answer.context["groups"]
    assert (group.code, group.lines, [row.line_number for row in group.examples]) == (
        "bad_number",
        120,
        [2, 3, 4],
    )
    assert "A number cannot be read" in answer.content.decode()
    assert len(answer.context["page"].object_list) == 100
    assert (
        len(night_shift.get(reverse("feed-run", args=[run.pk]), {"page": 2}).context["page"].object_list)
        == 20
    )


def test_the_download_holds_every_rejected_line_as_it_came(night_shift: Client) -> None:
    raws = ['0412,"Milk, whole",x', "Käse;1", "=cmd()", "-5", "line\ttab"]
    run = create_rejects(create_source(), raws)
    answer = night_shift.get(reverse("feed-run-rejected", args=[run.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["line", "code", "reason", "raw"]
    assert [row[0] for row in rows[1:]] == ["2", "3", "4", "5", "6"]
    assert [row[3] for row in rows[1:]] == [raws[0], raws[1], "'=cmd()", "-5", raws[4]]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "\rx", "-1-1", "+1,2,3"])
def test_a_formula_is_made_plain_text(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-5.25", "-5,25", "plain", "", "a=b"])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert neutral(text) == text


def test_a_failed_run_is_tried_again_once(night_shift: Client) -> None:
    run = create_run(create_source(), state="FAILED", file="feeds/x")
    retry = reverse("feed-run-retry", args=[run.pk])
    assert "Try again" in night_shift.get(reverse("feed-run", args=[run.pk])).content.decode()
    night_shift.post(retry)
    run.refresh_from_db()
    assert run.state == "RECEIVED"
    assert "Only a failed or refused file" in night_shift.post(retry, follow=True).content.decode()


def test_a_finished_run_tells_the_page_to_load_again(night_shift: Client) -> None:
    source = create_source()
    running, over = create_run(source, state="LOADING"), create_run(source)
    assert "HX-Refresh" not in night_shift.get(reverse("feed-run-progress", args=[running.pk])).headers
    assert night_shift.get(reverse("feed-run-progress", args=[over.pk])).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (200, "3 h 20 min"), (3120, "2 d 4 h")]
)
def test_durations_in_two_units(minutes: int, words: str) -> None:
    assert duration(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.MERCHANDISER])
def test_others_get_the_403_page_everywhere(role: Role, client: Client) -> None:
    run = create_run(create_source(), state="FAILED", file="feeds/x")
    client.force_login(create_staff_member(role=role))
    runs = ["feed-run", "feed-run-progress", "feed-run-retry", "feed-run-rejected"]
    addresses = [reverse(name, args=[run.pk]) for name in runs]
    addresses += [reverse(name, args=["wms"]) for name in ("feed-status", "feed-upload")] + [
        reverse("feed-list")
    ]
    assert {client.get(address).status_code for address in addresses} <= {403, 405}
    assert {client.post(address).status_code for address in addresses} <= {403, 405}
    run.refresh_from_db()
    assert run.state == "FAILED"
