"""What the teller does, on whatever database its process was given."""

import random
import time
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from inventory.models import Store
from omnistore.staff.models import ApiKey, Role
from promotions.models import StoreOffer
from promotions.rules.words import ChangeReason, OfferState
from promotions.services.changes import Transition, write_changes
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member, put_stock

STATES = (OfferState.LIVE, OfferState.LOW_STOCK, OfferState.OUT_OF_STOCK)


def prepare(*, stores: int, promotions: int) -> dict[str, Any]:
    """Stores with stock and open promotions, and a key that may read them."""
    now = timezone.now()
    item = create_item()
    made = [create_store(store_code=f"{number:04}") for number in range(stores)]
    for store in made:
        put_stock(store=store, levels={item: 12})
    for number in range(promotions):
        create_published_promotion(
            promotion_id=f"DEAL-{number}",
            now=now,
            starts_on=now.date() - timedelta(days=2),
            ends_on=now.date() + timedelta(days=9),
        )
    _key, token = ApiKey.issue(
        staff_member=create_staff_member(role=Role.MERCHANDISER), name="tablets", now=now
    )
    return {"stores": [[store.pk, store.store_code] for store in made], "token": token}


def change_one(*, store_id: int, take_back: bool) -> None:
    """Another state for one offer of the store; what cannot be committed is let go of."""
    try:
        with transaction.atomic():
            Store.objects.filter(pk=store_id).lock_in_order()
            offer = random.choice(list(StoreOffer.objects.filter(store_id=store_id)))
            old, offer.state = offer.state, random.choice([each for each in STATES if each != offer.state])
            offer.save(update_fields=["state"])
            step = Transition(
                store_id=store_id,
                promotion_id=offer.promotion_id,
                revision_id=offer.revision_id,
                old_state=old,
                new_state=offer.state,
                reason=ChangeReason.STOCK,
            )
            write_changes(transitions=[step], now=timezone.now())
            transaction.set_rollback(take_back)
    except (DatabaseError, InterfaceError):
        connection.close()
        time.sleep(0.2)
