"""Every reader there is to feed, by its name."""

from tests.fuzzing import documents, interchanges, json_files, singles, tables

TARGETS = {
    target.name: target
    for target in (
        *tables.TARGETS,
        *json_files.TARGETS,
        *interchanges.TARGETS,
        *documents.TARGETS,
        *singles.TARGETS,
    )
}
