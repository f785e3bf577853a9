"""A promotion's history in words, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from promotions.models import Promotion
from promotions.rules.lifecycle import Action
from promotions.selectors.history import HistoryEntry, HistoryKind, history_for
from promotions.views.revision_words import FieldChange, changes_between

CLOCKWORK = (Action.OPEN, Action.POSTPONE, Action.EXPIRE)


@dataclass(frozen=True)
class TimelineEntry:
    """One entry with its changes as the form words them."""

    entry: HistoryEntry
    who: str
    changes: Sequence[FieldChange]
    sentence: str  # of a changed list or group
    is_current: bool


def timeline_of(promotion: Promotion) -> list[TimelineEntry]:
    """Everything that happened, newest first."""
    entries = history_for(promotion=promotion)
    revisions = [each.revision for each in entries if each.kind == HistoryKind.REVISION and each.revision]
    before = dict(zip(revisions, [*revisions[1:], None], strict=True))
    return [
        TimelineEntry(
            entry=entry,
            who=who_words(entry),
            changes=changes_between(old, entry.revision)
            if entry.kind == HistoryKind.REVISION and entry.revision and (old := before[entry.revision])
            else record_changes(entry),
            sentence=target_sentence(entry),
            is_current=entry.kind == HistoryKind.REVISION
            and entry.revision is not None
            and entry.revision.pk == promotion.current_revision_id,
        )
        for entry in entries
    ]


def who_words(entry: HistoryEntry) -> str:
    """Who it was, also where it was nobody."""
    if entry.by is not None:
        return str(entry.by.get_full_name() or entry.by.get_username())
    if entry.action in CLOCKWORK:
        return _("By itself")
    return _("A feed") if entry.kind in (HistoryKind.REVISION, HistoryKind.STEP) else _("A job")


def record_changes(entry: HistoryEntry) -> list[FieldChange]:
    """Changes of the promotion's own row."""
    if entry.kind != HistoryKind.RECORD:
        return []
    labels = {"promotion_id": _("Promotion id"), "owner": _("Owner")}
    return [
        FieldChange(each.field, labels[each.field], each.old or "", each.new or "") for each in entry.changes
    ]


def target_sentence(entry: HistoryEntry) -> str:
    """What came into or went out of a list or group."""
    if entry.kind != HistoryKind.TARGETING:
        return ""
    sentences = {
        ("item_list", "ADDED"): _("%(count)s into the item list %(target)s: %(names)s"),
        ("item_list", "REMOVED"): _("%(count)s out of the item list %(target)s: %(names)s"),
        ("store_group", "ADDED"): _("%(count)s into the store group %(target)s: %(names)s"),
        ("store_group", "REMOVED"): _("%(count)s out of the store group %(target)s: %(names)s"),
        ("store_group", "MOVED"): _("The store group %(target)s was moved from %(old)s to %(new)s"),
    }
    ((old, new),) = [(each.old, each.new) for each in entry.changes] or [("", "")]
    names = ", ".join(entry.names) + (" …" if entry.count > len(entry.names) else "")
    facts = {
        "count": entry.count, "target": entry.target, "names": names, "old": old or _("nothing"),
        "new": new or _("nothing"),
    }  # fmt: skip
    return sentences[entry.target_kind, entry.action] % facts
