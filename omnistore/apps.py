"""The project as an app: commands, checks, static files, and the Celery app made known to shared tasks."""

from django.apps import AppConfig


class OmniStoreConfig(AppConfig):
    name = "omnistore"
    verbose_name = "OmniStore"

    def ready(self) -> None:
        from omnistore import celery, checks  # noqa: F401  (both register themselves)
