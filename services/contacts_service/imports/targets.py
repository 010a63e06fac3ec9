"""The closed vocabulary of what a column can be mapped to."""

import re
from typing import NamedTuple

from shared.errors import UnprocessableError

SINGLE_TARGETS = frozenset(
    (
        "names.full", "names.prefix", "names.given", "names.middle", "names.family", "names.suffix", "names.nickname",
        "company.name", "job_title", "birthday", "sex", "occupation", "education", "home_province", "income_band",
        "social_class", "customer_class", "lifecycle_stage", "owner_email", "tags", "notes",
    )
)  # fmt: skip
POINT_PARTS = ("value", "label")
ADDRESS_PARTS = ("street", "district", "city", "province", "postal_code", "country", "formatted", "label")
LIST_PARTS = {"emails": POINT_PARTS, "phones": POINT_PARTS, "addresses": ADDRESS_PARTS}
JOINED_TARGETS = re.compile(r"notes|tags|addresses\[\w*\]\.street")
"""Several columns may feed one of these."""

_LIST_TARGET = re.compile(r"(emails|phones|addresses)\[(\w{0,50})\]\.(\w+)")
_CUSTOM_TARGET = re.compile(r"custom_fields\.([a-z][a-z0-9_]{0,49})")
_EXTERNAL_TARGET = re.compile(r"external_ids\[([a-z0-9][a-z0-9_.-]{0,49})?\]")


class InvalidMapping(UnprocessableError):
    code = "invalid_mapping"
    title = ("The columns do not fit", "จับคู่คอลัมน์ไม่ถูกต้อง")


class Target(NamedTuple):
    """`phones[work].value` is field phones, key work, part value.

    Columns of one key make one entry; a key that is no number is its label. Without key, each column is an entry.
    """

    field: str
    key: str = ""
    part: str = ""


def is_target(text: str) -> bool:
    try:
        parse_target(text)
    except InvalidMapping:
        return False
    return True


def parse_target(text: str) -> Target:
    """Raises InvalidMapping."""
    if text in SINGLE_TARGETS:
        return Target(text)
    if match := _EXTERNAL_TARGET.fullmatch(text):
        return Target("external_ids", match[1] or "")
    if match := _CUSTOM_TARGET.fullmatch(text):
        return Target("custom_fields", match[1])
    match = _LIST_TARGET.fullmatch(text)
    if match is None or match[3] not in LIST_PARTS[match[1]]:
        raise InvalidMapping(
            f"'{text[:60]}' is not a field that a column can fill. Use {', '.join(sorted(SINGLE_TARGETS))}, "
            "emails[work].value, phones[mobile].value, addresses[home].city and the like, external_ids[system], "
            "or custom_fields.key."
        )
    return Target(match[1], match[2], match[3])
