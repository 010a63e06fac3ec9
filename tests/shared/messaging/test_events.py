"""How events and readings are declared."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from shared.messaging import Envelope, Event, Reading, newest_per_key
from shared.messaging.schemas import asyncapi, event_schema
from tests.shared.messaging.conftest import Facts


def read(facts: Facts, order_id: UUID, version: int, *, tenant_id: UUID | None = None) -> Reading:
    event = facts.placed(customer_id=uuid4(), order_id=order_id, version=version)
    envelope = Envelope.of(event, tenant_id=tenant_id or uuid4(), time=datetime.now(UTC))
    return facts.seen.read(event.model_dump_json(), envelope)


def test_a_type_is_declared_once(facts: Facts) -> None:
    with pytest.raises(TypeError, match="already declared"):

        class Other(Event, type=facts.placed.event_type, key="id"):
            id: UUID


def test_the_key_must_be_a_field() -> None:
    with pytest.raises(TypeError, match="must be fields"):

        class Nothing(Event, type="tests.nothing.happened.v1", key="contact_id"):
            id: UUID


@pytest.mark.parametrize("wrong", ["created", "tests.thing.created", "tests.thing.created.1"])
def test_a_type_says_service_aggregate_fact_and_major(wrong: str) -> None:
    with pytest.raises(TypeError, match="an event type is"):

        class Wrong(Event, type=wrong, key="id"):
            id: UUID


def test_an_event_cannot_be_changed(facts: Facts) -> None:
    event = facts.placed(customer_id=uuid4(), order_id=uuid4())

    with pytest.raises(ValidationError):
        event.version = 2  # type: ignore[attr-defined]


def test_a_reading_ignores_what_it_does_not_know_and_keeps_its_envelope(facts: Facts) -> None:
    order_id = uuid4()

    reading = read(facts, order_id, 4)

    assert reading.model_dump() == {"order_id": order_id, "version": 4}
    assert (reading.envelope.subject, reading.envelope.version) == (str(order_id), 4)


def test_the_newest_of_each_aggregate_is_kept(facts: Facts) -> None:
    one, other = uuid4(), uuid4()
    readings = [read(facts, one, 1), read(facts, other, 5), read(facts, one, 3), read(facts, one, 2)]

    newest = newest_per_key(readings)

    assert [(reading.envelope.subject, reading.envelope.version) for reading in newest] == [
        (str(one), 3),
        (str(other), 5),
    ]


def test_schemas_accept_what_events_say(facts: Facts) -> None:
    event = facts.placed(customer_id=uuid4(), order_id=uuid4(), note="ขอบคุณ")

    schema = event_schema(facts.placed)

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(event.model_dump(mode="json"))


def test_the_asyncapi_document_names_each_message_once(facts: Facts) -> None:
    document = asyncapi({facts.placed.event_type: facts.placed})

    assert document["asyncapi"] == "3.0.0"
    [channel] = document["channels"].values()
    assert channel["address"] == facts.topic
    assert list(channel["messages"]) == list(document["components"]["messages"]) == [facts.placed.event_type]
