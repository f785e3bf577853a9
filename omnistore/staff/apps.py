"""The staff app."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "omnistore.staff"
    label = "staff"
    verbose_name = "Staff"
