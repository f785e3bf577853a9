"""The night shift mends what was rejected: in the page, by mapping a code, by deciding about a held file."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.imports import load_run, receive_file
from inventory.models import CodeMapping, FeedAlert, FeedRun, FeedSource, Store
from omnistore.staff.models import Role, StaffMember
from tests.browser.fixtures import DESK, PORTRAIT, Shoot, SignIn
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.factories_promotions import create_staff_member
from tests.inventory.imports.files import levels, stock_file

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def nora() -> StaffMember:
    return create_staff_member(username="nora", role=Role.OPERATOR)


@pytest.fixture
def night() -> FeedRun:
    """A warehouse's file with a bad number, an unknown item and an unknown store; a month of runs; a held file."""
    create_store(store_code="0412", name="Elm Street", city="Buffalo")
    for number, title in enumerate(("Oat Drink 1 L", "Green Tea 20 bags", "Filter Coffee 500 g"), start=1):
        create_item(sku=f"SKU-{number}", title=title, brand="Nordhof", gtin=gtin_for(number))
    source = create_source(code="wms", name="Warehouse")
    now = timezone.now()
    for day in range(28, 0, -1):
        past_run(source, now - timedelta(days=day), day)
    at = (now - timedelta(hours=1)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    lines: list[tuple[object, ...]] = [
        ("0412", gtin_for(1), "12 Stk", at), ("0412", gtin_for(77), 4, at), ("0412", gtin_for(2), 9, at),
        ("0413", gtin_for(1), 5, at), ("0412", gtin_for(78), 1, at),
    ]  # fmt: skip
    run = arrived(source, stock_file(*lines), now)
    held = FeedRun.objects.create(
        source=source, sha256="9" * 64, file_name="full-tonight.csv", size=1_200_000, state="HELD", received_at=now,
        problem={"code": "drop_guard", "message": "The file lost 60 % of the items of store 0412 (600 of 1,000)."},
        preview={"counts": {"received": 17_000, "applied": 1_200, "unchanged": 15_800}, "absent": 600,
                 "stores": ["0412"], "examples": ["Oat Drink 1 L in 0412: 12 → 0"]},
    )  # fmt: skip
    FeedAlert.objects.create(
        source=source, run=held, kind="HELD", message=held.problem["message"], opened_at=now
    )
    tills = create_source(code="pos", name="Tills", kind="SALES", pull_problem={
        "code": "unreachable", "message": "sftp.tills.example did not answer within 20 s."})  # fmt: skip
    FeedRun.objects.create(
        source=tills, sha256="a" * 64, file_name="sales.csv", size=4_000_000, state="LOADING", received_at=now,
        started_at=now - timedelta(seconds=9), lease_until=now + timedelta(minutes=5), progress_rows=31_000,
        progress_bytes=1_700_000,
    )  # fmt: skip
    return run


def past_run(source: FeedSource, at: datetime, day: int) -> None:
    rows, state = 16_000 + 97 * day, "LOADED"
    fields: dict[str, object] = {"rows_received": rows, "rows_applied": 900, "rows_unchanged": rows - 900}
    if day in (9, 17):
        state = "REFUSED"
        fields = {"problem": {"code": "truncated", "message": "The file ends in the middle."}}
    elif day % 6 == 0:
        state = "LOADED_WITH_REJECTS"
        fields |= {"rows_rejected": 2_000, "rows_unchanged": rows - 2_900}
    FeedRun.objects.create(
        source=source, sha256=f"{day:e>64}", file_name=f"stock-{at:%Y%m%d}.csv", size=700_000, state=state,
        received_at=at, started_at=at, finished_at=at + timedelta(seconds=4), **fields,
    )  # fmt: skip


def arrived(source: FeedSource, content: bytes, now: datetime) -> FeedRun:
    run, _is_new = receive_file(
        source=source, file_name="stock-tonight.csv", content=io.BytesIO(content), now=now
    )
    return load_run(run_id=run.pk, now=now) or run


def load_waiting() -> None:
    """What the rung worker does."""
    for run in FeedRun.objects.filter(state="RECEIVED"):
        load_run(run_id=run.pk, now=timezone.now())


def test_an_unknown_code_is_mapped_and_its_line_applies(
    night: FeedRun, nora: StaffMember, sign_in: SignIn
) -> None:
    page = sign_in(nora, size=DESK)
    page.goto(f"/desk/runs/{night.pk}/")
    page.get_by_role("link", name="Say what the codes stand for").first.click()
    code = page.get_by_role("article", name=gtin_for(77))
    code.get_by_role("searchbox").press_sequentially("oat")
    code.get_by_role("button", name="This one Oat Drink").click()
    expect(page.get_by_text("1 line goes in again.")).to_be_visible()
    expect(page.get_by_role("article", name=gtin_for(77))).to_have_count(0)
    expect(page.get_by_role("row", name=gtin_for(77))).to_contain_text("Oat Drink 1 L")
    load_waiting()
    assert levels()["0412", "SKU-1"] == 4
    page.goto(f"/desk/runs/{night.pk}/")
    fate = page.locator(".rejected-row").nth(1)
    expect(fate).to_contain_text("Sent in again")
    expect(fate).to_contain_text("Loaded")


def test_a_line_is_mended_in_place_without_reload(night: FeedRun, nora: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(nora, size=DESK)
    page.goto(f"/desk/runs/{night.pk}/")
    page.evaluate("window.stays = true")
    line = page.get_by_label("Line 2 as it should be")
    line.fill("")
    page.get_by_role("button", name="Send in line 2").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2 is empty")
    row = night.rejected_rows.get(line_number=2)
    page.get_by_label("Line 2 as it should be").fill(row.raw.replace(" Stk", ""))
    page.get_by_role("button", name="Send in line 2").click()
    fate = page.locator(f"#row-{row.pk}")
    expect(fate).to_contain_text("Sent in again")
    load_waiting()
    expect(fate).to_contain_text("Loaded")
    page.get_by_role("button", name="Give up line 3").click()
    expect(page.locator(".rejected-row").nth(1)).to_contain_text("Given up by nora")
    assert page.evaluate("window.stays")
    assert levels()["0412", "SKU-1"] == 12


def test_the_mended_file_goes_back_by_keyboard(night: FeedRun, nora: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(nora, size=DESK)
    page.goto(f"/desk/runs/{night.pk}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").press("Enter")
    mended = download.value.path().read_bytes().replace(b",12 Stk,", b",12,")
    page.get_by_text("Mend many lines in a spreadsheet").press("Enter")
    page.get_by_label("The mended file").set_input_files(
        {"name": "mended.csv", "mimeType": "text/csv", "buffer": mended}
    )
    page.get_by_role("button", name="Send the mended lines in").press("Enter")
    expect(page.get_by_text("4 lines go in again.")).to_be_visible()
    load_waiting()
    expect(page.get_by_text("3 rejected lines")).to_be_visible()
    assert levels()["0412", "SKU-1"] == 12


def test_a_held_file_is_refused_after_a_look(night: FeedRun, nora: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(nora, size=DESK)
    page.goto("/desk/feeds/")
    held = page.get_by_role("article", name="full-tonight.csv")
    expect(held).to_contain_text("Set to nothing")
    held.get_by_role("link", name="full-tonight.csv").click()
    expect(page.get_by_text("Oat Drink 1 L in 0412: 12 → 0")).to_be_visible()
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("nothing of the file was used")).to_be_visible()
    expect(page.get_by_text("Somebody looked and refused it.")).to_be_visible()


PAGES = {
    "feeds": ("/desk/feeds/", "#feed-wms-name"),
    "run": ("/desk/runs/{run}/", "#lines-title"),
    "facts": ("/desk/runs/{run}/", "#lines-title"),
    "mappings": ("/desk/feeds/wms/mappings/?kind=ITEM&unknown={code}&q=nordhof", ""),
    "waiting": ("/desk/feeds/wms/quarantine/", ""),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_worth_looking_at(
    name: str,
    night: FeedRun,
    nora: StaffMember,
    sign_in: SignIn,
    shoot: Shoot,
    accessible: Callable[[Page], None],
) -> None:
    elm = Store.objects.get(store_code="0412")
    CodeMapping.objects.create(
        source=night.source, kind="STORE", code="Elm-1", store=elm, made_at=timezone.now(), made_by=nora
    )
    if name == "facts":
        FeedRun.objects.filter(pk=night.pk).update(keeps_raw=False)
        fact = {
            "fact": "count",
            "store": "0412",
            "items": [{"scheme": "GTIN", "code": gtin_for(77)}],
            "quantity": "4",
        }
        night.rejected_rows.filter(line_number__lt=5).update(record=fact)
    page = sign_in(nora, size=DESK)
    address, lower = PAGES[name]
    page.goto(address.format(run=night.pk, code=gtin_for(77)))
    if name != "facts":
        shoot(page, f"desk-quarantine-{name}")
    if lower:
        page.goto(page.url + lower)
        shoot(page, f"desk-quarantine-{name}-lower")
    accessible(page)
    for width, height in (PORTRAIT, DESK):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
