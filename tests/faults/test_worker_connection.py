"""A worker keeps its database connection from task to task, and takes another one when it is lost."""

import time
from pathlib import Path

import pytest
from django.db import connection

from omnistore.celery import app
from promotions.models import RelayCursor
from tests.factories import create_store
from tests.processes import running_worker
from tests.promotions.live.parties import change, create_revision

pytestmark = pytest.mark.django_db(transaction=True)

OTHERS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def connections() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
        return {pid for (pid,) in cursor.fetchall()}


def cut(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_it_is_kept_between_tasks_and_replaced_when_lost(tmp_path: Path) -> None:
    store, revision = create_store(), create_revision()
    before, seen = connections(), []
    with running_worker(tmp_path, concurrency=1):
        for number in (1, 2, 3):
            change(store, revision)
            app.send_task("promotions.tasks.relay_changes")
            deadline = time.monotonic() + 60
            while not RelayCursor.objects.filter(store=store, relayed_seq=number).exists():
                assert time.monotonic() < deadline, "the worker did not relay"
                time.sleep(0.05)
            [ours] = connections() - before
            seen.append(ours)
            if number == 2:
                cut(ours)
    assert seen[0] == seen[1] != seen[2]
