"""`manage.py load_sample`: an empty database gets the sample's stores, items, sources and people."""

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from inventory.feeds.gtin import normalise_gtin
from inventory.models import FeedSource, Item, ItemIdentifier, Store, StoreGroup
from omnistore.demo.accounts import ACCOUNTS
from omnistore.demo.sample import Sample, build_sample
from omnistore.demo.sample.story import story_folder
from omnistore.staff.models import OF_STORES, StaffMember, StoreMembership
from omnistore.staff.pins import save_pin


class Command(BaseCommand):
    help = (
        "Fill an empty database with stores, items, feed sources and sign-ins, and put the feed files "
        "of their partners into the inbox, where the night jobs find them. Does nothing when stores exist."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        if Store.objects.exists():
            self.stdout.write("There are stores already: the sample data is not loaded.")
            return
        staging = Path(settings.DATA_DIR) / "sample.new"
        try:
            sample = build_sample(folder=staging, now=timezone.now())
            with transaction.atomic():
                load_sample(sample)
                # Before the commit: a source that can be seen has its files.
                files = move_into_inbox(sample, inbox=Path(settings.INBOX_DIR))
                keep_till_report(sample)
        except FileNotFoundError as error:
            raise CommandError(str(error)) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        self.stdout.write(
            f"Loaded {len(sample.stores)} stores, {len(sample.items)} items and {len(ACCOUNTS)} sign-ins; "
            f"{files} feed files with {len(sample.promotions)} promotions wait in {settings.INBOX_DIR}."
        )


def load_sample(sample: Sample) -> None:
    """Write everything that partners do not send. The caller holds the transaction."""
    stores = _write_stores(sample)
    _write_groups(sample, stores=stores)
    _write_items(sample)
    _write_sources(sample, now=sample.now)
    _write_staff(stores, now=sample.now)


def move_into_inbox(sample: Sample, *, inbox: Path) -> int:
    """Move the feed files into the folders that the sources are pulled from; returns how many."""
    for path in sample.files:
        folder = inbox / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(path, folder / path.name)
    return len(sample.files)


def keep_till_report(sample: Sample) -> None:
    """Put the report where the story finds it, once the other files are loaded."""
    folder = story_folder(Path(settings.DATA_DIR))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.move(sample.till_report, folder / sample.till_report.name)


def _write_stores(sample: Sample) -> dict[str, Store]:
    stores = Store.objects.bulk_create(
        Store(
            store_code=store.store_code,
            name=store.name,
            gln=store.gln,
            kind=store.kind,
            timezone=store.timezone,
            currency=store.currency,
            street=store.street,
            city=store.city,
            region=store.region,
            postcode=store.postcode,
            country=store.country,
            latitude=store.latitude,
            longitude=store.longitude,
            opening_hours=dict(store.opening_hours),
        )
        for store in sample.stores
    )
    return {store.store_code: store for store in stores}


def _write_groups(sample: Sample, *, stores: Mapping[str, Store]) -> None:
    groups: dict[str | None, StoreGroup] = {}
    # Parents come before their children.
    for group in sample.groups:
        written = StoreGroup.objects.create(
            code=group.code, name=group.name, parent=groups.get(group.parent_code)
        )
        written.stores.set([stores[code] for code in group.store_codes])
        groups[group.code] = written


def _write_items(sample: Sample) -> None:
    items = Item.objects.bulk_create(
        Item(
            sku=item.sku,
            title=item.title,
            brand=item.brand,
            product_type=item.product_type,
            item_group_id=item.item_group_id,
            regular_price=item.regular_price,
            price_currency=item.price_currency,
        )
        for item in sample.items
    )
    by_sku = {item.sku: item for item in items}
    ItemIdentifier.objects.bulk_create(
        ItemIdentifier(
            item=by_sku[code.sku],
            kind=code.kind,
            value=normalise_gtin(code.value) or "" if code.kind == "GTIN" else code.value,
        )
        for code in sample.identifiers
    )


def _write_sources(sample: Sample, *, now: datetime) -> None:
    FeedSource.objects.bulk_create(
        FeedSource(
            code=source.code,
            name=source.name,
            kind=source.kind,
            profile=dict(source.profile),
            freshness_limit=source.freshness_limit,
            pull_every=source.pull_every,
            next_pull_at=now,
            expected_every=source.expected_every,
            precedence=source.precedence,
        )
        for source in sample.sources
    )


def _write_staff(stores: Mapping[str, Store], *, now: datetime) -> None:
    for account in ACCOUNTS:
        member = StaffMember.objects.create_user(
            username=account.username, password=account.password, role=account.role
        )
        if account.role in OF_STORES:
            StoreMembership.objects.create(staff_member=member, store=stores[account.store_code])
        if account.pin:
            save_pin(member=member, pin=account.pin, now=now)
