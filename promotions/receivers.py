"""Changed stock refreshes the offers it touches, in the same transaction."""

from datetime import datetime
from typing import Any

from inventory.feeds.records import LevelChanges
from inventory.signals import stock_changed
from promotions.services.refreshing import refresh_after_stock_change


def connect() -> None:
    """Called once when the app is ready."""
    stock_changed.connect(on_stock_changed, dispatch_uid="promotions.refresh")


def on_stock_changed(*, changes: LevelChanges, now: datetime, **kwargs: Any) -> None:
    """Translate the signal."""
    refresh_after_stock_change(changes=changes, now=now)
