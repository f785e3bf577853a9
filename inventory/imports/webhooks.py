"""Events that partners' systems send one by one: who may, how fresh, and each of them once."""

import hashlib
import io
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from inventory.feeds.webhooks import is_fresh, is_signed
from inventory.imports.receiving import receive_file
from inventory.imports.transports.declared import Pushed, read_transport, secret
from inventory.imports.transports.faults import PullFailed
from inventory.models import FeedRun, FeedSource, WebhookEvent

logger = logging.getLogger(__name__)

# Older events are refused by their age anyway.
EVENTS_KEPT = timedelta(days=2)


class NotSigned(Exception):
    """The message is not, or not freshly, from whom it says."""


class SwitchedOff(Exception):
    """The source takes nothing at present."""


@dataclass(frozen=True)
class Delivery:
    """One message as it arrived: the raw body, and what its headers say. `event_id` may be empty."""

    body: bytes
    signature: str
    event_id: str
    triggered_at: str


def receive_delivery(*, source_code: str, delivery: Delivery, now: datetime) -> tuple[FeedRun, bool]:
    """Keep an event as a file of its source: (its run, True), or (the run it came with before, False).

    The caller rings the loader. Raises NotSigned, also for a source that does not exist or takes no webhooks: who
    cannot sign learns nothing; SwitchedOff for one that is disabled.
    """
    source = FeedSource.objects.filter(code=source_code, transport__kind="webhook").first()
    secrets = _secrets(source.transport) if source else []
    if not is_signed(delivery.body, signature=delivery.signature, secrets=secrets) or source is None:
        raise NotSigned("The signature does not fit the body.")
    if not is_fresh(delivery.triggered_at, now=now):
        raise NotSigned("The message is too old, from the future, or does not say when it was triggered.")
    if not source.enabled:
        raise SwitchedOff
    event_id = delivery.event_id or hashlib.sha256(delivery.body).hexdigest()
    return _kept_once(source, event_id, delivery.body, now)


def _secrets(declared: object) -> list[str]:
    """The active secrets; the transport only names the environment's variables that hold them."""
    try:
        transport = read_transport(declared)
        return [secret(name) for name in transport.secret_env] if isinstance(transport, Pushed) else []
    except PullFailed as error:
        logger.error("a webhook cannot be checked: %s", error.message)  # noqa: TRY400 - it says all there is
        return []


def _kept_once(source: FeedSource, event_id: str, body: bytes, now: datetime) -> tuple[FeedRun, bool]:
    WebhookEvent.objects.filter(received_at__lt=now - EVENTS_KEPT).delete()
    if (before := _event(source, event_id)) is not None:
        return before.run, False
    try:
        with transaction.atomic():
            run, is_new = receive_file(
                source=source, file_name=f"{event_id}.json", content=io.BytesIO(body), now=now
            )
            WebhookEvent.objects.create(source=source, event_id=event_id, received_at=now, run=run)
    except IntegrityError:
        before = _event(source, event_id)
        if before is None:
            raise
        return before.run, False
    return run, is_new


def _event(source: FeedSource, event_id: str) -> WebhookEvent | None:
    return WebhookEvent.objects.filter(source=source, event_id=event_id).select_related("run__source").first()
