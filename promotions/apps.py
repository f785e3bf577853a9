"""The promotions app; it listens for changed stock."""

from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "promotions"

    def ready(self) -> None:
        from inventory.imports import LOADERS
        from promotions import receivers
        from promotions.services.importing import load_promotions

        receivers.connect()
        LOADERS["PROMOTIONS"] = load_promotions
