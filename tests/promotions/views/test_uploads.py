"""Bulk upload on the desk, without JavaScript and with htmx."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from omnistore.staff.models import Role, StaffMember
from promotions.models import Promotion, UploadBatch
from promotions.services.uploads import receive_upload
from tests.factories_promotions import NOW, create_staff_member
from tests.promotions.services.uploads.tables import GOOD, csv_of

pytestmark = pytest.mark.django_db

START = "/desk/promotions/upload/"
BAD = {**GOOD, "promotion_id": "bad", "Percentage off": "290", "Last day": "tomorrow"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def tom() -> StaffMember:
    return create_staff_member(username="tom", role=Role.MERCHANDISER)


@pytest.fixture
def desk(tom: StaffMember) -> Client:
    client = Client()
    client.force_login(tom)
    return client


def upload(client: Client, content: bytes, *, name: str = "plan.csv") -> UploadBatch:
    answer = client.post(START, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return UploadBatch.objects.get(pk=answer.headers["Location"].rstrip("/").rpartition("/")[2])


def test_each_error_stands_at_its_cell_with_what_was_written(desk: Client) -> None:
    batch = upload(desk, csv_of(GOOD, BAD))
    page = desk.get(reverse("upload", args=[batch.pk])).content.decode()
    assert "Enter a percentage above 0 and up to 100." in page
    assert 'name="cell.percent_off" value="290"' in page
    assert "Expected a day as YYYY-MM-DD, such as 2026-11-28; found “tomorrow”." in page
    assert "Take over 1 row<" in page
    assert "29 % off · 22 Nov – 27 Nov 2026" in page


def test_a_row_is_mended_taken_over_and_undone(desk: Client) -> None:
    batch = upload(desk, csv_of(GOOD, BAD))
    row = batch.rows.get(state="ERROR")
    piece = desk.post(
        reverse("upload-row", args=[row.pk]),
        {"cell.percent_off": "29", "cell.last_day": "2026-11-27"},
        headers=HTMX,
    ).content.decode()
    assert "<html" not in piece
    assert 'hx-swap-oob="true"' in piece
    assert "Take over 2 rows" in piece
    desk.post(reverse("upload-commit", args=[batch.pk]))
    assert set(Promotion.objects.values_list("promotion_id", "state")) == {
        ("oat-29", "DRAFT"),
        ("bad", "DRAFT"),
    }
    page = desk.post(reverse("upload-undo", args=[batch.pk]), follow=True).content.decode()
    assert "2 rows were undone." in page
    assert not Promotion.objects.exists()


def test_a_column_the_file_does_not_have_can_be_added(desk: Client) -> None:
    batch = upload(desk, csv_of({**GOOD, "The code": "OAT"}))
    row = batch.rows.get()
    assert (row.state, list(row.errors)) == ("ERROR", ["generic_redemption_code"])
    desk.post(reverse("upload-row", args=[row.pk]), {"add": "offer_type", "add_text": "generic code"})
    assert batch.rows.get().state == "NEW"


def test_what_cannot_be_typed_is_told_and_nothing_is_kept(desk: Client) -> None:
    row = upload(desk, csv_of(GOOD)).rows.get()
    answer = desk.post(reverse("upload-row", args=[row.pk]), {"cell.colour": "red"}, headers=HTMX)
    assert answer.status_code == 422
    row.refresh_from_db()
    assert "colour" not in row.cells


@pytest.mark.parametrize("content", [b"\x89PNG....", b"promotion_id,Foo\n1,2\n", b"PK\x03\x04 broken"])
def test_another_file_is_refused_in_plain_words(desk: Client, content: bytes) -> None:
    answer = desk.post(START, {"file": SimpleUploadedFile("x.xlsx", content)})
    assert answer.status_code == 422
    assert "The file cannot be used" in answer.content.decode()
    assert desk.post(START).status_code == 422


def test_the_rows_with_errors_come_back_as_they_were_with_the_reasons(desk: Client) -> None:
    batch = upload(desk, csv_of(GOOD, BAD))
    content = desk.get(reverse("upload-waiting", args=[batch.pk])).content
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (row["Promotion id"], row["Percentage off"], row["Last day"]) == ("bad", "290", "tomorrow")
    assert row["Reason"].startswith("Last day: Expected a day as YYYY-MM-DD")
    mended = content.replace(b"290", b"29").replace(b"tomorrow", b"2026-11-27", 1)
    assert upload(desk, mended).rows.get().state == "NEW"


def test_the_template_has_the_chosen_columns_and_remembers_them(desk: Client, tom: StaffMember) -> None:
    answer = desk.get(
        f"{START}template/", {"column": ["long_title", "coupon_value_type", "odd"], "format": "xlsx"}
    )
    (header,) = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert header == ["Promotion id", "Title", "What the shopper gets"]
    content = b"promotion_id,Campaign\np,spring\n"
    receive_upload(content=content, file_name="x.csv", author=tom, now=NOW)
    chosen = {name for name, _label, is_chosen in desk.get(START).context["columns"] if is_chosen}
    assert chosen == {"campaign"}


def test_a_long_upload_is_worked_on_while_the_page_waits(desk: Client) -> None:
    batch = upload(desk, csv_of(*({**GOOD, "promotion_id": f"p{number}"} for number in range(201))))
    desk.post(reverse("upload-commit", args=[batch.pk]))
    head = desk.get(reverse("upload-head", args=[batch.pk]))
    assert "A worker is at it (take over)." in head.content.decode()
    assert "HX-Refresh" not in head.headers
    assert (
        "being worked on" in desk.post(reverse("upload-undo", args=[batch.pk]), follow=True).content.decode()
    )


def test_others_are_kept_out(client: Client) -> None:
    batch, _new = receive_upload(content=csv_of(GOOD), file_name="x.csv", author=None, now=NOW)
    client.force_login(create_staff_member(role=Role.OPERATOR))
    names = ("upload", "upload-head", "upload-waiting")
    assert {client.get(reverse(name, args=[batch.pk])).status_code for name in names} == {403}
    names = ("upload-commit", "upload-undo", "upload-recheck")
    assert {client.post(reverse(name, args=[batch.pk])).status_code for name in names} == {403}
    assert client.post(reverse("upload-row", args=[batch.rows.get().pk])).status_code == 403
