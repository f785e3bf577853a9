"""Addresses of signing in, of shared tablets, and of whoever looks after them."""

from django.urls import URLPattern, path

from omnistore.staff.urls_security import urlpatterns as security_patterns
from omnistore.staff.views import device, signing, tablets

urlpatterns: list[URLPattern] = [
    *security_patterns,
    path("sign-in/", signing.sign_in, name="login"),
    path("sign-out/", signing.sign_out, name="logout"),
    path("pin/", signing.own_pin, name="own-pin"),
    path("device/", device.device_page, name="device"),
    path("device/status/", device.device_status, name="device-status"),
    path("device/enrol/", device.device_enrol, name="device-enrol"),
    path("device/challenge/", device.device_challenge, name="device-challenge"),
    path("device/proof/", device.device_proof, name="device-proof"),
    path("device/lock/", device.lock, name="device-lock"),
    path("device/people/<int:pk>/", device.device_person, name="device-person"),
    path("device/people/<int:pk>/password/", device.device_password, name="device-password"),
    path("devices/", tablets.device_list, name="device-list"),
    path("devices/approve/", tablets.device_approve, name="device-approve"),
    path("devices/<int:pk>/revoke/", tablets.device_revoke, name="device-revoke"),
    path(
        "devices/<int:pk>/people/<int:member_pk>/unlock/", tablets.device_unlock_pin, name="device-unlock-pin"
    ),
]
