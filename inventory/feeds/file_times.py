"""When a file's figures were taken, where its lines do not say: by its name, its own time, or its arrival."""

import re
from datetime import datetime, tzinfo

PARTS = {"%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d\d)", "%d": r"(?P<d>\d\d)", "%H": r"(?P<H>\d\d)",
         "%M": r"(?P<M>\d\d)", "%S": r"(?P<S>\d\d)"}  # fmt: skip


def time_in_name(file_name: str, *, pattern: str, zone: tzinfo) -> datetime | None:
    """The instant in a file's name, such as "STK_%Y%m%d%H%M%S" anywhere in it; None where it is not there."""
    wanted = re.escape(pattern)
    for mark, digits in PARTS.items():
        wanted = wanted.replace(mark, digits, 1)
    found = re.search(wanted, file_name, re.ASCII)
    if found is None:
        return None
    said = found.groupdict()
    if not {"Y", "m", "d"} <= said.keys():
        return None
    numbers = [int(said.get(part) or 0) for part in "YmdHMS"]
    try:
        return datetime(*numbers[:6], tzinfo=zone, fold=1)  # type: ignore[arg-type,misc]
    except ValueError:
        return None
