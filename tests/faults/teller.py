"""A process that changes offers through the services until it is told to stop: `python -m tests.faults.teller`.

It makes its stores, promotions and an API key, says so in a line of JSON, and then obeys "go" and "stop".
"""

import json
import random
import select
import sys
import time

import django

STORES = 20
PROMOTIONS = 3
PAUSE_SECONDS = 0.01
ROLLED_BACK = 0.05


def main() -> None:
    """Changes while "go" holds; "stop" is answered when the last one is committed."""
    django.setup()
    # These need the apps to be ready.
    from tests.faults.telling import change_one, prepare  # noqa: PLC0415

    made = prepare(stores=STORES, promotions=PROMOTIONS)
    say(made)
    goes, chance = False, random.Random(7)
    while True:
        if select.select([sys.stdin], [], [], 0 if goes else None)[0]:
            word = sys.stdin.readline().strip()
            if not word:
                return
            goes = word == "go"
            say({"goes": goes})
        if goes:
            store_id = chance.choice([store_id for store_id, _code in made["stores"]])
            change_one(store_id=store_id, take_back=chance.random() < ROLLED_BACK)
            time.sleep(PAUSE_SECONDS)


def say(what: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
