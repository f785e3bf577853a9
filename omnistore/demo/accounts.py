"""Who can sign in to the demo: one person for each kind of work."""

from typing import NamedTuple


class Account(NamedTuple):
    """A sign-in of the demo: the role's value, user name, password, and what this person sees first."""

    role: str
    username: str
    password: str
    look: str
    pin: str = ""  # opens an enrolled tablet of the person's store
    store_code: str = ""


# Passwords of invented people in a demo on loopback: they are printed at every start.
ACCOUNTS = [
    Account(
        "ASSOCIATE",
        "maria",
        "maria-demo",
        "the tablet: her store's briefing; scan or type a code",
        "2580",
        "0412",
    ),
    Account(
        "ASSOCIATE", "jonas", "jonas-demo", "her colleague, who has not read a thing yet", "3690", "0412"
    ),
    Account(
        "ASSOCIATE", "liam", "liam-demo", "the tablet of the next store, which is sold out", "7410", "0415"
    ),
    Account(
        "MANAGER", "samira", "samira-demo", "maria's store manager: who has been told what", "1470", "0412"
    ),
    Account("MERCHANDISER", "tom", "tom-demo", "the desk: write a promotion, watch it reach the stores"),
    Account("APPROVER", "ines", "ines-demo", "the desk: approve and publish what tom has submitted"),
    Account("OPERATOR", "nora", "nora-demo", "the night shift: feeds, runs and rejected lines"),
]
