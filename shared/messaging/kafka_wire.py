"""Events as Kafka records: CloudEvents 1.0 in binary mode."""

import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from shared.messaging.event import source_of
from shared.messaging.message import NO_ID, NO_TENANT, Message, Received

OPTIONAL = {f"ce_{name}": name for name in ("actorid", "correlationid", "causationid", "traceparent", "originid")}
Headers = list[tuple[str, bytes]]


def encode(message: Message) -> tuple[bytes, bytes, Headers, int]:
    """Key, value, headers, and the time of sending in milliseconds."""
    tenant_id = str(message.tenant_id)
    headers = [
        *_headers_of_type(message.type),
        ("ce_id", str(message.event_id).encode()),
        ("ce_subject", message.subject.encode()),
        ("ce_time", message.time.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()),
        ("ce_tenantid", tenant_id.encode()),
        ("ce_partitionkey", message.key.encode()),
    ]
    if message.version is not None:
        headers.append(("ce_aggregateversion", str(message.version).encode()))
    if message.headers != "{}":
        headers.extend(_headers_of_context(message.headers))
    return f"{tenant_id}/{message.key}".encode(), message.body.encode(), headers, int(time.time() * 1000)


@lru_cache(512)
def _headers_of_type(event_type: str) -> tuple[tuple[str, bytes], ...]:
    return (
        ("ce_specversion", b"1.0"),
        ("content-type", b"application/json"),
        ("ce_source", source_of(event_type).encode()),
        ("ce_type", event_type.encode()),
        ("ce_dataschema", f"urn:samphan:event:{event_type}".encode()),
    )


@lru_cache(512)
def _headers_of_context(headers: str) -> tuple[tuple[str, bytes], ...]:
    """A bulk write gives thousands of events the same."""
    return tuple((f"ce_{name}", value.encode()) for name, value in orjson.loads(headers).items())


def decode(record: Any, types: Collection[bytes]) -> Received:
    """Of a type that is not among `types` only its place counts."""
    headers: dict[str, bytes] = dict(record.headers)
    if headers.get("ce_type") not in types:
        return Received(record.offset, _skipped(record, headers))
    try:
        return Received(record.offset, _message(record, headers))
    except (ValueError, KeyError) as error:
        return Received(record.offset, _unreadable(record, headers), f"malformed envelope: {error!r}")


def _message(record: Any, headers: Mapping[str, bytes]) -> Message:
    """Raises ValueError, KeyError."""
    version = headers.get("ce_aggregateversion")
    given = {name: headers[header].decode() for header, name in OPTIONAL.items() if header in headers}
    return Message(
        tenant_id=_tenant(headers["ce_tenantid"]),
        key=headers["ce_partitionkey"].decode(),
        event_id=UUID(headers["ce_id"].decode()),
        type=headers["ce_type"].decode(),
        subject=headers["ce_subject"].decode(),
        version=None if version is None else int(version),
        time=datetime.fromisoformat(headers["ce_time"].decode()),
        headers=orjson.dumps(given).decode() if given else "{}",
        body=record.value.decode(),
    )


@lru_cache(512)
def _tenant(value: bytes) -> UUID:
    return UUID(value.decode())


def _skipped(record: Any, headers: Mapping[str, bytes]) -> Message:
    event_type = headers.get("ce_type", b"").decode(errors="replace")
    return Message(NO_TENANT, "", NO_ID, event_type, "", None, _time(record), "{}", "")


def _unreadable(record: Any, headers: Mapping[str, bytes]) -> Message:
    """What can be kept of a message whose envelope is wrong."""
    try:
        tenant_id = _tenant(headers["ce_tenantid"])
    except (ValueError, KeyError):
        tenant_id = NO_TENANT
    names = {name: _text(value) for name, value in headers.items()}
    return Message(
        tenant_id=tenant_id,
        key=names.get("ce_partitionkey") or _text(record.key),
        event_id=NO_ID,
        type=names["ce_type"],
        subject=names.get("ce_subject", ""),
        version=None,
        time=_time(record),
        headers=orjson.dumps(names).decode(),
        body=_text(record.value),
    )


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace").replace("\0", "")


def _time(record: Any) -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)
