"""The promotions app; it listens for changed stock."""

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "promotions"

    def ready(self) -> None:
        from promotions import receivers

        receivers.connect()
