"""The steps from publishing to stopping: what the stores hear, what the till may do, what comes back."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any
from urllib.parse import quote

from omnistore.demo.check.doors import Answer, Event, Listener, WrongError, equal, until
from omnistore.demo.check.expected import (
    Expected,
    Sample,
    by_distance,
    deal_price,
    kilometres,
    offer_state,
)
from omnistore.demo.check.inputs import TILLS, Deal
from omnistore.demo.check.sample_steps import ask_verdict, check_verdict, finished_runs, now_utc
from omnistore.demo.check.walk import Walk

PUBLISHED, LIMITED, CODE = "CHECK-PUBLISHED", "CHECK-LIMITED", "CHECK3"
USES, TRIES = 3, 5
ENOUGH = 4  # the published promotion's minimum stock: fewer are low
LEFT = 3  # after the first sales file; fewer would send the associate to look
COLUMNS = "store_code,register,business_day,receipt,line,gtin,quantity,amount,sold_at\n"


def listen(walk: Walk) -> str:
    """Two tablets of the associate's store and one of the store farthest away hear their streams."""
    walk.deal = planned_deal(walk, walk.sample)
    farthest = by_distance(selling(walk), places=walk.sample.places, store_code=walk.store_code)[-1]
    walk.tablet = Listener(walk.associate, walk.store_code)
    walk.cut_off = Listener(walk.associate, walk.store_code)
    walk.far_away = Listener(walk.merchandiser, farthest)
    walk.associate.ask("GET", f"/live/{farthest}/?format=json", expect=(403,))
    return f"two of {walk.store_code}, one of {farthest}; the associate gets 403 for {farthest}"


def selling(walk: Walk) -> list[str]:
    return [code for code, place in walk.sample.places.items() if place.kind == "STORE"]


def planned_deal(walk: Walk, sample: Sample) -> Deal:
    """15 % off an item without a deal that the store has some of, here and in the three nearest stores."""
    home = walk.store_code
    codes = by_distance(selling(walk), places=sample.places, store_code=home)[:4]
    fitting = [
        sku
        for sku in free_skus(sample)
        if ENOUGH < (sample.quantity(home, sku) or 0) <= 12
        and any((sample.quantity(code, sku) or 0) > 0 for code in codes[1:])
    ]
    today = datetime.combine(now_utc().astimezone(sample.places[home].zone).date(), time.min)
    return Deal(
        promotion_id=PUBLISHED,
        skus=frozenset({fitting[0]}),
        starts=today - timedelta(days=1),
        ends=today + timedelta(days=3),
        store_codes=frozenset(codes),
        in_store=True,
        code="",
        limit=None,
        minimum_stock=ENOUGH,
        minimum_purchase=None,
        percent_off=Decimal(15),
        money_off=None,
        fixed_price=None,
    )


def free_skus(sample: Sample) -> list[str]:
    """The items that no promotion covers."""
    taken = {sku for deal in sample.deals.values() for sku in deal.skus}
    return [sku for sku in sample.goods if sku not in taken]


def content_of(deal: Deal, *, title: str) -> dict[str, Any]:
    """A promotion as a merchandiser sends it; the window holds on each store's own clock."""
    return {
        "promotion_id": deal.promotion_id,
        "long_title": title,
        "operator_text": "Say yes.",
        "coupon_value_type": "PERCENT_OFF",
        "percent_off": str(deal.percent_off),
        "offer_type": "GENERIC_CODE" if deal.code else "NO_CODE",
        "generic_redemption_code": deal.code,
        "limit_uses": deal.limit,
        "redemption_channel": ["IN_STORE", "ONLINE"],
        "product_applicability": "SPECIFIC_PRODUCTS",
        "item_id_inclusion": sorted(deal.skus),
        "store_applicability": "SPECIFIC_STORES",
        "store_codes_inclusion": sorted(deal.store_codes),
        "starts_on": deal.starts.date().isoformat(),
        "ends_on": deal.ends.date().isoformat(),
        "minimum_stock": deal.minimum_stock,
    }


def publish(walk: Walk) -> str:
    """Before: no deal. One writes, another approves and publishes; the tablet hears it; then the answer is yes."""
    check_verdict(walk, walk.sku)
    draft = content_of(walk.deal, title="15 % off for the check")
    walk.merchandiser.ask("POST", "/api/v1/promotions", data=draft, expect=(201,))
    walk.associate.ask("POST", f"/api/v1/promotions/{PUBLISHED}/publish", expect=(403, 404))
    walk.merchandiser.ask("POST", f"/api/v1/promotions/{PUBLISHED}/publish", expect=(409,))
    submit(walk, PUBLISHED)
    sent = monotonic()
    approve(walk, PUBLISHED)
    event = walk.tablet.wait_for_state(PUBLISHED, "LIVE")
    walk.cut_off.wait_for_state(PUBLISHED, "LIVE")
    walk.sample = replace(walk.sample, deals={**walk.sample.deals, PUBLISHED: walk.deal})
    found = check_verdict(walk, walk.sku)
    price = found["price"]
    return f"heard {milliseconds(event, since=sent)} ms after the request; {price['regular']} becomes {price['deal']}"


def submit(walk: Walk, promotion_id: str) -> None:
    """The author asks for approval, which is not the author's to give."""
    path = f"/api/v1/promotions/{promotion_id}"
    walk.merchandiser.ask("POST", f"{path}/submit", data={"revision": 1})
    walk.merchandiser.ask("POST", f"{path}/approve", data={"revision": 1}, expect=(403,))


def approve(walk: Walk, promotion_id: str) -> None:
    walk.approver.ask(
        "POST", f"/api/v1/promotions/{promotion_id}/approve", data={"revision": 1, "publish": True}
    )


def basket_quoted(walk: Walk) -> str:
    """Three of the promoted item and one of another: each line's sum, which deal it is, and what lacks for more."""
    other = next(sku for sku in free_skus(walk.sample) if walk.sample.goods[sku].price > 0)
    lines = [{"item": walk.sample.goods[walk.sku].gtin, "quantity": 3}, {"item": other, "line_id": "other"}]
    path = f"/api/v1/stores/{quote(walk.store_code)}/quote"
    found = walk.associate.ask("POST", path, data={"lines": lines}).json()
    regular, plain = walk.sample.goods[walk.sku].price, walk.sample.goods[other].price
    total = 3 * deal_price(walk.deal, regular)
    expected = [("1", total, [PUBLISHED]), ("other", plain, [])]
    sums = [
        (line["line_id"], Decimal(line["total"]), [deal["promotion_id"] for deal in line["deals"]])
        for line in found["lines"]
    ]
    equal("lines", expected=expected, found=sums)
    equal("total", expected=total + plain, found=Decimal(found["total"]))
    equal("discount", expected=3 * regular - total, found=Decimal(found["discount"]))
    walk.associate.ask("POST", path, data={"lines": [{"item": "no such code"}]}, expect=(400,))
    return f"{found['regular']} becomes {found['total']} by {PUBLISHED}"


def milliseconds(event: Event, *, since: float) -> int:
    return round((event.arrived - since) * 1000)


def board_right(walk: Walk) -> str:
    """The merchandiser's board: every targeted store's state; told and acknowledged once somebody has read it."""
    equal("told and acknowledged before", expected=(0, 0), found=told_and_acknowledged(walk))
    path = f"/api/v1/stores/{quote(walk.store_code)}/offers/{PUBLISHED}/acknowledge"
    for _twice in range(2):
        walk.associate.ask("POST", path, data={})
    equal("told and acknowledged after", expected=(1, 1), found=told_and_acknowledged(walk))
    found = {cell["store_code"]: cell["state"] for cell in board(walk)["cells"]}
    now = now_utc()
    expected = {
        code: offer_state(walk.sample, walk.deal, store_code=code, now=now) for code in walk.deal.store_codes
    }
    equal("states on the board", expected=dict(sorted(expected.items())), found=dict(sorted(found.items())))
    return f"{len(found)} stores, told 1, acknowledged 1 after two taps"


def reworded(walk: Walk) -> str:
    """Other words for the same terms reach the store without an approval; what was read of them is read."""
    path = f"/api/v1/promotions/{PUBLISHED}"
    words = content_of(walk.deal, title="15 % off, said better")
    del words["promotion_id"]
    revised = walk.merchandiser.ask(
        "POST", f"{path}/revisions", data=words | {"based_on": 1}, expect=(201,)
    ).json()
    equal("state of the revision", expected="APPROVED", found=revised["revision_state"])
    walk.merchandiser.ask(
        "POST", f"{path}/revisions", data=words | {"based_on": 1, "percent_off": "16"}, expect=(409,)
    )
    walk.merchandiser.ask("POST", f"{path}/publish")
    offers = walk.associate.get(f"/api/v1/stores/{quote(walk.store_code)}/offers?promotion_id={PUBLISHED}")
    (offer,) = offers["results"]
    found = (offer["revision"], offer["headline"], offer["acknowledged"])
    equal("offer", expected=(2, "15 % off, said better", True), found=found)
    equal("told and acknowledged", expected=(1, 1), found=told_and_acknowledged(walk))
    steps = [row["action"] for row in walk.merchandiser.get(f"{path}/history") if row["kind"] == "STEP"]
    expected = ["PUBLISH", "REWORD", "OPEN", "PUBLISH", "APPROVE", "SUBMIT"]
    equal("steps, newest first", expected=expected, found=steps)
    return "revision 2 published without an approval; still told 1, acknowledged 1"


def board(walk: Walk) -> dict[str, Any]:
    found: dict[str, Any] = walk.merchandiser.get(f"/api/v1/promotions/{PUBLISHED}/board")
    return found


def told_and_acknowledged(walk: Walk) -> tuple[int, int]:
    found = board(walk)
    return found["told"], found["acknowledged"]


def uses_never_exceeded(walk: Walk) -> str:
    """Five tills at once ask for a code with three uses; each asks again with its key and hears the same."""
    in_stock = [sku for sku in free_skus(walk.sample) if walk.sample.quantity(walk.store_code, sku)]
    sku = in_stock[0]
    deal = replace(
        walk.deal,
        promotion_id=LIMITED,
        skus=frozenset({sku}),
        store_codes=frozenset(selling(walk)),
        code=CODE,
        limit=USES,
        minimum_stock=1,
    )
    draft = content_of(deal, title="Three uses for the check")
    walk.merchandiser.ask("POST", "/api/v1/promotions", data=draft, expect=(201,))
    submit(walk, LIMITED)
    approve(walk, LIMITED)
    path = f"/api/v1/stores/{quote(walk.store_code)}/redemptions"
    wanted = {"code": CODE, "item": walk.sample.goods[sku].gtin}
    walk.associate.ask("POST", path, data=wanted, expect=(400,))  # without a key

    def redeem(key: str) -> Answer:
        return walk.associate.ask("POST", path, data=wanted, expect=(201, 409), Idempotency_Key=key)

    keys = [f"check-{number}" for number in range(TRIES)]
    with ThreadPoolExecutor(TRIES) as tills:
        first = list(tills.map(redeem, keys))
    again = [redeem(key) for key in keys]
    statuses = Counter(answer.status for answer in first)
    equal("answers", expected={201: USES, 409: TRIES - USES}, found=dict(statuses))
    equal("the same keys again", expected=[each.body for each in first], found=[each.body for each in again])
    regular = walk.sample.goods[sku].price
    discounts = {Decimal(each.json()["discount_amount"]) for each in first if each.status == 201}
    equal("discount", expected={regular - deal_price(deal, regular)}, found=discounts)
    reasons = {tuple(each.json()["reasons"]) for each in first if each.status == 409}
    equal("reasons", expected={("BUDGET_SPENT",)}, found=reasons)
    equal("verdict on the code", expected="REFUSE", found=ask_verdict(walk, CODE)["outcome"])
    walk.tablet.wait_for_state(LIMITED, "BLOCKED")
    return f"{TRIES} tries, {statuses[201]} taken; the same keys again: the same answers; then blocked"


def foreign_hears_nothing(walk: Walk) -> str:
    """The far store heard the promotion for all stores, and nothing of the one that is not its business."""
    walk.far_away.wait_for_state(LIMITED, "BLOCKED")
    offers = walk.far_away.offers()
    equal(
        "stores", expected={walk.far_away.store_code}, found={event.facts()["store_code"] for event in offers}
    )
    equal("promotions", expected={LIMITED}, found={event.facts()["promotion_id"] for event in offers})
    seqs = [event.facts()["seq"] for event in offers]
    equal("numbers of its events", expected=list(range(seqs[0], seqs[0] + len(seqs))), found=seqs)
    return f"store {walk.far_away.store_code} heard {len(offers)} events without a gap, none of {PUBLISHED}"


def sold_down(walk: Walk) -> str:
    """A till file in the inbox leaves two: the tablet, whose fellow is cut off now, hears LOW_STOCK."""
    walk.cut_off.close()
    quantity = walk.sample.quantity(walk.store_code, walk.sku) or 0
    sales = till_file(walk, receipt=1, pieces=quantity - LEFT)
    dropped = monotonic()
    drop(walk, name="sales_check_1.csv", content=sales)
    event = walk.tablet.wait_for_state(PUBLISHED, "LOW_STOCK")
    found = check_verdict_after(walk, sold=quantity - LEFT)
    reasons = [reason["code"] for reason in found["reasons"]]
    equal("reasons", expected=["VALID", "LOW_STOCK"], found=reasons)
    return f"{quantity} down to {LEFT}: heard {event.arrived - dropped:.1f} s after the file was dropped"


def sold_out(walk: Walk) -> str:
    """The last ones go in a file handed in over the API: OUT_OF_STOCK, and the nearest store that has it."""
    sent = monotonic()
    hand_in(walk, name="sales_check_2.csv", content=till_file(walk, receipt=2, pieces=LEFT), expect=202)
    event = walk.tablet.wait_for_state(PUBLISHED, "OUT_OF_STOCK")
    found = check_verdict_after(walk, sold=LEFT)
    nearest = found["alternatives"][0]
    home, place = (walk.sample.places[code] for code in (walk.store_code, nearest["store_code"]))
    distance = kilometres(home, place)
    # It is told to a hundred metres.
    if abs(distance - nearest["distance_km"]) > 0.1:
        raise WrongError(f"distance: expected {distance:.2f} km, found {nearest['distance_km']}")
    return (
        f"heard {milliseconds(event, since=sent)} ms after the upload; "
        f"send the shopper to {place.store_code}, {distance:.1f} km"
    )


def check_verdict_after(walk: Walk, *, sold: int) -> dict[str, Any]:
    """Take the sold pieces off the level here, and compare the verdict with that."""
    place = (walk.store_code, walk.sku)
    level = walk.sample.levels[place]
    left = replace(level, quantity=level.quantity - sold)
    walk.sample = replace(walk.sample, levels={**walk.sample.levels, place: left})
    return check_verdict(walk, walk.sku)


def counted_once(walk: Walk) -> str:
    """The same bytes under another name are the same run; the same lines in another file change nothing."""
    runs = {name: run for (source, name), run in finished_runs(walk).items() if source == TILLS}
    known = runs["sales_check_1.csv"]
    first, second = walk.till_files
    again = hand_in(walk, name="another_name.csv", content=first, expect=200)
    equal("run of the same bytes", expected=known["id"], found=again["id"])
    quantity = walk.sample.levels[walk.store_code, walk.sku].quantity
    both = first + second.removeprefix(COLUMNS.encode())
    hand_in(walk, name="overlap.csv", content=both, expect=202)
    until(lambda: (TILLS, "overlap.csv") in finished_runs(walk), what="overlap.csv loaded")
    counts = finished_runs(walk)[TILLS, "overlap.csv"]["counts"]
    expected = {"received": 2, "applied": 0, "unchanged": 2, "stale": 0, "rejected": 0, "absent": 0}
    equal("counts of overlap.csv", expected=expected, found=counts)
    found = ask_verdict(walk, walk.sample.goods[walk.sku].gtin)
    equal("on hand", expected=quantity, found=found["stock"]["on_hand"])
    return "same bytes: the earlier run; same lines in another file: unchanged; stock as before"


def till_file(walk: Walk, *, receipt: int, pieces: int) -> bytes:
    """A sales file of the associate's store, as its tills would send it now."""
    home = walk.sample.places[walk.store_code]
    now = now_utc().astimezone(home.zone).replace(microsecond=0)
    day = (now.replace(tzinfo=None) - timedelta(hours=3)).date()
    gtin = walk.sample.goods[walk.sku].gtin.removeprefix("0")
    line = f"{home.store_code},88,{day},{receipt},1,{gtin},{pieces},0.00,{now.isoformat()}\n"
    walk.till_files.append((COLUMNS + line).encode())
    return walk.till_files[-1]


def drop(walk: Walk, *, name: str, content: bytes) -> None:
    """Put a whole file into the tills' inbox in one step."""
    folder = walk.inbox / TILLS
    unfinished = folder / f"{name}.part"
    unfinished.write_bytes(content)
    os.replace(unfinished, folder / name)  # noqa: PTH105 - says what it does


def hand_in(walk: Walk, *, name: str, content: bytes, expect: int) -> dict[str, Any]:
    """Upload a sales file."""
    path = f"/api/v1/feeds/{TILLS}/runs?file_name={quote(name)}"
    sent = walk.operator.ask("POST", path, body=content, expect=(expect,), Content_Type="text/csv")
    run: dict[str, Any] = sent.json()
    return run


def stop(walk: Walk) -> str:
    """Stopped: the tablet hears it, and the answer is no."""
    sent = monotonic()
    reason = {"reason": "The check is over."}
    walk.merchandiser.ask("POST", f"/api/v1/promotions/{PUBLISHED}/stop", data=reason)
    event = walk.tablet.wait_for_state(PUBLISHED, "STOPPED")
    goods = walk.sample.goods[walk.sku]
    stopped = Expected("REFUSE", "STOPPED", PUBLISHED, deal_price(walk.deal, goods.price))
    check_verdict(walk, walk.sku, right=stopped)
    return f"heard {milliseconds(event, since=sent)} ms after the request; the answer is no"


def missed_nothing(walk: Walk) -> str:
    """The tablet that was cut off comes back with its last event's id and gets exactly what it missed."""
    last = walk.cut_off.offers()[-1]
    back = Listener(walk.associate, walk.store_code, after=last.id)

    def missed() -> list[str]:
        heard = [event.id for event in walk.tablet.offers()]
        return heard[heard.index(last.id) + 1 :]

    until(lambda: len(back.offers()) >= len(missed()), what="missed events")
    equal("events", expected=missed(), found=[event.id for event in back.offers()])
    for listener in (back, walk.tablet, walk.far_away):
        listener.close()
    return f"{len(back.offers())} events after {last.id}, in order, none twice"
