"""A command finds, completes or builds its Python environment."""

import os
import shutil
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
    _create_project(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment has been built, where one that nobody can run lay before."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as monkeypatch:
        _create_project(folder, monkeypatch)
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
        assert prepare.environment([]) == folder / ".venv" / "bin" / "python"
    return folder


@pytest.fixture
def environment(built: Path, project: Path) -> Path:
    """A copy of that environment, in a project of its own."""
    return shutil.copytree(built / ".venv", project / ".venv", symlinks=True)


def _create_project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "wheels").mkdir()
    _write_wheel(folder / "wheels", name="small_thing", version="1.0")
    monkeypatch.setattr(prepare, "PROJECT", folder)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder / "wheels"))


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


def test_an_environment_is_built_where_nobody_could_run_the_old_one(built: Path) -> None:
    python = built / ".venv" / "bin" / "python"
    assert subprocess.run([python, "-c", "import small_thing"], check=False).returncode == 0


def test_an_environment_is_built_once_and_found_again(environment: Path) -> None:
    built_at = (environment / "pyvenv.cfg").stat().st_mtime_ns
    assert prepare.environment([]) == environment / "bin" / "python"
    assert (environment / "pyvenv.cfg").stat().st_mtime_ns == built_at


def test_an_installation_that_was_cut_short_is_repaired(environment: Path) -> None:
    (environment / prepare.UNFINISHED).touch()
    module = next((environment / "lib").glob("python3*/site-packages/small_thing.py"))
    module.unlink()
    assert prepare.environment([]) == environment / "bin" / "python"
    assert module.exists()
    assert not (environment / prepare.UNFINISHED).exists()


def test_what_pip_could_not_do_is_said_in_plain_words(project: Path, environment: Path) -> None:
    (project / "wheels" / "small_thing-1.0-py3-none-any.whl").unlink()
    (environment / prepare.UNFINISHED).touch()
    with pytest.raises(
        prepare.PreparationError, match=r"(?s)pip could not install.*Small.Thing.*Usual causes"
    ):
        prepare.environment([])
