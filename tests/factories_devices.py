"""Shared tablets for tests: a browser with its cookies, and the key that a copy of them lacks."""

from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from django.utils import timezone

from inventory.models import Store
from omnistore.staff.device_access import DEVICE_COOKIE
from omnistore.staff.enrolling import approve_device
from omnistore.staff.models import Device, Role, StaffMember
from omnistore.staff.pins import save_pin
from tests.factories_promotions import create_staff_member

PIN = "2580"


def create_manager(*stores: Store) -> StaffMember:
    return create_staff_member(role=Role.MANAGER, stores=list(stores))


def create_person(store: Store, *, first_name: str = "Maria", pin: str = PIN) -> StaffMember:
    """An associate of the store with a PIN."""
    member = create_staff_member(stores=[store])
    member.first_name = first_name
    member.save()
    save_pin(member=member, pin=pin, now=timezone.now())
    return member


class Tablet:
    """A browser that keeps a P-256 key and signs as WebCrypto does."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.browser = Client()

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def ask(self) -> Device:
        """Show a code."""
        self.browser.post("/device/enrol/", {"public_key": b64encode(self.public_key).decode()})
        return self.device

    @property
    def device(self) -> Device:
        secret = self.browser.cookies[DEVICE_COOKIE].value
        return Device.objects.get(cookie_digest=Device.digest_of(secret))

    def prove(self, purpose: str) -> dict[str, str]:
        """The form fields that say that this is the tablet."""
        nonce = self.browser.post("/device/challenge/").json()["nonce"]
        r, s = decode_dss_signature(
            self.key.sign(f"omnistore:{purpose}:{nonce}".encode(), ec.ECDSA(SHA256()))
        )
        return {"nonce": nonce, "signature": b64encode(r.to_bytes(32) + s.to_bytes(32)).decode()}

    def open(self, member: StaffMember, *, pin: str = PIN) -> Any:
        """A person taps their name and types a PIN; the response."""
        proof = self.prove(f"open:{member.pk}")
        return self.browser.post(f"/device/people/{member.pk}/", {"pin": pin, **proof})

    def shows(self, path: str = "/tablet/") -> int:
        """The status of a page."""
        return self.browser.get(path).status_code


def create_tablet(store: Store, *, name: str = "Checkout 2") -> Tablet:
    """An enrolled tablet that nobody is on."""
    tablet = Tablet()
    code = tablet.ask().code
    assert code is not None
    approve_device(
        code=code, store_code=store.store_code, name=name, by=create_manager(store), now=timezone.now()
    )
    return tablet
