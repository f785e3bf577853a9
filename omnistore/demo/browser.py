"""Find the chromium that the browser tests drive, or get it where we may."""

import os
import shutil
import subprocess

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_IT = (
    "Install chromium (Debian, Ubuntu: apt-get install chromium; Fedora: dnf install chromium) "
    "or name one with OMNISTORE_CHROMIUM=/path/to/chromium."
)


def find_chromium() -> str | None:
    """The program to drive: OMNISTORE_CHROMIUM, or the first of the usual names on PATH."""
    if given := os.environ.get("OMNISTORE_CHROMIUM"):
        return shutil.which(given)
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def install_chromium() -> bool:
    """Install chromium if we are root on a system with apt-get; whether that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("Installing chromium for the browser tests (apt-get, about a minute).", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "-y", "-qq", "--no-install-recommends", "chromium"]
    for arguments in (["update", "-qq"], install):
        result = subprocess.run(["apt-get", *arguments], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if result.returncode != 0:
            return False
    return True
