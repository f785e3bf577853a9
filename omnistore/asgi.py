"""The one web server: event streams below /live/ on the loop, everything else by Django in a few threads.

Django's own ASGI handler costs six times the CPU per request and holds a thread and a database connection for
every open stream (docs/decisions/0005-live.md).
"""

import gc
import os
import resource
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

# These need the apps to be ready.
from omnistore.bridge import Receive, Scope, Send, wsgi_as_asgi  # noqa: E402
from omnistore.feed_stream import PATH as FEEDS_PATH  # noqa: E402
from omnistore.feed_stream import feed_application  # noqa: E402
from omnistore.live_access import admit, admit_to_feeds  # noqa: E402
from omnistore.staff.turns import turns_over  # noqa: E402
from promotions.live.endpoint import live_application  # noqa: E402

PAGE_THREADS = 4
MOST_FILES = 65_536
LIVE_THREADS = 2  # of their own, so that busy pages never hold up the streams, nor the other way round
MULTIPART_SLACK = 2**20  # boundaries and fields around an uploaded feed file

# An open stream is an open file, and most systems begin with 1,024 of them.
_soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(_soft, most), hard))

pages = wsgi_as_asgi(
    django_application, threads=PAGE_THREADS, most_body_bytes=settings.FEED_MAX_BYTES + MULTIPART_SLACK
)
live_threads = ThreadPoolExecutor(LIVE_THREADS, thread_name_prefix="live")
live = live_application(admit=admit, turns_over=turns_over, pool=live_threads)
feeds = feed_application(admit=admit_to_feeds, pool=live_threads)


gc.freeze()  # what is loaded by now stays for good: the collector need not look through it again and again
# Thousands of open streams are no garbage either: with Python's own thresholds (700, 10, 10) the collector walking them
# took 3 % of the server's time under load.
gc.set_threshold(50_000, 20, 50)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Started as `uvicorn omnistore.asgi:application --lifespan off --timeout-graceful-shutdown 2 --workers 2`.

    Each worker process reads the live stream once for all its tablets. SIGHUP replaces them one by one.
    """
    if scope["type"] != "http":  # no websockets here: refuse the handshake
        await receive()
        await send({"type": "websocket.close"})
    elif scope["path"] == FEEDS_PATH:
        await feeds(scope, receive, send)
    elif scope["path"].startswith("/live/"):
        await live(scope, receive, send)
    else:
        await pages(scope, receive, send)
