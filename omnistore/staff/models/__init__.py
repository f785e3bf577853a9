"""Who works here, and on which tablets."""

from omnistore.staff.models.devices import (
    MOST_TRIES,
    MOST_WRONG_ON_A_DEVICE,
    Device,
    DeviceAction,
    DeviceState,
    DeviceStep,
    PinTries,
)
from omnistore.staff.models.factors import MOST_WRONG_CODES, CodeTries
from omnistore.staff.models.people import (
    OF_STORES,
    ApiKey,
    Pin,
    Role,
    StaffMember,
    StoreMembership,
)
from omnistore.staff.models.tries import RecentTries

__all__ = [
    "MOST_TRIES",
    "MOST_WRONG_CODES",
    "MOST_WRONG_ON_A_DEVICE",
    "OF_STORES",
    "ApiKey",
    "CodeTries",
    "Device",
    "DeviceAction",
    "DeviceState",
    "DeviceStep",
    "Pin",
    "PinTries",
    "RecentTries",
    "Role",
    "StaffMember",
    "StoreMembership",
]
