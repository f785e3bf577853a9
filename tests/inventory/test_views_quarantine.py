"""The operator's pages of the quarantine: held files, rejected lines, mappings; with htmx and without JavaScript."""

import html
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from inventory.imports import load_run
from inventory.models import FeedRun, FeedSource, Item, RejectedRow, Store
from omnistore.staff.models import Role, StaffMember
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.factories_promotions import create_staff_member
from tests.inventory.imports.files import NOW, at, levels, load, stock_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora() -> StaffMember:
    return create_staff_member(username="nora", role=Role.OPERATOR)


@pytest.fixture
def night_shift(nora: StaffMember, client: Client) -> Client:
    client.force_login(nora)
    return client


@pytest.fixture
def source() -> FeedSource:
    return create_source(code="wms")


@pytest.fixture
def store() -> Store:
    return create_store(store_code="0412", name="Elm Street")


@pytest.fixture
def oat(store: Store) -> Item:
    return create_item(sku="OAT", title="Oat Drink", gtin=gtin_for(1))


@pytest.fixture
def run(source: FeedSource, oat: Item) -> FeedRun:
    """Line 2 has a bad number, lines 3 and 4 an unknown item and store."""
    return load(
        stock_file(
            ("0412", gtin_for(1), "12 Stk", at(2)),
            ("0412", gtin_for(9), 4, at(2)),
            ("0413", gtin_for(1), 5, at(2)),
        ),
        source=source,
    )


def row_of(run: FeedRun, line: int) -> RejectedRow:
    return run.rejected_rows.get(line_number=line)


def load_waiting() -> None:
    """What the rung worker does."""
    for run in FeedRun.objects.filter(state="RECEIVED"):
        load_run(run_id=run.pk, now=NOW)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_line_is_mended_in_the_page(night_shift: Client, run: FeedRun, htmx: bool) -> None:
    row = row_of(run, 2)
    page = night_shift.get(reverse("feed-run", args=[run.pk])).content.decode()
    line = f"0412,{gtin_for(1)},12 Stk,{at(2)}"
    assert f'value="{line}"' in page
    headers = {"HX-Request": "true"} if htmx else {}
    answer = night_shift.post(
        reverse("feed-row-replay", args=[row.pk]), {"text": line.replace(" Stk", "")}, headers=headers
    )
    if htmx:
        assert f'id="row-{row.pk}"' in answer.content.decode()
        assert "Waiting" in answer.content.decode()
    else:
        assert answer.headers["Location"] == reverse("feed-run", args=[run.pk])
    load_waiting()
    assert levels() == {("0412", "OAT"): 12}
    assert "Loaded" in night_shift.get(reverse("feed-row", args=[row.pk])).content.decode()


def test_a_line_mended_wrongly_says_why_in_its_place(night_shift: Client, run: FeedRun) -> None:
    row = row_of(run, 2)
    night_shift.post(reverse("feed-row-replay", args=[row.pk]), {"text": row.raw + ",one,too,many"})
    load_waiting()
    row.refresh_from_db()
    again = row.replay.rejected_rows.get()  # type: ignore[union-attr]
    piece = html.unescape(night_shift.get(reverse("feed-row", args=[row.pk])).content.decode())
    assert f"Not used either: {again.message.removeprefix('Line 2: ')}" in piece


def test_a_line_that_cannot_be_sent_keeps_what_was_typed(night_shift: Client, run: FeedRun) -> None:
    row = row_of(run, 2)
    answer = night_shift.post(
        reverse("feed-row-replay", args=[row.pk]), {"text": " "}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "Line 2 is empty; give it up if it should not count." in answer
    assert 'aria-invalid="true"' in answer
    assert row_of(run, 2).state == "WAITING"


def test_the_fields_of_a_fact_are_mended_one_by_one(night_shift: Client, run: FeedRun) -> None:
    FeedRun.objects.filter(pk=run.pk).update(keeps_raw=False)
    fact = {"fact": "count", "items": [{"scheme": "GTIN", "code": "4"}], "quantity": "7.50", "line": 3}
    run.rejected_rows.filter(line_number=2).update(record=fact)
    row = row_of(run, 2)
    page = night_shift.get(reverse("feed-run", args=[run.pk])).content.decode()
    assert 'name="field.items.0.code" value="4"' in page
    night_shift.post(
        reverse("feed-row-replay", args=[row.pk]),
        {"field.items.0.code": "5", "field.quantity": "7.50", "field.line": "4"},
    )
    again = FeedRun.objects.get(replay_of=run)
    with again.file.open("rb") as content:
        assert content.read() == (
            b'{"fact": "count", "line": 4, "items": [{"code": "5", "scheme": "GTIN"}], "quantity": "7.50"}\n'
        )


def test_a_cause_is_sent_in_again_and_pressing_twice_says_so(night_shift: Client, run: FeedRun) -> None:
    create_item(sku="NEW", gtin=gtin_for(9))
    address = reverse("feed-run-replay", args=[run.pk])
    first = night_shift.post(address, {"code": "unknown_item"})
    again = FeedRun.objects.get(replay_of=run)
    assert first.headers["Location"] == reverse("feed-run", args=[again.pk])
    second = night_shift.post(address, {"code": "unknown_item"}, follow=True).content.decode()
    assert "None of these lines waits any more." in second
    load_waiting()
    assert levels() == {("0412", "NEW"): 4}
    assert [row.line_number for row in run.rejected_rows.filter(state="WAITING")] == [2, 4]


@pytest.mark.parametrize("htmx", [True, False])
def test_a_line_is_given_up_with_a_name(night_shift: Client, run: FeedRun, htmx: bool) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    answer = night_shift.post(
        reverse("feed-row-drop", args=[row_of(run, 2).pk]), headers=headers, follow=not htmx
    )
    assert "Given up by nora" in answer.content.decode()


def test_a_whole_cause_is_given_up(night_shift: Client, run: FeedRun) -> None:
    page = night_shift.post(reverse("feed-run-drop", args=[run.pk]), {"code": "unknown_item"}, follow=True)
    assert "1 line was given up." in page.content.decode()
    assert [row.line_number for row in run.rejected_rows.filter(state="DROPPED")] == [3]


def test_lines_are_listed_by_state(night_shift: Client, run: FeedRun) -> None:
    night_shift.post(reverse("feed-row-drop", args=[row_of(run, 3).pk]))
    address = reverse("feed-run", args=[run.pk])
    shown = {
        state: [each.row.line_number for each in night_shift.get(address, {"state": state}).context["rows"]]
        for state in ("", "WAITING", "DROPPED", "REPLAYED", "nonsense")
    }
    assert shown == {"": [2, 3, 4], "WAITING": [2, 4], "DROPPED": [3], "REPLAYED": [], "nonsense": [2, 3, 4]}


def test_the_lines_are_downloaded_mended_and_sent_back(night_shift: Client, run: FeedRun) -> None:
    answer: Any = night_shift.get(reverse("feed-run-rejected", args=[run.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a-rejected.csv"'
    content = b"".join(answer.streaming_content).replace(b",12 Stk,", b",12,")
    kept = b"".join(content.splitlines(keepends=True)[:2])
    page = night_shift.post(
        reverse("feed-run-fixes", args=[run.pk]),
        {"file": SimpleUploadedFile("mended.csv", kept)},
        follow=True,
    )
    assert "1 line goes in again." in page.content.decode()
    load_waiting()
    assert levels() == {("0412", "OAT"): 12}


def test_a_strange_file_of_fixes_is_told_not_crashed(night_shift: Client, run: FeedRun) -> None:
    address = reverse("feed-run-fixes", args=[run.pk])
    assert "Choose a file first." in night_shift.post(address, follow=True).content.decode()
    page = night_shift.post(address, {"file": SimpleUploadedFile("x.csv", b"a,b\n")}, follow=True)
    assert "The file has not the columns it was downloaded with" in page.content.decode()


def held(source: FeedSource) -> FeedRun:
    """A file that would empty half a store."""
    run = load(stock_file(("0412", gtin_for(1), 5, at(1))), source=source)
    FeedRun.objects.filter(pk=run.pk).update(
        state="HELD",
        finished_at=None,
        rows_received=0,
        rows_applied=0,
        problem={"code": "drop_guard", "message": "It lost 60 % of the items."},
        preview={
            "counts": {"received": 1000, "applied": 12}, "absent": 600, "stores": ["0412"],
            "examples": [{"store": "0412", "item": "OAT", "on_hand": [12, 0]}],
        },
    )  # fmt: skip
    run.refresh_from_db()
    return run


def test_a_held_file_shows_what_it_would_do(night_shift: Client, source: FeedSource, oat: Item) -> None:
    run = held(source)
    for address in (reverse("feed-list"), reverse("feed-run", args=[run.pk])):
        page = night_shift.get(address).content.decode()
        for words in ("It lost 60 % of the items.", "600", "item OAT, store 0412, on hand 12 → 0"):
            assert words in page


def test_a_released_file_is_loaded_once(
    night_shift: Client, source: FeedSource, oat: Item, nora: StaffMember
) -> None:
    run = held(source)
    address = reverse("feed-run-release", args=[run.pk])
    night_shift.post(address)
    run.refresh_from_db()
    assert (run.state, run.decided_by, run.released_at is None) == ("RECEIVED", nora, False)
    assert "Somebody has decided" in night_shift.post(address, follow=True).content.decode()
    load_waiting()
    run.refresh_from_db()
    assert run.is_finished


def test_a_refused_file_stays_out_and_says_why(night_shift: Client, source: FeedSource, oat: Item) -> None:
    run = held(source)
    night_shift.post(reverse("feed-run-refuse", args=[run.pk]))
    night_shift.post(reverse("feed-run-release", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.problem["code"]) == ("REFUSED", "refused_by_person")
    assert run.problem["message"].endswith("It lost 60 % of the items.")


def test_unknown_codes_stand_on_the_page_with_their_lines(night_shift: Client, run: FeedRun) -> None:
    page = night_shift.get(reverse("feed-mappings", args=["wms"]))
    found = [(each.kind, each.code, each.lines) for each in page.context["unknown"]]
    assert found == [("STORE", "0413", 1), ("ITEM", gtin_for(9), 1)]


def test_stores_a_file_was_refused_for_can_be_mapped(night_shift: Client, run: FeedRun, store: Store) -> None:
    FeedRun.objects.create(
        source=run.source, sha256="r", file_name="misdirected.csv", size=1, state="REFUSED", received_at=NOW,
        finished_at=NOW, problem={"code": "wrong_partner", "message": "…", "unknown_stores": ["0413", "Elm"]},
    )  # fmt: skip
    page = night_shift.get(reverse("feed-mappings", args=["wms"]))
    stores = [(each.code, each.lines) for each in page.context["unknown"] if each.kind == "STORE"]
    assert stores == [("0413", 1), ("Elm", 0)]
    assert "misdirected.csv" in page.content.decode()


def test_files_with_waiting_lines_are_listed(night_shift: Client, run: FeedRun) -> None:
    drop = reverse("feed-row-drop", args=[row_of(run, 2).pk])
    night_shift.post(drop)
    page = night_shift.get(reverse("feed-quarantine", args=["wms"])).context["page"]
    assert [(each.file_name, each.waiting_lines) for each in page] == [("a.csv", 2)]


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        ("ITEM", "oat", ["OAT"]),
        ("ITEM", gtin_for(1)[2:], ["OAT"]),
        ("ITEM", "OAT", ["OAT"]),
        ("ITEM", "", []),
        ("STORE", "elm", ["0412"]),
        ("STORE", "0412", ["0412"]),
        ("ODD", "oat", []),
    ],
)
def test_what_a_code_may_stand_for_is_found(
    night_shift: Client, source: FeedSource, oat: Item, kind: str, words: str, found: list[str]
) -> None:
    query = {"kind": kind, "unknown": "x", "q": words}
    for name in ("feed-mapping-targets", "feed-mappings"):
        targets = night_shift.get(reverse(name, args=["wms"]), query).context["targets"]
        assert [getattr(target, "sku", None) or target.store_code for target in targets] == found


def test_a_mapped_code_brings_its_lines_in(
    night_shift: Client, run: FeedRun, oat: Item, store: Store
) -> None:
    address = reverse("feed-mapping-make", args=["wms"])
    page = night_shift.post(address, {"kind": "ITEM", "unknown": gtin_for(9), "target": oat.pk}, follow=True)
    assert "1 line goes in again." in page.content.decode()
    assert [each.code for each in page.context["unknown"]] == ["0413"]
    load_waiting()
    assert levels() == {("0412", "OAT"): 4}
    (mapping,) = run.source.mappings.all()
    page = night_shift.post(reverse("feed-mapping-remove", args=[mapping.pk]), follow=True)
    assert "stands for nothing any more" in page.content.decode()
    assert not run.source.mappings.exists()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"unknown": ""}, 302),
        ({"target": "x"}, 400),
        ({"target": "99999"}, 404),
        ({"unknown": "x" * 200}, 302),
    ],
)
def test_a_mapping_that_makes_no_sense_is_not_made(
    night_shift: Client, source: FeedSource, oat: Item, said: dict[str, str], status: int
) -> None:
    fields = {"kind": "ITEM", "unknown": "A-7", "target": str(oat.pk)} | said
    assert night_shift.post(reverse("feed-mapping-make", args=["wms"]), fields).status_code == status
    assert not source.mappings.exists()


def test_codes_that_became_known_go_in_on_demand(night_shift: Client, run: FeedRun) -> None:
    address = reverse("feed-mapping-retry", args=["wms"])
    assert "None of these codes" in night_shift.post(address, follow=True).content.decode()
    create_store(store_code="0413")
    assert "1 line goes in again." in night_shift.post(address, follow=True).content.decode()
    load_waiting()
    assert levels() == {("0413", "OAT"): 5}


@pytest.mark.parametrize("name", ["feed-run-replay", "feed-run-drop"])
def test_a_cause_of_garbage_is_no_cause(night_shift: Client, run: FeedRun, name: str) -> None:
    assert night_shift.post(reverse(name, args=[run.pk]), {"code": "\0"}).status_code == 302
    assert not RejectedRow.objects.exclude(state="WAITING").exists()
