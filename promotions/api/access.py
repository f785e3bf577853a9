"""Who may ask what of promotions."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from inventory.api.access import stores_of
from promotions.models import Promotion, StoreOffer
from promotions.rules.words import UNPUBLISHED


class MayMerchandise(BasePermission):
    """Reading is for everybody who is signed in, writing for merchandisers."""

    message = "Only merchandisers and administrators change promotions."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        return request.method in SAFE_METHODS or is_merchandiser(request)


class OnlyMerchandisers(BasePermission):
    """What head office alone sees and changes."""

    message = "Only merchandisers and administrators see this."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        return is_merchandiser(request)


class MayApprove(BasePermission):
    """For approvers and administrators; that nobody judges their own is the service's business."""

    message = "Only approvers and administrators approve promotions."

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002 - DRF's signature
        return not isinstance(request.user, AnonymousUser) and request.user.may_approve


def member_of(request: Request) -> Any:
    """The person who asks."""
    if isinstance(request.user, AnonymousUser):
        raise Http404
    return request.user


def is_merchandiser(request: Request) -> bool:
    return not isinstance(request.user, AnonymousUser) and request.user.may_merchandise


def promotions_of(request: Request) -> QuerySet[Promotion]:
    """Everything for merchandisers; for others what is published in a store they see. No drafts for them."""
    promotions = Promotion.objects.select_related("current_revision", "budget").order_by("-created_at", "-pk")
    if is_merchandiser(request):
        return promotions
    offered = StoreOffer.objects.filter(store__in=stores_of(request))
    return promotions.exclude(state__in=sorted(UNPUBLISHED)).filter(pk__in=offered.values("promotion_id"))


def promotion_or_404(request: Request, promotion_id: str) -> Promotion:
    return get_object_or_404(promotions_of(request), promotion_id=promotion_id)
