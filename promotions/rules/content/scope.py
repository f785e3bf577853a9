"""What it is for, and where: nothing may be meant and excluded at once."""

from collections.abc import Mapping
from typing import Any

from promotions.rules.content.shapes import Wrong
from promotions.rules.words import ProductApplicability, StoreApplicability

ITEM_LISTS = (
    "item_id_inclusion",
    "brand_inclusion",
    "product_type_inclusion",
    "item_group_id_inclusion",
    "item_list_inclusion",
)
STORE_LISTS = ("store_codes_inclusion", "store_groups_inclusion")


def check_scope(content: Mapping[str, Any], wrong: Wrong) -> None:
    """ALL_… goes without inclusion lists, SPECIFIC_… with at least one list; exclusions alone mean all but these."""
    for field, everything, specific, lists, what in (
        ("product_applicability", ProductApplicability.ALL_PRODUCTS, ProductApplicability.SPECIFIC_PRODUCTS,
         ITEM_LISTS, "items"),
        ("store_applicability", StoreApplicability.ALL_STORES, StoreApplicability.SPECIFIC_STORES,
         STORE_LISTS, "stores"),
    ):  # fmt: skip
        choice = content.get(field)
        given = [name for name in lists if content.get(name)]
        if choice == everything:
            for name in given:
                wrong(name, f"Leave this empty, or choose specific {what}.")
        elif choice == specific:
            excluded = [name for name in lists if content.get(name.replace("inclusion", "exclusion"))]
            if not given and not excluded:
                wrong(lists[0], f"Name at least one of the {what}, or choose all {what}.")
        else:
            wrong(field, f"Choose all {what} or specific {what}.")
    check_contradictions(content, wrong)


def check_contradictions(content: Mapping[str, Any], wrong: Wrong) -> None:
    """The same name on both sides is a mistake whichever side wins."""
    for name in (*ITEM_LISTS, *STORE_LISTS):
        other = name.replace("inclusion", "exclusion")
        both = [code for code in content.get(name) or [] if code in (content.get(other) or [])]
        if both:
            wrong(other, f"{', '.join(both[:5])} is included and excluded; leave it in one of the lists.")
