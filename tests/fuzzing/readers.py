"""Every reader there is to feed, by its name."""

from tests.fuzzing import documents, tables

TARGETS = {target.name: target for target in (*tables.TARGETS, *documents.TARGETS)}
