"""Tell the relay that changes wait; when nobody hears it, the tick and the polls find them."""

import logging
import time

import redis
from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# While the broker is away each ring costs up to half a second, so after a failure we are quiet for a while.
QUIET_SECONDS = 2.0


class Silence:
    """When this process last failed to ring, on the monotonic clock; 0 while the doorbell works."""

    until = 0.0


def ring() -> None:
    """Ask a worker to relay what was committed. A broker that is away costs at most 0.6 s, no error."""
    if Silence.until and time.monotonic() < Silence.until:
        return
    try:
        current_app.send_task("promotions.tasks.relay_changes", ignore_result=True)
    except (OperationalError, redis.ConnectionError, redis.TimeoutError) as error:
        if not Silence.until:
            logger.warning("the doorbell does not ring: %s; tablets hear through the database poll", error)
        Silence.until = time.monotonic() + QUIET_SECONDS
        return
    if Silence.until:
        Silence.until = 0.0
        logger.warning("the doorbell rings again")
