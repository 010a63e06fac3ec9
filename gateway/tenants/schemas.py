"""What clients see and change of their tenant."""

from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints

from shared.web import Instant, ReadModel, ShortText, WriteModel, examples

MAX_ORIGINS = 50


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("write an IANA time zone such as Asia/Bangkok")
    return name


def _origin(text: str) -> str:
    """As browsers send it: scheme, host and port only, lower case."""
    parts = urlsplit(text.lower())
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or f"{parts.scheme}://{parts.netloc}" != text.lower()
    ):
        raise ValueError("write an origin such as https://app.example.com, without a path")
    return text.lower()


Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
Origin = Annotated[str, StringConstraints(max_length=300), AfterValidator(_origin)]


class TenantUpdate(WriteModel):
    """A merge patch."""

    model_config = examples(
        {
            "name": "ร้านสัมพันธ์",
            "locale": "th",
            "time_zone": "Asia/Bangkok",
            "cors_origins": ["https://app.example.com"],
        },
        {
            "name": "Samphan Ltd",
            "locale": "en",
            "time_zone": "Europe/London",
            "cors_origins": ["https://app.example.com"],
        },
    )

    name: ShortText = ""
    locale: Locale = ""
    time_zone: TimeZone = ""
    cors_origins: list[Origin] = Field(default=[], max_length=MAX_ORIGINS)


class TenantRead(ReadModel):
    id: UUID
    type: Literal["tenant"]
    version: int
    created_at: Instant
    updated_at: Instant
    name: str
    locale: str
    time_zone: str
    cors_origins: list[str]
