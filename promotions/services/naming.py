"""Whether the stores, groups, lists and codes that a revision names exist and are free: for one or for thousands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inventory.models import Store, StoreGroup
from promotions.models import Campaign, ItemList, Picture, Promotion, PromotionRevision, SingleUseCode
from promotions.rules.codes import canonical_code
from promotions.rules.price import benefit_of
from promotions.selectors.targeting import targeted_stores

SIDES = ("inclusion", "exclusion")


@dataclass(frozen=True)
class Known:
    """Of the names that some revisions use, those that exist; and who has each code already."""

    stores: frozenset[str]
    groups: frozenset[str]
    lists: frozenset[str]
    codes: Mapping[str, Promotion]
    campaigns: frozenset[str]
    pictures: frozenset[str]
    single_use: Mapping[str, str]  # of whom, by the code
    currencies: frozenset[str]  # of all selling stores


def known_names(contents: Iterable[Mapping[str, Any]]) -> Known:
    """Asked for at once: eight queries, however many revisions."""
    contents = list(contents)

    def named(field: str) -> set[str]:
        return {
            name for content in contents for side in SIDES for name in content.get(f"{field}_{side}") or []
        }

    codes = {code_of(content) for content in contents} - {""}
    open_ones = Promotion.objects.filter(open_code__in=codes).only("promotion_id", "open_code")
    return Known(
        stores=frozenset(
            Store.objects.filter(store_code__in=named("store_codes")).values_list("store_code", flat=True)
        ),
        groups=frozenset(
            StoreGroup.objects.filter(code__in=named("store_groups")).values_list("code", flat=True)
        ),
        lists=frozenset(ItemList.objects.filter(code__in=named("item_list")).values_list("code", flat=True)),
        codes={promotion.open_code or "": promotion for promotion in open_ones},
        campaigns=frozenset(
            Campaign.objects.filter(
                campaign_id__in={content.get("campaign") or "" for content in contents}
            ).values_list("campaign_id", flat=True)
        ),
        pictures=frozenset(
            Picture.objects.filter(pk__in=filter(None, map(uploaded_picture, contents))).values_list(
                "pk", flat=True
            )
        ),
        single_use=dict(
            SingleUseCode.objects.filter(pk__in={canonical_code(code) for code in codes}).values_list(
                "pk", "promotion__promotion_id"
            )
        ),
        currencies=frozenset(Store.objects.all().selling().values_list("currency", flat=True)),
    )


def naming_errors(
    content: Mapping[str, Any], *, promotion: Promotion | None, known: Known
) -> dict[str, list[str]]:
    """Stores, groups, lists and codes that do not exist or are taken; `known` covers the names of the content."""
    errors: dict[str, list[str]] = {}
    for field, names, told in (
        ("store_codes", known.stores, "No store has the code"),
        ("store_groups", known.groups, "No store group has the code"),
        ("item_list", known.lists, "No item list has the code"),
    ):
        for side in SIDES:
            missing = [name for name in content.get(f"{field}_{side}") or [] if name not in names]
            if missing:
                errors[f"{field}_{side}"] = [f"{told} {', '.join(missing)}."]
    campaign = content.get("campaign") or ""
    if campaign and campaign not in known.campaigns:
        errors["campaign"] = [f"No campaign has the id {campaign}."]
    picture = uploaded_picture(content)
    if picture and picture not in known.pictures:
        errors["picture"] = ["There is no such picture; upload it first."]
    if taken := code_taken(code_of(content), promotion=promotion, known=known):
        errors["generic_redemption_code"] = [taken]
    return errors | currency_errors(content, known=known)


def uploaded_picture(content: Mapping[str, Any]) -> str:
    """The SHA-256 of an uploaded picture; "" for none or a link."""
    picture = content.get("picture") or ""
    return "" if picture.startswith("https://") else picture


def code_taken(code: str, *, promotion: Promotion | None, known: Known) -> str:
    """Who else has this code, in capitals, as a sentence; "" when nobody has."""
    if not code:
        return ""
    other = known.codes.get(code)
    if other and (promotion is None or other.pk != promotion.pk):
        return f"The code is taken by the open promotion {other.promotion_id}."
    owner = known.single_use.get(canonical_code(code))
    return f"It is a single-use code of {owner}." if owner else ""


def currency_errors(content: Mapping[str, Any], *, known: Known) -> dict[str, list[str]]:
    """An amount in money that none of its stores has; where only some have other money, it is blocked there."""
    currency = content.get("currency")
    if not benefit_of(content).has_money or known.currencies == {currency}:
        return {}
    theirs = set(targeted_stores(PromotionRevision(**content)).values_list("currency", flat=True))
    if not theirs or currency in theirs:
        return {}
    return {"currency": [f"None of its stores has {currency}; they have {', '.join(sorted(theirs))}."]}


def code_of(content: Mapping[str, Any]) -> str:
    """The code as open promotions keep it."""
    return (content.get("generic_redemption_code") or "").upper()
