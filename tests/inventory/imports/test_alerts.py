"""What somebody should hear of is noticed, told once, and over when it is over."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from inventory.imports.alerts import review_sources, tell_alerts
from inventory.models import FeedAlert, FeedRun, FeedSource
from inventory.selectors import open_alerts
from tests.factories import create_source
from tests.inventory.imports.files import NOW
from tests.inventory.imports.transports.servers import Site, policy_for, web_server

pytestmark = pytest.mark.django_db


def create_run(source: FeedSource, *, hours: float = 1, **fields: Any) -> FeedRun:
    """A file that came so many hours before NOW and loaded well."""
    received = NOW - timedelta(hours=hours)
    good = {"state": "LOADED", "rows_received": 1, "rows_applied": 1, "finished_at": received}
    name = f"{source.runs.count() + 1}.csv"
    return FeedRun.objects.create(
        source=source, sha256=name, file_name=name, size=1, received_at=received, **good | fields
    )


EMPTY: dict[str, Any] = {"rows_received": 0, "rows_applied": 0}
REFUSED = EMPTY | {"state": "REFUSED", "problem": {"code": "unknown_header", "message": "No column gtin."}}
HELD = EMPTY | {"state": "HELD", "finished_at": None, "problem": {"code": "drop", "message": "Too few rows."}}


def review(*, hours: float = 0) -> list[tuple[str, str]]:
    """Kind and sentence of what is open after looking, so many hours after NOW."""
    review_sources(now=NOW + timedelta(hours=hours))
    return [(alert.kind, alert.message) for alert in open_alerts()]


def test_a_file_that_does_not_come() -> None:
    source = create_source(expected_every=timedelta(hours=24))
    create_run(source, hours=23)
    create_source()  # one that never sent anything is not late: nobody knows since when
    assert review() == []
    told = "No file has been loaded since 2024-05-21 13:00 UTC; one is expected every 24 h."
    assert review(hours=2) == [("LATE", told)]
    assert review(hours=3) == [("LATE", told)]
    assert FeedAlert.objects.count() == 1
    create_run(source)
    assert review(hours=3) == []
    assert FeedAlert.objects.get().closed_at == NOW + timedelta(hours=3)
    assert review(hours=30) == [("LATE", told.replace("21 13:00", "22 11:00"))]


def test_nobody_waits_for_a_source_that_is_off() -> None:
    create_run(create_source(enabled=False, pull_problem={"message": "away"}), hours=100)
    assert review() == []


@pytest.mark.parametrize("fields", [EMPTY, REFUSED | {"problem": {"code": "no_rows", "message": "No rows."}}])
def test_an_empty_file(fields: dict[str, Any]) -> None:
    source = create_source()
    create_run(source, hours=5)
    create_run(source, hours=4, **fields)
    assert review() == [("EMPTY", "2.csv holds no rows.")]
    create_run(source, hours=3)
    assert review() == []


def test_a_held_file_waits_for_a_person() -> None:
    source = create_source()
    run = create_run(source, **HELD)
    assert review() == [("HELD", "1.csv waits for a decision: Too few rows.")]
    assert open_alerts()[0].run == run
    FeedRun.objects.update(state="REFUSED", finished_at=NOW)
    assert [kind for kind, _message in review()] == ["FAILED"]


def test_a_failed_stock_file_is_over_with_the_next_good_one() -> None:
    source = create_source()
    create_run(source, hours=4, **REFUSED)
    assert review() == [("FAILED", "1.csv was not loaded: No column gtin.")]
    create_run(source, hours=5)  # an older one that was retried
    assert len(review()) == 1
    create_run(source, hours=3, **REFUSED)
    assert review() == [("FAILED", "3.csv was not loaded: No column gtin.")]
    assert FeedAlert.objects.count() == 1
    create_run(source, hours=2)
    assert review() == []


def test_a_failed_sales_file_is_a_gap_until_it_is_loaded_itself() -> None:
    source = create_source(kind="SALES")
    failed = create_run(source, hours=4, **REFUSED)
    create_run(source, hours=3, **EMPTY)
    create_run(source, hours=2)
    assert review() == [("FAILED", "1.csv was not loaded: No column gtin.")]
    FeedRun.objects.filter(pk=failed.pk).update(state="LOADED", rows_received=1, rows_applied=1)
    assert review() == []


def test_a_server_out_of_reach() -> None:
    create_source(pull_problem={"code": "unreachable", "message": "sftp.test:22 does not answer."})
    assert review() == [("UNREACHABLE", "sftp.test:22 does not answer.")]
    FeedSource.objects.update(pull_problem={})
    assert review() == []


def test_looking_takes_the_same_few_queries_however_many_sources() -> None:
    numbers = []
    for _round in range(3):
        create_run(create_source(), hours=100, **REFUSED)
        FeedAlert.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            review_sources(now=NOW)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] == numbers[2] < 15
    assert FeedAlert.objects.count() == 3


# Telling.


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as site:
        yield site


def create_alert(**fields: Any) -> FeedAlert:
    source = create_source(code="wms", name="Depot\nWest", **fields)
    return FeedAlert.objects.create(source=source, kind="LATE", message="No file.", opened_at=NOW)


def tell(site: Site, *, seconds: float = 0) -> FeedAlert:
    tell_alerts(now=NOW + timedelta(seconds=seconds), policy=policy_for(("hooks.test", site.port)))
    return FeedAlert.objects.get()


def hook(site: Site) -> str:
    return f"http://hooks.test:{site.port}/alert"


def test_it_is_told_once_by_mail_and_webhook(site: Site) -> None:
    create_alert(alert_email="ops@example.com", alert_webhook=hook(site))
    alert = tell(site)
    tell(site)
    assert (alert.told_at is not None, alert.telling_problem, alert.telling_until) == (True, "", None)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["ops@example.com"], "Depot West: late")
    assert letter.body.startswith("No file.\n")
    [(method, path, headers, body)] = site.asked
    assert (method, path, headers["Content-Type"]) == ("POST", "/alert", "application/json")
    assert body == (
        b'{"source":"wms","kind":"LATE","message":"No file.","opened_at":"2024-05-22T12:00:00+00:00"}'
    )


def test_nobody_to_tell_is_told(site: Site) -> None:
    create_alert()
    assert tell(site).told_at is not None
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [((500, {}), "answered 500"), ((302, {"Location": "http://169.254.169.254/"}), "answered 302")],
)
def test_a_webhook_that_fails_is_called_again_and_the_mail_is_not(
    site: Site, answer: tuple[int, dict[str, str]], told: str
) -> None:
    create_alert(alert_email="ops@example.com", alert_webhook=hook(site))
    site.instead = answer
    alert = tell(site)
    assert alert.told_at is None
    assert told in alert.telling_problem
    site.instead = None
    alert = tell(site, seconds=30)
    assert (alert.told_at is not None, alert.telling_problem) == (True, "")
    assert (len(mail.outbox), len(site.asked)) == (1, 2)


def test_a_webhook_that_leads_inside_is_not_called(site: Site) -> None:
    create_alert(alert_webhook="https://169.254.169.254/latest/")
    assert "not among the servers" in tell(site).telling_problem


def test_a_mail_server_that_is_away(site: Site, settings: Settings) -> None:
    create_alert(alert_email="ops@example.com", alert_webhook=hook(site))
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1,
    )  # fmt: skip
    alert = tell(site)
    assert alert.told_at is None
    assert "ops@example.com could not be sent" in alert.telling_problem
    assert len(site.asked) == 1


def test_two_workers_tell_once() -> None:
    alert = create_alert()
    until = NOW + timedelta(minutes=1)
    assert alert.claim_telling(until=until, now=NOW)
    assert not FeedAlert.objects.get().claim_telling(until=until, now=NOW)
    # The first one died: after its minute it is somebody else's.
    assert FeedAlert.objects.get().claim_telling(until=until, now=NOW + timedelta(minutes=2))


def test_what_is_over_is_not_told(site: Site) -> None:
    create_alert(alert_email="ops@example.com")
    FeedAlert.objects.update(closed_at=NOW)
    assert tell(site).told_at is None
    assert mail.outbox == []


def test_who_looks_at_the_same_moment_opens_nothing_twice() -> None:
    source = create_source(pull_problem={"message": "away"})
    review_sources(now=NOW)
    again = FeedAlert(source=source, kind="UNREACHABLE", message="away", opened_at=NOW)
    FeedAlert.objects.bulk_create([again], ignore_conflicts=True)
    assert FeedAlert.objects.count() == 1
    with pytest.raises(IntegrityError, match="inventory_alert_open_once"), transaction.atomic():
        FeedAlert.objects.create(source=source, kind="UNREACHABLE", message="away", opened_at=NOW)
