"""What the client can read (`Accept`, RFC 9110, 12.5.1), asked before anything is done."""

from functools import lru_cache

from fastapi.routing import APIRoute

from shared.errors import FieldError, NotAcceptableError

JSON = "application/json"
PROBLEM = "application/problem+json"
ANYTHING = b"*/*"


def kind_of(route: APIRoute) -> str | None:
    """The media type that the route answers with; None if its success has no body."""
    if route.status_code == 204:
        return None
    described = route.responses.get(200, {}).get("content", {})
    return next(iter(described), JSON)


def demand_acceptable(accept: bytes, kind: str) -> None:
    """Raises NotAcceptableError."""
    if not _is_acceptable(accept, kind):
        detail = f"This is answered in {kind} only. Send Accept: {kind}, or none."
        raise NotAcceptableError(
            detail, errors=[FieldError("not_acceptable", detail, header="Accept")], media_types=[kind]
        )


@lru_cache(maxsize=256)
def _is_acceptable(accept: bytes, kind: str) -> bool:
    """Of several ranges the most specific one counts. Who reads our problems reads our JSON."""
    ranges = dict(_range(part) for part in accept.decode("latin-1").lower().split(",") if part.strip())
    family = kind.partition("/")[0] + "/*"
    fitting = (ranges[each] for each in (kind, family, "*/*") if each in ranges)
    return not ranges or next(fitting, 0.0) > 0 or (kind == JSON and ranges.get(PROBLEM, 0.0) > 0)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    weights = (each.removeprefix("q=") for each in parameters if each.startswith("q="))
    try:
        return name, float(next(weights, "1"))
    except ValueError:
        return name, 0.0
