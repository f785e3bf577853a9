"""`manage.py test [pytest arguments]`: the whole test suite on servers of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGTERM
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from omnistore.demo.browser import HOW_TO_GET_IT, find_chromium, install_chromium
from omnistore.demo.folders import PROJECT, data_folder, throw_away_folder, writable
from omnistore.demo.processes import ending_with_parent, interrupted_by_signals
from omnistore.demo.stack import StackError, servers


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
    kept = data_folder()
    with throw_away_folder("test") as data, servers(data, quick=True) as stack:
        env = os.environ | stack.urls | _places(data=data, kept=kept)
        env["OMNISTORE_CHROMIUM"] = _chromium()
        return _pytest(arguments, env=env)


def _places(*, data: Path, kept: Path) -> dict[str, str]:
    """Everything the tests write goes to `data`, except what somebody wants to look at afterwards."""
    places = {
        "OMNISTORE_DATA": str(data),
        "OMNISTORE_ARTEFACTS": str(kept / "artefacts"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(kept / "hypothesis"),
    }
    (kept / "artefacts").mkdir(exist_ok=True)
    (data / "static").mkdir()  # WhiteNoise warns of a missing STATIC_ROOT
    return places if writable(PROJECT) else places | {"PYTHONDONTWRITEBYTECODE": "1"}


def _chromium() -> str:
    """The browser for the tests; "" makes each browser test fail with the reason, for none is skipped."""
    if program := find_chromium():
        return program
    if not os.environ.get("OMNISTORE_CHROMIUM") and install_chromium() and (program := find_chromium()):
        return program
    print(f"No chromium: the browser tests will fail. {HOW_TO_GET_IT}", flush=True)
    return ""


def _pytest(arguments: Sequence[str], *, env: Mapping[str, str]) -> int:
    """Run pytest in our terminal's foreground, so that --pdb works; Ctrl-C reaches it directly."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    with subprocess.Popen(command, cwd=PROJECT, env=env, preexec_fn=ending_with_parent(SIGTERM)) as pytest:
        try:
            return pytest.wait()
        except KeyboardInterrupt as interrupt:
            if interrupt.args != ("SIGINT",):
                pytest.terminate()
            try:
                pytest.wait(20)
            except subprocess.TimeoutExpired:
                pytest.kill()
            raise
