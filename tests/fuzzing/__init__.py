"""Readers fed with spoilt files for minutes: `python -m tests.fuzzing --seconds 300 --reader poslog`."""
