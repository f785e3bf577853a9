"""Promotions and their immutable revisions."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Upper
from django.utils.translation import gettext_lazy as _

from inventory.models.history import tracked
from promotions.rules.content.telling import lines_of
from promotions.rules.limits import Limit, limits_of
from promotions.rules.materiality import MATERIAL_FIELDS
from promotions.rules.price import Benefit, benefit_of
from promotions.rules.words import (
    UNPUBLISHED,
    AppliesTo,
    Audience,
    Concurrence,
    CouponValueType,
    OfferType,
    ProductApplicability,
    PromotionState,
    RedemptionChannel,
    RevisionState,
    RewardItems,
    StoreApplicability,
    TierBasis,
    Urgency,
)


def choices(words: type) -> list[tuple[str, str]]:
    """Choices of a vocabulary; labels are the words in sentence case."""
    return [(word.value, word.value.replace("_", " ").capitalize()) for word in words]  # type: ignore[attr-defined]


AMOUNTS = ("percent_off", "money_off_amount", "fixed_price_amount")
PERCENT_KINDS = ("PERCENT_OFF", "BUY_M_GET_N_PERCENT_OFF", "BUY_M_GET_PERCENT_OFF")
MONEY_OFF_KINDS = ("MONEY_OFF", "BUY_M_GET_N_MONEY_OFF", "BUY_M_GET_MONEY_OFF")
PRICE_KINDS = ("FIXED_PRICE", "BUNDLE_PRICE")
# Expressions of two indexes; whoever asks by them writes the same. A page's address without scheme, "www.", query and
# fragment, in small letters …
PAGE_KEY = (
    r"lower(rtrim(split_part(split_part(regexp_replace(%(expressions)s, '^[a-zA-Z]+://([wW]{3}\.)?', ''), '?', 1),"
    " '#', 1), '/'))"
)
# … and the words that somebody may remember of a promotion.
SEARCHED = (
    "long_title", "operator_display_name", "customer_display_name", "campaign", "generic_redemption_code",
)  # fmt: skip
BETWEEN_WORDS = " || ' ' || "


def only_amount(*given: str, **bounds: Any) -> Q:
    """That of the three amounts just these are there, within `bounds`.

    Said outright, because a CHECK that compares with NULL lets the row pass.
    """
    return Q(**{f"{name}__isnull": name not in given for name in AMOUNTS}, **bounds)


def text_list() -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=200), default=list, blank=True)


@tracked(model_name="PromotionRecord")
class Promotion(models.Model):
    """A promotion under its public id. What it says stands in its revisions; `current_revision` is published.

    `revision_state` is the newest revision's; rules.lifecycle lists how the two states may move together.
    """

    promotion_id = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=9, choices=choices(PromotionState), default=PromotionState.DRAFT)
    revision_state = models.CharField(
        max_length=9, choices=choices(RevisionState), default=RevisionState.DRAFT
    )
    current_revision = models.OneToOneField(
        "PromotionRevision", null=True, blank=True, on_delete=models.PROTECT, related_name="current_of"
    )
    # The code of the published revision, in capitals, while it can be used: no two open promotions share one.
    open_code = models.CharField(max_length=60, null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="promotions"
    )
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = [
            models.Index(
                fields=["id"], condition=Q(revision_state="SUBMITTED"), name="promotions_promotion_waiting"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(PromotionState)), name="promotions_promotion_state_known"
            ),
            models.CheckConstraint(
                condition=Q(revision_state__in=list(RevisionState)),
                name="promotions_promotion_revision_state_known",
            ),
            # Before anything is published the promotion stands where its newest revision does.
            models.CheckConstraint(
                condition=~Q(state__in=sorted(UNPUBLISHED)) | Q(state=F("revision_state")),
                name="promotions_promotion_states_agree",
            ),
            models.CheckConstraint(condition=~Q(promotion_id=""), name="promotions_promotion_id_given"),
            models.CheckConstraint(
                condition=Q(
                    state__in=sorted(UNPUBLISHED), current_revision__isnull=True, published_at__isnull=True
                )
                | ~Q(state__in=sorted(UNPUBLISHED))
                & Q(current_revision__isnull=False, published_at__isnull=False),
                name="promotions_promotion_published_has_revision",
            ),
            models.CheckConstraint(
                condition=Q(state="STOPPED", stopped_at__isnull=False)
                | ~Q(state="STOPPED") & Q(stopped_at__isnull=True),
                name="promotions_promotion_stopped_at_paired",
            ),
            models.UniqueConstraint(fields=["open_code"], name="promotions_promotion_code_names_one"),
        ]

    def __str__(self) -> str:
        return self.promotion_id

    def latest_revision(self) -> "PromotionRevision":
        """The newest words, published or not."""
        return self.revisions.latest("number")


class PromotionRevisionQuerySet(models.QuerySet["PromotionRevision"]):
    """Sets of revisions."""

    def receipts(self) -> models.QuerySet["PromotionRevision", Any]:
        """The keys under which briefings and acknowledgements of these revisions are kept."""
        return self.annotate(receipt=Coalesce("basis_id", "id")).values_list("receipt", flat=True)


class PromotionRevision(models.Model):
    """Version `number` of a promotion, never changed once written (a trigger refuses it).

    Field names are Google Merchant's where it has the field. The window is wall-clock time, half-open; an empty
    `window_timezone` means each store's own clock.
    """

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The revision with the same terms whose approval, briefings and acknowledgements hold for this one; NULL: its own.
    basis = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    campaign = models.CharField(max_length=60, blank=True)  # the campaign_id of its Campaign
    long_title = models.CharField(_("title"), max_length=200)
    operator_display_name = models.CharField(_("headline on the tablet"), max_length=120, blank=True)
    customer_display_name = models.CharField(_("name the shopper sees"), max_length=120, blank=True)
    operator_text = models.TextField(_("what to say"), blank=True)
    talk_track = models.TextField(_("talk track"), blank=True)  # up to three lines
    urgency = models.CharField(max_length=5, choices=choices(Urgency), default=Urgency.SHIFT)
    quiz_question = models.CharField(_("question"), max_length=200, blank=True)
    quiz_answers = models.TextField(_("answers"), blank=True)  # one a line, the right one first
    quiz_explanation = models.CharField(_("why it is so"), max_length=300, blank=True)
    promotion_url = models.URLField(_("web page"), blank=True)
    picture = models.CharField(
        _("picture"), max_length=500, blank=True
    )  # an https link, or the SHA-256 of a Picture

    coupon_value_type = models.CharField(max_length=24, choices=choices(CouponValueType))
    applies_to = models.CharField(max_length=9, choices=choices(AppliesTo), default=AppliesTo.EACH_ITEM)
    percent_off = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    money_off_amount = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    fixed_price_amount = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    minimum_purchase_amount = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    # The M and the N of "buy M get N"; a bundle's M. Units of sale.
    minimum_purchase_quantity = models.PositiveIntegerField(null=True, blank=True)
    get_this_quantity_discounted = models.PositiveIntegerField(null=True, blank=True)
    reward_items = models.CharField(max_length=8, choices=choices(RewardItems), default=RewardItems.CHEAPEST)
    reward_item_id_inclusion = text_list()
    # [{"quantity": 1, "item_id": […], "brand": […], "product_type": […], "item_group_id": […]}, …]
    bundle_parts = models.JSONField(default=list, blank=True)
    # [{"from": "3", "percent_off": "10"}, …]; or money_off_amount, or fixed_price_amount
    tiers = models.JSONField(default=list, blank=True)
    tier_basis = models.CharField(max_length=8, choices=choices(TierBasis), default=TierBasis.QUANTITY)
    free_gift_item_id = models.CharField(max_length=200, blank=True)
    free_gift_description = models.CharField(max_length=200, blank=True)
    free_gift_value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    limit_quantity = models.PositiveIntegerField(null=True, blank=True)
    limit_value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    audience = models.CharField(max_length=8, choices=choices(Audience), default=Audience.EVERYONE)

    # How it stands to other deals on the same unit; higher priority goes first.
    concurrence = models.CharField(
        max_length=10, choices=choices(Concurrence), default=Concurrence.BEST_PRICE
    )
    priority = models.SmallIntegerField(default=0)
    tags = text_list()
    combines_with = text_list()

    offer_type = models.CharField(max_length=16, choices=choices(OfferType), default=OfferType.NO_CODE)
    generic_redemption_code = models.CharField(max_length=60, blank=True)
    limit_uses = models.PositiveIntegerField(null=True, blank=True)
    # [{"scope": "STORE", "period": "DAY", "unit": "USES", "limit": "20"}, …]; money is in `currency`
    limits = models.JSONField(default=list, blank=True)
    redemption_channel = ArrayField(models.CharField(max_length=8, choices=choices(RedemptionChannel)))

    product_applicability = models.CharField(max_length=17, choices=choices(ProductApplicability))
    item_id_inclusion = text_list()
    item_id_exclusion = text_list()
    brand_inclusion = text_list()
    brand_exclusion = text_list()
    product_type_inclusion = text_list()
    product_type_exclusion = text_list()
    item_group_id_inclusion = text_list()
    item_group_id_exclusion = text_list()
    item_list_inclusion = text_list()  # codes of ItemList
    item_list_exclusion = text_list()

    store_applicability = models.CharField(max_length=15, choices=choices(StoreApplicability))
    store_codes_inclusion = text_list()
    store_codes_exclusion = text_list()
    store_groups_inclusion = text_list()
    store_groups_exclusion = text_list()

    starts_on = models.DateField()
    starts_time = models.TimeField(default=dt.time(0))
    ends_on = models.DateField()
    ends_time = models.TimeField(default=dt.time(0))
    window_timezone = models.CharField(max_length=64, blank=True)
    # [{"days": [1, 5], "from": "17:00", "until": "19:00"}, …]; ISO weekdays, wall clock; none: all day long.
    weekly_hours = models.JSONField(default=list, blank=True)
    # When shoppers are shown it (Google's promotion_display_time_period); empty: as long as it is valid.
    display_starts_on = models.DateField(null=True, blank=True)
    display_starts_time = models.TimeField(default=dt.time(0))
    display_ends_on = models.DateField(null=True, blank=True)
    display_ends_time = models.TimeField(default=dt.time(0))
    # A store may honour what the shopper saw for so long after the end.
    honour_hours = models.PositiveSmallIntegerField(default=0)

    # Fewer than this of an item in a store and its offer counts as low there. Smallest units.
    minimum_stock = models.PositiveIntegerField(default=1)

    objects = PromotionRevisionQuerySet.as_manager()

    class Meta:
        ordering = ("promotion", "number")
        indexes = [
            # A shopper's code in any case, also of promotions that are over.
            models.Index(
                Upper("generic_redemption_code"),
                condition=~Q(generic_redemption_code=""),
                name="promotions_revision_by_code",
            ),
            # A link to the page of an offer, by host and path.
            models.Index(
                Func(F("promotion_url"), template=PAGE_KEY),
                condition=~Q(promotion_url=""),
                name="promotions_revision_by_page",
            ),
            # Keywords in the order of their names: as a migration writes them, or it would see a change.
            GinIndex(
                OpClass(
                    Func(*map(F, SEARCHED), arg_joiner=BETWEEN_WORDS, template="%(expressions)s"),
                    name="gin_trgm_ops",
                ),
                name="promotions_revision_by_words",
            ),
            models.Index(fields=["picture"], condition=~Q(picture=""), name="promotions_revision_picture"),
            models.Index(fields=["campaign"], condition=~Q(campaign=""), name="promotions_revision_campaign"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "number"], name="promotions_revision_number_once"),
            models.CheckConstraint(
                condition=only_amount(
                    "percent_off",
                    coupon_value_type__in=PERCENT_KINDS,
                    percent_off__gt=0,
                    percent_off__lte=100,
                )
                | only_amount(
                    "money_off_amount", coupon_value_type__in=MONEY_OFF_KINDS, money_off_amount__gt=0
                )
                & ~Q(currency="")
                | only_amount(
                    "fixed_price_amount", coupon_value_type__in=PRICE_KINDS, fixed_price_amount__gte=0
                )
                & ~Q(currency="")
                | only_amount(coupon_value_type="TIERED") & ~Q(tiers=[])
                | only_amount(coupon_value_type__startswith="FREE_"),
                name="promotions_revision_value_fits_type",
            ),
            models.CheckConstraint(
                condition=~Q(coupon_value_type__startswith="BUY_M_GET_")
                | Q(minimum_purchase_quantity__isnull=False, minimum_purchase_quantity__gte=1),
                name="promotions_revision_buy_m_given",
            ),
            models.CheckConstraint(
                condition=~Q(coupon_value_type__startswith="BUY_M_GET_N_")
                | Q(get_this_quantity_discounted__isnull=False, get_this_quantity_discounted__gte=1),
                name="promotions_revision_get_n_given",
            ),
            models.CheckConstraint(
                condition=~Q(coupon_value_type="BUNDLE_PRICE")
                | Q(
                    minimum_purchase_quantity__isnull=False, minimum_purchase_quantity__gte=1, bundle_parts=[]
                )
                | Q(minimum_purchase_quantity__isnull=True) & ~Q(bundle_parts=[]),
                name="promotions_revision_bundle_has_parts",
            ),
            models.CheckConstraint(
                condition=Q(offer_type__in=["NO_CODE", "SINGLE_USE_CODES"], generic_redemption_code="")
                | Q(offer_type__in=["GENERIC_CODE", "GS1_COUPON"]) & ~Q(generic_redemption_code=""),
                name="promotions_revision_code_fits_type",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on"))
                | Q(starts_on=F("ends_on"), starts_time__lt=F("ends_time")),
                name="promotions_revision_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(minimum_stock__gte=1), name="promotions_revision_minimum_stock_1"
            ),
            models.CheckConstraint(
                condition=Q(limit_uses__isnull=True) | Q(limit_uses__gte=1),
                name="promotions_revision_limit_1",
            ),
            models.CheckConstraint(
                condition=Q(redemption_channel__len__gte=1), name="promotions_revision_channel_given"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=list(Urgency)), name="promotions_revision_urgency_known"
            ),
            models.CheckConstraint(
                condition=Q(quiz_question="", quiz_answers="", quiz_explanation="")
                | ~Q(quiz_question="") & ~Q(quiz_answers=""),
                name="promotions_revision_quiz_whole",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="promotions_revision_number_from_1"),
            models.CheckConstraint(
                condition=Q(basis__isnull=True) | Q(basis__lt=F("id")), name="promotions_revision_basis_older"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promotion} revision {self.number}"

    @classmethod
    def content_fields(cls) -> set[str]:
        """The fields that make up what a revision says."""
        bookkeeping = {"id", "promotion", "number", "created_at", "created_by", "basis"}
        return {field.name for field in cls._meta.concrete_fields} - bookkeeping

    def content(self) -> dict[str, Any]:
        """What the revision says, by field."""
        return {name: getattr(self, name) for name in sorted(self.content_fields())}

    def says(self, content: Mapping[str, Any]) -> bool:
        """Whether a revision with this content would say the same; missing fields count as their defaults."""
        return not self.differences(content)

    def keeps_terms(self, content: Mapping[str, Any]) -> bool:
        """Whether a revision with this content would differ in wording alone."""
        return MATERIAL_FIELDS.isdisjoint(self.differences(content))

    def differences(self, content: Mapping[str, Any]) -> set[str]:
        """The fields in which a revision with this content would differ."""
        other = PromotionRevision(**content)
        return {name for name in self.content_fields() if getattr(self, name) != getattr(other, name)}

    @property
    def receipts_id(self) -> int:
        """The key under which briefings and acknowledgements are kept: an edit of wording alone keeps them."""
        return self.basis_id or self.pk

    @property
    def headline(self) -> str:
        """What the associate reads."""
        return self.operator_display_name or self.long_title

    @property
    def benefit(self) -> Benefit:
        """What the deal gives, for the rules."""
        return benefit_of(self.__dict__)

    @property
    def talk_lines(self) -> tuple[str, ...]:
        """What to say beyond the one sentence, line by line."""
        return lines_of(self.talk_track)

    @property
    def quiz_choices(self) -> tuple[str, ...]:
        """The answers to its question, the right one first; () without a question."""
        return lines_of(self.quiz_answers) if self.quiz_question else ()

    @property
    def quiz_mixed(self) -> tuple[str, ...]:
        """The answers in an order that does not give the right one away, the same at every look."""
        return tuple(sorted(self.quiz_choices, key=lambda answer: crc32(f"{self.pk} {answer}".encode())))

    @property
    def channels(self) -> frozenset[RedemptionChannel]:
        return frozenset(RedemptionChannel(channel) for channel in self.redemption_channel)

    @property
    def all_limits(self) -> tuple[Limit, ...]:
        """Every limit but the uses of everybody together (`total_uses`)."""
        found = limits_of(self.limits, currency=self.currency)
        return tuple(limit for limit in found if not limit.is_all_uses)

    @property
    def total_uses(self) -> int | None:
        """How often it can be used in all, as `limit_uses` or as one of the limits; None for no end."""
        found = limits_of(self.limits, currency=self.currency)
        return next((limit.amount for limit in found if limit.is_all_uses), self.limit_uses)
