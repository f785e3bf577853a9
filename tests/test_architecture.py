"""The shape of the house: no import circles, no unused template, no long file, no module named for nothing."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import allauth
import grimp

ROOT = Path(__file__).resolve().parent.parent
ALLAUTH = Path(allauth.__file__).parent / "templates"
APPS = ("omnistore", "promotions", "inventory")
SOURCES = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = grimp.build_graph(*APPS, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    try:
        TopologicalSorter(imports).prepare()
        circle: list[str] = []
    except CycleError as error:
        circle = error.args[1]

    assert circle == []


def test_imports_stand_at_the_top() -> None:
    deferred = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        if path.name != "apps.py"
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert deferred == []


def test_every_template_is_used() -> None:
    templates = [path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "registration"]
    text = "".join(path.read_text() for path in [*SOURCES, *(ROOT / "templates").rglob("*.html")])
    unused = [
        path.name
        for path in templates
        if path.name not in text
        and path.stem not in ("403", "404", "500")
        and not (ALLAUTH / path.relative_to(ROOT / "templates")).is_file()  # ours in place of theirs
    ]

    assert unused == []


def test_files_hold_one_subject() -> None:
    """A module over 450 lines becomes a package, a template over 150 gives up its parts."""
    long = [str(path.relative_to(ROOT)) for path in SOURCES if len(path.read_text().splitlines()) > 450]
    long += [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if len(path.read_text().splitlines()) > 150
    ]

    assert long == []


def test_no_module_is_named_for_nothing() -> None:
    nothing = {"utils", "util", "common", "helpers", "helper", "misc", "base"}

    assert [str(path) for path in SOURCES if path.stem in nothing or path.parent.name in nothing] == []
