"""System checks: a wrong deployment speaks up in `manage.py check --deploy`."""

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_secret_key_is_given(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Several hosts must share one key, so the one made for a local data folder is not enough."""
    if os.environ.get("SECRET_KEY"):
        return []
    return [Warning("SECRET_KEY is not set; the key of the local data folder is used.", id="omnistore.W001")]


@register(Tags.security, deploy=True)
def check_hosts_are_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The defaults only serve this machine."""
    if set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}:
        return []
    return [Warning("ALLOWED_HOSTS names no public host.", id="omnistore.W002")]
