"""The promotion editor: write, look at what would become of it, save; and any two revisions side by side."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory.models import Store
from promotions.forms import SECTIONS, PromotionForm, Section
from promotions.forms.kinds import KIND_GROUPS
from promotions.forms.rows import BoundRows
from promotions.models import Promotion, PromotionRevision
from promotions.rules.window import resolve_instant
from promotions.rules.words import RevisionState
from promotions.selectors.contests import contests_for
from promotions.selectors.outlook import fates_of, judged_items
from promotions.selectors.preview import draft_card
from promotions.selectors.targeting import targeted_items, targeted_stores
from promotions.services.photos import bytes_of
from promotions.services.pictures import keep_picture
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.views.merchandising import merchandisers_only
from promotions.views.revision_words import changes_between

SHOWN_ONLY = ("add", "remove", "look")  # buttons that only change what the page shows
# What the card does not depend on may be wrong or missing while one looks at it.
NOT_ON_THE_CARD = {
    *("promotion_id", "long_title", "operator_text", "operator_display_name", "customer_display_name"),
    *(
        "promotion_url",
        "picture",
        "campaign",
        "offer_type",
        "generic_redemption_code",
        "limit_uses",
        "limits",
        "audience",
    ),
    *("talk_track", "urgency", "quiz_question", "quiz_answers", "quiz_explanation"),
    *("display_starts_on", "display_starts_time", "display_ends_on", "display_ends_time", "honour_hours"),
    *("concurrence", "combines_with", "priority", "tags"),
}


class ErrorLink(NamedTuple):
    """An error of the summary with the id of the input it leads to."""

    field: str
    target: str
    label: str
    message: str


@require_http_methods(["GET", "HEAD", "POST"])
@merchandisers_only
def promotion_new(request: HttpRequest) -> HttpResponse:
    """Write a promotion's first revision."""
    form = form_of(request, revision=None)
    if is_saving(request) and form.is_valid():
        try:
            revision = create_promotion(
                promotion_id=form.cleaned_data["promotion_id"],
                content=form.content(),
                author=request.user,
                now=timezone.now(),
            )
        except ValidationError as error:
            form.add_service_errors(error)
        else:
            messages.success(
                request, _("Saved as a draft. No store sees it before it is approved and published.")
            )
            return redirect("promotion-detail", revision.promotion_id)
    return editor_page(request, form, promotion=None)


@require_http_methods(["GET", "HEAD", "POST"])
@merchandisers_only
def promotion_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the next revision of a promotion."""
    promotion = get_object_or_404(Promotion, pk=pk)
    newest = promotion.latest_revision()
    form = form_of(request, revision=newest)
    if is_saving(request) and form.is_valid():
        try:
            revision = revise_promotion(
                promotion=promotion,
                content=form.content(),
                author=request.user,
                now=timezone.now(),
                based_on=form.cleaned_data["based_on"],
            )
        except ValidationError as error:
            form.add_service_errors(error)
        else:
            promotion.refresh_from_db()
            messages.success(request, saved_words(revision, before=newest, promotion=promotion))
            return redirect("promotion-detail", pk)
    return editor_page(request, form, promotion=promotion)


def saved_words(revision: PromotionRevision, *, before: PromotionRevision, promotion: Promotion) -> str:
    if revision.pk == before.pk:
        return _("Nothing was changed, so there is no new revision.")
    if promotion.revision_state == RevisionState.APPROVED:
        words = _("Saved as revision %(number)s. Only the wording changed: it needs no approval, publish it.")
    else:
        words = _("Saved as revision %(number)s. Stores see it once it is approved and published.")
    return words % {"number": revision.number}


def is_saving(request: HttpRequest) -> bool:
    """Whether the form was sent to be kept, and not for a row more or a look at the preview."""
    return request.method == "POST" and not any(name in request.POST for name in SHOWN_ONLY)


def form_of(request: HttpRequest, *, revision: PromotionRevision | None) -> PromotionForm:
    """The form empty, as it was typed so far, or to be judged."""
    typed, problems = with_picture(request)
    if request.method == "POST" and not is_saving(request):
        return PromotionForm.typed_again(
            typed,
            revision=revision,
            add=request.POST.get("add", ""),
            remove=request.POST.get("remove", ""),
        )
    form = PromotionForm(typed or None, revision=revision)
    if problems:
        form.full_clean()
        form.add_error("picture", problems)
    return form


def with_picture(request: HttpRequest) -> tuple[QueryDict, list[str]]:
    """What was typed, with the file that was chosen kept as its picture, or why that file is none.

    It is kept before the form is judged: whoever has to mend another field need not choose the file again.
    """
    typed = request.POST.copy()
    if "picture_removed" in typed:
        typed["picture"] = ""
    if (upload := request.FILES.get("picture_file")) is not None:
        try:
            content = bytes_of(upload, field="picture")
            picture, _is_new = keep_picture(content=content, by=request.user, now=timezone.now())
        except ValidationError as error:
            return typed, error.messages
        typed["picture"] = picture.sha256
    return typed, []


def editor_page(request: HttpRequest, form: PromotionForm, *, promotion: Promotion | None) -> HttpResponse:
    """The page; 422 with what is wrong, for a row more or less 200 and word to the preview."""
    context = {
        "section": "promotions",
        "form": form,
        "promotion": promotion,
        # After an error the newest revision counts as seen: saving again replaces it knowingly.
        "based_on": form["based_on"].value() if not form.is_bound else form.revision and form.revision.number,
        "sections": [form_section(form, part) for part in SECTIONS],
        "kind_groups": kind_groups(form),
        "error_links": error_links(form),
        "removed": request.POST.get("remove", "").rpartition("-")[0],
        **preview_context(request, promotion=promotion),
    }
    response = render(request, "merchandising/form.html", context, status=422 if form.errors else 200)
    if request.headers.get("HX-Request"):
        response.headers["HX-Trigger"] = "rows"
    return response


def form_section(form: PromotionForm, part: Section) -> dict[str, Any]:
    """One part of the form; what few need is folded away unless something stands in it."""
    more = [form[name] for name in part.more]
    return {
        "key": part.key,
        "title": part.title,
        "fields": [form[name] for name in part.fields],
        "more": more,
        "more_title": part.more_title,
        "is_open": any(field.value() or field.errors for field in more),
    }


def kind_groups(form: PromotionForm) -> list[tuple[Any, list[tuple[Any, Any]]]]:
    """The radios of the kinds under their headings, each with its example."""
    options = iter(form["coupon_value_type"])
    return [(title, [(next(options), kind.example) for kind in kinds]) for title, kinds in KIND_GROUPS]


def error_links(form: PromotionForm) -> list[ErrorLink]:
    """Every error in the order of the page, with the input that it leads to."""
    links = []
    for field in form.visible_fields() if form.errors else ():
        if isinstance(field, BoundRows):
            told = [(field.add_id, message) for message in field.other_errors]
            told += [(row.first_id, message) for row in field.rows for message in row.errors]
        else:
            target = f"{field.auto_id}_0" if field.use_fieldset else str(field.id_for_label)
            told = [(target, str(message)) for message in field.errors]
        links += [ErrorLink(field.name, target, str(field.label), message) for target, message in told]
    return links


@require_POST
@merchandisers_only
def new_preview(request: HttpRequest) -> HttpResponse:
    """The preview of what is being typed for a new promotion."""
    return render(request, "merchandising/_live_preview.html", preview_context(request, promotion=None))


@require_POST
@merchandisers_only
def edit_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview of what is being typed for the next revision."""
    promotion = get_object_or_404(Promotion, pk=pk)
    return render(request, "merchandising/_live_preview.html", preview_context(request, promotion=promotion))


def preview_context(request: HttpRequest, *, promotion: Promotion | None) -> dict[str, Any]:
    """What would become of the words as they stand on the page, in one store and in all."""
    context: dict[str, Any] = {"promotion": promotion, "preview_at": request.POST.get("preview_at", "")}
    revision = promotion.latest_revision() if promotion else None
    if request.POST:
        form = PromotionForm(request.POST, revision=revision)
        wanting = [link for link in error_links(form) if link.field not in NOT_ON_THE_CARD]
        if wanting:
            return context | {"wanting": wanting}
        revision = unsaved_revision(form, promotion=promotion)
    if revision is None:
        return context
    return context | outlook_context(
        revision, store_code=request.POST.get("preview_store", ""), at=request.POST.get("preview_at", "")
    )


def unsaved_revision(form: PromotionForm, *, promotion: Promotion | None) -> PromotionRevision:
    """The words of the page as a revision that no table has."""
    content = form.content()
    content["long_title"] = content["long_title"] or _("(no title yet)")
    number = form.revision.number + 1 if form.revision else 1
    owner = promotion or Promotion(pk=0, promotion_id=form.data.get("promotion_id") or _("this promotion"))
    return PromotionRevision(promotion=owner, number=number, **content)


def outlook_context(revision: PromotionRevision, *, store_code: str, at: str) -> dict[str, Any]:
    """The card of the chosen store, the first targeted one unless another is asked for, and every store's fate."""
    now = timezone.now()
    stores = list(targeted_stores(revision).order_by("store_code"))
    store = next((one for one in stores if one.store_code == store_code), None) or next(iter(stores), None)
    context: dict[str, Any] = {"preview_stores": stores, "preview_store": store, "now": now}
    if store is None:
        return context
    moment = moment_in(store, at) or now
    item_ids = targeted_items(revision)
    judged = judged_items(item_ids, stores=len(stores))
    card = draft_card(revision=revision, store=store, now=moment)
    return context | {
        "card": card,
        "contests": contests_for(revision=revision, card=card, item_ids=item_ids, at=moment),
        "items_total": len(item_ids),
        "moment": store.local(moment),
        "fates": fates_of(revision=revision, stores=stores, item_ids=judged, at=moment),
        "items_judged": len(judged),
    }


def moment_in(store: Store, text: str) -> datetime | None:
    """An instant from a store's wall clock as a browser writes it, "2026-11-28T09:00"; None for anything else."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    if wall.tzinfo is not None or not 2000 <= wall.year <= 2199:
        return None
    return resolve_instant(on=wall.date(), at=wall.time(), timezone=store.timezone)


@require_safe
@merchandisers_only
def promotion_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs between any two revisions: without a choice the newest against the one before, or the published."""
    promotion = get_object_or_404(Promotion.objects.select_related("current_revision"), pk=pk)
    revisions = list(promotion.revisions.select_related("created_by").order_by("-number"))
    by_number = {str(revision.number): revision for revision in revisions}
    new = by_number.get(request.GET.get("new", ""), revisions[0])
    published = promotion.current_revision if promotion.current_revision_id != new.pk else None
    before = published or next((one for one in revisions if one.number < new.number), new)
    old = by_number.get(request.GET.get("old", ""), before)
    context = {
        "section": "promotions",
        "promotion": promotion,
        "revisions": revisions,
        "old": old,
        "new": new,
        "pair": (old, new),
        "changes": changes_between(old, new),
    }
    piece = "_comparison.html" if request.headers.get("HX-Request") else "compare.html"
    return render(request, f"merchandising/{piece}", context)
