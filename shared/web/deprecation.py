"""Routes that will go: told in each answer (RFC 9745, RFC 8594) and in the OpenAPI document, half a year ahead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

from fastapi import Response

NOTICE = timedelta(days=180)
MARK = "__deprecation__"
DEPRECATION = "samphan.deprecation"
"""The key of the scope for the route's deprecation, so that refusals tell it, too."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Ready headers. `sunset` is when the route may be gone."""

    sunset: datetime
    headers: dict[str, str]

    def tell(self, answer: Response) -> None:
        link = answer.headers.get("Link")
        answer.headers.update(self.headers)
        if link is not None:
            answer.headers["Link"] = f"{link}, {self.headers['Link']}"


def deprecated(*, since: datetime, sunset: datetime, successor: str, notes: str) -> Callable[[Endpoint], Endpoint]:
    """Below a route's decorator. `successor` is the path to call instead, `notes` where the change is explained.

    Both instants are in UTC; the route answers as before until `sunset`, at least 180 days after `since`.
    """
    if sunset - since < NOTICE:
        raise ValueError(f"clients get at least {NOTICE.days} days' notice")
    headers = {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": format_datetime(sunset, usegmt=True),
        "Link": f'<{notes}>; rel="deprecation", <{successor}>; rel="successor-version"',
    }

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, MARK, Deprecation(sunset, headers))
        return endpoint

    return mark


def deprecation_of(endpoint: Callable[..., Any]) -> Deprecation | None:
    return getattr(endpoint, MARK, None)


def document_deprecation(endpoint: Callable[..., Any], options: dict[str, Any]) -> None:
    """Adds to a route's options what its document says of it; `x-sunset` is what tools for such documents look for."""
    found = deprecation_of(endpoint)
    if found is not None:
        options["deprecated"] = True
        sunset = {"x-sunset": found.sunset.date().isoformat()}
        options["openapi_extra"] = {**(options.get("openapi_extra") or {}), **sunset}
