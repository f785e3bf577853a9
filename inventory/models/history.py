"""Change history by triggers of the database (django-pghistory), and who makes the changes of a transaction.

Statement level: one insert for all rows of a statement. Never on stock rows, where it costs several times the load.
"""

import json
from collections.abc import Callable
from typing import Any

import pghistory
from django.db import connection


def tracked(*, model_name: str, fields: list[str] | None = None, obj: bool = True) -> Callable[[Any], Any]:
    """Keep every version of a model's rows in an append-only table of that name (`pgh_label`: insert, update, delete).

    `obj`: the rows have a key of their own; a row of a many-to-many table is known by what it links.
    """
    track: Callable[[Any], Any] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        fields=fields,
        level=pghistory.Statement,
        append_only=True,
        model_name=model_name,
        obj_field=pghistory.ObjForeignKey(related_name="+") if obj else None,
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]  # documented: no id beside denormalised context
        meta={"ordering": ("pgh_id",)},
    )
    return track


def attribute_changes(*, by: Any | None, why: str = "") -> None:
    """Say who makes the changes of this transaction (None: a feed or a job), for the history of what it touches.

    pghistory's own context manager puts a statement in front of each of ours, which server-side binding forbids;
    its triggers read the same setting. Outside a transaction nothing is said.
    """
    said = {"by": by.pk if by is not None else None, "why": why}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_metadata', %s, true)", [json.dumps(said)])
