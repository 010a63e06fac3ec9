"""`python -m deploy.operate consumers|parked|replay|discard|resume`: what operators do, through the gateway.

SAMPHAN_URL and OPERATOR_TOKEN say where and with what; without them it is `make run` of this machine (PORT, DATA_DIR).
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import aiohttp

from deploy.local.environment import GATEWAY, HOST, SERVICES
from deploy.local.options import BadOption, read_options

DEADLINE_MS = 30_000
OPERATED = [service.name for service in SERVICES if service.name != GATEWAY]
FILTERS = ("consumer", "tenant_id", "fingerprint", "key")


class Refused(RuntimeError):
    """The gateway or a service answered with an error, or not at all."""


class Doors:
    def __init__(self, url: str, token: str) -> None:
        self._url = url
        headers = {"Authorization": f"Bearer {token}", "X-Deadline-Ms": str(DEADLINE_MS)}
        self._session = aiohttp.ClientSession(headers=headers)

    async def __aenter__(self) -> "Doors":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, service: str, path: str, **query: str) -> Any:
        return await self._call("GET", service, path, params=query)

    async def post(self, service: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await self._call("POST", service, path, json=body)

    async def _call(self, method: str, service: str, path: str, **options: Any) -> Any:
        """Raises Refused."""
        try:
            async with self._session.request(method, f"{self._url}/internal/{service}/{path}", **options) as answer:
                if answer.ok:
                    return await answer.json()
                problem = await answer.json(content_type=None)
                raise Refused(f"{service}: {answer.status} {problem['detail']}")
        except aiohttp.ClientConnectionError as error:
            raise Refused(f"Nothing answers at {self._url}: is Samphan running? {error}") from error


async def show_consumers(doors: Doors, given: argparse.Namespace) -> None:
    found = [
        (service, each["consumer"], each["lag"], each["parked"], each["halted_at"])
        for service in _services(given)
        for each in (await doors.get(service, "consumers"))["data"]
    ]
    table(("service", "consumer", "lag", "parked", "halted since"), found)


async def show_parked(doors: Doors, given: argparse.Namespace) -> None:
    """Groups; with a fingerprint, the events of one."""
    if given.fingerprint:
        return await _show_events(doors, given)
    query = {name: value for name in ("consumer", "tenant_id") if (value := getattr(given, name))}
    columns = ("consumer", "fingerprint", "events", "keys", "behind", "tenants", "last_parked_at", "type", "error")
    found = [
        (service, *(each[name] for name in columns))
        for service in _services(given)
        for each in (await doors.get(service, "parked", **query))["data"]
    ]
    table(("service", *columns), found)


async def _show_events(doors: Doors, given: argparse.Namespace) -> None:
    page = await doors.get(_service(given), "parked/events", limit="200", **_chosen(given))
    columns = ("tenant_id", "key", "topic", "partition", "offset", "event_id", "version", "time", "error")
    table(columns, [tuple(each[name] for name in columns) for each in page["data"]])
    if page["next_cursor"]:
        print("There are more: choose a tenant_id or a key.")


async def replay(doors: Doors, given: argparse.Namespace) -> None:
    await _replay(doors, _service(given), _chosen(given))


async def discard(doors: Doors, given: argparse.Namespace) -> None:
    """Then what waited for the discarded events goes on."""
    service, chosen = _service(given), _chosen(given)
    gone = await doors.post(service, "parked/discard", chosen)
    print(f"discarded: {gone['discarded']}")
    left = await doors.get(service, "parked", consumer=chosen["consumer"])
    if any(group["fingerprint"] == "behind" for group in left["data"]):
        await _replay(doors, service, {**chosen, "fingerprint": "behind"})


async def resume(doors: Doors, given: argparse.Namespace) -> None:
    answer = await doors.post(_service(given), f"consumers/{given.consumer}/resume")
    print(f"{answer['consumer']} goes on." if answer["was_halted"] else f"{answer['consumer']} was not halted.")


async def _replay(doors: Doors, service: str, order: dict[str, str]) -> None:
    applied, failed = 0, []
    while True:
        answer = await doors.post(service, "parked/replay", order)
        applied += answer["applied"]
        failed += answer["failed"]
        if answer["next_cursor"] is None:
            break
        print(f"applied so far: {applied}")
        order = {**order, "cursor": answer["next_cursor"]}
    print(f"applied: {applied}, keys that failed again: {len(failed)}")
    table(("tenant_id", "key", "error"), [(each["tenant_id"], each["key"], each["error"]) for each in failed])


COMMANDS: dict[str, Callable[[Doors, argparse.Namespace], Coroutine[Any, Any, None]]] = {
    "consumers": show_consumers,
    "parked": show_parked,
    "replay": replay,
    "discard": discard,
    "resume": resume,
}


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    parser = argparse.ArgumentParser(prog="deploy.operate")
    parser.add_argument("command", choices=COMMANDS)
    for name in ("service", *FILTERS):
        parser.add_argument(f"--{name.replace('_', '-')}")
    given = parser.parse_args(arguments)
    try:
        asyncio.run(_run(COMMANDS[given.command], given, *where(environ)))
    except (Refused, BadOption) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _run(
    command: Callable[[Doors, argparse.Namespace], Coroutine[Any, Any, None]],
    given: argparse.Namespace,
    url: str,
    token: str,
) -> None:
    async with Doors(url, token) as doors:
        await command(doors, given)


def where(environ: Mapping[str, str]) -> tuple[str, str]:
    """The gateway's URL and the operator's token. Raises Refused."""
    options = read_options(environ)
    url = environ.get("SAMPHAN_URL") or f"http://{HOST}:{options.port}"
    token = environ.get("OPERATOR_TOKEN")
    if not token:
        file = options.data_dir / "keys.json"
        if not file.exists():
            raise Refused(f"There is no {file}: set OPERATOR_TOKEN, or start Samphan with make run.")
        token = str(json.loads(file.read_text()).get("operator_token", ""))
    return url.rstrip("/"), token


def _services(given: argparse.Namespace) -> list[str]:
    return [given.service] if given.service else OPERATED


def _service(given: argparse.Namespace) -> str:
    """Raises Refused."""
    for name in ("service", "consumer"):
        if not getattr(given, name):
            raise Refused(f"Say which: {name}=… (make parked shows them).")
    return str(given.service)


def _chosen(given: argparse.Namespace) -> dict[str, str]:
    return {name: value for name in FILTERS if (value := getattr(given, name))}


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Aligned under its headings; nothing if there are no rows."""
    if not rows:
        return
    cells = [list(columns), *([("-" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(columns))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
