"""What a source's own codes stand for: unknown ones and the lines that wait for them, and what was said so far."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from inventory.imports.mappings import SentAgain, map_code, replay_known
from inventory.models import CodeMapping, FeedRun, FeedSource, Item, Store
from inventory.selectors import UnknownCode, targets_of_mapping, unknown_codes
from inventory.tasks import ring_run
from inventory.views.access import file_senders_only, source_or_404

CODES_SHOWN = 100
MAPPINGS_SHOWN = 500
CODE_LENGTH = 128


@require_safe
@file_senders_only
def mapping_list(request: HttpRequest, code: str) -> HttpResponse:
    """The source's unknown codes, a search under the chosen one, and the codes that are mapped."""
    source = source_or_404(request, code)
    refused = source.runs.filter(state=FeedRun.State.REFUSED, problem__code="wrong_partner")[:10]
    unknown = unknown_codes(source=source, limit=CODES_SHOWN)
    unknown += refused_stores(refused, beside=unknown)
    context = {
        "section": "feeds",
        "source": source,
        "unknown": unknown,
        "refused": refused,
        "mappings": source.mappings.select_related("store", "item", "made_by").order_by("kind", "code")[
            :MAPPINGS_SHOWN
        ],
        "is_free": False,
        **searched(request),
    }
    asked = (context["kind"], context["unknown_code"])
    context["is_free"] = bool(asked[1]) and asked not in {(each.kind, each.code) for each in unknown}
    return render(request, "inventory/mappings.html", context)


def refused_stores(refused: Iterable[FeedRun], *, beside: list[UnknownCode]) -> list[UnknownCode]:
    """Stores that a file was refused for, as none of its stores was known; no line of it waits."""
    kind = CodeMapping.Kind.STORE
    named = [str(code) for run in refused for code in run.problem.get("unknown_stores", ())]
    listed = {each.code for each in beside if each.kind == kind}
    new = [code for code in dict.fromkeys(named) if code not in listed]
    return [UnknownCode(kind, code, 0, ()) for code in new[:CODES_SHOWN]]


@require_GET
@file_senders_only
def mapping_targets(request: HttpRequest, code: str) -> HttpResponse:
    """What the typed words may mean, with a button each."""
    source = source_or_404(request, code)
    return render(request, "inventory/_targets.html", {"source": source, **searched(request)})


def searched(request: HttpRequest) -> dict[str, object]:
    """The search of this request: which kind of code, the code itself, the words, and what they find."""
    kind, unknown, words = (request.GET.get(name, "")[:200] for name in ("kind", "unknown", "q"))
    return {
        "kind": kind,
        "unknown_code": unknown,
        "words": words,
        "targets": targets_of_mapping(kind=kind, text=words) if kind in CodeMapping.Kind else [],
    }


@require_POST
@file_senders_only
def mapping_make(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a code stands for."""
    source = source_or_404(request, code)
    unknown = request.POST.get("unknown", "").strip()
    if not unknown or len(unknown) > CODE_LENGTH or "\0" in unknown:
        messages.error(request, _("Say which code of the source is meant; it has at most 128 characters."))
        return redirect("feed-mappings", code)
    target = target_of(request)
    sent = map_code(source=source, code=unknown, target=target, member_id=request.user.pk, now=timezone.now())
    messages.success(request, _("%(code)s stands for %(target)s.") % {"code": unknown, "target": target})
    say_sent_again(request, sent)
    return redirect("feed-mappings", code)


def target_of(request: HttpRequest) -> Store | Item:
    """The store or item that was chosen."""
    key = request.POST.get("target", "")
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise BadRequest
    if request.POST.get("kind") == CodeMapping.Kind.STORE:
        return get_object_or_404(Store, pk=key)
    return get_object_or_404(Item, pk=key)


@require_POST
@file_senders_only
def mapping_retry(request: HttpRequest, code: str) -> HttpResponse:
    """Send in the lines whose codes have become known since."""
    source = source_or_404(request, code)
    sent = replay_known(source=source, member_id=request.user.pk, now=timezone.now())
    if not sent.runs and not sent.told:
        messages.warning(request, _("None of these codes has become known."))
    say_sent_again(request, sent)
    return redirect("feed-mappings", code)


@require_POST
@file_senders_only
def mapping_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a code stood for; what was loaded with it stays."""
    mappings = CodeMapping.objects.filter(source__in=FeedSource.objects.handled_by(request.user))
    mapping = get_object_or_404(mappings.select_related("source"), pk=pk)
    mapping.delete()
    messages.success(
        request, _("%(code)s stands for nothing any more; what was loaded stays.") % {"code": mapping.code}
    )
    return redirect("feed-mappings", mapping.source.code)


def say_sent_again(request: HttpRequest, sent: SentAgain) -> None:
    """Ring the loader for what goes in, and say so."""
    for run in sent.runs:
        ring_run(run_id=run.pk)
    if sent.lines:
        words = ngettext("%(n)s line goes in again.", "%(n)s lines go in again.", sent.lines)
        messages.success(request, words % {"n": number_format(sent.lines, force_grouping=True)})
    if sent.retried:
        words = ngettext(
            "%(n)s refused file is tried again.", "%(n)s refused files are tried again.", len(sent.retried)
        )
        messages.success(request, words % {"n": len(sent.retried)})
    for sentence in sent.told:
        messages.warning(request, sentence)
