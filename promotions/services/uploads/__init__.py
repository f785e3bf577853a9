"""Tables of promotions: received, checked against the one rule set, taken over, undone."""

from promotions.services.uploads.asking import ask, carry_out_waiting
from promotions.services.uploads.committing import commit_batch
from promotions.services.uploads.receiving import mend_row, receive_upload, recheck_batch
from promotions.services.uploads.undoing import undo_batch

__all__ = [
    "ask",
    "carry_out_waiting",
    "commit_batch",
    "mend_row",
    "receive_upload",
    "recheck_batch",
    "undo_batch",
]
