"""The same basket in django-oscar: `python -m omnistore.benchmarks.oscar_peer`, in a process with Oscar's settings.

It reads sizes as JSON from standard input and says as JSON what one application of the offers took.
"""

import gc
import sys
import time
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any

import django
import orjson
from django.core.management import call_command

from omnistore.benchmarks.measuring import MICROSECONDS, database_pid, tree_cpu_seconds


def main() -> None:
    """Fill, warm up, measure."""
    django.setup()
    asked = orjson.loads(sys.stdin.buffer.read())
    measured = measure(offers=asked["offers"], lines=asked["lines"], rounds=asked["rounds"])
    sys.stdout.buffer.write(orjson.dumps(measured))


def measure(*, offers: int, lines: int, rounds: int) -> dict[str, Any]:
    """CPU microseconds, Oscar's process and the database, of each round, and the discount that came out."""
    factories: Any = import_module("oscar.test.factories")  # models: only once Django is set up
    applicator: Any = import_module("oscar.apps.offer.applicator").Applicator()
    call_command("migrate", verbosity=0)
    products = [factories.create_product(price=Decimal("10.00"), num_in_stock=100) for _ in range(lines)]
    for number in range(offers):
        product = products[number % lines]
        goods = factories.RangeFactory(products=[product])
        factories.ConditionalOfferFactory(
            name=f"offer {number}",
            condition=factories.ConditionFactory(range=goods, type="Count", value=1),
            benefit=factories.BenefitFactory(
                range=goods, type="Percentage", value=Decimal(5 + number // lines)
            ),
        )
    basket = factories.BasketFactory()
    for product in products:
        basket.add_product(product, quantity=1)
    database = partial(tree_cpu_seconds, database_pid())
    gc.collect()
    gc.freeze()  # as beside it: neither side pays for what it has loaded
    spent = []
    for number in range(rounds + 1):
        basket.reset_offer_applications()
        before = time.process_time() + database()
        applicator.apply(basket)
        if number:  # the first one warms up
            spent.append((time.process_time() + database() - before) * MICROSECONDS)
    return {"cpu_us": spent, "discount": str(basket.total_discount)}


if __name__ == "__main__":
    main()
