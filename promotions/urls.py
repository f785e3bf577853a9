"""Addresses of the tablet and the merchandising desk."""

from django.urls import URLPattern, path

from promotions.views import holds, pictures, shift, tablet, tablet_reports

urlpatterns: list[URLPattern] = [
    path("tablet/", tablet.today, name="tablet"),
    path("tablet/store/", tablet.choose_store, name="tablet-store"),
    path("tablet/verdict/", tablet.verdict, name="tablet-verdict"),
    path("tablet/search/", tablet.search, name="tablet-search"),
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
    path("tablet/reports/", tablet_reports.report_list, name="tablet-reports"),
    path("tablet/reports/tell/", tablet_reports.report_tell, name="tablet-report-tell"),
    path("tablet/reports/link/", tablet_reports.report_link, name="tablet-report-link"),
    path("tablet/reports/<int:report_id>/", tablet_reports.report_state, name="tablet-report"),
    path("tablet/reports/<int:report_id>/more/", tablet_reports.report_more, name="tablet-report-more"),
    path("pictures/<slug:sha256>.jpg", pictures.picture, name="picture"),
    path("reports/<int:report_id>/photo/", tablet_reports.report_photo, name="report-photo"),
    path("tablet/offers/<int:promotion_pk>/", tablet.offer, name="tablet-offer"),
    path(
        "tablet/offers/<int:promotion_pk>/acknowledge/", tablet.acknowledge_offer, name="tablet-acknowledge"
    ),
    path("tablet/offers/<int:promotion_pk>/take-back/", shift.take_back_reading, name="tablet-take-back"),
    path("tablet/offers/<int:promotion_pk>/answer/", shift.answer_question, name="tablet-quiz"),
    path("tablet/offers/<int:promotion_pk>/place/", shift.say_place, name="tablet-place"),
    path("tablet/morning/", shift.morning, name="tablet-morning"),
    path("tablet/notices/", shift.notices, name="tablet-notices"),
    path("tablet/notices/dismiss/", shift.dismiss, name="tablet-dismiss"),
    path("tablet/team/", shift.team, name="tablet-team"),
    path("tablet/team/nudge/", shift.nudge_person, name="tablet-nudge"),
]
