"""A look at a file without a database: its sums, and how it exits."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

COLUMNS = '{"store": "Shop", "item": "EAN", "quantity": "Sold", "amount": "Paid", "business_day": "Day"}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "day.csv"
    path.write_text("Shop,EAN,Sold,Paid,Day\n0412,4006381333931,3,5.97,2024-05-21\n0412,,1,1,2024-05-21\n")
    return path


def test_what_a_file_says_in_sum(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = [f"columns={COLUMNS}", "currency=EUR"]
    call_command("read_feed", str(file), format="table", kind="SALES", set=told, json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["totals"]["totals"] == {"facts": 1, "quantity": "3", "amount": "5.97"}
    assert found["rejected"] == {"no_item_key": 1}


def test_a_file_with_a_header_only_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "day.csv"
    path.write_text("Shop,EAN,Sold,Paid,Day\n")
    call_command("read_feed", str(path), format="table", kind="SALES", set=[f"columns={COLUMNS}"])
    assert capsys.readouterr().out == "nothing: the file holds no count, no movement and no total\n"


@pytest.mark.parametrize(
    ("said", "code", "named"),
    [
        (["--format", "shopify"], 1, "refused, unknown_header"),
        (["--format", "poslog", "--kind", "STOCK"], 1, "carries SALES"),
        (["--format", "delimited"], 2, "import_feed --dry-run"),
    ],
)
def test_how_it_exits(file: Path, said: list[str], code: int, named: str) -> None:
    with pytest.raises(CommandError, match=named) as refused:
        call_command("read_feed", str(file), *said)
    assert refused.value.returncode == code
