"""The ways to reach a person, and what stands for the person on each."""

from collections.abc import Mapping
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    LINE = "line"
    PHONE = "phone"
    POST = "post"
    PUSH = "push"
    WEB = "web"
    VISIT = "visit"
    ALL = "all"
    """Every channel, those that are yet to come among them."""


class AddressKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    LINE = "line"


KIND_OF: Mapping[Channel, AddressKind] = {
    Channel.EMAIL: AddressKind.EMAIL,
    Channel.SMS: AddressKind.PHONE,
    Channel.PHONE: AddressKind.PHONE,
    Channel.LINE: AddressKind.LINE,
}
"""The channels that need an address which we know a person by. LINE ids are external ids of the system `line`."""
