"""The steps about what partners sent: files, levels, offers and verdicts against the input files."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from omnistore.demo.accounts import ACCOUNTS
from omnistore.demo.check.doors import Door, WrongError, equal, until
from omnistore.demo.check.expected import (
    Expected,
    Sample,
    check_digit,
    offer_state,
    promotion_state,
    verdict_on_deal,
    verdict_on_item,
)
from omnistore.demo.check.inputs import Goods, Level, Place, levels_of, read_file
from omnistore.demo.check.walk import Walk

FINISHED = {"LOADED", "LOADED_WITH_REJECTS", "REFUSED", "FAILED"}


def sign_in(walk: Walk) -> str:
    """A token for each of these people; none for a wrong password."""
    doors: dict[str, Door] = {}
    for account in ACCOUNTS:
        asked = {"username": account.username, "password": account.password, "name": "demo --check"}
        given = Door(walk.base_url).ask("POST", "/api/v1/tokens", data=asked, expect=(201,)).json()
        equal(f"role of {account.username}", expected=account.role, found=given["role"])
        if account.role not in doors:  # of several people the first does the work
            doors[account.role] = Door(walk.base_url, token=given["token"])
            if account.role == "ASSOCIATE":
                (walk.store_code,) = given["store_codes"]
    walk.associate, walk.merchandiser = doors["ASSOCIATE"], doors["MERCHANDISER"]
    walk.approver, walk.operator = doors["APPROVER"], doors["OPERATOR"]
    wrong = asked | {"password": asked["username"]}
    Door(walk.base_url).ask("POST", "/api/v1/tokens", data=wrong, expect=(401,))
    return f"{len(ACCOUNTS)} tokens; a wrong password gets 401"


def catalogue(walk: Walk) -> str:
    """Stores and items as the API has them, and what the files say of them."""
    if not walk.inputs:
        raise WrongError(f"no input files in {walk.inbox}: the check needs an empty database")
    places = {row["store_code"]: place_in(row) for row in walk.merchandiser.all_of("/api/v1/stores")}
    goods = {row["sku"]: goods_in(row) for row in walk.merchandiser.all_of("/api/v1/items")}
    walk.told = {
        (file.source_code, file.name): read_file(file, places=places, goods=goods) for file in walk.inputs
    }
    told = walk.told.values()
    walk.sample = Sample(
        places=places,
        goods=goods,
        levels=levels_of(
            [count for each in told for count in each.counts], [sale for each in told for sale in each.sales]
        ),
        deals={deal.promotion_id: deal for each in told for deal in each.deals},
    )
    visible = [row["store_code"] for row in walk.associate.all_of("/api/v1/stores")]
    equal("stores the associate sees", expected=[walk.store_code], found=visible)
    return f"{len(places)} stores, {len(goods)} items; the associate sees one store"


def place_in(row: dict[str, Any]) -> Place:
    return Place(
        store_code=row["store_code"],
        kind=row["kind"],
        zone=ZoneInfo(row["timezone"]),
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        opening_hours=row["opening_hours"],
    )


def goods_in(row: dict[str, Any]) -> Goods:
    (gtin,) = [code["value"] for code in row["identifiers"] if code["kind"] == "GTIN"]
    return Goods(sku=row["sku"], gtin=gtin, price=Decimal(row["regular_price"]))


def files_loaded(walk: Walk) -> str:
    """Each file in the inbox is pulled and loaded, and each of its lines accounted for."""
    until(lambda: len(finished_runs(walk)) >= len(walk.inputs), what=f"{len(walk.inputs)} files loaded")
    runs = finished_runs(walk)
    equal("files", expected=sorted(walk.told), found=sorted(runs))
    for file, told in walk.told.items():
        expected = {
            "received": told.lines,
            "applied": told.lines - len(told.bad),
            "unchanged": 0,
            "stale": 0,
            "rejected": len(told.bad),
            "absent": 0,
        }
        equal(" ".join(file), expected=expected, found=runs[file]["counts"])
        state = "LOADED_WITH_REJECTS" if told.bad else "LOADED"
        equal(f"state of {file}", expected=state, found=runs[file]["state"])
    lines = sum(told.lines for told in walk.told.values())
    return f"{len(runs)} files, {lines:,} lines, each file's counts as counted here"


def finished_runs(walk: Walk) -> dict[tuple[str, str], dict[str, Any]]:
    """The finished runs by source and file name."""
    runs = {}
    for source in sorted({file.source_code for file in walk.inputs}):
        for run in walk.operator.all_of(f"/api/v1/feeds/{source}/runs"):
            if run["state"] in FINISHED:
                runs[source, run["file_name"]] = run
    return runs


def rejects_named(walk: Walk) -> str:
    """The lines that cannot be used, each with its number, reason and text."""
    runs = finished_runs(walk)
    named = []
    for file in walk.inputs:
        told = walk.told[file.source_code, file.name]
        run = runs[file.source_code, file.name]
        rows = list(walk.operator.all_of(f"/api/v1/feeds/runs/{run['id']}/rejected"))
        found = {row["line_number"]: row["code"] for row in rows}
        equal(f"rejected lines of {file.name}", expected=told.bad, found=found)
        lines = file.content.decode("cp1252" if rows else "utf-8").splitlines()
        for row in rows:
            equal("raw text", expected=lines[row["line_number"] - 1], found=row["raw"])
        named += [f"{number} {code}" for number, code in told.bad.items()]
    return f"lines {', '.join(named)}"


def levels_right(walk: Walk) -> str:
    """Every level of every place: newest count less later sales, with its ages."""
    found = {}
    for code in walk.sample.places:
        for row in walk.merchandiser.all_of(f"/api/v1/stores/{quote(code)}/stock"):
            found[code, row["sku"]] = Level(
                quantity=int(Decimal(row["quantity"])),
                counted_at=datetime.fromisoformat(row["counted_at"]),
                sales_until=row["sales_until"] and datetime.fromisoformat(row["sales_until"]),
            )
            offset = datetime.fromisoformat(row["counted_at"]).utcoffset()
            zone = walk.sample.places[code].zone
            equal(
                "clock",
                expected=found[code, row["sku"]].counted_at.astimezone(zone).utcoffset(),
                found=offset,
            )
    equal("number of levels", expected=len(walk.sample.levels), found=len(found))
    for place, level in walk.sample.levels.items():
        equal(f"level of {place}", expected=level, found=found.get(place))
    sold = sum(level.sales_until is not None for level in found.values())
    return f"{len(found):,} levels in {len(walk.sample.places)} places, {sold:,} with later sales, all equal"


def promotions_right(walk: Walk) -> str:
    """Every promotion of the file, in the state its window gives."""
    until(lambda: not promotion_differences(walk), what="states of the promotions")
    states = Counter(expected_states(walk).values())
    return f"{states.total()} promotions: {told(states)}"


def promotion_differences(walk: Walk) -> list[str]:
    rows = {row["promotion_id"]: row["state"] for row in walk.merchandiser.all_of("/api/v1/promotions")}
    return differences(expected_states(walk), rows)


def expected_states(walk: Walk) -> dict[str, str]:
    now = now_utc()
    deals = walk.sample.deals.values()
    return {deal.promotion_id: promotion_state(walk.sample, deal, now=now) for deal in deals}


def differences(expected: dict[Any, Any], found: dict[Any, Any]) -> list[str]:
    """What differs, key by key."""
    return [
        f"{key}: expected {expected.get(key)}, found {found.get(key)}"
        for key in {**expected, **found}
        if expected.get(key) != found.get(key)
    ]


def offers_right(walk: Walk) -> str:
    """Every promotion in every store: its state, and its window on the store's clock."""
    expected, found = {}, {}
    now = now_utc()
    for code, place in walk.sample.places.items():
        for which in ("", "?state=EXPIRED"):  # the list alone leaves out what is over
            for row in walk.merchandiser.all_of(f"/api/v1/stores/{quote(code)}/offers{which}"):
                found[code, row["promotion_id"]] = (row["state"], row["starts_at"], row["ends_at"])
        for deal in walk.sample.deals.values():
            if code in deal.store_codes:
                state = offer_state(walk.sample, deal, store_code=code, now=now)
                window = (instant.isoformat() for instant in deal.window(place))
                expected[code, deal.promotion_id] = (state, *window)
    if wrong := differences(expected, found):
        raise WrongError(f"{len(wrong)} of {len(expected)} offers: {'; '.join(wrong[:5])}")
    return f"{len(found)} offers: {told(Counter(state for state, *_window in found.values()))}"


def told(states: Counter[str]) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(states.items()))


def verdicts_right(walk: Walk) -> str:
    """The verdict on every promoted item in the associate's store, asked by GTIN."""
    sample, code = walk.sample, walk.store_code
    outcomes: Counter[str] = Counter()
    for sku in sorted({sku for deal in sample.deals.values() for sku in deal.skus}):
        outcomes[check_verdict(walk, sku)["outcome"]] += 1
    return f"{outcomes.total()} promoted items in {code}: {told(outcomes)}; prices to the cent"


def check_verdict(walk: Walk, sku: str, *, right: Expected | None = None) -> dict[str, Any]:
    """Ask for the verdict on an item's GTIN in the associate's store and compare it with what is right.

    Compared are outcome, first reason, deal, price, nearest stores and stock; without `right` the sample says.
    """
    gtin, code = walk.sample.goods[sku].gtin, walk.store_code
    found = ask_verdict(walk, gtin)
    right = right or verdict_on_item(
        walk.sample, sku, store_code=code, now=datetime.fromisoformat(found["at"])
    )
    deal, price, stock = (found[part] or {} for part in ("promotion", "price", "stock"))
    deal_price = price.get("deal")
    equal(
        f"verdict on {gtin}",
        expected=right,
        found=Expected(
            outcome=found["outcome"],
            reason=found["reasons"][0]["code"],
            promotion_id=deal.get("promotion_id"),
            price=None if deal_price is None else Decimal(deal_price),
            alternatives=tuple(place["store_code"] for place in found["alternatives"]),
        ),
    )
    equal(f"stock of {gtin}", expected=walk.sample.quantity(code, sku), found=stock.get("on_hand"))
    return found


def ask_verdict(walk: Walk, code: str) -> dict[str, Any]:
    path = f"/api/v1/stores/{quote(walk.store_code)}/verdict?code={quote(code, safe='')}"
    found: dict[str, Any] = walk.associate.get(path)
    walk.answers.append(found)
    return found


def odd_scans_right(walk: Walk) -> str:
    """A code nobody knows, a misread one, a GTIN in its longer form, a promotion's code, a foreign store."""
    goods = walk.sample.goods
    unknown = "952999999999"
    unknown += check_digit(unknown)
    equal("unknown GTIN", expected="UNKNOWN_CODE", found=only_reason(walk, unknown))
    good = next(iter(goods.values())).gtin
    misread = good[:-1] + str((int(good[-1]) + 1) % 10)
    equal("misread GTIN", expected="MISREAD_CODE", found=only_reason(walk, misread))
    deal = next(
        deal for deal in walk.sample.deals.values() if deal.code and walk.store_code in deal.store_codes
    )
    typed = ask_verdict(walk, deal.code.lower())
    equal("deal of a typed code", expected=deal.promotion_id, found=typed["promotion"]["promotion_id"])
    best = verdict_on_deal(walk.sample, deal, typed["item"]["sku"], store_code=walk.store_code, now=now_utc())
    equal("verdict on a typed code", expected=best.outcome, found=typed["outcome"])
    other = next(code for code in walk.sample.places if code != walk.store_code)
    walk.associate.ask("GET", f"/api/v1/stores/{other}/verdict?code={good}", expect=(404,))
    return f"unknown, misread, code {deal.code} typed in small letters; store {other} is foreign: 404"


def only_reason(walk: Walk, code: str) -> str:
    found = ask_verdict(walk, code)
    equal(f"outcome of {code}", expected="UNKNOWN", found=found["outcome"])
    (reason,) = found["reasons"]
    return str(reason["code"])


def now_utc() -> datetime:
    return datetime.now(UTC)
