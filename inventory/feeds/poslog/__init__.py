"""ARTS/NRF POSLog 2.x and 6.0: what tills write for the back office."""

from inventory.feeds.poslog.reading import POSLOG

__all__ = ["POSLOG"]
