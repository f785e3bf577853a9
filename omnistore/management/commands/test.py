"""`manage.py test [pytest arguments]`: the whole test suite on servers of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError

from omnistore.demo.browser import HOW_TO_GET_IT, find_chromium, install_chromium
from omnistore.demo.folders import PROJECT, data_folder, throw_away_folder, writable
from omnistore.demo.processes import ending_with_parent, interrupted_by_signals
from omnistore.demo.stack import StackError, servers

# Four parts of the suite that take about as long as each other: much of a test is waiting for a process, so
# four side by side keep two cores busy. A new folder belongs to the first part until it is named in another.
STOCK = ("tests/inventory", "tests/fuzzing", "tests/promotions/live")
PROCESSES = ("tests/omnistore", "tests/promotions/api", "tests/journeys", "tests/benchmarks", "tests/faults")
SCREENS = ("tests/promotions/views", "tests/browser")
OTHERS = [[*STOCK], [*PROCESSES], [*SCREENS]]
NO_TESTS = 5  # pytest's exit code when none was chosen
PARTS = (["tests", *(f"--ignore={folder}" for part in OTHERS for folder in part)], *OTHERS)


class Command(BaseCommand):
    help = (
        "Run the test suite with pytest on a private PostgreSQL and Valkey. All arguments go to pytest. "
        "If DATABASE_URL or REDIS_URL is set, that server is used instead."
    )
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Hand every argument on: pytest's options are not ours to parse."""
        try:
            with interrupted_by_signals():
                sys.exit(_run_tests(argv[2:]))
        except KeyboardInterrupt:
            sys.exit(130)
        except StackError as error:
            sys.exit(str(error))

    def handle(self, *_args: Any, **_options: Any) -> None:
        raise CommandError("Run it as: python3 manage.py test [pytest arguments]")


def _run_tests(arguments: Sequence[str]) -> int:
    """One pytest where paths are named; otherwise the parts of the suite beside each other."""
    kept = data_folder()
    (kept / "artefacts").mkdir(exist_ok=True)
    chromium = _chromium()
    names_paths = any((PROJECT / argument.partition("::")[0]).exists() for argument in arguments)
    if names_paths and "-m" not in arguments:
        arguments = ["-m", "not long", *arguments]  # what somebody names is run, slow or not
    parts = [list(arguments)] if names_paths else [[*part, *arguments] for part in PARTS]
    with ExitStack() as stack:
        started: list[subprocess.Popen[bytes]] = []
        quiet = []
        for number, part in enumerate(parts):
            data = stack.enter_context(throw_away_folder("test"))
            urls = stack.enter_context(servers(data, quick=True)).urls
            env = os.environ | urls | _places(data=data, kept=kept) | {"OMNISTORE_CHROMIUM": chromium}
            # Only the first speaks while they run; what the others have said follows in one piece each.
            output = stack.enter_context(TemporaryFile()) if number else None
            started.append(stack.enter_context(_pytest(part, env=env, output=output)))
            if output:
                quiet.append(output)
        codes = _wait(started)
        for said in quiet:
            said.seek(0)
            sys.stdout.write(said.read().decode(errors="replace"))
            sys.stdout.flush()
        return exit_code(codes)


def exit_code(codes: Sequence[int]) -> int:
    """0 when nothing failed and something ran: a marker may leave a part without any test; else the worst.

    A part that was killed ends like in a shell, with 128 and the signal's number.
    """
    if 0 in codes and all(code in (0, NO_TESTS) for code in codes):
        return 0
    return max(code if code >= 0 else 128 - code for code in codes)


def _places(*, data: Path, kept: Path) -> dict[str, str]:
    """Everything the tests write goes to `data`, except what somebody wants to look at afterwards."""
    places = {
        "OMNISTORE_DATA": str(data),
        "OMNISTORE_ARTEFACTS": str(kept / "artefacts"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(kept / "hypothesis"),
    }
    (data / "static").mkdir()  # WhiteNoise warns of a missing STATIC_ROOT
    # The suite starts Python a hundred times: what one has compiled the others read, whatever the shell says.
    return places | {"PYTHONDONTWRITEBYTECODE": "" if writable(PROJECT) else "1"}


def _chromium() -> str:
    """The browser for the tests; "" makes each browser test fail with the reason, for none is skipped."""
    if program := find_chromium():
        return program
    if not os.environ.get("OMNISTORE_CHROMIUM") and install_chromium() and (program := find_chromium()):
        return program
    print(f"No chromium: the browser tests will fail. {HOW_TO_GET_IT}", flush=True)
    return ""


def _pytest(
    arguments: Sequence[str], *, env: Mapping[str, str], output: IO[bytes] | None
) -> "subprocess.Popen[bytes]":
    """Start pytest, in our terminal's foreground unless its output goes elsewhere; Ctrl-C reaches it directly."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env=env,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        preexec_fn=ending_with_parent(SIGTERM),
    )


def _wait(started: Sequence["subprocess.Popen[bytes]"]) -> list[int]:
    """The exit codes, once all have ended; an interruption ends them first."""
    try:
        return [pytest.wait() for pytest in started]
    except KeyboardInterrupt as interrupt:
        for pytest in started:
            if interrupt.args != ("SIGINT",):
                pytest.terminate()
        for pytest in started:
            try:
                pytest.wait(20)
            except subprocess.TimeoutExpired:
                pytest.kill()
        raise
