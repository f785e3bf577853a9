"""The one web server: event streams below /live/ on the loop, everything else by Django in a few threads.

Django's own ASGI handler costs six times the CPU per request and holds a thread and a database connection for
every open stream (docs/decisions/0005-live.md).
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from omnistore.bridge import Receive, Scope, Send, wsgi_as_asgi

PAGE_THREADS = 4
MULTIPART_SLACK = 2**20  # boundaries and fields around an uploaded feed file

pages = wsgi_as_asgi(
    get_wsgi_application(), threads=PAGE_THREADS, most_body_bytes=settings.FEED_MAX_BYTES + MULTIPART_SLACK
)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Started as `uvicorn omnistore.asgi:application --lifespan off --timeout-graceful-shutdown 2`."""
    if scope["type"] == "http":
        await pages(scope, receive, send)
    else:  # no websockets here: refuse the handshake
        await receive()
        await send({"type": "websocket.close"})
