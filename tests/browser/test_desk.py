"""The desk in a real browser: author, publish, watch the board fill, stop; the night shift's feeds."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from inventory.models import FeedRun, FeedSource, RejectedRow, StoreGroup
from omnistore.staff.models import Role, StaffMember
from promotions.models import Promotion, PromotionRevision
from promotions.services.approving import submit_revision
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.services.reading import acknowledge, mark_told
from tests.browser.fixtures import DESK, PORTRAIT, Shoot, SignIn
from tests.browser.shop import Shop, open_shop
from tests.factories_promotions import create_staff_member, stock_source

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.ADMIN)


@pytest.fixture
def ines() -> StaffMember:
    return create_staff_member(username="ines", role=Role.APPROVER)


def approve_in_the_queue(page: Page, *, title: str) -> None:
    """What the approver does: one click where her work starts."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Approvals")
    page.get_by_role("button", name=f"Approve and publish {title}").click()
    expect(page.get_by_text("Nothing waits for approval.")).to_be_visible()
    expect(page.locator("#approvals-count")).to_be_hidden()


def test_a_rejection_reaches_its_author(
    shop: Shop, tom: StaffMember, ines: StaffMember, sign_in: SignIn
) -> None:
    asked_to_give_more(shop, author=tom)
    theirs = sign_in(ines, size=DESK)
    queue = theirs.get_by_role("article", name="Oat drinks, 29 % off")
    expect(queue).to_contain_text("29 % off became 60 % off")
    queue.get_by_text("Reject…").click()
    queue.get_by_role("button", name="Reject it").click()
    expect(queue.get_by_text("Say why: the author has to know what to change.")).to_be_visible()
    queue.get_by_label("Why?").fill("Below cost.")
    queue.get_by_role("button", name="Reject it").click()
    expect(queue).to_have_count(0)
    mine = sign_in(tom, size=DESK)
    mine.goto(f"/desk/promotions/{shop.oat_deal.pk}/")
    expect(mine.get_by_role("region", name="Revision 2 was rejected")).to_contain_text("Below cost.")
    expect(mine.locator(".timeline")).to_contain_text("Below cost.")


def asked_to_give_more(shop: Shop, *, author: StaffMember) -> None:
    """A dearer revision of the oat deal and a new promotion wait for approval."""
    now, published = timezone.now(), shop.oat_deal.latest_revision()
    content = {name: getattr(published, name) for name in PromotionRevision.content_fields()}
    revise_promotion(
        promotion=shop.oat_deal, content=content | {"percent_off": Decimal(60)}, author=author, now=now
    )
    submit_revision(promotion=shop.oat_deal, number=2, by=author, now=now)
    fresh = create_promotion(
        promotion_id="rye", content=content | {"long_title": "Rye bread, 10 % off", "percent_off": Decimal(10)},
        author=None, now=now,
    )  # fmt: skip
    submit_revision(promotion=fresh.promotion, number=1, by=None, now=now)


def test_author_publish_and_watch_the_stores_come_on(
    shop: Shop, tom: StaffMember, ines: StaffMember, sign_in: SignIn
) -> None:
    page = sign_in(tom, size=DESK)
    page.get_by_role("link", name="New promotion").click()
    today = timezone.now().date()
    page.get_by_label("Promotion id").fill("tea-3")
    page.get_by_label("Title", exact=True).fill("Green tea $1 off")
    page.get_by_label("An amount of money off").check()
    expect(page.get_by_label("Percentage off", exact=True)).to_be_hidden()
    page.get_by_label("Money off", exact=True).fill("1")
    page.get_by_label("In store").check()
    page.get_by_label("Only these").first.check()
    page.get_by_label("Find items to add").press_sequentially("green tea")
    page.get_by_role("button", name="Add Green Tea").click()
    expect(page.get_by_role("textbox", name="Items")).to_have_value("TEA-1")
    page.get_by_label("Every store").check()
    page.get_by_label("First day", exact=True).fill(str(today - timedelta(days=1)))
    page.get_by_label("Last day", exact=True).fill(str(today + timedelta(days=3)))
    page.get_by_label("No code needed").check()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("3 stores are told at once.")).to_be_visible()
    expect(page.locator("#preview-card")).to_contain_text("Green tea $1 off")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.get_by_text("It is yours, so somebody else has to approve it")).to_be_visible()
    approve_in_the_queue(sign_in(ines, size=DESK), title="Green tea $1 off")
    page.reload()
    reach = page.locator(".reach")
    expect(reach).to_contain_text("Told 0 of 3")

    revision = Promotion.objects.get(promotion_id="tea-3").latest_revision()
    mark_told(store=shop.elm, revision_ids=[revision.pk], now=timezone.now())
    acknowledge(store=shop.elm, revision_id=revision.pk, staff_member=shop.maria, now=timezone.now())
    expect(reach).to_contain_text("Told 1 of 3")
    expect(reach).to_contain_text("Acknowledged 1 of 3")
    shop.stock(tea=0)
    expect(page.locator(f"#cell-{shop.elm.pk}")).to_contain_text("Out")

    page.get_by_text("Stop this promotion").click()
    page.get_by_role("button", name="Stop it everywhere").click()
    expect(page.get_by_text("Say why: the stores will ask.")).to_be_visible()
    page.get_by_label("Why?").fill("Wrong price")
    page.get_by_role("button", name="Stop it everywhere").click()
    expect(page.locator(f"#cell-{shop.elm.pk}")).to_contain_text("Stopped")
    expect(page.get_by_text("Stopped on")).to_contain_text("Wrong price")


def test_errors_are_met_first_lead_to_their_fields_and_lose_nothing(
    tom: StaffMember, sign_in: SignIn
) -> None:
    page = sign_in(tom, size=DESK)
    page.goto("/desk/promotions/new/")
    page.get_by_label("What to say to the shopper").fill("Kept while you mend the rest")
    page.get_by_role("button", name="Save draft").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    summary.get_by_role("link", name="First day: Enter the first day.").click()
    expect(page.get_by_label("First day", exact=True)).to_be_focused()
    expect(page.get_by_label("What to say to the shopper")).to_have_value("Kept while you mend the rest")


def test_nothing_polls_while_nobody_looks(shop: Shop, tom: StaffMember, sign_in: SignIn) -> None:
    page = sign_in(tom, size=DESK)
    page.goto(f"/desk/promotions/{shop.oat_deal.pk}/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request("**/board/"):
        pass
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden'})")
    asked.clear()
    page.wait_for_timeout(4500)
    assert asked == []


def test_the_search_narrows_as_one_types_and_works_by_keyboard(
    shop: Shop, tom: StaffMember, sign_in: SignIn
) -> None:
    page = sign_in(tom, size=DESK)
    rows = page.locator("#promotions tbody tr")
    expect(rows).to_have_count(7)
    page.get_by_label("Search by title, id or code").press_sequentially("save2")
    expect(rows).to_have_count(1)
    row = page.get_by_role("link", name="Filter coffee")
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel").get_by_role("heading")).to_be_focused()
    page.get_by_role("link", name="Open its page").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Filter coffee")


def open_night(*, lines: int) -> FeedRun:
    """A warehouse with a month of runs, the last with rejected lines; a running file; a refused one."""
    now, source = timezone.now(), stock_source()
    FeedRun.objects.filter(source=source).update(received_at=now - timedelta(days=99))
    for day in range(29, 0, -1):
        at = now - timedelta(days=day)
        FeedRun.objects.create(
            source=source, sha256=f"{day:e>64}", file_name=f"stock-{at:%Y%m%d}.csv", size=700_000, state="LOADED",
            received_at=at, started_at=at, finished_at=at + timedelta(seconds=4), rows_received=16_000 + 97 * day,
            rows_applied=900, rows_unchanged=15_100 + 97 * day,
        )  # fmt: skip
    run = FeedRun.objects.create(
        source=source, sha256="f" * 64, file_name="stock-tonight.csv", size=700_000, state="LOADED_WITH_REJECTS",
        received_at=now, started_at=now, finished_at=now + timedelta(seconds=4), rows_received=17_000,
        rows_applied=1_200, rows_unchanged=15_800 - lines, rows_rejected=lines,
    )  # fmt: skip
    RejectedRow.objects.bulk_create(
        RejectedRow(run=run, line_number=9 * n + 2, code="not_a_number", message="“12,x” is not a number.",
                    raw=f"0412;S{n};12,x")
        for n in range(lines)
    )  # fmt: skip
    tills = FeedSource.objects.create(code="pos", name="Tills", kind="SALES")
    FeedRun.objects.create(
        source=tills, sha256="a" * 64, file_name="sales.csv", size=4_000_000, state="LOADING", received_at=now,
        started_at=now, lease_until=now + timedelta(minutes=5), progress_rows=31_000, progress_bytes=1_700_000,
    )  # fmt: skip
    web = FeedSource.objects.create(code="web", name="Web shop", kind="PROMOTIONS")
    FeedRun.objects.create(
        source=web, sha256="b" * 64, file_name="promotions.tsv", size=900, state="REFUSED", received_at=now,
        finished_at=now, problem={"code": "unknown_header", "message": "The file has no column “promotion_id”."},
    )  # fmt: skip
    return run


def test_a_running_import_moves_on_the_page_without_reload(tom: StaffMember, sign_in: SignIn) -> None:
    open_night(lines=3)
    page = sign_in(tom, size=DESK)
    with page.expect_response("**/live/feeds") as stream:
        page.goto("/desk/feeds/")
    assert stream.value.ok
    expect(page.get_by_text("31,000 rows, 42 % of the file")).to_be_visible()
    page.wait_for_timeout(1500)  # once its stream is open the page asks for everything once …
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []  # … and then not by its clock
    FeedRun.objects.filter(state="LOADING").update(progress_rows=64_000, progress_bytes=3_000_000)
    expect(page.get_by_text("64,000 rows, 75 % of the file")).to_be_visible()


def test_a_file_is_handed_in_and_its_rejects_are_downloaded(tom: StaffMember, sign_in: SignIn) -> None:
    run = open_night(lines=3)
    page = sign_in(tom, size=DESK)
    page.goto("/desk/feeds/")
    feed = page.get_by_role("article", name="Warehouse")
    feed.get_by_text("Send a file").click()
    feed.get_by_label("File of Warehouse").set_input_files(
        {"name": "by-hand.csv", "mimeType": "text/csv", "buffer": b"store;sku;qty\n"}
    )
    feed.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("by-hand.csv")
    page.goto(f"/desk/runs/{run.pk}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "stock-tonight-rejected.csv"
    assert download.value.path().read_text("utf-8-sig").count("0412;S") == 3


PAGES = {
    "promotions": "/desk/promotions/",
    "approvals": "/desk/promotions/approvals/",
    "promotion": "/desk/promotions/{deal}/",
    "waiting": "/desk/promotions/{oat}/",
    "edit": "/desk/promotions/{deal}/edit/",
    "errors": "/desk/promotions/new/",
    "feeds": "/desk/feeds/",
    "run": "/desk/runs/{run}/",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_worth_looking_at(
    name: str, shop: Shop, tom: StaffMember, ines: StaffMember, sign_in: SignIn, shoot: Shoot,
    accessible: Callable[[Page], None],
) -> None:  # fmt: skip
    asked_to_give_more(shop, author=ines)
    StoreGroup.objects.create(code="north", name="North region")
    run = open_night(lines=12)
    page = sign_in(tom, size=DESK)
    page.goto(PAGES[name].format(deal=shop.coffee_deal.pk, oat=shop.oat_deal.pk, run=run.pk))
    if name == "errors":
        page.get_by_role("button", name="Save draft").click()
        expect(page.locator(".error-summary")).to_be_focused()
    shoot(page, f"desk-{name}")
    accessible(page)
    for width, height in (PORTRAIT, DESK):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
