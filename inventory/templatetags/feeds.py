"""Template words of the feed pages: how a source is doing, a run's state, durations, and the chart of runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory.imports.claims import MANUAL_COUNT
from inventory.models import FeedRun, FeedSource, RejectedRow
from inventory.selectors import FeedStatus

register = template.Library()

State = FeedRun.State


class Look(NamedTuple):
    """Colour, shape and words of a state: the three always go together."""

    tone: str
    shape: str
    text: Any


RUN_LOOKS = {
    State.RECEIVED: Look("alternative", "clock", gettext_lazy("Waiting")),
    State.LOADING: Look("alternative", "play", gettext_lazy("Loading")),
    State.HELD: Look("check", "eye", gettext_lazy("Held for you")),
    State.LOADED: Look("honour", "tick", gettext_lazy("Loaded")),
    State.LOADED_WITH_REJECTS: Look("check", "low", gettext_lazy("Loaded, lines rejected")),
    State.REFUSED: Look("refuse", "bar", gettext_lazy("Refused")),
    State.FAILED: Look("refuse", "cross", gettext_lazy("Failed")),
}


# Causes by their code; a code that is new here is shown in plain letters.
CAUSES = {
    "ambiguous_item": gettext_lazy("Lines of one item say different things"),
    "amount_not_positive": gettext_lazy("An amount is 0"),
    "bad_amount": gettext_lazy("An amount cannot be read"),
    "bad_code": gettext_lazy("A code is too long or not well formed"),
    "bad_count": gettext_lazy("A whole number cannot be read"),
    "bad_item": gettext_lazy("The item code is not well formed"),
    "bad_json": gettext_lazy("The line is no JSON object"),
    "bad_key": gettext_lazy("Till, day, sequence or line does not fit"),
    "bad_line": gettext_lazy("A quote stands in the wrong place"),
    "bad_percent": gettext_lazy("A percentage cannot be read"),
    "bad_period": gettext_lazy("A period ends before it begins"),
    "bad_sign": gettext_lazy("The sign does not fit the kind of movement"),
    "bad_text": gettext_lazy("A text cannot be read"),
    "bad_time": gettext_lazy("A date or time cannot be read"),
    "bad_value": gettext_lazy("A value is not one of those agreed"),
    "bad_zone": gettext_lazy("The time zone is not known"),
    "barcode_not_gtin": gettext_lazy("Something else stands in the place of the barcode"),
    "code_missing": gettext_lazy("The code that shoppers enter is missing"),
    "code_unneeded": gettext_lazy("A code is given, and none is needed"),
    "column_count": gettext_lazy("The line has too few or too many columns"),
    "conflicting_lines": gettext_lazy("Lines of one promotion say different things"),
    "conflicting_repeat": gettext_lazy("An earlier file said otherwise"),
    "count_not_positive": gettext_lazy("A quantity is 0"),
    "delivery_in_store": gettext_lazy("Free delivery is promised in stores"),
    "duplicate_field": gettext_lazy("A field stands in the line twice"),
    "ends_before_start": gettext_lazy("The promotion ends before it starts"),
    "future": gettext_lazy("The time lies in the future"),
    "gtin_check_digit": gettext_lazy("The check digit is wrong: the barcode was misread"),
    "gtin_exponent": gettext_lazy("A spreadsheet made a number of the barcode"),
    "missing_date": gettext_lazy("The day is missing"),
    "missing_direction": gettext_lazy("It is not said whether goods came or went"),
    "missing_quantity": gettext_lazy("The quantity is missing"),
    "missing_store": gettext_lazy("The store is missing"),
    "missing_value": gettext_lazy("A value is missing"),
    "mixed_currencies": gettext_lazy("The amounts have several currencies"),
    "mixed_times": gettext_lazy("Some times have an offset, others have none"),
    "negative": gettext_lazy("A number is negative where none may be"),
    "no_benefit": gettext_lazy("It is not said what the shopper gains"),
    "no_currency": gettext_lazy("An amount has no currency"),
    "no_item_key": gettext_lazy("The item code is missing"),
    "no_products": gettext_lazy("The promotion names no products"),
    "no_stores": gettext_lazy("The promotion names no stores"),
    "not_a_number": gettext_lazy("A number cannot be read"),
    "not_allowed": gettext_lazy("The promotion says what is not allowed"),
    "open_quote": gettext_lazy("A quote is opened and not closed"),
    "orphan_void": gettext_lazy("A line is voided that is not on the receipt"),
    "out_of_range": gettext_lazy("A number is too large"),
    "overlapping_period": gettext_lazy("The period cuts into one that was told before"),
    "percent_out_of_range": gettext_lazy("The percentage is not between 0 and 100"),
    "products_listed_for_all": gettext_lazy("Products are named, though all are meant"),
    "fact_of_other_kind": gettext_lazy("A kind of fact that the source does not send"),
    "quantity_of_other_kind": gettext_lazy("A quantity does not belong to this kind of deal"),
    "repeated_value": gettext_lazy("A value is given twice"),
    "several_benefits": gettext_lazy("Several benefits stand in one promotion"),
    "short_line": gettext_lazy("The line ends too early"),
    "split_mismatch": gettext_lazy("A total is not what its parts add up to"),
    "stale": gettext_lazy("A newer version stands"),
    "store_in_and_out": gettext_lazy("A store is included and left out"),
    "stores_listed_for_all": gettext_lazy("Stores are named, though all are meant"),
    "term_missing": gettext_lazy("The deal lacks an amount or a quantity"),
    "term_of_other_kind": gettext_lazy("A term does not belong to this kind of deal"),
    "too_long": gettext_lazy("A text is too long"),
    "transaction_conflict": gettext_lazy("A sale came twice with different content"),
    "transaction_control": gettext_lazy("What was paid is not what the receipt comes to"),
    "unknown_field": gettext_lazy("A field that nobody knows"),
    "unknown_item": gettext_lazy("The item is not known"),
    "unknown_record": gettext_lazy("A kind of line that the layout does not have"),
    "unknown_state": gettext_lazy("A state of stock that the profile does not explain"),
    "unknown_store": gettext_lazy("The store is not known"),
    "unknown_word": gettext_lazy("A word is not one of those agreed"),
    "uom_mismatch": gettext_lazy("The quantity does not fit the item's unit"),
}


@register.filter
def cause(code: str) -> Any:
    """Why lines were rejected, as a heading."""
    return CAUSES.get(code, code.replace("_", " ").capitalize())


@register.filter
def percent_done(run: FeedRun) -> int:
    """How much of the file's bytes are read, in whole percent."""
    return min(100, 100 * run.progress_bytes // run.size) if run.size else 0


@register.filter
def run_look(run: FeedRun) -> Look:
    """The state of one arrival."""
    return RUN_LOOKS[State(run.state)]


@register.filter
def feed_look(status: FeedStatus) -> Look:
    """How a source is doing, in one sentence; red only where somebody has to act."""
    last, lag = status.last_run, status.lag
    if status.running:
        return Look("alternative", "play", _("Loading %(file)s.") % {"file": status.running.file_name})
    if status.held:
        return Look("check", "eye", problem_sentence(status.held[0]))
    if last and last.state in (State.REFUSED, State.FAILED):
        return Look("refuse", "bar", problem_sentence(last))
    if lag:
        expected = duration(status.source.expected_every)
        return Look(
            "refuse",
            "clock",
            _("%(lag)s late: a file is expected every %(every)s.")
            % {"lag": duration(lag), "every": expected},
        )
    if not status.source.enabled:
        return Look("unknown", "stop", _("Switched off."))
    if last is None:
        return Look("unknown", "question", _("Nothing has arrived yet."))
    if last.state == State.RECEIVED:
        return Look("alternative", "clock", _("%(file)s is waiting for its turn.") % {"file": last.file_name})
    if last.rows_rejected and not status.waiting_lines:
        return Look("honour", "tick", _("On time; what was rejected has been dealt with."))
    if last.rows_rejected == last.rows_received <= status.waiting_lines and last.rows_rejected:
        words = ngettext(
            "Nothing of %(file)s could be used: its only line was rejected.",
            "Nothing of %(file)s could be used: all %(n)s lines were rejected.",
            last.rows_rejected,
        )
        return Look(
            "refuse",
            "bar",
            words % {"n": number_format(last.rows_rejected, force_grouping=True), "file": last.file_name},
        )
    if last.rows_rejected:
        words = ngettext(
            "On time; %(n)s line was rejected.", "On time; %(n)s lines were rejected.", last.rows_rejected
        )
        return Look("check", "low", words % {"n": number_format(last.rows_rejected, force_grouping=True)})
    return Look("honour", "tick", _("On time, nothing rejected."))


def problem_sentence(run: FeedRun) -> str:
    """Why the last file did not come in."""
    facts = {"file": run.file_name, "why": run.problem.get("message", "")}
    if run.state == State.HELD:
        return _("%(file)s is held for you: %(why)s") % facts
    if run.state == State.REFUSED:
        return _("%(file)s was refused: %(why)s") % facts
    return _("%(file)s failed: %(why)s") % facts


@register.filter
def duration(span: timedelta) -> str:
    """A span in its two largest units: "45 min", "3 h 20 min", "2 d 4 h"."""
    minutes = max(0, int(span / timedelta(minutes=1)))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, _("d")), (hours, _("h")), (minutes, _("min"))]
    first = next((place for place, (number, _unit) in enumerate(parts) if number), 2)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2] if number or first == 2)


@register.filter
def run_seconds(run: FeedRun) -> str:
    """How long the load took."""
    if not run.started_at or not run.finished_at:
        return "–"
    return f"{(run.finished_at - run.started_at).total_seconds():.1f} s"


@register.filter
def pace(run: FeedRun, now: datetime) -> str:
    """How fast a running load reads, and how long it still takes at that pace."""
    speed, left = run.rows_a_second(now=now), run.remaining(now=now)
    words = [_("%(n)s rows/s") % {"n": number_format(round(speed), force_grouping=True)}] if speed else []
    if left is not None:
        words.append(_("about %(time)s left") % {"time": seconds(left)})
    return ", ".join(words)


@register.filter
def phase(run: FeedRun) -> str:
    """What a running load is doing."""
    if run.progress_bytes < run.size:
        return _("Reading the file")
    return _("Comparing and writing")


def seconds(span: timedelta) -> str:
    """A span of seconds or minutes: "8 s", "4 min"."""
    whole = max(1, round(span.total_seconds()))
    return _("%(n)s s") % {"n": whole} if whole < 100 else duration(span)


@register.filter
def reason(row: RejectedRow) -> str:
    """The sentence without the line's number, where that stands beside it."""
    return row.message.removeprefix(f"Line {row.line_number}: ")


COUNTS = ("received", "applied", "unchanged", "stale", "rejected")


@register.filter
def in_order(counts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Figures of a held file in the order in which they add up."""
    known = [(name, counts[name]) for name in COUNTS if name in counts]
    return known + [(name, number) for name, number in counts.items() if name not in COUNTS]


WHAT_COUNTS_SAY = {
    "received": gettext_lazy("Received"),
    "applied": gettext_lazy("Applied"),
    "unchanged": gettext_lazy("Unchanged"),
    "stale": gettext_lazy("Not believed"),
    "rejected": gettext_lazy("Rejected"),
}


@register.filter
def count_name(name: str) -> Any:
    """What one of the figures of a file is called."""
    return WHAT_COUNTS_SAY.get(name, name.replace("_", " ").capitalize())


HOW_COMPLETE = {
    "FULL": gettext_lazy("everything in its stores"),
    "PARTIAL": gettext_lazy("only what it names"),
    "DELTA": gettext_lazy("only what has changed"),
    "EVENTS": gettext_lazy("single sales and movements"),
}


@register.filter
def is_fed(source: FeedSource) -> bool:
    """Whether files come from the source; what people count at the shelf is no file."""
    return source.code != MANUAL_COUNT


@register.filter
def how_complete(completeness: str) -> Any:
    """What a file speaks for."""
    return HOW_COMPLETE.get(completeness, completeness)


@register.filter
def told(value: Any) -> str:
    """One thing a held file would do, as a loader has put it: a sentence, or facts by their names."""
    if isinstance(value, Mapping):
        return ", ".join(f"{str(key).replace('_', ' ')} {told(part)}" for key, part in value.items())
    if isinstance(value, list):
        return " → ".join(told(part) for part in value)
    return number_format(value, force_grouping=True) if isinstance(value, int) else str(value)


class Bar(NamedTuple):
    """One run in the chart, in pixels from the top left: the good part and, above it, the rejected one.

    A refused, failed or held run has no figures: `is_bad` or `is_held`, drawn as a frame of full height.
    """

    run: FeedRun
    x: int
    y: int
    height: int
    rejected_y: int
    rejected_height: int
    is_bad: bool = False
    is_held: bool = False


BAR, GAP, HEIGHT = 9, 3, 72
BARS = 30


@register.inclusion_tag("inventory/_chart.html")
def run_chart(runs: Sequence[FeedRun], key: str) -> dict[str, Any]:
    """Rows of the last runs as bars, the newest on the right. `key` makes the ids of one page differ."""
    most = max((run.rows_received for run in runs), default=0) or 1
    first = max(0, BARS - len(runs))
    bars = [_bar(run, (first + place) * (BAR + GAP), most) for place, run in enumerate(runs)]
    return {
        "bars": bars,
        "key": key,
        "most": most,
        "has_figures": any(run.is_finished or run.state == State.HELD for run in runs),
        "width": BARS * (BAR + GAP) - GAP,
        "bar": BAR,
        "height": HEIGHT,
        "bad": sum(bar.is_bad for bar in bars),
        "rejects": any(bar.rejected_height for bar in bars),
        "held": any(bar.is_held for bar in bars),
        "oldest": runs[0] if runs else None,
        "newest": runs[-1] if runs else None,
    }


def _bar(run: FeedRun, x: int, most: int) -> Bar:
    if run.state in (State.REFUSED, State.FAILED):
        return Bar(run, x, HEIGHT, 0, 0, 0, is_bad=True)
    if run.state == State.HELD:
        return Bar(run, x, HEIGHT, 0, 0, 0, is_held=True)
    whole = max(2, round(HEIGHT * run.rows_received / most)) if run.rows_received else 1
    rejected = max(2, round(whole * run.rows_rejected / run.rows_received)) if run.rows_rejected else 0
    return Bar(run, x, HEIGHT - whole + rejected, whole - rejected, HEIGHT - whole, rejected)
