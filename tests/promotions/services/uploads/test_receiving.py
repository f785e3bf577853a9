"""A table comes in: every row checked by the one rule set, with its errors at their cells."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory.feeds.records import FeedRefused
from promotions.models import Promotion, UploadBatch, UploadRow
from promotions.services.approving import publish_trusted
from promotions.services.publishing import check_content, create_promotion, stop_promotion
from promotions.services.uploads import commit_batch, mend_row, receive_upload, recheck_batch
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, content_for, create_published_promotion, create_staff_member
from tests.promotions.services.uploads.tables import GOOD, csv_of, only_row, uploaded

pytestmark = pytest.mark.django_db

DAY = "Expected a day as YYYY-MM-DD, such as 2026-11-28"


def test_a_new_row_says_what_it_would_make() -> None:
    row = only_row(uploaded({}))
    assert (row.state, row.public_id, row.errors, row.base_number) == ("NEW", "oat-29", {}, None)
    assert not Promotion.objects.exists()


def test_a_changed_row_says_what_changes_and_columns_left_out_stay() -> None:
    create_promotion(promotion_id="oat-29", content=content_for(priority=7), author=None, now=NOW)
    row = only_row(uploaded({"Percentage off": "35", "Last day": "2026-11-28"}))
    assert row.state == "CHANGED"
    assert sorted(row.changes) == [["last_day", "2026-11-27", "2026-11-28"], ["percent_off", "29", "35"]]


def test_the_words_that_stand_already_are_no_change() -> None:
    create_promotion(promotion_id="oat-29", content=content_for(), author=None, now=NOW)
    assert only_row(uploaded({})).state == "UNCHANGED"


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        ({"Percentage off": "101"}, {"percent_off": "Enter a percentage above 0 and up to 100."}),
        ({"Last day": "2026-11-01"}, {"last_day": "The promotion ends before it starts."}),
        ({"First day": "22/11/26"}, {"starts_on": f"{DAY}; found “22/11/26”."}),
        ({"Stores": "0412"}, {"store_codes_inclusion": "Leave this empty, or choose specific stores."}),
        ({"Which stores": "specific stores", "Stores": "x"}, {"store_codes_inclusion": "No store has the code x."}),
        ({"Which items": "specific products", "Items": "S-0"}, {"item_id_inclusion": "No item has the code S-0."}),
        ({"The code": "A", "Code": "Generic code", "Title": ""}, {"long_title": "Enter a title."}),
        ({"promotion_id": " "}, {"promotion_id": "Enter an id of up to 60 characters."}),
    ],
)  # fmt: skip
def test_each_error_stands_at_its_cell(cells: dict[str, str], errors: dict[str, str]) -> None:
    row = only_row(uploaded(cells))
    assert row.state == "ERROR"
    assert {column: told[0] for column, told in row.errors.items()} == errors


def test_all_errors_of_a_row_are_told_at_once() -> None:
    row = only_row(uploaded({"Title": "", "Percentage off": "many", "Last day": "2026-11-01"}))
    assert set(row.errors) == {"long_title", "percent_off", "last_day"}


def test_the_errors_are_those_of_the_service() -> None:
    """Whatever the rule set refuses, a row is refused for, in the same words."""
    wrong: list[dict[str, Any]] = [
        {"percent_off": Decimal(0)},
        {"coupon_value_type": "MONEY_OFF"},
        {"coupon_value_type": "BUY_M_GET_N_PERCENT_OFF"},
        {"starts_on": date(1999, 1, 1)},
        {"redemption_channel": []},
        {"store_groups_exclusion": ["gone"]},
    ]
    for change in wrong:
        content = content_for() | change
        said = {field: text_of(value) for field, value in content.items()}
        batch, _new = receive_upload(
            content=csv_of({"promotion_id": "p", **said}), file_name="x.csv", author=None, now=NOW
        )
        with pytest.raises(Exception) as refused:
            check_content(content)
        assert only_row(batch).errors == refused.value.message_dict  # type: ignore[attr-defined]


def text_of(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def test_one_id_twice_is_an_error_in_both_until_one_is_renamed() -> None:
    batch = uploaded({}, {"Percentage off": "5"}, {"promotion_id": "other"})
    first, second, third = batch.rows.all()
    assert (first.state, second.state, third.state) == ("ERROR", "ERROR", "NEW")
    mend_row(row=second, cells={"promotion_id": "oat-5"}, author=None, now=NOW)
    assert [row.state for row in batch.rows.all()] == ["NEW", "NEW", "NEW"]


def test_a_promotion_that_is_over_is_not_edited() -> None:
    create_store()
    create_item()
    stop_promotion(promotion=create_published_promotion(promotion_id="oat-29"), reason="x", now=NOW)
    assert set(only_row(uploaded({"Percentage off": "5"})).errors) == {"promotion_id"}


def test_a_mended_cell_is_checked_again_and_who_mended_it_is_kept() -> None:
    tom = create_staff_member()
    batch = uploaded({"Percentage off": "290"})
    row = mend_row(row=only_row(batch), cells={"percent_off": "29"}, author=tom, now=NOW)
    assert (row.state, row.errors) == ("NEW", {})
    event = batch.events.get(kind="MENDED")
    assert (event.by, event.details) == (tom, {"line": 2, "cells": {"percent_off": ["290", "29"]}})


def test_the_same_file_again_is_the_batch_that_waits() -> None:
    tom = create_staff_member()
    first = uploaded({}, author=tom)
    assert uploaded({}, author=tom).pk == first.pk
    assert uploaded({}, author=create_staff_member()).pk != first.pk
    commit_batch(batch=first, author=tom, now=NOW)
    assert uploaded({}, author=tom).pk != first.pk


def test_a_batch_is_checked_against_what_stands_now() -> None:
    batch = uploaded({})
    create_promotion(promotion_id="oat-29", content=content_for(), author=None, now=NOW)
    recheck_batch(batch=batch)
    assert only_row(batch).state == "UNCHANGED"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7 ...", "not_delimited_text"),
        (b"<html><body>Your session has ended</body></html>", "not_an_excel_file"),
        (b"PK\x03\x04 no workbook", "damaged_zip"),
        (b"Title,Percentage off\nA,5\n", "missing_column"),
        (b"promotion_id,Titel\na,b\n", "unknown_column"),
        (b"promotion_id,Title,title\na,b,c\n", "repeated_column"),
        (b"promotion_id,Title\n", "no_rows"),
        (b'promotion_id,Title\na,"b\n', "csv_quote"),
        (b"promotion_id\n" + b"p\n" * 5001, "too_many_rows"),
        (b"promotion_id\n" + b"p" * 11_000_000, "too_large"),
    ],
)
def test_a_file_that_is_no_table_of_promotions_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FeedRefused) as refused:
        receive_upload(content=content, file_name="x.csv", author=None, now=NOW)
    assert refused.value.code == code
    assert not UploadBatch.objects.exists()


def test_a_misspelt_column_is_told_what_it_is_near_to() -> None:
    with pytest.raises(FeedRefused, match="Did you mean “percentage off”"):
        uploaded({"Percentage of": "5"})


def test_notes_are_left_out_and_any_name_of_a_column_will_do() -> None:
    content = csv_of({"# bought by": "Ann", **GOOD, "FIRST-DAY": "2026-11-23", "Reason": "-"}).replace(
        b"First day", b"#"
    )
    batch, _new = receive_upload(content=content, file_name="x.csv", author=None, now=NOW)
    assert only_row(batch).cells["starts_on"] == "2026-11-23"
    assert "" not in batch.columns


def test_a_thousand_rows_ask_no_more_than_one(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    create_store(store_code="0412")
    row = {"Which stores": "SPECIFIC_STORES", "Stores": "0412", "Code": "GENERIC_CODE"}
    with django_assert_max_num_queries(16):
        batch = uploaded(*({**row, "promotion_id": f"p{n}", "The code": f"C{n}"} for n in range(1000)))
    assert batch.state_counts() == {UploadRow.State.NEW: 1000}


def test_published_promotions_are_changed_as_drafts_of_theirs() -> None:
    create_store()
    create_item()
    promotion = create_published_promotion(promotion_id="oat-29")
    commit_batch(batch=uploaded({"Percentage off": "35"}), author=None, now=NOW)
    promotion.refresh_from_db()
    assert (promotion.current_revision, promotion.latest_revision().number) == (
        promotion.revisions.first(),
        2,
    )
    assert (
        publish_trusted(why="the test", promotion=promotion, now=NOW).current_revision
        == promotion.latest_revision()
    )
