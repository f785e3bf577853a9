"""The first page after signing in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from omnistore.staff.models import Role, StaffMember
from promotions.live.turns import turn_of

FIRST_PAGE = {
    Role.ASSOCIATE: "tablet",
    Role.MANAGER: "tablet",
    Role.MERCHANDISER: "promotion-list",
    Role.APPROVER: "promotion-approvals",
    Role.OPERATOR: "feed-list",
    Role.ADMIN: "promotion-list",
}


@require_safe
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Everybody starts where their work is."""
    assert isinstance(request.user, StaffMember)
    if settings.TABLETS_ENROLLED_ONLY and request.user.role == Role.MANAGER and not turn_of(request):
        return redirect("device-list")
    return redirect(FIRST_PAGE[Role(request.user.role)])
