"""Twelve stores of the data set, placed in twelve real neighbourhoods.

The data set hides where its stores are. Names, street numbers and opening hours here are invented; cities,
postcodes and coordinates are real, so that "the nearest store that has it" and store-local midnight mean
something.
"""

from omnistore.demo.sample.numbers import demonstration_number
from omnistore.demo.sample.shapes import SampleStore, SampleStoreGroup

EAST, WEST = "wms-east", "wms-west"
CURRENCY = "USD"
HEAD_OFFICE_TIMEZONE = "America/New_York"

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ROUND_THE_CLOCK = ("00:00", "23:59")
_EARLY_TILL_MIDNIGHT = ("06:00", "23:59")
_SEVEN_TILL_ELEVEN = ("07:00", "23:00")

# code, data set's store, name, street, city, region, postcode, timezone, latitude, longitude, hours, system
_PLACES: tuple[tuple[str, int, str, str, str, str, str, str, float, float, tuple[str, str], str], ...] = (
    ("0412", 367, "Harborlight Lincoln Park", "2112 N Clark St", "Chicago", "IL", "60614",
     "America/Chicago", 41.9206, -87.6374, _ROUND_THE_CLOCK, EAST),
    ("0415", 406, "Harborlight Wicker Park", "1530 N Damen Ave", "Chicago", "IL", "60622",
     "America/Chicago", 41.9099, -87.6776, _EARLY_TILL_MIDNIGHT, EAST),
    ("0421", 292, "Harborlight Hyde Park", "1418 E 53rd St", "Chicago", "IL", "60615",
     "America/Chicago", 41.7995, -87.5904, _EARLY_TILL_MIDNIGHT, EAST),
    ("0437", 361, "Harborlight Fresh Evanston", "1715 Maple Ave", "Evanston", "IL", "60201",
     "America/Chicago", 42.0490, -87.6870, _SEVEN_TILL_ELEVEN, EAST),
    ("0108", 356, "Harborlight Upper West Side", "2345 Broadway", "New York", "NY", "10024",
     "America/New_York", 40.7875, -73.9771, _ROUND_THE_CLOCK, EAST),
    ("0119", 427, "Harborlight Fresh Park Slope", "341 7th Ave", "Brooklyn", "NY", "11215",
     "America/New_York", 40.6665, -73.9821, _SEVEN_TILL_ELEVEN, EAST),
    ("0603", 424, "Harborlight Capitol Hill", "1180 E Colfax Ave", "Denver", "CO", "80218",
     "America/Denver", 39.7401, -104.9722, _SEVEN_TILL_ELEVEN, WEST),
    ("0704", 31782, "Harborlight Silver Lake", "2725 Hyperion Ave", "Los Angeles", "CA", "90027",
     "America/Los_Angeles", 34.1079, -118.2722, _ROUND_THE_CLOCK, WEST),
    ("0711", 321, "Harborlight Fresh Santa Monica", "1431 Wilshire Blvd", "Santa Monica", "CA", "90403",
     "America/Los_Angeles", 34.0262, -118.4890, _EARLY_TILL_MIDNIGHT, WEST),
    ("0650", 384, "Harborlight Arcadia", "3940 E Camelback Rd", "Phoenix", "AZ", "85018",
     "America/Phoenix", 33.5097, -111.9960, _SEVEN_TILL_ELEVEN, WEST),
    ("0907", 381, "Harborlight Midtown Anchorage", "1330 E Northern Lights Blvd", "Anchorage", "AK", "99508",
     "America/Anchorage", 61.1953, -149.8560, _ROUND_THE_CLOCK, WEST),
    ("0951", 31862, "Harborlight Kaimuki", "3221 Waialae Ave", "Honolulu", "HI", "96816",
     "Pacific/Honolulu", 21.2835, -157.8070, _EARLY_TILL_MIDNIGHT, WEST),
)  # fmt: skip

_WAREHOUSE = SampleStore(
    store_code="9001",
    name="Harborlight Distribution Centre Joliet",
    kind="DC",
    street="3800 Centerpoint Way",
    city="Joliet",
    region="IL",
    postcode="60436",
    country="US",
    timezone="America/Chicago",
    currency=CURRENCY,
    latitude=41.4550,
    longitude=-88.1210,
    gln=demonstration_number(9001),
    opening_hours={day: ["05:00", "22:00"] for day in _WEEKDAYS[:6]},
    stock_source=EAST,
    source_store_id=0,
)


def sample_stores() -> tuple[SampleStore, ...]:
    """The twelve stores, then the warehouse."""
    stores = [
        SampleStore(
            store_code=code,
            name=name,
            kind="STORE",
            street=street,
            city=city,
            region=region,
            postcode=postcode,
            country="US",
            timezone=timezone,
            currency=CURRENCY,
            latitude=latitude,
            longitude=longitude,
            gln=demonstration_number(int(code)),
            opening_hours={day: list(hours) for day in _WEEKDAYS},
            stock_source=system,
            source_store_id=source_id,
        )
        for (
            code, source_id, name, street, city, region, postcode,
            timezone, latitude, longitude, hours, system,
        ) in _PLACES
    ]  # fmt: skip
    return (*stores, _WAREHOUSE)


def sample_groups() -> tuple[SampleStoreGroup, ...]:
    """Two regions, a city inside one of them, and a banner across both."""
    stores = [store for store in sample_stores() if store.kind == "STORE"]

    def codes(system: str) -> tuple[str, ...]:
        return tuple(store.store_code for store in stores if store.stock_source == system)

    chicago = tuple(store.store_code for store in stores if store.timezone == "America/Chicago")
    fresh = tuple(store.store_code for store in stores if " Fresh " in store.name)
    return (
        SampleStoreGroup(
            code="east",
            name="Region East",
            parent_code=None,
            # The stores of Chicago belong to the region through their own group.
            store_codes=tuple(code for code in codes(EAST) if code not in chicago),
        ),
        SampleStoreGroup(code="chicago", name="Chicagoland", parent_code="east", store_codes=chicago),
        SampleStoreGroup(code="west", name="Region West", parent_code=None, store_codes=codes(WEST)),
        SampleStoreGroup(code="fresh", name="Harborlight Fresh", parent_code=None, store_codes=fresh),
    )
