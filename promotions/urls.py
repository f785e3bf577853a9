"""Addresses of the tablet and the merchandising desk."""

from django.urls import URLPattern, path

from promotions.views import holds, tablet

urlpatterns: list[URLPattern] = [
    path("tablet/", tablet.today, name="tablet"),
    path("tablet/store/", tablet.choose_store, name="tablet-store"),
    path("tablet/verdict/", tablet.verdict, name="tablet-verdict"),
    path("tablet/redeem/", tablet.redeem_code, name="tablet-redeem"),
    path(
        "tablet/redemptions/<uuid:redemption_id>/roll-back/",
        tablet.roll_back_redemption,
        name="tablet-roll-back",
    ),
    path("tablet/holds/", holds.holds, name="tablet-holds"),
    path("tablet/holds/new/", holds.hold_items, name="tablet-hold"),
    path("tablet/holds/<uuid:hold_id>/fulfil/", holds.fulfil_hold, name="tablet-hold-fulfil"),
    path("tablet/holds/<uuid:hold_id>/release/", holds.release_hold, name="tablet-hold-release"),
    path("tablet/rain-checks/", holds.rain_check, name="tablet-rain-check"),
    path("tablet/told/", tablet.told, name="tablet-told"),
    path("tablet/offers/<int:promotion_pk>/", tablet.offer, name="tablet-offer"),
    path(
        "tablet/offers/<int:promotion_pk>/acknowledge/", tablet.acknowledge_offer, name="tablet-acknowledge"
    ),
]
