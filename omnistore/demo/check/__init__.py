"""The main job once, through the public doors only: HTTP, files in the inbox, the live stream.

Nothing of the application is imported here. What must come out is worked out a second time from the input
files, so that a mistake in the application and one in the check would have to be the same to go unseen.
"""

import time
from pathlib import Path

from omnistore.demo.check import floor_steps, live_steps, sample_steps
from omnistore.demo.check.inputs import read_inbox
from omnistore.demo.check.walk import Step, Walk, account, walk_through

LOADED = ("files loaded",)
PUBLISHED = ("publish",)
STEPS = (
    Step("sign in", sample_steps.sign_in),
    Step("catalogue", sample_steps.catalogue, needs=("sign in",)),
    Step("files loaded", sample_steps.files_loaded, needs=("catalogue",)),
    Step("rejected lines named", sample_steps.rejects_named, needs=LOADED),
    Step("stock levels", sample_steps.levels_right, needs=LOADED),
    Step("promotions", sample_steps.promotions_right, needs=LOADED),
    Step("offers in every store", sample_steps.offers_right, needs=LOADED),
    Step("verdicts on promoted items", sample_steps.verdicts_right, needs=LOADED),
    Step("odd scans", sample_steps.odd_scans_right, needs=LOADED),
    Step("tablets listen", live_steps.listen, needs=LOADED),
    Step("publish", live_steps.publish, needs=("tablets listen",)),
    Step("basket quoted", live_steps.basket_quoted, needs=PUBLISHED),
    Step("told and acknowledged", live_steps.board_right, needs=PUBLISHED),
    Step("reworded", live_steps.reworded, needs=("told and acknowledged",)),
    Step("held and released", floor_steps.held_and_released, needs=PUBLISHED),
    Step("report answered", floor_steps.report_answered, needs=PUBLISHED),
    Step("uses never exceeded", live_steps.uses_never_exceeded, needs=("tablets listen",)),
    Step(
        "foreign store hears nothing",
        live_steps.foreign_hears_nothing,
        needs=(*PUBLISHED, "uses never exceeded"),
    ),
    Step("sold down", live_steps.sold_down, needs=PUBLISHED),
    Step("sold out", live_steps.sold_out, needs=("sold down",)),
    Step("counted once", live_steps.counted_once, needs=("sold out",)),
    Step("stop", live_steps.stop, needs=PUBLISHED),
    Step("refusals counted", floor_steps.refusals_counted, needs=LOADED),
    Step("missed nothing", live_steps.missed_nothing, needs=("stop", "sold down")),
)


def run(*, base_url: str, data: Path, json: bool) -> int:
    """Walk through the main job at `base_url`; 0 if every step came out as the input files say."""
    started = time.monotonic()
    inbox = data / "inbox"
    walk = Walk(base_url=base_url, inbox=inbox, inputs=read_inbox(inbox))
    done = walk_through(STEPS, walk)
    return account(done, seconds=time.monotonic() - started, in_json=json)
