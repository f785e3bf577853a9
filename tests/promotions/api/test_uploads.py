"""Tables of promotions through the API: preview, commit, undo, and what is refused."""

import io
from typing import Any

import pytest
import xlsxwriter

from promotions.models import Promotion
from promotions.services.uploads import carry_out_waiting
from tests.api_client import World, is_problem
from tests.factories_promotions import content_for
from tests.promotions.services.uploads.tables import GOOD, csv_of

pytestmark = pytest.mark.django_db

PATH = "/promotions/uploads"


def workbook_of(*rows: dict[str, str]) -> bytes:
    """The same table as a workbook."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, list(rows[0]))
        for number, row in enumerate(rows, 1):
            page.write_row(number, 0, list(row.values()))
    return file.getvalue()


def upload(world: World, content: bytes) -> Any:
    return world.merchandiser.post(PATH, content, Content_Type="application/octet-stream")


@pytest.mark.parametrize("content_of", [csv_of, workbook_of])
def test_a_table_is_seen_committed_and_undone(world: World, content_of: Any) -> None:
    content = content_of(GOOD, {**GOOD, "promotion_id": "bad", "Percentage off": "0"})
    preview = upload(world, content)
    assert preview.status_code == 201
    assert [(row["line_number"], row["state"]) for row in preview.json()["rows"]] == [
        (3, "ERROR"),
        (2, "NEW"),
    ]
    assert preview.json()["rows"][0]["errors"] == {
        "percent_off": ["Enter a percentage above 0 and up to 100."]
    }
    path = f"{PATH}/{preview.json()['id']}"
    committed = world.merchandiser.post(f"{path}/commit").json()["counts"]
    assert (committed["COMMITTED"], committed["ERROR"]) == (1, 1)
    assert Promotion.objects.filter(promotion_id="oat-29", state="DRAFT").exists()
    for _twice in range(2):
        assert world.merchandiser.post(f"{path}/undo").json()["counts"]["UNDONE"] == 1
    assert not Promotion.objects.filter(promotion_id="oat-29").exists()


def test_the_rows_come_in_pages_with_old_and_new(world: World) -> None:
    world.merchandiser.post(
        "/promotions", {"promotion_id": "oat-29", **content_for(starts_on="2026-11-22", ends_on="2026-11-28")}
    )
    batch = upload(world, csv_of({**GOOD, "Percentage off": "31"})).json()["id"]
    rows = world.merchandiser.get(f"{PATH}/{batch}/rows?state=CHANGED&limit=1").json()["results"]
    assert rows[0]["changes"] == {"percent_off": {"old": "29", "new": "31"}}
    assert is_problem(world.merchandiser.get(f"{PATH}/{batch}/rows?state=ODD"), 400)


def test_the_same_file_again_is_the_same_upload(world: World) -> None:
    first, second = upload(world, csv_of(GOOD)), upload(world, csv_of(GOOD))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"promotion_id,Foo\na,b\n", b"PK\x03\x04 what"])
def test_what_is_no_table_is_refused_in_plain_words(world: World, content: bytes) -> None:
    answer = upload(world, content)
    assert is_problem(answer, 400)
    assert set(answer.json()["errors"]) == {"file"}


def test_an_undone_upload_is_not_committed(world: World) -> None:
    path = f"{PATH}/{upload(world, csv_of(GOOD)).json()['id']}"
    world.merchandiser.post(f"{path}/undo")
    assert is_problem(world.merchandiser.post(f"{path}/commit"), 400)


def test_a_long_table_is_taken_over_by_a_worker(world: World) -> None:
    content = csv_of(*({**GOOD, "promotion_id": f"p{n}"} for n in range(201)))
    path = f"{PATH}/{upload(world, content).json()['id']}"
    answer = world.merchandiser.post(f"{path}/commit")
    assert (answer.status_code, answer.json()["asked"]) == (202, "COMMIT")
    assert carry_out_waiting() == 201
    assert world.merchandiser.get(path).json()["counts"]["COMMITTED"] == 201
