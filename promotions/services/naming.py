"""Whether the stores, groups, lists and codes that a revision names exist and are free: for one or for thousands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inventory.models import Store, StoreGroup
from promotions.models import ItemList, Promotion

SIDES = ("inclusion", "exclusion")


@dataclass(frozen=True)
class Known:
    """Of the names that some revisions use, those that exist; and the open promotion of each code in capitals."""

    stores: frozenset[str]
    groups: frozenset[str]
    lists: frozenset[str]
    codes: Mapping[str, Promotion]


def known_names(contents: Iterable[Mapping[str, Any]]) -> Known:
    """Asked for at once: four queries at most, however many revisions."""
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
    other = known.codes.get(code_of(content))
    if other and (promotion is None or other.pk != promotion.pk):
        errors["generic_redemption_code"] = [f"The code is taken by the open promotion {other.promotion_id}."]
    return errors


def code_of(content: Mapping[str, Any]) -> str:
    """The code as open promotions keep it."""
    return (content.get("generic_redemption_code") or "").upper()
