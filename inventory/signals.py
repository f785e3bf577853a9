"""The one signal of the project: stock has changed."""

from django.dispatch import Signal

# Sent inside the transaction that changed the levels, so that offers and stock are committed together and can
# never disagree (docs/decisions/0003). Keyword arguments:
#   run      FeedRun whose file did it; None where levels were derived again from what stands, or holds changed
#   changes  inventory.feeds.records.LevelChanges: equal-length numpy arrays store_ids, item_ids (int32),
#            old (int32, ABSENT where the store had no level) and new (int32, ABSENT where it has none any more);
#            each (store, item) at most once. Quantities are what can be promised: on hand less what is held or
#            withheld
#   now      the instant of the change
stock_changed = Signal()
