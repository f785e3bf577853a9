"""Checks and reports for tests: plain functions, every argument has a default."""

import io
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image

from inventory.models import Store
from promotions.models import FieldReport, HonourCheck, Promotion
from promotions.services.checks import time_ordered_id
from promotions.services.reporting import tell_report
from tests.factories_promotions import NOW


def create_check(
    *,
    store: Store,
    promotion: Promotion | None = None,
    at: datetime = NOW,
    reason: str = "ENDED",
    **fields: Any,
) -> HonourCheck:
    """A refusal of something for 1.98 USD."""
    defaults = {
        "outcome": "REFUSE", "code": "SAVE29", "price_amount": Decimal("1.98"), "discount_amount": Decimal("0.81"),
        "currency": "USD", "revision": promotion and promotion.current_revision,
    }  # fmt: skip
    return HonourCheck.objects.create(
        id=time_ordered_id(at), store=store, promotion=promotion, at=at, reasons=[reason], **defaults | fields
    )


def refuse(
    *,
    store: Store,
    promotion: Promotion | None = None,
    minutes: tuple[int, ...] = (30, 20, 10),
    **fields: Any,
) -> list[HonourCheck]:
    """A refusal so many minutes ago each."""
    return [
        create_check(store=store, promotion=promotion, at=NOW - timedelta(minutes=ago), **fields)
        for ago in minutes
    ]


def tell(
    *, store: Store, member: Any, kind: str = "SIGN_MISSING", now: datetime = NOW, key: str = "", **told: Any
) -> FieldReport:
    """A report from the floor."""
    answer = tell_report(
        store=store, member=member, key=key or uuid.uuid4().hex, told={"kind": kind, **told}, now=now
    )
    return FieldReport.objects.with_names().get(pk=answer.body["report_id"])


def picture(
    *, size: tuple[int, int] = (800, 600), form: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    """A picture with something on it."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()
