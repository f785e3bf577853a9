"""The project's settings with one address more."""

from omnistore.settings import *  # noqa: F403  (settings are made of names)

ROOT_URLCONF = "omnistore.benchmarks.urls"
