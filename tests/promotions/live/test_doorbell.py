"""The doorbell rings when Valkey is there and costs little when it is not."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
import redis

from omnistore.demo.stack import free_port, valkey
from tests.promotions.live.parties import PROJECT

# A process of its own, because a process keeps the broker that it started with. Rings from a thread other
# than the one that made the Celery app, as a page would; each after the silence of the one before.
RING = """
import json, threading, time
import django; django.setup()
from promotions.live import doorbell
doorbell.QUIET_SECONDS = 0
seconds = []
def ring():
    for _ in range({rings}):
        start = time.monotonic(); doorbell.ring(); seconds.append(time.monotonic() - start)
thread = threading.Thread(target=ring); thread.start(); thread.join()
print(json.dumps(seconds))
"""


def ring_at(url: str, *, rings: int = 2) -> list[float]:
    """Seconds that each ring took."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "omnistore.settings", "REDIS_URL": url}
    command = [sys.executable, "-c", RING.replace("{rings}", str(rings))]
    output = subprocess.check_output(command, env=environment, cwd=PROJECT, text=True)
    seconds: list[float] = json.loads(output)
    return seconds


def test_the_relay_is_asked_for(tmp_path: Path) -> None:
    with valkey(tmp_path) as server:
        ring_at(server.url)
        with redis.Redis.from_url(server.url) as client:
            tasks = [json.loads(message)["headers"]["task"] for message in client.lrange("live", 0, -1)]
    assert tasks == ["promotions.tasks.relay_changes"] * 2


def test_a_closed_port_costs_at_most_six_tenths() -> None:
    assert median(ring_at(f"redis://127.0.0.1:{free_port()}/0", rings=5)) <= 0.6


@pytest.mark.faults
def test_a_frozen_valkey_costs_at_most_six_tenths(tmp_path: Path) -> None:
    with valkey(tmp_path) as server:
        server.process.send_signal(signal.SIGSTOP)
        try:
            # The middle one of five: a busy machine may hold up one of them.
            assert median(ring_at(server.url, rings=5)) <= 0.6
        finally:
            server.process.send_signal(signal.SIGCONT)
