"""Which store a request may ask about, decided with one prepared statement: for the path of the scans.

It says the same as `ApiKeyAuthentication` and `StaffMember.visible_stores`; the access walker holds it to them.
"""

import time
from typing import NamedTuple

from django.db import connection
from django.http import Http404, HttpRequest
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated

from inventory.models import Store
from omnistore.staff.authentication import CHALLENGE, token_in
from omnistore.staff.models import OF_STORES, ApiKey, StaffMember

# A revoked key, a person that left and a changed store are noticed within this many seconds.
REMEMBERED_SECONDS = 5.0
REMEMBERED_MOST = 4096

STORE_FIELDS = [field.attname for field in Store._meta.concrete_fields]

# A jsonb column read past the ORM comes as text, a json one ready.
COLUMNS = ", ".join(f"s.{name}{'::json' if name == 'opening_hours' else ''}" for name in STORE_FIELDS)

FLOOR = ", ".join(f"'{role}'" for role in OF_STORES)

ADMIT = f"""
SELECT m.id, {COLUMNS}
FROM staff_apikey k
JOIN staff_staffmember m ON m.id = k.staff_member_id AND m.is_active
LEFT JOIN inventory_store s ON s.store_code = %(store_code)s
    AND (m.role NOT IN ({FLOOR}) OR EXISTS (
        SELECT FROM staff_storemembership o WHERE o.staff_member_id = m.id AND o.store_id = s.id))
WHERE k.digest = %(digest)s AND k.revoked_at IS NULL
"""  # noqa: S608 - only names of this project's columns are put in


class Admission(NamedTuple):
    """A store that somebody may ask about, until then (monotonic seconds)."""

    store: Store
    staff_member_id: int
    until: float = 0.0


admitted: dict[tuple[bytes, str], Admission] = {}


def admission_of(request: HttpRequest, store_code: str) -> Admission:
    """The store, as the bearer of the key or the person signed in may see it, and who that is.

    Raises 401 without good credentials, 404 for a store that is foreign or unknown alike.
    """
    token = token_in(request.META.get("HTTP_AUTHORIZATION", "").encode("latin1"))
    if token is None:
        return admission_by_session(request, store_code)
    place = (ApiKey.digest_of(token), store_code)
    known = admitted.get(place)
    now = time.monotonic()
    if known is not None and known.until > now:
        return known
    if len(admitted) >= REMEMBERED_MOST:
        admitted.clear()
    admission = admission_by_key(digest=place[0], store_code=store_code)
    admitted[place] = admission._replace(until=now + REMEMBERED_SECONDS)
    return admission


def admission_by_key(*, digest: bytes, store_code: str) -> Admission:
    """Ask the database."""
    with connection.cursor() as cursor:
        cursor.execute(ADMIT, {"digest": digest, "store_code": store_code})
        row = cursor.fetchone()
    if row is None:
        error = AuthenticationFailed("This API key is unknown or has been revoked.")
        error.auth_header = CHALLENGE  # type: ignore[attr-defined]
        raise error
    member, *columns = row
    if columns[0] is None:
        raise Http404
    return Admission(Store.from_db("default", STORE_FIELDS, columns), member)


def admission_by_session(request: HttpRequest, store_code: str) -> Admission:
    """For people that are signed in; costs the session and two queries."""
    if not isinstance(request.user, StaffMember):
        error = NotAuthenticated("Send an API key: Authorization: Bearer …")
        error.auth_header = CHALLENGE  # type: ignore[attr-defined]
        raise error
    store = request.user.visible_stores().filter(store_code=store_code).first()
    if store is None:
        raise Http404
    return Admission(store, request.user.pk)
