"""What is on offer in one store, in the words of schema.org: an Offer for each item of each promotion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet

from inventory.models import Item, ItemIdentifier, Store
from inventory.selectors import StockFigure, stock_figures
from promotions.models import OfferItem, PromotionRevision, StoreOffer
from promotions.rules.google_stock import MANY
from promotions.rules.price import discounted_price, money_fits
from promotions.rules.words import OVER, Audience, OfferState, RedemptionChannel
from promotions.selectors.sentences import benefit_text
from promotions.sources.google_writing import money_number

CONTEXT = "https://schema.org"
SHOWN = [state for state in OfferState if state not in OVER and state != OfferState.BLOCKED]
Node = dict[str, Any]


@dataclass(frozen=True)
class OfferLine:
    """One item of one promotion as one store has it; `figure` is None where the store never counted it."""

    offer: StoreOffer
    item: Item
    gtin: str
    figure: StockFigure | None


def offer_items(*, store: Store, now: datetime) -> QuerySet[OfferItem]:
    """Items of the promotions that this store honours now or will, by promotion and item.

    Deals with hours of the week are not among them: schema.org's offers have none, and would promise too much.
    """
    return OfferItem.objects.filter(
        promotion__store_offers__store=store,
        promotion__store_offers__state__in=SHOWN,
        promotion__store_offers__ends_at__gt=now,
        promotion__store_offers__revision__weekly_hours=[],
    ).order_by("promotion_id", "item_id")


def offer_graph(*, store: Store, items: Sequence[OfferItem], now: datetime) -> Node:
    """The JSON-LD document of some offers of a store; a fixed number of queries. Times are on the store's clock."""
    lines = offer_lines(store=store, items=items)
    nodes = [offer_node(line, store=store, now=now) for line in lines]
    return {"@context": CONTEXT, "@graph": [store_node(store), *nodes]}


def offer_lines(*, store: Store, items: Sequence[OfferItem]) -> list[OfferLine]:
    found = StoreOffer.objects.filter(store=store, promotion__in={one.promotion_id for one in items})
    offers = {offer.promotion_id: offer for offer in found.select_related("promotion", "revision")}
    named = Item.objects.in_bulk({one.item_id for one in items})
    figures = stock_figures(stores=[store], items=named.values())
    gtins = ItemIdentifier.objects.filter(item__in=named, kind=ItemIdentifier.Kind.GTIN).order_by("-value")
    gtin_of = dict(gtins.values_list("item_id", "value"))
    return [
        OfferLine(
            offer=offers[one.promotion_id],
            item=named[one.item_id],
            gtin=gtin_of.get(one.item_id, ""),
            figure=figures.get((store.pk, one.item_id)),
        )
        for one in items
    ]


def store_node(store: Store) -> Node:
    address = {
        "@type": "PostalAddress",
        "streetAddress": store.street,
        "addressLocality": store.city,
        "addressRegion": store.region,
        "postalCode": store.postcode,
        "addressCountry": store.country,
    }
    is_placed = store.latitude is not None
    geo = {"@type": "GeoCoordinates", "latitude": store.latitude, "longitude": store.longitude}
    return filled(
        {
            "@type": "Store",
            "@id": "#store",
            "branchCode": store.store_code,
            "name": store.name,
            "globalLocationNumber": store.gln,
            "address": filled(address) if store.street or store.city else None,
            "geo": geo if is_placed else None,
        }
    )


def filled(node: Node) -> Node:
    """Without the properties that say nothing."""
    return {name: value for name, value in node.items() if value not in (None, "", [])}


def offer_node(line: OfferLine, *, store: Store, now: datetime) -> Node:
    """One Offer. What is too old to be trusted is no claim: neither availability nor inventory level."""
    offer, item, revision = line.offer, line.item, line.offer.revision
    figure = line.figure if line.figure and not line.figure.is_stale(now) else None
    level = item.in_unit(max(0, figure.available)) if figure else None
    minimum = revision.minimum_purchase_amount
    least = None
    if minimum is not None:
        smallest = money_number(minimum, currency=revision.currency)
        least = {"@type": "PriceSpecification", "minPrice": smallest, "priceCurrency": revision.currency}
    bought = revision.minimum_purchase_quantity
    return filled(
        {
            "@type": "Offer",
            "@id": f"#{quote(offer.promotion.promotion_id)}/{quote(item.sku, safe='')}",
            "identifier": offer.promotion.promotion_id,
            "name": revision.customer_display_name or revision.long_title,
            "description": benefit_text(revision.benefit),
            "url": revision.promotion_url,
            "availableAtOrFrom": {"@id": "#store"},
            "itemOffered": product_node(line),
            "availability": availability(line, figure),
            "inventoryLevel": level and {"@type": "QuantitativeValue", "value": level, "unitCode": item.unit},
            "validFrom": store.local(offer.starts_at).isoformat(),
            "validThrough": store.local(offer.ends_at).isoformat(),
            "priceSpecification": price_nodes(line, store=store),
            "eligibleQuantity": bought and {"@type": "QuantitativeValue", "minValue": bought},
            "eligibleTransactionVolume": least,
            "validForMemberTier": {"@type": "MemberProgramTier", "name": "Members"}
            if revision.audience == Audience.MEMBERS
            else None,
        }
    )


def product_node(line: OfferLine) -> Node:
    item = line.item
    brand = {"@type": "Brand", "name": item.brand} if item.brand else None
    node = {"@type": "Product", "sku": item.sku, "gtin": line.gtin, "name": item.title, "brand": brand}
    return filled(node)


def availability(line: OfferLine, figure: StockFigure | None) -> str | None:
    """schema.org's word for what can be promised: none, little, in the store only, or there as well as online."""
    if figure is None:
        return None
    revision, units = line.offer.revision, Decimal(line.item.in_unit(figure.available))
    if figure.available <= 0:
        word = "OutOfStock"
    elif figure.available < revision.minimum_stock or units < MANY:
        word = "LimitedAvailability"
    else:
        word = "InStock" if RedemptionChannel.ONLINE in revision.channels else "InStoreOnly"
    return f"{CONTEXT}/{word}"


def price_nodes(line: OfferLine, *, store: Store) -> list[Node]:
    """The price of one unit: the deal's while it is on, and the regular one, struck through where the deal is less."""
    item, revision = line.item, line.offer.revision
    if item.regular_price is None or not money_fits(revision.benefit, currency=item.price_currency):
        return []
    price = deal_price(item, revision)
    regular = {
        "@type": "UnitPriceSpecification",
        "price": money_number(item.regular_price, currency=item.price_currency),
        "priceCurrency": item.price_currency,
    }
    if price >= item.regular_price:
        return [regular]
    deal = {
        **regular,
        "price": money_number(price, currency=item.price_currency),
        "validFrom": store.local(line.offer.starts_at).isoformat(),
        "validThrough": store.local(line.offer.ends_at).isoformat(),
    }
    return [deal, {**regular, "priceType": f"{CONTEXT}/StrikethroughPrice"}]


def deal_price(item: Item, revision: PromotionRevision) -> Decimal:
    """One unit under the deal: the regular price where the deal takes several, or is not for units so dear."""
    assert item.regular_price is not None
    if revision.limit_value is not None and item.regular_price > revision.limit_value:
        return item.regular_price
    return discounted_price(revision.benefit, regular_price=item.regular_price, currency=item.price_currency)
