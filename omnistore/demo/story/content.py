"""The words of the story: tom's deal, what maria told head office, and what shoppers asked for in the last week."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from omnistore.demo.sample.story import STORY_SKUS, STORY_STORES

PLACE = "Aisle 7, end cap by the bakery"
SHOPPER = "Ana"


def deal_content(today: date) -> dict[str, Any]:
    """A quarter off two coffees, online and in five stores, until tomorrow night."""
    return {
        "long_title": "25% off Caldergate ground coffee",
        "customer_display_name": "A quarter off Caldergate coffee",
        "operator_text": "Yes, a quarter off all Caldergate ground coffee, online and here. No code needed.",
        "talk_track": (
            "It is the deal from Tuesday's mail: no code, no card, the till knows it.\n"
            "Classic Roast is the mild one, Dark Roast suits a moka pot.\n"
            "Goes with it: 50¢ off coffee creamer."
        ),
        "urgency": "TODAY",
        "quiz_question": "A shopper has no code for the coffee deal. What do you say?",
        "quiz_answers": "No code is needed\nShow me the mail first\nOnly with a member card",
        "quiz_explanation": "Everybody gets the quarter off; the till takes it by itself.",
        "coupon_value_type": "PERCENT_OFF",
        "percent_off": Decimal(25),
        "redemption_channel": ["ONLINE", "IN_STORE"],
        "product_applicability": "SPECIFIC_PRODUCTS",
        "item_id_inclusion": list(STORY_SKUS),
        "store_applicability": "SPECIFIC_STORES",
        "store_codes_inclusion": list(STORY_STORES),
        "starts_on": today - timedelta(days=2),
        "ends_on": today + timedelta(days=2),  # no longer belongs to it
        "minimum_stock": 3,
    }


class Asked(NamedTuple):
    """So many shoppers asked for a promotion's items in a store within the last seven days."""

    promotion_id: str
    store_code: str
    times: int


WEEK = (
    Asked("HL-CEREAL-25", "0412", 14),
    Asked("HL-SODA-1", "0412", 9),
    Asked("HL-SODA-1", "0704", 7),
    Asked("HL-CREAMER-50", "0421", 5),
    Asked("HL-CAT-15", "0412", 9),
    Asked("HL-CAT-15", "0421", 6),
    Asked("HL-CAT-15", "0704", 4),
    Asked("HL-GARLIC-20", "0412", 8),
    Asked("HL-SALAD-250", "0415", 5),
    Asked("HL-SALAD-250", "0108", 3),
    Asked("HL-ORANGE-1", "0711", 4),
    Asked("HL-ORANGE-1", "0603", 2),
    Asked("HL-ICECREAM-25", "0650", 6),
    Asked("HL-CRACKER-1", "0108", 3),
    Asked("HL-CRACKER-1", "0412", 2),
)

SIGN_MISSING = "No sign at the cereal; shoppers only hear of it at the till."
SIGN_ANSWER = "Printed, on today's van to you. Honour it until then: the till knows the deal."
PRICE_MISMATCH = "The shelf edge still says $3.79 for the Classic Roast, without the deal."
