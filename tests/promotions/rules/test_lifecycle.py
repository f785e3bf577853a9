"""Every step of a promotion's life: those written down here by hand, and no other."""

from itertools import product

import pytest

from promotions.rules.lifecycle import EDGES, STANDINGS, Action, Actor, Refused, Standing, may_judge, take
from promotions.rules.words import PromotionState, RevisionState

# action, who may, from, to; "on" stands for PENDING as well as LIVE.
LISTED = """
SUBMIT    AUTHOR,FEED            DRAFT/DRAFT           SUBMITTED/SUBMITTED
SUBMIT    AUTHOR,FEED            on/DRAFT              on/SUBMITTED
WITHDRAW  AUTHOR                 SUBMITTED/SUBMITTED   DRAFT/DRAFT
WITHDRAW  AUTHOR                 on/SUBMITTED          on/DRAFT
APPROVE   APPROVER,FEED          SUBMITTED/SUBMITTED   APPROVED/APPROVED
APPROVE   APPROVER,FEED          on/SUBMITTED          on/APPROVED
REJECT    APPROVER               SUBMITTED/SUBMITTED   REJECTED/REJECTED
REJECT    APPROVER               on/SUBMITTED          on/REJECTED
REVISE    AUTHOR,FEED            SUBMITTED/SUBMITTED   DRAFT/DRAFT
REVISE    AUTHOR,FEED            APPROVED/APPROVED     DRAFT/DRAFT
REVISE    AUTHOR,FEED            REJECTED/REJECTED     DRAFT/DRAFT
REVISE    AUTHOR,FEED            on/SUBMITTED          on/DRAFT
REVISE    AUTHOR,FEED            on/APPROVED           on/DRAFT
REVISE    AUTHOR,FEED            on/REJECTED           on/DRAFT
REVISE    AUTHOR,FEED            on/PUBLISHED          on/DRAFT
REWORD    AUTHOR,FEED            on/DRAFT              on/APPROVED
REWORD    AUTHOR,FEED            on/SUBMITTED          on/APPROVED
REWORD    AUTHOR,FEED            on/REJECTED           on/APPROVED
REWORD    AUTHOR,FEED            on/PUBLISHED          on/APPROVED
PUBLISH   AUTHOR,APPROVER,FEED   APPROVED/APPROVED     PENDING/PUBLISHED
PUBLISH   AUTHOR,APPROVER,FEED   on/APPROVED           on/PUBLISHED
OPEN      CLOCK                  PENDING/any           LIVE/any
POSTPONE  CLOCK                  LIVE/any              PENDING/any
EXPIRE    CLOCK                  on/any                EXPIRED/any
STOP      AUTHOR,APPROVER,FEED   on/any                STOPPED/any
"""


def standing(text: str, *, on: str, any_state: str) -> Standing:
    state, revision_state = text.replace("on/", f"{on}/").replace("/any", f"/{any_state}").split("/")
    return Standing(PromotionState(state), RevisionState(revision_state))


LINES = [line.split() for line in LISTED.strip().splitlines()]
ALLOWED = {
    (Action(action), standing(old, on=on, any_state=each), Actor(actor)): standing(new, on=on, any_state=each)
    for action, actors, old, new in LINES
    for actor in actors.split(",")
    for on in ("PENDING", "LIVE")
    for each in RevisionState
}


def test_every_other_step_is_refused_whoever_takes_it() -> None:
    everywhere = [Standing(state, each) for state in PromotionState for each in RevisionState]
    taken = {}
    for old, action, actor in product(everywhere, Action, Actor):
        try:
            taken[action, old, actor] = take(old, action, actors={actor})
        except Refused:
            continue
    assert taken == ALLOWED


def test_the_list_of_edges_is_that_of_the_steps() -> None:
    assert {(old, new) for (_action, old, _actor), new in ALLOWED.items()} == EDGES
    assert {old for old, _new in EDGES} | {new for _old, new in EDGES} <= set(STANDINGS)


def test_what_is_over_stays_over() -> None:
    over = (PromotionState.EXPIRED, PromotionState.STOPPED)
    assert not [old for old, _new in EDGES if old.state in over]


@pytest.mark.parametrize(("old", "by_whom"), [("DRAFT/DRAFT", False), ("SUBMITTED/SUBMITTED", True)])
def test_a_refusal_tells_the_wrong_person_from_the_wrong_moment(old: str, by_whom: bool) -> None:
    with pytest.raises(Refused) as refused:
        take(standing(old, on="LIVE", any_state="DRAFT"), Action.APPROVE, actors={Actor.AUTHOR})
    assert refused.value.by_whom == by_whom


@pytest.mark.parametrize(
    ("person", "author", "submitter", "may"),
    [(1, 2, 2, True), (1, 1, 2, False), (1, 2, 1, False), (1, None, None, True), (None, None, None, False)],
)
def test_nobody_judges_what_they_wrote_or_submitted(
    person: int | None, author: int | None, submitter: int | None, may: bool
) -> None:
    assert may_judge(person, author=author, submitter=submitter) is may
