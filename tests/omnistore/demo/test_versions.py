"""A demo on data of another version says so instead of failing half-way."""

from pathlib import Path

import psycopg
import pytest

from omnistore.demo import stack
from omnistore.demo.folders import throw_away_folder
from omnistore.demo.versions import OtherVersionError, refuse_other_versions


def test_steps_that_are_not_on_disk_are_refused_with_the_way_out() -> None:
    with (
        throw_away_folder("tests") as folder,
        stack.postgres(folder, quick=True) as server,
        psycopg.connect(server.url, autocommit=True) as connection,
    ):
        refuse_other_versions(server.url, data=folder)  # empty
        connection.execute("CREATE TABLE django_migrations (app text, name text)")
        connection.execute(
            "INSERT INTO django_migrations VALUES ('staff', '0001_initial'), ('auth', '0001_x')"
        )
        refuse_other_versions(server.url, data=folder)  # of today
        connection.execute("INSERT INTO django_migrations VALUES ('inventory', '0003_of_yesterday')")
        with pytest.raises(OtherVersionError, match=r"demo --reset") as refused:
            refuse_other_versions(server.url, data=Path("/their/data"))
    assert "/their/data" in str(refused.value)
