"""Apps on real ports of this machine, and services that answer what a test tells them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth import Principal, TokenVerifier
from shared.web.protocol import ProblemProtocol


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """The app's base URL."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http=ProblemProtocol,
        log_config=None,
        access_log=False,
        lifespan="auto",
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived at a service."""

    method: str
    path: str
    raw_path: bytes
    query: str
    headers: dict[str, str]
    body: bytes
    principal: Principal | None


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b'{"ok": true}'
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


def json_reply(body: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), {"content-type": "application/json", **named})


Answer = Callable[[Seen], Awaitable[Reply]]


async def fine(_: Seen) -> Reply:
    return Reply()


class Service:
    """A real HTTP service whose answers a test gives. It believes only tokens for itself."""

    def __init__(self, name: str, public_key: str) -> None:
        self.verifier = TokenVerifier(public_key, name)
        self.seen: list[Seen] = []
        self.answer: Answer = fine

    def reset(self) -> None:
        self.seen.clear()
        self.answer = fine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await lifespan(receive, send)
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        token = headers.get("authorization", "").removeprefix("Bearer ")
        principal = self.verifier.verify(token) if token else None
        path, query = scope["path"], scope["query_string"].decode()
        seen = Seen(scope["method"], path, scope["raw_path"], query, headers, bytes(body), principal)
        self.seen.append(seen)
        reply = await self.answer(seen)
        raw = [(name.encode(), value.encode()) for name, value in reply.headers.items()]
        raw.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": reply.body})


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
