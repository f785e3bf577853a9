"""The steps of the shop floor: an item put aside and given back, a report and its answer, refusals counted again."""

from collections import Counter
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from omnistore.demo.accounts import ACCOUNTS
from omnistore.demo.check.doors import WrongError, equal, until
from omnistore.demo.check.sample_steps import ask_verdict
from omnistore.demo.check.walk import Walk

REFUSED = ("REFUSE", "OFFER_ALTERNATIVE")


def held_and_released(walk: Walk) -> str:
    """Two pieces put aside are not promised to anybody else, and are again when they are given back."""
    path = f"/api/v1/stores/{quote(walk.store_code)}/holds"
    gtin = walk.sample.goods[walk.sku].gtin
    wanted = {"lines": [{"item": gtin, "quantity": 2}], "promotion_id": walk.deal.promotion_id}
    before = available(walk, gtin)
    held = walk.associate.ask("POST", path, data=wanted, expect=(201,), Idempotency_Key="check-hold")
    again = walk.associate.ask("POST", path, data=wanted, expect=(201,), Idempotency_Key="check-hold")
    equal("the same key again", expected=held.body, found=again.body)
    equal("available while held", expected=before - 2, found=available(walk, gtin))
    (one,) = held.json()["holds"]
    more = wanted | {"lines": [{"item": gtin, "quantity": before - 1}]}
    refused = walk.associate.ask("POST", path, data=more, expect=(409,), Idempotency_Key="check-more").json()
    equal("why not one more than is left", expected=["OUT_OF_STOCK"], found=refused["reasons"])
    for number in range(2):
        released = walk.associate.ask(
            "POST", f"{path}/{one['hold_id']}/release", data={}, Idempotency_Key=f"check-release-{number}"
        ).json()
        equal("state of the hold", expected="RELEASED", found=released["state"])
    equal("available after the release", expected=before, found=available(walk, gtin))
    return f"{before} to promise, {before - 2} while two are held, {before} after two taps on release"


def available(walk: Walk, gtin: str) -> int:
    found = ask_verdict(walk, gtin)
    equal(
        "on hand", expected=walk.sample.quantity(walk.store_code, walk.sku), found=found["stock"]["on_hand"]
    )
    return int(found["stock"]["available"])


def report_answered(walk: Walk) -> str:
    """A missing sign told twice is one report; the answer comes back over the live stream, and to that store alone."""
    path = f"/api/v1/stores/{quote(walk.store_code)}/reports"
    told = {"kind": "SIGN_MISSING", "promotion_id": walk.deal.promotion_id, "words": "No sign at the shelf."}
    report = walk.associate.ask(
        "POST", path, data=told, expect=(201,), Idempotency_Key="check-report-1"
    ).json()
    again = walk.associate.ask(
        "POST", path, data=told, expect=(200,), Idempotency_Key="check-report-2"
    ).json()
    equal("told again", expected=report["report_id"], found=again["report_id"])
    author = next(account.username for account in ACCOUNTS if account.role == "MERCHANDISER")
    equal("who has to answer", expected=author, found=report["owner"])
    answer = {"answer": "It is on the van."}
    target = f"/api/v1/reports/{report['report_id']}/answer"
    walk.associate.ask("POST", target, data=answer, expect=(403,))
    walk.merchandiser.ask("POST", target, data=answer)

    def is_answer(event: Any) -> bool:
        if event.kind != "report":
            return False
        facts = event.facts()
        return (facts["report_id"], facts["new_state"]) == (report["report_id"], "ANSWERED")

    walk.tablet.wait_for(is_answer, what="the answer on the tablet")
    heard = next(row for row in walk.associate.all_of(path) if row["report_id"] == report["report_id"])
    equal("answer", expected=("ANSWERED", answer["answer"]), found=(heard["state"], heard["answer"]))
    if any(event.kind == "report" for event in walk.far_away.events):
        raise WrongError(f"store {walk.far_away.store_code} heard of a report of {walk.store_code}")
    return f"told twice, one report for {author}; the tablet heard the answer, the far store nothing"


def refusals_counted(walk: Walk) -> str:
    """The board of refusals against the answers that were given on the way, counted here."""
    refused = [one for one in walk.answers if one["outcome"] in REFUSED]
    reasons = Counter(one["reasons"][0]["code"] for one in refused)
    at_stake = sum((money_at_stake(one) for one in refused), Decimal(0))

    def board() -> dict[str, Any]:
        found: dict[str, Any] = walk.merchandiser.get("/api/v1/refusals?days=2")  # midnight may be near
        return found

    until(lambda: board()["refusals"] >= len(refused), what=f"{len(refused)} refusals on the board")
    found = board()
    equal("refusals", expected=len(refused), found=found["refusals"])
    equal(
        "by reason",
        expected=dict(reasons),
        found={line["key"]: line["refusals"] for line in found["by_reason"]},
    )
    equal(
        "by store",
        expected={walk.store_code: len(refused)},
        found={line["key"]: line["refusals"] for line in found["by_store"]},
    )
    (amount,) = found["at_stake"]
    equal("at stake", expected=at_stake, found=Decimal(amount["amount"]))
    return f"{len(refused)} refusals for {len(reasons)} reasons, {at_stake} {amount['currency']} at stake"


def money_at_stake(answer: dict[str, Any]) -> Decimal:
    """What the shopper would have paid for one: the deal's price, the regular one where the deal gives none."""
    price = answer["price"]
    return Decimal(0) if price is None else Decimal(price["deal"] or price["regular"])
