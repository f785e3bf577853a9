"""Who may see the operator's pages."""

from typing import Any

from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from inventory.models import FeedRun, FeedSource


def may_operate(user: Any) -> bool:
    """Signed in is not enough: an associate gets the 403 page, not another sign-in."""
    if not user.may_operate:
        raise PermissionDenied
    return True


def may_send_files(user: Any) -> bool:
    """Operators, and merchandisers for where items stand."""
    if not (user.may_operate or user.may_merchandise):
        raise PermissionDenied
    return True


operators_only = user_passes_test(may_operate)
file_senders_only = user_passes_test(may_send_files)


def source_or_404(request: HttpRequest, code: str) -> FeedSource:
    """A source that this person looks after; another one does not exist."""
    return get_object_or_404(FeedSource.objects.handled_by(request.user), code=code)


def run_or_404(request: HttpRequest, pk: int) -> FeedRun:
    """An arrival of such a source."""
    runs = FeedRun.objects.handled_by(request.user).select_related("source", "replay_of", "decided_by")
    return get_object_or_404(runs, pk=pk)
