"""What events look like, for those who read them elsewhere: JSON Schemas and one AsyncAPI 3 document."""

from collections.abc import Iterable
from typing import Any

from shared.messaging.event import Event, registered, source_of, topic_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI = "3.0.0"
HEADERS: dict[str, Any] = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_tenantid"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "UUIDv7. Repeats of an event have the same id."},
        "ce_source": {"type": "string"},
        "ce_type": {"type": "string"},
        "ce_subject": {"type": "string", "description": "Id of the aggregate."},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_dataschema": {"type": "string", "format": "uri"},
        "ce_tenantid": {"type": "string", "format": "uuid"},
        "ce_partitionkey": {"type": "string", "description": "Events of a tenant with the same key are in order."},
        "ce_aggregateversion": {"type": "string", "pattern": "^[0-9]+$"},
        "ce_actorid": {"type": "string", "format": "uuid", "description": "Who did it."},
        "ce_correlationid": {"type": "string", "description": "The request that began it."},
        "ce_causationid": {"type": "string", "format": "uuid", "description": "The event that led to it."},
        "ce_traceparent": {"type": "string"},
        "ce_originid": {"type": "string", "description": "The integration that caused it."},
    },
}


def event_schema(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's body; readers ignore properties that they do not know."""
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:samphan:event:{event.event_type}", **schema}


def asyncapi(registry: dict[str, type[Event]] | None = None, *, version: str = "1.0.0") -> dict[str, Any]:
    """Channels, operations and messages of all producers."""
    events = registered(registry)
    topics = sorted({event.topic for event in events})
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Samphan events",
            "version": version,
            "description": "CloudEvents 1.0, binary mode. At least once, in order by tenant and key, kept 14 days.",
        },
        "defaultContentType": "application/json",
        "channels": {_name(topic): _channel(topic, events) for topic in topics},
        "operations": {f"publish_{_name(topic)}": _operation(topic) for topic in topics},
        "components": {
            "schemas": {"CloudEventHeaders": HEADERS},
            "messages": {event.event_type: _message(event) for event in events},
        },
    }


def _name(topic: str) -> str:
    return topic.rpartition(".")[2]


def _channel(topic: str, events: Iterable[type[Event]]) -> dict[str, Any]:
    types = [event.event_type for event in events if topic_of(event.event_type) == topic]
    return {
        "address": topic,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in types},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: str) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{_name(topic)}"}}


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.event_type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().partition("\n")[0],
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
        "payload": {"schemaFormat": f"application/schema+json;version={DIALECT}", "schema": event_schema(event)},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": "`<tenant>/<key>`"}, "bindingVersion": "0.5.0"}
        },
        "x-source": source_of(event.event_type),
        "x-key": event.key_field,
        "x-subject": event.subject_field,
    }
