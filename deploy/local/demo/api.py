"""A small client of the public API, as a partner would write one."""

import asyncio
from collections.abc import Mapping
from io import BytesIO
from time import monotonic
from typing import Any, Self
from uuid import uuid4

import aiohttp

OPERATION_TIMEOUT_S = 600
POLL_S = 0.25
LONGEST_DEADLINE_MS = 30_000


class Refused(RuntimeError):
    """The API answered with an error."""


class Api:
    """Calls with an API key. Waits as told when it is over its quota, and for as long as a slow machine needs."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        headers = {"Authorization": f"Bearer {key}", "X-Deadline-Ms": str(LONGEST_DEADLINE_MS)}
        self._session = aiohttp.ClientSession(headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str) -> Any:
        return await self._call("GET", path)

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        return await self._call(method, path, json=body, headers={"Idempotency-Key": str(uuid4())})

    async def upload(self, path: str, name: str, content: bytes, **fields: str) -> Any:
        def form() -> aiohttp.FormData:
            made = aiohttp.FormData(fields)
            made.add_field("file", BytesIO(content), filename=name, content_type="text/csv")
            return made

        return await self._call("POST", path, form=form, headers={"Idempotency-Key": str(uuid4())})

    async def run(self, path: str, body: Any = None) -> dict[str, Any]:
        """Starts an operation and waits for its end; returns its result."""
        operation = await self.send("POST", path, body)
        deadline = monotonic() + OPERATION_TIMEOUT_S
        while operation["status"] in ("pending", "running"):
            if monotonic() > deadline:
                raise Refused(f"{path} is not done after {OPERATION_TIMEOUT_S} s: {operation}")
            await asyncio.sleep(POLL_S)
            operation = await self.get(f"/v1/operations/{operation['id']}")
        if operation["status"] != "succeeded":
            raise Refused(f"{path}: {operation}")
        result: dict[str, Any] = operation["result"]
        return result

    async def _call(
        self, method: str, path: str, *, form: Any = None, headers: Mapping[str, str] = {}, **more: Any
    ) -> Any:
        while True:
            data = {"data": form()} if form else {}
            async with self._session.request(method, self._url + path, headers=headers, **data, **more) as response:
                if response.status == 429:
                    await asyncio.sleep(float(response.headers.get("Retry-After", "1")))
                    continue
                if response.status >= 400:
                    raise Refused(f"{method} {path}: {response.status} {await response.text()}")
                return None if response.status == 204 else await response.json()
