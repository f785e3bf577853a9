"""A second opinion on authenticator apps: RFC 6238 by hand; and people who have one."""

import hashlib
import hmac
from base64 import b32decode, b32encode
from datetime import datetime

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from omnistore.staff.models import Role, StaffMember
from tests.factories_promotions import create_staff_member

SECRET = b32encode(b"12345678901234567890").decode()  # of the RFC's own examples
PASSWORD = "secret-enough"


def code_at(at: datetime, *, secret: str = SECRET) -> str:
    """The six digits that an app shows then."""
    step = int(at.timestamp()) // 30
    digest = hmac.new(b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 10**6:06}"


def create_person_with_app(*, username: str = "nora", role: Role = Role.OPERATOR) -> StaffMember:
    """Somebody at head office whose app holds SECRET."""
    member = create_staff_member(username=username, role=role)
    TOTP.activate(member, SECRET)
    return member


def enter_password(client: Client, username: str = "nora", **more: str) -> str:
    """Where it leads."""
    answer = client.post("/sign-in/", {"username": username, "password": PASSWORD, **more})
    return str(answer.headers.get("Location", ""))


def enter_code(client: Client, code: str) -> str:
    """Where it leads; "" when it was refused."""
    answer = client.post("/sign-in/code/", {"code": code})
    return str(answer.headers.get("Location", ""))


def is_signed_in(client: Client) -> bool:
    return not client.get("/")["Location"].startswith("/sign-in/")
