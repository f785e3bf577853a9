"""Search as you type: the store's own offers, items, and offers elsewhere, by words as people remember them.

Trigrams find what a word starts and what it resembles. Items and offers elsewhere are found by index, at most so many
rows for each word and way, and the store's own offers are as many as the store has: a search costs what it finds, not
what there is. What holds more of the words goes first, then what they start, then what is most alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from inventory.models import Store
from inventory.models.items import SEARCHED as SEARCHED_OF_ITEMS
from inventory.selectors import PROMISED
from promotions.models import PromotionRevision
from promotions.models.promotions import BETWEEN_WORDS, SEARCHED
from promotions.rules.query_words import query_words
from promotions.selectors.alternatives import own_times
from promotions.selectors.sentences import benefit_text, end_text

OFFERS, ITEMS, OFFERS_ELSEWHERE = 5, 5, 3
# How much of a typed word's trigrams a word of the text must have: a slip of one letter leaves about half of them.
ALIKE = 0.4

ITEM_TEXT = BETWEEN_WORDS.join(f"i.{name}" for name in SEARCHED_OF_ITEMS)
DEAL_TEXT = BETWEEN_WORDS.join(f"r.{name}" for name in SEARCHED)
# A campaign and a batch of codes ("the mailing") are remembered by names of their own.
ALSO_CALLED = """
concat_ws(' ', (SELECT g.title FROM promotions_campaign g WHERE g.campaign_id = r.campaign AND r.campaign <> ''),
          (SELECT string_agg(b.name, ' ') FROM promotions_codebatch b WHERE b.promotion_id = r.promotion_id))
"""


def score(text: str) -> str:
    """SQL that counts how well a text holds the words, as `s`."""
    return rf"""
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE starts OR alike >= %(alike)s) AS matched, count(*) FILTER (WHERE starts) AS started,
           sum(alike) AS alike
    FROM unnest(%(words)s::text[]) AS asked(word), LATERAL (
        SELECT {text} ~* ('\m' || word) AS starts, word_similarity(word, {text}) AS alike) one
) s
"""  # noqa: S608


def found_by_words(*, key: str, source: str, text: str) -> str:
    """SQL of the keys of the rows whose text a word starts or resembles, by the text's index.

    Two letters are no trigram: they only find by likeness, which knows where a word begins.
    """
    return rf"""
(SELECT {key} FROM {source} WHERE length(word) > 2 AND ({text}) ~* ('\m' || word) LIMIT 300)
UNION ALL (SELECT {key} FROM {source} WHERE word <%% ({text}) LIMIT 300)
"""  # noqa: S608


BEST_FIRST = "s.matched DESC, s.started DESC, s.alike DESC"

FIND_ITEMS = f"""
WITH found AS (
    SELECT DISTINCT c.id FROM unnest(%(words)s::text[]) AS asked(word), LATERAL (
        {found_by_words(key="i.id", source="inventory_item i", text=ITEM_TEXT)}) c
)
SELECT s.matched, s.started, i.sku, i.title, i.brand, i.regular_price, i.price_currency, {PROMISED}, i.unit,
       i.unit_decimals,
       (SELECT min(n.value) FROM inventory_itemidentifier n WHERE n.item_id = i.id AND n.kind = 'GTIN'),
       c.as_of, l.source_id, l.store_id, i.id, c.as_ofs IS NOT NULL
FROM found JOIN inventory_item i ON i.id = found.id {score(f"({ITEM_TEXT})")}
LEFT JOIN (inventory_stocklevel l
           JOIN inventory_stockclaim c ON c.source_id = l.source_id AND c.store_id = l.store_id)
    ON l.store_id = %(store)s AND l.item_id = i.id
WHERE s.matched > 0
ORDER BY {BEST_FIRST}, i.title, i.id LIMIT %(limit)s
"""  # noqa: S608

FIND_OFFERS = f"""
SELECT s.matched, s.started, r.id, o.ends_at
FROM promotions_storeoffer o JOIN promotions_promotionrevision r ON r.id = o.revision_id
{score(f"({DEAL_TEXT} || ' ' || {ALSO_CALLED})")}
WHERE o.store_id = %(store)s AND o.state NOT IN ('STOPPED', 'EXPIRED') AND s.matched > 0
ORDER BY {BEST_FIRST}, o.ends_at, r.id LIMIT %(limit)s
"""  # noqa: S608

FIND_OFFERS_ELSEWHERE = f"""
WITH found AS (
    SELECT DISTINCT c.promotion_id FROM unnest(%(words)s::text[]) AS asked(word), LATERAL (
        {found_by_words(key="r.promotion_id", source="promotions_promotionrevision r", text=DEAL_TEXT)}
        UNION ALL SELECT c.promotion_id FROM promotions_promotionrevision c JOIN (
            {found_by_words(key="g.campaign_id", source="promotions_campaign g", text="g.title")}) named
            ON c.campaign = named.campaign_id AND c.campaign <> ''
        UNION ALL {found_by_words(key="b.promotion_id", source="promotions_codebatch b", text="b.name")}) c
)
SELECT s.matched, s.started, r.id, NULL
FROM found JOIN promotions_promotion p ON p.id = found.promotion_id AND p.state IN ('LIVE', 'PENDING')
JOIN promotions_promotionrevision r ON r.id = p.current_revision_id
{score(f"({DEAL_TEXT} || ' ' || {ALSO_CALLED})")}
WHERE s.matched > 0 AND NOT EXISTS (
    SELECT FROM promotions_storeoffer o WHERE o.store_id = %(store)s AND o.promotion_id = p.id)
ORDER BY {BEST_FIRST}, r.id LIMIT %(limit)s
"""  # noqa: S608


@dataclass(frozen=True)
class FoundItem:
    """An item by its words; `quantity` is what can be promised here in its smallest unit, None: never counted.

    `counted_at` is when, on the store's clock: nobody is shown an old figure as new (G7). `code` is what a verdict on
    it is asked with.
    """

    code: str
    title: str
    brand: str
    regular_price: Decimal | None
    currency: str
    quantity: int | None
    unit: str
    unit_decimals: int
    counted_at: datetime | None


@dataclass(frozen=True)
class FoundOffer:
    """A promotion by its words; `ends` is in words on the store's clock, "" where it is not valid here."""

    code: str
    headline: str
    benefit: str
    ends: str


@dataclass(frozen=True)
class Found:
    """What a search gives, each part with the best first."""

    text: str
    offers: tuple[FoundOffer, ...] = ()
    items: tuple[FoundItem, ...] = ()
    elsewhere: tuple[FoundOffer, ...] = ()

    @property
    def total(self) -> int:
        return len(self.offers) + len(self.items) + len(self.elsewhere)


def find(*, store: Store, text: str) -> Found:
    """The store's offers, items and offers elsewhere that hold most of the words of a text.

    Nothing for a text without words of two letters. What holds fewer of the words than the best of all is left out,
    and what is only alike where something holds the words as they are typed.
    """
    words = query_words(text)
    if not words:
        return Found(text)
    params: dict[str, Any] = {"store": store.pk, "words": list(words), "alike": ALIKE}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {ALIKE}")
        # The planner does not know how few rows a word finds: left to itself it would read the whole table.
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = []
        for statement, limit in (
            (FIND_OFFERS, OFFERS), (FIND_ITEMS, ITEMS), (FIND_OFFERS_ELSEWHERE, OFFERS_ELSEWHERE),
        ):  # fmt: skip
            cursor.execute(statement, {**params, "limit": limit})
            rows.append(cursor.fetchall())
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT")
    most = max((row[0] for part in rows for row in part), default=0)
    is_exact = any(row[1] == len(words) for part in rows for row in part)
    fewest = len(words) if is_exact else 0
    offers, items, elsewhere = ([row for row in part if row[0] == most and row[1] >= fewest] for part in rows)
    revisions = PromotionRevision.objects.select_related("promotion").in_bulk(
        [row[2] for row in (*offers, *elsewhere)]
    )
    return Found(
        text,
        offers=found_offers(offers, revisions=revisions, store=store),
        items=found_items(items, store=store),
        elsewhere=found_offers(elsewhere, revisions=revisions, store=store),
    )


def found_items(rows: Sequence[Sequence[Any]], *, store: Store) -> tuple[FoundItem, ...]:
    """Each with the time of its own count."""
    counted = own_times(row[-4:] for row in rows)
    found = []
    for row in rows:
        sku, title, brand, regular_price, currency, quantity, unit, decimals, gtin, as_of = row[2:12]
        counted_at: datetime | None = counted.get(tuple(row[-4:-1]), as_of)
        found.append(
            FoundItem(
                code=gtin or sku,
                title=title,
                brand=brand,
                regular_price=regular_price,
                currency=currency,
                quantity=quantity,
                unit=unit,
                unit_decimals=decimals,
                counted_at=store.local(counted_at) if counted_at else None,
            )
        )
    return tuple(found)


def found_offers(
    rows: Sequence[Sequence[Any]], *, revisions: Mapping[int, PromotionRevision], store: Store
) -> tuple[FoundOffer, ...]:
    found = []
    for _matched, _started, revision_pk, ends_at in rows:
        revision = revisions[revision_pk]
        ends: datetime | None = ends_at and store.local(ends_at)
        found.append(
            FoundOffer(
                code=revision.promotion.promotion_id,
                headline=revision.headline,
                benefit=benefit_text(revision.benefit),
                ends=end_text(ends) if ends else "",
            )
        )
    return tuple(found)
