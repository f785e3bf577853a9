"""The Celery app and the beat table.

Celery only rings: every job is a row with a lease in PostgreSQL, every due time is a column, and the ticks below
ask the database what is due. A lost message costs at most one tick; a doubled one finds nothing left to do.
Never ETA, never countdown: due times belong to the database.
"""

import gc
import os
import sys
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

from django.conf import settings
from django.db import close_old_connections

app = Celery("omnistore")
# `current_app` is per thread; without this, a thread that serves pages would ring at an app with no broker.
app.set_default()
app.conf.update(
    broker_url=settings.REDIS_URL,
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    # True would run a task that kills its worker for ever; the lease counts attempts instead.
    task_reject_on_worker_lost=False,
    worker_prefetch_multiplier=1,
    task_publish_retry=False,
    broker_connection_timeout=0.5,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A publish fails within half a second when Valkey is away; the row is there and the sweeper rings again.
    broker_transport_options={
        "visibility_timeout": 3600,
        "socket_timeout": 0.5 if os.environ.get("OMNISTORE_ROLE") != "worker" else 5,
        "socket_connect_timeout": 0.5,
        "retry_on_timeout": False,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    },
    worker_soft_shutdown_timeout=5,
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    # Celery's own way is a new connection for each task, which cost half of the time to a tablet; ours is below.
    CELERY_DB_REUSE_MAX=sys.maxsize,
    task_default_queue="default",
    task_routes={
        "promotions.tasks.relay_changes": {"queue": "live"},
        "inventory.tasks.load_feed_run": {"queue": "imports"},
        "inventory.tasks.pull_source": {"queue": "imports"},
        "inventory.tasks.derive_changed_precedence": {"queue": "imports"},
    },
    timezone="UTC",
    beat_schedule={
        # task: what it asks the database
        "pull due sources": {"task": "inventory.tasks.pull_due_sources", "schedule": 5.0},
        "ring waiting feed runs": {"task": "inventory.tasks.ring_waiting_runs", "schedule": 5.0},
        "review feeds": {"task": "inventory.tasks.review_feeds", "schedule": 30.0},
        "go on with changes of precedence": {"task": "inventory.tasks.go_on_with_changes", "schedule": 60.0},
        "turn promotions": {"task": "promotions.tasks.turn_promotions", "schedule": 5.0},
        "retarget promotions": {"task": "promotions.tasks.retarget_promotions", "schedule": 5.0},
        "carry out uploads": {"task": "promotions.tasks.carry_out_uploads", "schedule": 5.0},
        "sweep holds": {"task": "promotions.tasks.sweep_holds", "schedule": 5.0},
        "raise refusal reports": {"task": "promotions.tasks.raise_refusal_reports", "schedule": 5.0},
        "prune old checks": {"task": "promotions.tasks.prune_old_checks", "schedule": 3600.0},
        "relay changes": {"task": "promotions.tasks.relay_changes", "schedule": 5.0},
        "reconcile when due": {"task": "promotions.tasks.reconcile_when_due", "schedule": 60.0},
    },
)
app.autodiscover_tasks(["inventory", "promotions"])


@task_prerun.connect
@task_postrun.connect
def look_after_connections(**_signal: Any) -> None:
    """Keep the connection between tasks as between requests: while it is young and the database answers."""
    close_old_connections()


@worker_init.connect
def keep_what_is_loaded(**_signal: Any) -> None:
    """What is loaded before the children are forked stays for good: no collector walks it, no page of it is copied."""
    gc.collect()
    gc.freeze()
