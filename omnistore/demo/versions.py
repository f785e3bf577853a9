"""Which version of OmniStore made the data that a demo finds."""

from pathlib import Path

import psycopg

from omnistore.demo.folders import PROJECT

# The apps with tables of our own, by the name under which Django notes their migrations.
MIGRATIONS = {
    app.name: app / "migrations"
    for app in map(PROJECT.joinpath, ("inventory", "promotions", "omnistore/staff"))
}

APPLIED = "SELECT app, name FROM django_migrations WHERE app = ANY (%s)"


class OtherVersionError(Exception):
    """The database is of another version, and there is no way from there to here; the text says what to do."""


def refuse_other_versions(url: str, *, data: Path) -> None:
    """OtherVersionError if the database at `url`, kept in `data`, has taken steps that are not on disk."""
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            return  # new and empty
        applied = connection.execute(APPLIED, [list(MIGRATIONS)]).fetchall()
    if not all((MIGRATIONS[app] / f"{name}.py").exists() for app, name in applied):
        raise OtherVersionError(
            f"The data in {data} was made by another version of OmniStore. "
            "Throw it away and start over: python3 manage.py demo --reset"
        )
