"""Template words of the desk: a promotion's state as word, shape and colour, and shares of a whole."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from promotions.models import UploadRow
from promotions.rules.lifecycle import Action
from promotions.rules.words import OfferState, PromotionState
from promotions.selectors.approvals import waiting_promotions
from promotions.templatetags.look import STATE_LOOKS, word

register = template.Library()

PROMOTION_LOOKS = {
    PromotionState.DRAFT: ("unknown", "pen", _("Draft")),
    PromotionState.SUBMITTED: ("check", "clock", _("Submitted")),
    PromotionState.APPROVED: ("alternative", "tick", _("Approved")),
    PromotionState.REJECTED: ("refuse", "stop", _("Rejected")),
    PromotionState.PENDING: ("alternative", "clock", _("Pending")),
    PromotionState.LIVE: ("honour", "tick", _("Live")),
    PromotionState.EXPIRED: ("unknown", "clock", _("Expired")),
    PromotionState.STOPPED: ("refuse", "stop", _("Stopped")),
}

UPLOAD_LOOKS = {
    UploadRow.State.NEW: ("alternative", "plus"),
    UploadRow.State.CHANGED: ("alternative", "pen"),
    UploadRow.State.UNCHANGED: ("unknown", "absent"),
    UploadRow.State.ERROR: ("refuse", "bar"),
    UploadRow.State.COMMITTED: ("honour", "tick"),
    UploadRow.State.UNDONE: ("unknown", "retry"),
    UploadRow.State.KEPT: ("check", "low"),
}


@register.filter
def upload_word(state: str) -> SafeString:
    """What a row of an uploaded table would do, or did."""
    row_state = UploadRow.State(state)
    return word(*UPLOAD_LOOKS[row_state], row_state.label)


@register.filter
def upload_tone(state: str) -> str:
    """The colour of a row of an uploaded table."""
    return UPLOAD_LOOKS[UploadRow.State(state)][0]


STEP_LOOKS = {
    Action.SUBMIT: ("check", "clock", _("Submitted for approval")),
    Action.WITHDRAW: ("unknown", "pen", _("Withdrawn")),
    Action.APPROVE: ("honour", "tick", _("Approved")),
    Action.REJECT: ("refuse", "bar", _("Rejected")),
    Action.REVISE: ("unknown", "pen", _("A draft again")),
    Action.REWORD: ("honour", "tick", _("Only the wording changed: the approval holds")),
    Action.PUBLISH: ("honour", "play", _("Published")),
    Action.OPEN: ("honour", "tick", _("Its window opened")),
    Action.POSTPONE: ("alternative", "clock", _("Its window was moved to later")),
    Action.EXPIRE: ("unknown", "clock", _("It ended in every store")),
    Action.STOP: ("refuse", "stop", _("Stopped")),
}


@register.filter
def step_word(action: str) -> SafeString:
    """What was done in a step."""
    return word(*STEP_LOOKS[Action(action)])


@register.simple_tag
def approvals_waiting() -> int:
    """How many promotions wait for approval, for the desk's bar."""
    return waiting_promotions().count()


@register.filter
def promotion_word(state: str) -> SafeString:
    """The state of a promotion as a whole."""
    return word(*PROMOTION_LOOKS[PromotionState(state)])


@register.filter
def promotion_name(state: str) -> Any:
    """The word alone."""
    return PROMOTION_LOOKS[PromotionState(state)][2]


@register.filter
def promotion_tone(state: str) -> str:
    """The colour alone."""
    return PROMOTION_LOOKS[PromotionState(state)][0]


@register.simple_tag(takes_context=True)
def query_without(context: dict[str, Any], name: str) -> str:
    """The address's query string without one name and the page; still one that says that all is meant."""
    query = context["request"].GET.copy()
    for left_out in (name, "page"):
        query.pop(left_out, None)
    query["view"] = "all"
    return f"?{query.urlencode()}"


@register.filter
def offer_tone(state: str) -> str:
    """The colour of a store offer's state."""
    return STATE_LOOKS[OfferState(state)][0]


@register.filter
def share(part: int, whole: int) -> str:
    """A part of a whole in percent for SVG widths, which take no decimal comma."""
    return f"{100 * part / whole:.2f}%" if whole else "0"
