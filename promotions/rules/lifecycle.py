"""Which steps a promotion may take and who may take them; whatever is not listed here is refused.

A promotion stands at a pair: its own state, and the state of its newest revision. As long as nothing is published
the two go together; a published promotion (PENDING, LIVE) carries a pending revision beside the published one. The
database holds the same list (trigger promotions_promotion_edge_listed).
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from promotions.rules.words import UNPUBLISHED, PromotionState, RevisionState

S, R = PromotionState, RevisionState


class Actor(StrEnum):
    """In what capacity a step is taken; one person may have several."""

    AUTHOR = "AUTHOR"  # writes promotions
    APPROVER = "APPROVER"  # judges what others wrote
    FEED = "FEED"  # a source that is its own approver, or an unattended job
    CLOCK = "CLOCK"


class Action(StrEnum):
    """What is done."""

    SUBMIT = "SUBMIT"
    WITHDRAW = "WITHDRAW"
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    REVISE = "REVISE"  # new words that change the terms
    REWORD = (
        "REWORD"  # new words with the terms as they were approved: nobody has to approve or read them again
    )
    PUBLISH = "PUBLISH"
    OPEN = "OPEN"
    POSTPONE = "POSTPONE"  # the published window was moved into the future
    EXPIRE = "EXPIRE"
    STOP = "STOP"


class Standing(NamedTuple):
    """Where a promotion and its newest revision stand."""

    state: PromotionState
    revision_state: RevisionState


class Refused(ValueError):
    """A step that is not listed. `by_whom`: it is, but for others."""

    def __init__(self, *, by_whom: bool) -> None:
        super().__init__("not for this actor" if by_whom else "not from this standing")
        self.by_whom = by_whom


A = Actor
# Of the newest revision: from where, to where, by whom.
REVISION_STEPS: dict[Action, tuple[frozenset[RevisionState], RevisionState, frozenset[Actor]]] = {
    Action.SUBMIT: (frozenset({R.DRAFT}), R.SUBMITTED, frozenset({A.AUTHOR, A.FEED})),
    Action.WITHDRAW: (frozenset({R.SUBMITTED}), R.DRAFT, frozenset({A.AUTHOR})),
    Action.APPROVE: (frozenset({R.SUBMITTED}), R.APPROVED, frozenset({A.APPROVER, A.FEED})),
    Action.REJECT: (frozenset({R.SUBMITTED}), R.REJECTED, frozenset({A.APPROVER})),
    Action.REVISE: (frozenset(R) - {R.DRAFT}, R.DRAFT, frozenset({A.AUTHOR, A.FEED})),
    Action.PUBLISH: (frozenset({R.APPROVED}), R.PUBLISHED, frozenset({A.AUTHOR, A.APPROVER, A.FEED})),
}
# Terms to keep there are only where some were published.
REWORD_STEP = (frozenset(R) - {R.APPROVED}, R.APPROVED, frozenset({A.AUTHOR, A.FEED}))
# Of a published promotion, whatever its newest revision is about.
PUBLISHED = frozenset({S.PENDING, S.LIVE})
PROMOTION_STEPS: dict[Action, tuple[frozenset[PromotionState], PromotionState, frozenset[Actor]]] = {
    Action.OPEN: (frozenset({S.PENDING}), S.LIVE, frozenset({A.CLOCK})),
    Action.POSTPONE: (frozenset({S.LIVE}), S.PENDING, frozenset({A.CLOCK})),
    Action.EXPIRE: (PUBLISHED, S.EXPIRED, frozenset({A.CLOCK})),
    Action.STOP: (PUBLISHED, S.STOPPED, frozenset({A.AUTHOR, A.APPROVER, A.FEED})),
}
# What an action leads to counts as done when it is found done: asked twice, it happens once.
DONE = {
    Action.SUBMIT: frozenset({R.SUBMITTED}),
    Action.WITHDRAW: frozenset({R.DRAFT}),
    Action.APPROVE: frozenset({R.APPROVED, R.PUBLISHED}),
    Action.REJECT: frozenset({R.REJECTED}),
}


def target_of(standing: Standing, action: Action) -> tuple[Standing, frozenset[Actor]] | None:
    """Where the action leads from there and who may take it; None where it leads nowhere."""
    state, revision_state = standing
    if action in PROMOTION_STEPS:
        states, to_state, who = PROMOTION_STEPS[action]
        return (Standing(to_state, revision_state), who) if state in states else None
    olds, new, who = REWORD_STEP if action == Action.REWORD else REVISION_STEPS[action]
    if revision_state not in olds:
        return None
    if state in PUBLISHED:
        return Standing(state, new), who
    if state not in UNPUBLISHED or state.value != revision_state.value or action == Action.REWORD:
        return None
    return Standing(S.PENDING if new == R.PUBLISHED else S(new.value), new), who


def take(standing: Standing, action: Action, *, actors: Collection[Actor]) -> Standing:
    """Where the action leads. Raises Refused when it is not listed, or not for any of these actors."""
    found = target_of(standing, action)
    if found is None:
        raise Refused(by_whom=False)
    new, who = found
    if who.isdisjoint(actors):
        raise Refused(by_whom=True)
    return new


STANDINGS = [
    Standing(state, revision_state)
    for state in S
    for revision_state in R
    if state not in UNPUBLISHED or state.value == revision_state.value
]
EDGES = frozenset(
    (old, found[0]) for old in STANDINGS for action in Action if (found := target_of(old, action))
)


def may_judge(person: int | None, *, author: int | None, submitter: int | None) -> bool:
    """Whether somebody (by key) may approve or reject a revision: neither its author nor who submitted it."""
    return person is not None and person not in (author, submitter)
