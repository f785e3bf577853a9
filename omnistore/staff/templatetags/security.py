"""Template words of the page about one's own sign-in."""

from django import template

from omnistore.staff import second_factor
from omnistore.staff.models import StaffMember

register = template.Library()


@register.simple_tag
def must_set_up(member: StaffMember) -> bool:
    """Whether everything else waits until this person has a second factor."""
    return second_factor.must_set_up(member)


@register.filter
def in_fours(secret: str) -> str:
    """A key as people copy it: "JBSW Y3DP"."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
