"""Single-use codes through the API: generated, uploaded, exported."""

import pytest

from promotions.api.codes import CodeBatchSerializer, ListPreviewSerializer
from promotions.models import Promotion, SingleUseCode
from tests.api_client import World, is_problem
from tests.factories_promotions import create_published_promotion
from tests.promotions.api.test_verdicts import same_fields

PLACE = "/promotions/mailed/code-batches"
CSV = {"Content_Type": "text/csv"}


@pytest.fixture
def mailed(world: World) -> Promotion:
    return create_published_promotion(promotion_id="mailed", offer_type="SINGLE_USE_CODES")


def test_codes_are_generated_used_and_exported(world: World, mailed: Promotion) -> None:
    batch = world.merchandiser.post(PLACE, {"name": "mail", "quantity": 2}).json()
    same_fields(batch, CodeBatchSerializer())
    used, unused = SingleUseCode.objects.order_by("code").values_list("code", flat=True)
    world.associate.post("/stores/here-1/redemptions", {"code": used}, Idempotency_Key="k1")
    export = world.merchandiser.get(f"{PLACE}/{batch['batch_id']}/codes.csv")
    assert b"".join(export.streaming_content).decode().splitlines() == [
        "code,redeemed_at,store_code", f"{used},2026-11-22T14:07:00+00:00,here-1", f"{unused},,",
    ]  # fmt: skip
    assert [row["name"] for row in world.merchandiser.get(PLACE).json()["results"]] == ["mail"]


def test_a_list_is_looked_at_before_it_is_taken_over(world: World, mailed: Promotion) -> None:
    content = b"code\nABCD-1234\nabcd1234\n"
    preview = world.merchandiser.ask("POST", f"{PLACE}/preview", content, **CSV).json()
    same_fields(preview, ListPreviewSerializer())
    assert (preview["good"], [row["problem"] for row in preview["bad_lines"]]) == (1, ["DUPLICATE_IN_FILE"])
    assert not SingleUseCode.objects.exists()
    refused = world.merchandiser.ask("POST", f"{PLACE}/upload?name=list", content, **CSV)
    taken = world.merchandiser.ask("POST", f"{PLACE}/upload?name=list&only_good=true", content, **CSV)
    assert is_problem(refused, 400)
    assert (taken.status_code, taken.json()["quantity"], taken.json()["is_uploaded"]) == (201, 1, True)


@pytest.mark.parametrize(
    "body", [{"name": "", "quantity": 1}, {"name": "x", "quantity": 0}, {"name": "x", "quantity": 10**9}]
)
def test_a_batch_that_makes_no_sense(world: World, mailed: Promotion, body: dict[str, object]) -> None:
    assert is_problem(world.merchandiser.post(PLACE, body), 400)


def test_an_upload_without_name_or_content_is_refused(world: World, mailed: Promotion) -> None:
    for path, content, field in (
        ("?name=", b"ABCD", "name"),
        ("?name=x", b"", "file"),
        ("?name=x", b"\xff", "file"),
    ):
        answer = world.merchandiser.ask("POST", f"{PLACE}/upload{path}", content, **CSV)
        assert is_problem(answer, 400)
        assert set(answer.json()["errors"]) == {field}
