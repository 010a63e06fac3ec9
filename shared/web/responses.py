"""Ready answers: bodies go out as bytes, unvalidated, because they come from our own rows and models."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from fastapi import Request, Response

from shared.query import Document, Page
from shared.web.preconditions import etag, matches
from shared.web.types import ReadModel

RECORD_CACHE = "private, no-cache"
LIST_CACHE = "private, no-store"
MOVED: dict[int | str, dict[str, Any]] = {
    308: {
        "description": "The contact was merged; Location is the same of the survivor.",
        "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
    }
}
"""For the `responses` of routes that read a contact."""
NAMED: dict[int | str, dict[str, Any]] = {404: {"description": "There is no record that the body names."}}
"""For the `responses` of routes without an id in their path whose body names records that must be there."""


ABSENT = object()


class Versioned(Protocol):
    id: Any
    version: int


class JsonResponse(Response):
    """Of ready bytes and our own headers: nothing is looked at twice."""

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str]) -> None:
        self.body = body
        self.status_code = status
        self.background = None
        self.raw_headers = [
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"application/json"),
            *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()),
        ]


def json_response(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JsonResponse(orjson.dumps(body, default=str), status, {"Cache-Control": LIST_CACHE, **(headers or {})})


def record(row: Mapping[str, Any] | Document, if_none_match: str | None = None) -> Response:
    """One record of a query with its ETag, or 304."""
    version = row.version if isinstance(row, Document) else row["version"]
    headers = {"ETag": etag(version), "Cache-Control": RECORD_CACHE}
    if matches(if_none_match, version):
        return Response(status_code=304, headers=headers)
    body = row.text.encode() if isinstance(row, Document) else orjson.dumps(dict(row), default=str)
    return JsonResponse(body, 200, headers)


def created(item: Versioned, model: type[ReadModel], *, location: str) -> Response:
    """201. `location` is the collection's path."""
    return _written(item, model, 201, {"Location": f"{location}/{item.id}"})


def updated(item: Versioned, model: type[ReadModel]) -> Response:
    return _written(item, model, 200, {})


def no_content() -> Response:
    return Response(status_code=204)


def listed(request: Request, page: Page) -> Response:
    body: dict[str, Any] = {"data": page.data, "next_cursor": page.next_cursor}
    if page.total is not None:
        body["total"] = page.total
    headers = {}
    if page.next_cursor is not None and request.method == "GET":  # a search goes on with the cursor in its body
        pairs = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
        headers["Link"] = f'<{request.scope["path"]}?{urlencode([*pairs, ("cursor", page.next_cursor)])}>; rel="next"'
    return json_response(body, headers=headers)


def _written(item: Versioned, model: type[ReadModel], status: int, headers: dict[str, str]) -> Response:
    body = model.model_validate(_values(item, _names(model))).model_dump_json().encode()
    headers = {"ETag": etag(item.version), "Cache-Control": RECORD_CACHE, **headers}
    return JsonResponse(body, status, headers)


def _values(item: Versioned, names: Iterable[str]) -> dict[str, Any]:
    """What a model shows of it. Loaded values are read past the ORM's instrumentation: three times as fast."""
    loaded = getattr(item, "__dict__", {})
    values = {name: loaded[name] if name in loaded else getattr(item, name, ABSENT) for name in names}
    return {name: value for name, value in values.items() if value is not ABSENT}


@cache
def _names(model: type[ReadModel]) -> tuple[str, ...]:
    """Of the attributes that it is made of."""
    return tuple(str(field.validation_alias or name) for name, field in model.model_fields.items())
