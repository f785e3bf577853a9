"""Who may see the operator's pages."""

from typing import Any

from django.contrib.auth.decorators import user_passes_test
from django.core.exceptions import PermissionDenied


def may_operate(user: Any) -> bool:
    """Signed in is not enough: an associate gets the 403 page, not another sign-in."""
    if not user.may_operate:
        raise PermissionDenied
    return True


operators_only = user_passes_test(may_operate)
