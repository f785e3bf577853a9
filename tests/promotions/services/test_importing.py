"""A Google promotions file, line by line."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest

from inventory.imports import load_run, receive_file
from inventory.models import FeedRun, FeedSource, RejectedRow
from omnistore.staff.models import Role
from promotions.models import Promotion, StoreOffer
from promotions.services.approving import approve_and_publish, reject_revision
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_staff_member

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = (
    "promotion_id\tproduct_applicability\toffer_type\tlong_title\tpromotion_effective_dates\tredemption_channel"
    "\tpercent_off\titem_id"
)
GOOD = (
    "OAT\tspecific_products\tno_code\t29 % off\t2026-11-20T00:00-05:00/2026-11-27T00:00-05:00"
    "\tonline,in_store\t29\tA"
)


@pytest.fixture
def load() -> Callable[..., FeedRun]:
    create_store(timezone="America/New_York")
    create_item(sku="A")
    source = FeedSource.objects.create(code="suite", name="Suite", kind="PROMOTIONS")

    def load_lines(*lines: str, **profile: str) -> FeedRun:
        FeedSource.objects.update(profile=profile)
        run, _is_new = receive_file(
            source=FeedSource.objects.get(pk=source.pk),
            file_name="promotions.tsv",
            content=BytesIO("\n".join(lines).encode()),
            now=NOW,
        )
        loaded = load_run(run_id=run.pk, now=NOW)
        assert loaded is not None
        return loaded

    return load_lines


def counts(run: FeedRun) -> tuple[int, ...]:
    return run.rows_received, run.rows_applied, run.rows_unchanged, run.rows_rejected


def test_a_line_becomes_a_published_promotion(load: Callable[..., FeedRun]) -> None:
    run = load(HEADER, GOOD)

    offer = StoreOffer.objects.get()
    assert (run.state, counts(run)) == ("LOADED", (1, 1, 0, 0))
    assert (offer.promotion.promotion_id, offer.promotion.state) == ("OAT", "LIVE")
    assert offer.ends_at == datetime(2026, 11, 27, 5, tzinfo=UTC)


def test_the_same_lines_again_change_nothing(load: Callable[..., FeedRun]) -> None:
    load(HEADER, GOOD)

    run = load(HEADER, GOOD, "")

    assert counts(run) == (1, 0, 1, 0)
    assert Promotion.objects.get().revisions.count() == 1


def test_changed_words_are_a_new_revision(load: Callable[..., FeedRun]) -> None:
    load(HEADER, GOOD)

    run = load(HEADER, GOOD.replace("29 % off", "A third off"))

    assert counts(run) == (1, 1, 0, 0)
    assert StoreOffer.objects.get().revision.number == 2


def test_what_needs_approval_waits_for_a_person_and_is_not_asked_twice(load: Callable[..., FeedRun]) -> None:
    for expected in ((1, 1, 0, 0), (1, 0, 1, 0)):
        assert counts(load(HEADER, GOOD + "\n" * expected[2], approval="needed")) == expected
    promotion = Promotion.objects.get()
    assert (promotion.state, promotion.steps.get().action, StoreOffer.objects.count()) == (
        "SUBMITTED",
        "SUBMIT",
        0,
    )


def test_of_what_is_approved_the_words_may_change_without_a_person(load: Callable[..., FeedRun]) -> None:
    load(HEADER, GOOD, approval="needed")
    ines = create_staff_member(role=Role.APPROVER)
    approve_and_publish(promotion=Promotion.objects.get(), number=1, by=ines, now=NOW)
    load(HEADER, GOOD.replace("29 % off", "A third off"), approval="needed")
    assert StoreOffer.objects.get().revision.long_title == "A third off"
    load(HEADER, GOOD.replace("\t29\t", "\t30\t"), approval="needed")
    assert Promotion.objects.get().revision_state == "SUBMITTED"
    assert StoreOffer.objects.get().revision.number == 2


def test_a_trusted_source_is_its_own_approver_and_named(load: Callable[..., FeedRun]) -> None:
    load(HEADER, GOOD)
    steps = Promotion.objects.get().steps.filter(by=None).values_list("action", "why")
    assert list(steps) == [("SUBMIT", "Suite"), ("APPROVE", "Suite"), ("PUBLISH", ""), ("OPEN", "")]


def test_a_rejection_is_not_overruled_by_the_same_line(load: Callable[..., FeedRun]) -> None:
    load(HEADER, GOOD, approval="needed")
    ines = create_staff_member(role=Role.APPROVER)
    reject_revision(promotion=Promotion.objects.get(), number=1, by=ines, why="Below cost.", now=NOW)
    assert counts(load(HEADER, GOOD + "\n", approval="needed")) == (1, 0, 1, 0)
    assert counts(load(HEADER, GOOD + "\n\n")) == (1, 0, 0, 1)
    assert "revision 1 is rejected" in RejectedRow.objects.get().message


def test_another_kind_of_approval_refuses_the_file(load: Callable[..., FeedRun]) -> None:
    run = load(HEADER, GOOD, approval="sometimes")
    assert (run.state, run.problem["code"]) == ("REFUSED", "bad_profile")
    assert "approval is 'sometimes'; expected trusted or needed" in run.problem["message"]


def test_a_wall_clock_window_is_each_stores_own(load: Callable[..., FeedRun]) -> None:
    create_store(store_code="hnl", timezone="Pacific/Honolulu")

    load(HEADER, GOOD, window="wall_clock")

    ends_at = StoreOffer.objects.get(store__store_code="hnl").ends_at
    assert ends_at == datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (GOOD.replace("\t29\t", "\t0\t"), "percent_out_of_range", "percent_off: expected 1 to 100"),
        (
            GOOD.replace("\t29\t", "\ta third\t"),
            "bad_percent",
            "percent_off: expected a percentage such as 25",
        ),
        (GOOD.replace("no_code", "barcode"), "unknown_word", "offer_type: expected no_code or generic_code"),
        (GOOD.replace("2026-11-27", "2026-11-19"), "ends_before_start", "expected an end after the start"),
        (GOOD.replace("2026-11-27", "soon"), "bad_period", "promotion_effective_dates: expected start/end"),
        (GOOD.replace("\tA", "\tnowhere"), "not_allowed", "No item is left"),
        (GOOD.replace("OAT", ""), "missing_value", "promotion_id: expected a value"),
        (GOOD + "\textra", "column_count", "expected 8 columns, found 9"),
        (GOOD.replace("29 % off", '"29 % off'), "open_quote", "a quote is not closed"),
    ],
)
def test_a_bad_line_is_kept_with_its_reason_and_the_others_go_on(
    load: Callable[..., FeedRun], line: str, code: str, words: str
) -> None:
    run = load(HEADER, line, GOOD.replace("OAT", "FINE"))

    rejected = RejectedRow.objects.get()
    assert counts(run) == (2, 1, 0, 1)
    assert (rejected.line_number, rejected.code, rejected.raw) == (2, code, line)
    assert words in rejected.message


FORMS = {
    "csv": "\n".join(
        ",".join(f'"{cell}"' for cell in line.split("\t")) for line in (HEADER.replace("_", " "), GOOD)
    ),
    "rss": """<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Deals</title><item>
        <g:promotion_id>OAT</g:promotion_id><g:product_applicability>SPECIFIC_PRODUCTS</g:product_applicability>
        <g:offer_type>NO_CODE</g:offer_type><g:long_title><![CDATA[29 % off]]></g:long_title>
        <g:promotion_effective_dates>2026-11-20T00:00-05:00/2026-11-27T00:00-05:00</g:promotion_effective_dates>
        <g:redemption_channel>ONLINE</g:redemption_channel><g:redemption_channel>IN_STORE</g:redemption_channel>
        <g:promotion_destination>Shopping_ads</g:promotion_destination>
        <g:promotion_destination>Free_listings</g:promotion_destination>
        <g:percent_off>29</g:percent_off><g:item_id>A</g:item_id></item></channel></rss>""",
}


@pytest.mark.parametrize("form", FORMS)
def test_csv_and_xml_say_the_same_as_the_tab_separated_file(load: Callable[..., FeedRun], form: str) -> None:
    load(HEADER, GOOD)

    run = load(FORMS[form])

    assert (run.state, counts(run)) == ("LOADED", (1, 0, 1, 0))


def test_the_higher_version_in_a_file_is_the_one_that_counts(load: Callable[..., FeedRun]) -> None:
    newer = GOOD.replace("29 % off", "A third off")

    run = load(HEADER + "\tversion number", newer + "\t12", GOOD + "\t9")

    rejected = RejectedRow.objects.get()
    assert (counts(run), rejected.code, rejected.line_number) == ((2, 1, 0, 1), "stale", 3)
    assert StoreOffer.objects.get().revision.long_title == "A third off"


def test_a_broken_document_is_refused_as_a_whole(load: Callable[..., FeedRun]) -> None:
    run = load(FORMS["rss"][:-12])

    assert (run.state, run.problem["code"], Promotion.objects.count()) == ("REFUSED", "truncated", 0)


def test_one_id_with_two_meanings_is_rejected_on_both_lines(load: Callable[..., FeedRun]) -> None:
    run = load(HEADER, GOOD, GOOD.replace("\t29\t", "\t30\t"))

    assert counts(run) == (2, 0, 0, 2)
    assert set(RejectedRow.objects.values_list("code", flat=True)) == {"conflicting_lines"}


def test_a_header_without_a_needed_column_refuses_the_file(load: Callable[..., FeedRun]) -> None:
    run = load(HEADER.replace("long_title", "name"), GOOD)

    assert (run.state, run.problem["code"]) == ("REFUSED", "unknown_header")
    assert "long_title" in run.problem["message"]
