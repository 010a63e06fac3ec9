"""One read of a batch goes through the whole gateway again, so that nothing holds for it that holds for no other."""

from typing import Any
from urllib.parse import unquote

import orjson
from starlette.types import ASGIApp, Message, Scope

from gateway.batch.schemas import Read
from gateway.forwarding.edge import CALLERS_HEADERS

PASSED_ON = frozenset({b"authorization", b"accept-language", b"traceparent", b"tracestate", b"user-agent"})
SHOWN = frozenset(
    {
        b"allow", b"cache-control", b"content-language", b"content-type", b"deprecation", b"etag", b"link", b"location",
        b"ratelimit", b"retry-after", b"sunset", b"www-authenticate", b"x-request-id",
    }
)  # fmt: skip


async def ask(app: ASGIApp, scope: Scope, read: Read, deadline_ms: str) -> dict[str, Any]:
    """`scope` is the request with the batch. Each read takes its own part of the caller's quota."""
    collected = _Collected()
    await app(_scope_of(scope, read, deadline_ms), _nothing, collected)
    headers = {name.decode(): value.decode("latin-1") for name, value in collected.headers if name in SHOWN}
    has_json = "json" in headers.get("content-type", "") and collected.body
    body = orjson.Fragment(bytes(collected.body)) if has_json else None
    return {"id": read.id, "status": collected.status, "headers": headers, "body": body}


def _scope_of(scope: Scope, read: Read, deadline_ms: str) -> dict[str, Any]:
    path, _, query = read.path.partition("?")
    headers = [(name, value) for name, value in scope[CALLERS_HEADERS] if name in PASSED_ON]
    headers += [
        (b"accept", b"application/json"),
        (b"x-request-id", scope["request_id"].encode()),
        (b"x-deadline-ms", deadline_ms.encode()),
    ]
    if read.if_none_match is not None:
        headers.append((b"if-none-match", read.if_none_match.encode()))
    kept = {name: scope[name] for name in ("type", "asgi", "http_version", "scheme", "client", "server")}
    return {
        **kept,
        "method": "GET",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
    }


class _Collected:
    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
