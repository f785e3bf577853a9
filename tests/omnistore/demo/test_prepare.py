"""A command finds, completes or builds its Python environment."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from omnistore.demo import prepare

PYPROJECT = """
[project]
dependencies = ["Small.Thing==1.0", "marked==2; python_version < '3'"]
[dependency-groups]
demo = ["other_thing[extra]==2.0"]
[tool.uv]
constraint-dependencies = ["deep==3.0"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own with one tiny package, and a pip that knows nothing but this package."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "wheels").mkdir()
    _write_wheel(tmp_path / "wheels", name="small_thing", version="1.0")
    monkeypatch.setattr(prepare, "PROJECT", tmp_path)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return tmp_path


def _write_wheel(folder: Path, *, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def test_pins_are_read_by_group_and_marked_ones_are_left_to_pip(project: Path) -> None:
    assert prepare.pins([]) == {"small-thing": "1.0"}
    assert prepare.pins(["demo"]) == {"small-thing": "1.0", "other-thing": "2.0"}
    assert prepare.constraints() == ["deep==3.0"]


def test_a_loose_pin_is_refused(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\ndependencies = ["loose>=1"]\n')
    with pytest.raises(prepare.PreparationError, match="loose>=1"):
        prepare.pins([])


def test_another_version_and_a_missing_package_are_both_missing(project: Path) -> None:
    (project / "site" / "Small_Thing-1.1.dist-info").mkdir(parents=True)
    missing = prepare.missing(["demo"], folders=[str(project / "site"), str(project / "nowhere")])
    assert missing == ["small-thing==1.0", "other-thing==2.0"]


def test_the_interpreter_that_runs_the_tests_has_every_pin() -> None:
    assert prepare.missing(["demo", "dev"], folders=sys.path) == []


def test_an_environment_is_built_once_and_found_again(project: Path) -> None:
    python = prepare.environment([])
    assert python == project / ".venv" / "bin" / "python"
    assert subprocess.run([python, "-c", "import small_thing"], check=False).returncode == 0
    built_at = (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns
    assert prepare.environment([]) == python
    assert (project / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == built_at


def test_an_installation_that_was_cut_short_is_repaired(project: Path) -> None:
    python = prepare.environment([])
    (project / ".venv" / prepare.UNFINISHED).touch()
    module = next((project / ".venv" / "lib").glob("python3*/site-packages/small_thing.py"))
    module.unlink()
    assert prepare.environment([]) == python
    assert module.exists()
    assert not (project / ".venv" / prepare.UNFINISHED).exists()


def test_what_pip_could_not_do_is_said_in_plain_words(project: Path) -> None:
    (project / "wheels" / "small_thing-1.0-py3-none-any.whl").unlink()
    with pytest.raises(
        prepare.PreparationError, match=r"(?s)pip could not install.*Small.Thing.*Usual causes"
    ):
        prepare.environment([])


def test_an_environment_nobody_can_run_is_not_ready(project: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert prepare.environment([]) == project / ".venv" / "bin" / "python"
    assert (project / ".venv" / "bin" / "python").resolve().exists()
