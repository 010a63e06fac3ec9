"""Clients that write through the gateway, and repeat each write with its key until it is answered definitely."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Any
from uuid import uuid4

import aiohttp

from tests.faults.ledger import Ack, Kind, Ledger
from tests.faults.system import Tenant

PATHS = {Kind.CONTACT: "/v1/contacts", Kind.INTERACTION: "/v1/interactions", Kind.ORDER: "/v1/orders"}
ATTEMPT_TIMEOUT_S = 15.0
GIVE_UP_S = 240.0
PAUSES_S = (0.05, 0.4)
CHANGES_AT_ONCE = 20  # a batch stores new records together, but changes each in a savepoint of its own
SINGLES = 0.3
"""The share of requests that carry one write only."""


class GaveUp(RuntimeError):
    """A write got no definite answer, or was refused."""


@dataclass
class Record:
    """What a writer knows of an aggregate that it has made. Nobody else writes to it."""

    kind: Kind
    id: str
    version: int
    key: str
    amount: int = 0


@dataclass
class Writers:
    """A few writers at once. `deadline_ms` is asked of the gateway, whose own is 5 s: for large batches.

    `ledger` is what they were told; `retries` how often they had to ask again.
    """

    url: str
    tenant: Tenant
    seed: int
    count: int = 4
    batch: int = 50
    deadline_ms: int | None = None
    ledger: Ledger = field(default_factory=Ledger)
    retries: int = 0
    waits_s: list[float] = field(default_factory=list)
    longest_attempt_s: float = 0.0
    last_ack_s: float = 0.0

    async def write(self, events: int, *, over_s: float = 0.0) -> None:
        """About `events` writes, evenly over `over_s` seconds where the system is fast enough. Raises GaveUp."""
        headers = {"Authorization": f"Bearer {self.tenant.api_key}"}
        if self.deadline_ms is not None:
            headers["X-Deadline-Ms"] = str(self.deadline_ms)
        timeout = aiohttp.ClientTimeout(total=ATTEMPT_TIMEOUT_S)
        async with (
            aiohttp.ClientSession(self.url, headers=headers, timeout=timeout) as session,
            asyncio.TaskGroup() as tasks,
        ):
            for number in range(self.count):
                writer = Writer(self, session, Random(f"{self.seed} {number}"), self.batch)
                tasks.create_task(writer.write(events // self.count, over_s))

    def acknowledge(self, ack: Ack) -> None:
        self.ledger.acks.append(ack)
        self.last_ack_s = monotonic()


class Writer:
    """One client with contacts of its own: its writes to a contact follow each other."""

    def __init__(self, shared: Writers, session: aiohttp.ClientSession, random: Random, batch: int) -> None:
        self._shared = shared
        self._session = session
        self._random = random
        self._batch = batch
        self._records: dict[Kind, list[Record]] = {kind: [] for kind in Kind}

    async def write(self, events: int, over_s: float) -> None:
        began_s, written = monotonic(), 0
        while written < events:
            await asyncio.sleep(began_s + over_s * written / events - monotonic())
            at_once = 1 if self._random.random() < SINGLES else min(self._batch, events - written)
            kind = self._random.choice(list(Kind)) if self._records[Kind.CONTACT] else Kind.CONTACT
            if self._random.random() < 0.5 and self._records[kind]:
                written += await self._change(kind, at_once)
            else:
                written += await self._create(kind, at_once)

    async def _create(self, kind: Kind, at_once: int) -> int:
        contacts = self._records[Kind.CONTACT]
        keys = [""] * at_once if kind is Kind.CONTACT else [each.key for each in self._sample(contacts, at_once)]
        made = [Record(kind, "", 0, key, self._random.randrange(1, 10_000)) for key in keys]
        await self._send("create", made)
        self._records[kind] += made
        return len(made)

    async def _change(self, kind: Kind, at_once: int) -> int:
        sample = self._sample(self._records[kind], min(at_once, CHANGES_AT_ONCE))
        chosen = list({record.key: record for record in sample}.values())
        for record in chosen:
            record.amount = self._random.randrange(1, 10_000)
        await self._send("update", chosen)
        return len(chosen)

    def _sample(self, records: Sequence[Record], at_once: int) -> list[Record]:
        return self._random.sample(records, min(at_once, len(records)))

    async def _send(self, op: str, records: Sequence[Record]) -> None:
        """Fills in what the answers say, and acknowledges."""
        tokens = [uuid4().hex for _ in records]
        bodies = [_body(record, token, op) for record, token in zip(records, tokens, strict=True)]
        if len(records) == 1:
            answers = [await self._send_one(op, records[0], bodies[0])]
        else:
            answers = await self._send_batch(op, records, bodies)
        for record, token, answer in zip(records, tokens, answers, strict=True):
            record.id, record.version = answer["id"], answer["version"]
            record.key = record.key or record.id
            amount = record.amount if record.kind is Kind.ORDER else 0
            self._shared.acknowledge(Ack(record.kind, record.id, record.version, token, record.key, amount))

    async def _send_one(self, op: str, record: Record, body: dict[str, Any]) -> dict[str, Any]:
        path = PATHS[record.kind]
        if op == "create":
            return await self._until_answered("POST", path, body, {})
        return await self._until_answered("PATCH", f"{path}/{record.id}", body, {"If-Match": f'"{record.version}"'})

    async def _send_batch(
        self, op: str, records: Sequence[Record], bodies: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        named = [{"id": each.id, "if_version": each.version} if op == "update" else {} for each in records]
        items = [{"op": op, "data": body, **name} for body, name in zip(bodies, named, strict=True)]
        answer = await self._until_answered("POST", f"{PATHS[records[0].kind]}/batch", {"items": items}, {})
        results: list[dict[str, Any]] = answer["data"]
        failed = next((result for result in results if result["status"] >= 300), None)
        if failed is not None:
            raise GaveUp(f"{op} of {records[failed['index']]}: {failed}")
        return results

    async def _until_answered(
        self, method: str, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        """The same key each time: whether the first attempt was done or not, it is done once. Raises GaveUp."""
        key, began_s, seen = {"Idempotency-Key": uuid4().hex}, monotonic(), ""
        while monotonic() - began_s < GIVE_UP_S:
            asked_s = monotonic()
            try:
                async with self._session.request(method, path, json=body, headers=headers | key) as response:
                    seen = f"{response.status} {await response.text()}"
                    if response.status < 300:
                        self._shared.waits_s.append(monotonic() - began_s)
                        answer: dict[str, Any] = await response.json()
                        return answer
                    if not _is_passing(response.status, seen):
                        break
            except (aiohttp.ClientError, TimeoutError) as error:
                seen = repr(error)
            finally:
                self._shared.longest_attempt_s = max(self._shared.longest_attempt_s, monotonic() - asked_s)
            self._shared.retries += 1
            await asyncio.sleep(self._random.uniform(*PAUSES_S))
        raise GaveUp(f"{method} {path}: {seen}")


def _is_passing(status: int, answer: str) -> bool:
    return status >= 500 or status == 429 or (status == 409 and "idempotency_in_progress" in answer)


def _body(record: Record, token: str, op: str) -> dict[str, Any]:
    creates = op == "create"
    if record.kind is Kind.CONTACT:
        return {"full_name": token}
    if record.kind is Kind.INTERACTION:
        about = {"contact_id": record.key, "kind": "call", "direction": "inbound"}
        return (about if creates else {}) | {"outcome": token}
    about = {"contact_id": record.key, "source": "faults", "number": token}
    total = {"amount": f"{record.amount}.00", "currency": "THB"}
    return (about if creates else {}) | {"tags": [token], "total": total}
