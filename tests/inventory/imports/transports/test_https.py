"""A file at an address: taken when it is new, gone on with when cut off, and never fetched from somewhere else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from inventory.imports.transports.visits import landing_folder
from inventory.models import FeedRun, FeedSource
from tests.factories import create_source
from tests.inventory.imports.transports.servers import (
    Site,
    certificate_for,
    contents,
    policy_for,
    pull,
    web_server,
)

pytestmark = pytest.mark.django_db
BIG = bytes(range(256)) * 4096


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server() as site:
        yield site


def source_of(site: Site, path: str = "/out/stock.csv", **more: Any) -> FeedSource:
    return create_source(transport={"kind": "https", "url": f"http://files.test:{site.port}{path}"} | more)


def fetch(source: FeedSource, site: Site) -> list[tuple[str, bool]]:
    return pull(source, policy_for(("files.test", site.port)))


def test_a_file_is_fetched_when_it_has_changed(site: Site) -> None:
    site.files["/out/stock.csv"] = b"monday"
    source = source_of(site, "/out/stock.csv?key=1")
    assert fetch(source, site) == [("stock.csv", True)]
    assert fetch(source, site) == []
    site.files["/out/stock.csv"] = b"tuesday"
    assert fetch(source, site) == [("stock.csv", True)]
    assert contents() == {"stock.csv": b"tuesday"}  # of two runs of one name the later
    assert source.pull_problem == {}
    assert site.asked[0][2]["Host"] == f"files.test:{site.port}"
    assert "If-None-Match" not in site.asked[0][2]


def test_a_server_without_versions_is_read_again_and_counts_once(site: Site) -> None:
    site.files["/out/stock.csv"], site.tells_version, site.tells_length = b"monday", False, False
    source = source_of(site)
    assert fetch(source, site) == [("stock.csv", True)]
    assert fetch(source, site) == [("stock.csv", False)]


@pytest.mark.parametrize(
    ("said", "as_of"),
    [("Fri, 01 May 2026 02:10:00 GMT", datetime(2026, 5, 1, 2, 10, tzinfo=UTC)), ("yesterday", None)],
)
def test_the_file_is_as_old_as_the_server_says(site: Site, said: str, as_of: datetime | None) -> None:
    site.files["/out/stock.csv"], site.modified = b"monday", said
    source = source_of(site)
    source.profile = {"as_of": "modified"}
    source.save()
    fetch(source, site)
    assert FeedRun.objects.get().file_as_of == as_of


def test_a_cut_download_goes_on_where_it_broke_off(site: Site) -> None:
    site.files["/out/stock.csv"] = BIG
    site.cuts = [100_000, 200_000]
    source = source_of(site)
    assert fetch(source, site) == [("stock.csv", True)]
    assert contents() == {"stock.csv": BIG}
    assert [headers.get("Range") for _m, _p, headers, _b in site.asked] == [
        None, "bytes=100000-", "bytes=300000-",
    ]  # fmt: skip


def test_it_goes_on_at_the_next_pull_too(site: Site) -> None:
    site.files["/out/stock.csv"] = BIG
    site.cuts = [1000] * 5
    source = source_of(site)
    assert fetch(source, site) == []
    assert source.pull_problem["code"] == "cut_off"
    assert "5,000 bytes" in source.pull_problem["message"]
    assert fetch(source, site) == [("stock.csv", True)]
    assert (contents(), source.pull_problem) == ({"stock.csv": BIG}, {})
    assert site.asked[-1][2]["Range"] == "bytes=5000-"


def test_another_version_starts_anew(site: Site) -> None:
    site.files["/out/stock.csv"] = BIG
    site.cuts = [1000] * 5
    source = source_of(site)
    fetch(source, site)
    site.files["/out/stock.csv"] = other = BIG[::-1]
    assert fetch(source, site) == [("stock.csv", True)]
    assert contents() == {"stock.csv": other}


def test_without_a_version_nothing_is_glued_together(site: Site) -> None:
    site.files["/out/stock.csv"], site.tells_version, site.cuts = BIG, False, [1000]
    assert fetch(source_of(site), site) == [("stock.csv", True)]
    assert contents() == {"stock.csv": BIG}


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_file_too_large_is_not_kept(site: Site, settings: Settings, tells_length: bool) -> None:
    settings.FEED_MAX_BYTES = 1000
    site.files["/out/stock.csv"], site.tells_length = BIG, tells_length
    source = source_of(site)
    assert fetch(source, site) == []
    assert source.pull_problem["code"] == "too_large"
    assert "1,000 bytes" in source.pull_problem["message"]
    assert list(landing_folder().iterdir()) == []


@pytest.mark.parametrize(
    "place", ["http://169.254.169.254/latest/meta-data/", "/elsewhere", "https://evil.test/"]
)
def test_a_redirect_is_not_followed(site: Site, place: str) -> None:
    site.instead = (302, {"Location": place})
    source = source_of(site)
    assert fetch(source, site) == []
    assert source.pull_problem["code"] == "unexpected_answer"
    assert "redirects are not followed" in source.pull_problem["message"]
    assert len(site.asked) == 1


def test_an_answer_of_the_name_service_that_changes_changes_nothing(site: Site) -> None:
    site.files["/out/stock.csv"], site.cuts = BIG, [1000, 1000]
    answers = [["127.0.0.1"], ["169.254.169.254"], ["169.254.169.254"]]
    policy = replace(policy_for(("files.test", site.port)), resolve=lambda _host, _port: answers.pop(0))
    assert pull(source_of(site), policy) == [("stock.csv", True)]
    assert len(site.asked) == 3  # three connections, one question
    assert len(answers) == 2
    source = source_of(site)
    assert pull(source, policy) == []
    assert source.pull_problem["code"] == "address_refused"
    assert "169.254.169.254" in source.pull_problem["message"]


@pytest.mark.parametrize(
    ("status", "told"),
    [(404, "answered 404 Not Found"), (500, "answered 500"), (206, "answered 206"), (416, "416")],
)
def test_an_answer_that_is_no_file(site: Site, status: int, told: str) -> None:
    site.instead = (status, {})
    source = source_of(site, "/out/stock.csv?token=geheim")
    assert fetch(source, site) == []
    assert source.pull_problem["code"] == "unexpected_answer"
    assert told in source.pull_problem["message"]
    assert "geheim" not in source.pull_problem["message"]


def test_a_server_that_never_comes_to_an_end(site: Site) -> None:
    site.files["/out/stock.csv"], site.drips, site.tells_length = b"x", True, False
    source = source_of(site, time_limit=1)
    assert fetch(source, site) == []
    assert source.pull_problem["code"] == "time_limit"


def test_a_server_that_is_not_there(site: Site) -> None:
    source = create_source(transport={"kind": "https", "url": "http://files.test:1/a.csv"})
    assert pull(source, policy_for(("files.test", 1))) == []
    assert source.pull_problem["code"] == "unreachable"


def test_a_secret_comes_from_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.files["/out/stock.csv"] = b"x"
    source = source_of(site, header_env={"Authorization": "WMS_TOKEN"})
    assert fetch(source, site) == []
    assert source.pull_problem == {
        "code": "secret_missing", "message": "The environment variable WMS_TOKEN is not set on this machine.",
    }  # fmt: skip
    assert site.asked == []
    monkeypatch.setenv("WMS_TOKEN", "Bearer geheim")
    assert fetch(source, site) == [("stock.csv", True)]
    assert site.asked[0][2]["Authorization"] == "Bearer geheim"


def test_the_certificate_is_that_of_the_name(tmp_path: Path) -> None:
    """The connection goes to an address; who is there must prove to be the declared name."""
    tls, trusted = certificate_for("files.test", tmp_path)
    with web_server(tls) as site:
        site.files["/a.csv"] = b"x"
        wanted = {"kind": "https", "url": f"https://files.test:{site.port}/a.csv"}
        good = create_source(transport=wanted | {"ca_file": str(trusted)})
        assert fetch(good, site) == [("a.csv", True)]
        stranger = create_source(transport=wanted)
        assert fetch(stranger, site) == []
        assert "CERTIFICATE_VERIFY_FAILED" in stranger.pull_problem["message"]
        url = wanted["url"].replace("files.test", "other.test")
        other = create_source(transport={"kind": "https", "url": url, "ca_file": str(trusted)})
        assert pull(other, policy_for(("other.test", site.port))) == []
        assert "other.test" in other.pull_problem["message"]
        assert len(site.asked) == 1


def test_without_an_allowed_host_nothing_is_pulled(site: Site, settings: Settings) -> None:
    settings.FEED_ALLOWED_HOSTS, settings.FEED_ALLOW_PLAIN_HTTP = [], True
    source = create_source(transport={"kind": "https", "url": f"http://127.0.0.1:{site.port}/a"})
    assert pull(source) == []
    assert source.pull_problem["code"] == "host_not_allowed"
    settings.FEED_ALLOWED_HOSTS = [f"127.0.0.1:{site.port}"]
    pull(source)
    assert source.pull_problem["code"] == "address_refused"
    settings.FEED_ALLOWED_PRIVATE = ["127.0.0.0/8"]
    pull(source)
    assert source.pull_problem["code"] == "unexpected_answer"
