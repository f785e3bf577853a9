"""The rule of promotions.rules.offer_state for sets of rows; tests hold the two against each other."""

BLOCKING = """jsonb_path_exists({o}.issues, '$[*] ? (@.severity == "blocking")')"""

STATE = (
    """
CASE WHEN {o}.state = 'STOPPED' THEN 'STOPPED'
     WHEN {o}.ends_at <= %(now)s THEN 'EXPIRED'
     WHEN """
    + BLOCKING
    + """ THEN 'BLOCKED'
     WHEN {stocked} = 0 THEN 'NOT_STOCKED'
     WHEN {available} = 0 THEN 'OUT_OF_STOCK'
     WHEN {enough} * 2 < {stocked} THEN 'LOW_STOCK'
     WHEN {period}.opens_at <= %(now)s AND {period}.closes_at > %(now)s THEN 'LIVE'
     ELSE 'READY' END
"""
)

TURNS_AT = """
CASE WHEN {o}.state = 'STOPPED' THEN NULL
     WHEN {period}.opens_at > %(now)s THEN {period}.opens_at
     WHEN {period}.closes_at > %(now)s THEN {period}.closes_at
     WHEN {o}.ends_at > %(now)s THEN {o}.ends_at
     WHEN {o}.honoured_until > %(now)s THEN {o}.honoured_until END
"""


def state_sql(*, offer: str, stocked: str, available: str, enough: str, period: str = "") -> str:
    """The state of a row aliased `offer`, from expressions for its three counts; needs %(now)s.

    `period` is the alias of the row whose opens_at and closes_at hold; the offer's own where it is left out.
    """
    return STATE.format(o=offer, stocked=stocked, available=available, enough=enough, period=period or offer)


def turns_at_sql(*, offer: str, period: str) -> str:
    """The next instant at which time alone changes the row; needs %(now)s. The period is the current or next one."""
    return TURNS_AT.format(o=offer, period=period)
