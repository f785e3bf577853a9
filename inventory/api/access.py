"""Who may ask what: every view starts from the stores its user may see."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import register_converter
from django.urls.converters import StringConverter
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from inventory.models import Store, StoreQuerySet


class CodeConverter(StringConverter):
    """A code in a path: like `str`, but no control characters, which no code has and PostgreSQL refuses."""

    regex = r"[^/\x00-\x1f\x7f]{1,200}"


register_converter(CodeConverter, "code")


def stores_of(request: Request) -> StoreQuerySet:
    """The stores this person may see (G9)."""
    if isinstance(request.user, AnonymousUser):
        raise Http404
    return request.user.visible_stores()


def store_or_404(request: Request, store_code: str) -> Store:
    """A visible store; a foreign one does not exist."""
    return get_object_or_404(stores_of(request), store_code=store_code)


class MayOperate(BasePermission):
    """The night shift: sees and uploads feeds."""

    message = "Only operators and administrators handle feeds."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        return not isinstance(request.user, AnonymousUser) and request.user.may_operate
