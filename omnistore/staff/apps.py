"""The staff app."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "omnistore.staff"
    label = "staff"
    verbose_name = "Staff"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from omnistore.staff.language import speak_to

        user_logged_in.connect(speak_to, dispatch_uid="staff.language")
