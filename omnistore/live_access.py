"""Who may open an event stream without a ticket: API keys and sessions of those who may see what it tells."""

from http import HTTPStatus
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from omnistore.staff.authentication import key_of, token_in
from omnistore.staff.models import StaffMember
from omnistore.staff.second_factor import must_set_up
from promotions.live.endpoint import Headers, StreamRefused
from promotions.live.turns import turn_of

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


def admit(headers: Headers, store_code: str) -> int:
    """The store's id; StreamRefused 401 without credentials, 403 for a foreign store, 404 for none at all.

    Somebody of a store hears 403 for every store but its own, so that nobody learns which codes exist.
    """
    member = member_of(headers)
    if member is None:
        raise StreamRefused(HTTPStatus.UNAUTHORIZED, "Sign in, or send an API key or a ticket.")
    store_id = member.visible_stores().filter(store_code=store_code).values_list("pk", flat=True).first()
    if store_id is not None:
        return store_id
    if member.is_of_stores:
        raise StreamRefused(HTTPStatus.FORBIDDEN, "This store is not one of yours.")
    raise StreamRefused(HTTPStatus.NOT_FOUND, "There is no such store.")


def admit_to_feeds(headers: Headers) -> None:
    """StreamRefused 401 without credentials, 403 for everybody who does not look after the feeds."""
    member = member_of(headers)
    if member is None:
        raise StreamRefused(HTTPStatus.UNAUTHORIZED, "Sign in, or send an API key.")
    if not member.may_operate:
        raise StreamRefused(HTTPStatus.FORBIDDEN, "The feeds are for operators.")


def member_of(headers: Headers) -> StaffMember | None:
    """The active staff member behind an API key or a session; a key that is given must be good."""
    token = token_in(headers.get("authorization", "").encode("latin1"))
    if token is not None:
        key = key_of(token)
        return key.staff_member if key else None
    request = HttpRequest()
    request.session = SessionStore(parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME))
    if turn_of(
        request
    ):  # a shared tablet's stream opens with the ticket of its page, which ends with the turn
        return None
    user = get_user(request)
    return user if isinstance(user, StaffMember) and not must_set_up(user) else None
