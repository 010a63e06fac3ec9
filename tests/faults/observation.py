"""What a system holds of a tenant: read past its own code, as superuser and with a plain Kafka client."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer

from tests.faults import witness
from tests.faults.checker import Entry, Note, Verdict, judge_applied, judge_log, judge_store
from tests.faults.ledger import Kind, Ledger, Versions, digest
from tests.faults.system import System

TOPICS = ("samphan.contacts", "samphan.interactions")
ENTRIES = """
select topic, key, event_id::text, subject, version, body from log_event
where tenant_id = $1 and topic = any ($2) and type like '%.v1' order by topic, partition, log_offset
"""
PARKED = "select count(*) from parked_event where tenant_id = $1"
DIGEST = """
select encode(sha256(convert_to(coalesce(string_agg(id || ' ' || version || ' ' || known, E'\\n' order by id), ''),
  'UTF8')), 'hex') from ({}) as row (id, version, known)
"""
POLL_S = 0.25


@dataclass(frozen=True)
class Store:
    """A table of a service's database. `query` gives id, version and what must be known; `expected` the same."""

    name: str
    database: str
    query: str
    expected: Callable[[Ledger], Versions]


STORES = (
    Store(
        "contacts.contacts",
        "contacts",
        "select id::text, version, full_name from contacts where tenant_id = $1",
        lambda ledger: ledger.versions(Kind.CONTACT),
    ),
    Store(
        "interactions.interactions",
        "interactions",
        "select id::text, version, outcome from interactions where tenant_id = $1",
        lambda ledger: ledger.versions(Kind.INTERACTION),
    ),
    Store(
        "interactions.orders",
        "interactions",
        "select id::text, version, tags[1] from orders where tenant_id = $1",
        lambda ledger: ledger.versions(Kind.ORDER),
    ),
    Store(
        "interactions.known_contacts",
        "interactions",
        "select id::text, version, full_name from known_contacts where tenant_id = $1",
        lambda ledger: ledger.versions(Kind.CONTACT),
    ),
    Store(
        "campaigns.known_contacts",
        "campaigns",
        "select id::text, version, full_name from known_contacts where tenant_id = $1",
        lambda ledger: ledger.versions(Kind.CONTACT),
    ),
    Store(
        "analytics.known_interactions",
        "analytics",
        "select id::text, version, contact_id::text from known_interactions where tenant_id = $1 and counted",
        Ledger.known_interactions,
    ),
    Store(
        "analytics.known_orders",
        "analytics",
        "select id::text, version, contact_id || ' ' || amount::bigint from known_orders"
        " where tenant_id = $1 and counted",
        Ledger.known_orders,
    ),
    Store(
        "analytics.features",
        "analytics",
        "select contact_id::text, contact_version, order_count || ' ' || revenue::bigint || ' ' || contact_count"
        " from features where tenant_id = $1",
        Ledger.features,
    ),
)


async def catch_up(system: System, tenant_id: UUID, ledger: Ledger, *, timeout_s: float) -> float:
    """Waits until every table's hash is what the ledger says, and the witness has seen all of the log; returns the
    seconds it took. After `timeout_s` it returns, too: the judge says what is missing."""
    began_s = monotonic()
    wanted = {store.name: digest(store.expected(ledger)) for store in STORES}
    waiting = list(STORES)
    versions = len({(ack.aggregate, ack.version) for ack in ledger.acks})
    while monotonic() - began_s < timeout_s:
        waiting = [store for store in waiting if await _digest(system, store, tenant_id) != wanted[store.name]]
        if not waiting and await _witnessed(system, tenant_id) >= versions:
            break
        await asyncio.sleep(POLL_S)
    return monotonic() - began_s


async def judge(system: System, tenant_id: UUID, ledger: Ledger) -> Verdict:
    """When all is quiet: what waits on its way counts as lost."""
    verdict = Verdict()
    entries = await read_log(system, tenant_id)
    judge_log(verdict, ledger.acks, entries)
    applied, once = await read_notes(system, tenant_id)
    judge_applied(verdict, entries, applied, once)
    for store in STORES:
        expected = store.expected(ledger)
        if await _digest(system, store, tenant_id) != digest(expected):
            judge_store(verdict, store.name, expected, await _rows(system, store, tenant_id))
    for name in ("interactions", "campaigns", "analytics"):
        parked = await _value(system, name, PARKED, tenant_id)
        if parked:
            verdict.wrong.append(f"{name} has set {parked} events aside")
    return verdict


async def read_log(system: System, tenant_id: UUID) -> list[Entry]:
    return await (_kafka_log if system.broker else _postgres_log)(system, tenant_id)


async def _postgres_log(system: System, tenant_id: UUID) -> list[Entry]:
    rows = await fetch(system, "log", ENTRIES, tenant_id, list(TOPICS))
    return [Entry(row[0], row[1], row[2], row[3], row[4], _token(orjson.loads(row[5]))) for row in rows]


async def _kafka_log(system: System, tenant_id: UUID) -> list[Entry]:
    assert system.broker is not None
    consumer = AIOKafkaConsumer(*TOPICS, bootstrap_servers=system.broker.bootstrap_servers, group_id=None,
                                auto_offset_reset="earliest", enable_auto_commit=False)  # fmt: skip
    await consumer.start()
    try:
        ends = {at: end for at, end in (await consumer.end_offsets(consumer.assignment())).items() if end}
        found: dict[Any, list[Entry]] = {at: [] for at in ends}
        while behind := [at for at, end in ends.items() if await consumer.position(at) < end]:
            for at, records in (await consumer.getmany(*behind, timeout_ms=500, max_records=5_000)).items():
                found[at] += [_entry(record) for record in records if _is_of(record, tenant_id)]
    finally:
        await consumer.stop()
    return [entry for at in sorted(found) for entry in found[at]]


def _is_of(record: Any, tenant_id: UUID) -> bool:
    """Events of a later major version tell the same again."""
    return bool(record.key.startswith(str(tenant_id).encode()) and dict(record.headers)["ce_type"].endswith(b".v1"))


def _entry(record: Any) -> Entry:
    headers = {name: value.decode() for name, value in record.headers}
    key, subject, version = headers["ce_partitionkey"], headers["ce_subject"], int(headers["ce_aggregateversion"])
    return Entry(record.topic, key, headers["ce_id"], subject, version, _token(orjson.loads(record.value)))


def _token(body: dict[str, Any]) -> str:
    """Where each kind of event carries what its write alone brought."""
    if "order_id" in body:
        return str(body["tags"][0])
    return str(body["outcome"] if "interaction_id" in body else body["full_name"])


async def read_notes(system: System, tenant_id: UUID) -> tuple[list[Note], list[Note]]:
    rows = await fetch(system, "witness", witness.NOTES, tenant_id)
    return [Note(row[1], row[2]) for row in rows if not row[0]], [Note(row[1], row[2]) for row in rows if row[0]]


async def _witnessed(system: System, tenant_id: UUID) -> int:
    return int(await _value(system, "witness", "select count(*) from witnessed where tenant_id = $1 and once",
                            tenant_id))  # fmt: skip


async def _rows(system: System, store: Store, tenant_id: UUID) -> Versions:
    rows = await fetch(system, store.database, store.query, tenant_id)
    return {row[0]: (row[1], row[2]) for row in rows}


async def _digest(system: System, store: Store, tenant_id: UUID) -> str:
    return str(await _value(system, store.database, DIGEST.format(store.query), tenant_id))


async def _value(system: System, database: str, query: str, *arguments: object) -> Any:
    return (await fetch(system, database, query, *arguments))[0][0]


async def fetch(system: System, database: str, query: str, *arguments: object) -> Sequence[Any]:
    """From a database of the system by short name, or from the `witness`'s."""
    dbname = "samphan_contacts_witness" if database == "witness" else f"samphan_{database}"
    connection = await asyncpg.connect(system.server.superuser_url(dbname).replace("+asyncpg", ""), timeout=30)
    try:
        return await connection.fetch(query, *arguments)
    finally:
        await connection.close()
