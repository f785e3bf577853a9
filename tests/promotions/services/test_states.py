"""The rule for one offer and its SQL for sets of them say the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotions.rules.offer_state import OfferFacts, decide_state, next_turn
from promotions.rules.window import OfferTimes
from promotions.services.states import state_sql, turns_at_sql
from tests.factories_promotions import NOW

pytestmark = pytest.mark.django_db

ROW = """(SELECT %(state)s::text AS state, %(opens)s::timestamptz AS opens_at, %(closes)s::timestamptz AS closes_at,
                 %(ends)s::timestamptz AS ends_at, %(honoured)s::timestamptz AS honoured_until,
                 %(issues)s::jsonb AS issues) o"""


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    state=st.sampled_from(["STOPPED", "READY"]),
    gaps=st.tuples(st.integers(-6, 3), st.integers(1, 3), st.integers(0, 2), st.integers(0, 2)),
    counts=st.tuples(*[st.integers(0, 4)] * 3).map(lambda three: sorted(three, reverse=True)),
    is_blocked=st.booleans(),
)
def test_the_databases_state_and_turn_are_the_rules(
    state: str, gaps: tuple[int, int, int, int], counts: list[int], is_blocked: bool, db: Any
) -> None:
    opens_at, closes_at, ends_at, honoured_until = (
        NOW + timedelta(hours=sum(gaps[: place + 1])) for place in range(4)
    )
    sql = state_sql(offer="o", stocked=str(counts[0]), available=str(counts[1]), enough=str(counts[2]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {sql}, {turns_at_sql(offer='o', period='o')} FROM {ROW}",
            {
                "now": NOW, "state": state, "opens": opens_at, "closes": closes_at, "ends": ends_at,
                "honoured": honoured_until, "issues": '[{"severity": "blocking"}]' if is_blocked else "[]",
            },
        )  # fmt: skip
        said = cursor.fetchone()

    facts = OfferFacts(
        ends_at,
        opens_at,
        closes_at,
        counts[0],
        counts[1],
        counts[2],
        is_stopped=state == "STOPPED",
        is_blocked=is_blocked,
    )
    times = OfferTimes(opens_at, ends_at, opens_at, closes_at, honoured_until)
    turn = None if state == "STOPPED" else next_turn(times, now=NOW)
    assert said == (decide_state(facts, now=NOW), turn)
