"""What producers say is what consumers understand: every real event is fed to every reading of it."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from deploy.local.environment import SERVICES
from deploy.released import released
from deploy.samples import samples
from shared.messaging import Envelope, Reading
from shared.messaging.event import registered

TENANT = UUID(int=1)
PACKAGES = [service.package for service in SERVICES]


def import_all(package: str) -> None:
    """Declares all events and readings of a service; its migrations are no part of that."""
    root = importlib.import_module(package)
    for module in pkgutil.walk_packages(root.__path__, f"{package}."):
        if ".migrations" not in module.name and not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


for name in PACKAGES:
    import_all(name)


def is_ours(declared: type) -> bool:
    """What services share of reading events (teams) is theirs, too."""
    return declared.__module__.partition(".")[0] in (*PACKAGES, "shared")


def readings(base: type[Reading] = Reading) -> Iterator[type[Reading]]:
    for reading in base.__subclasses__():
        if is_ours(reading) and "types" in vars(reading):
            yield reading
        yield from readings(reading)


EVENTS = {event.event_type: event for event in registered() if is_ours(event)}
RELEASED = released()
READ = [(reading, event_type) for reading in readings() for event_type in reading.types]


def label(item: object) -> str:
    return f"{item.__module__}.{item.__qualname__}" if isinstance(item, type) else str(item)


def needs(reading: type[Reading]) -> bool:
    """The audit log takes the envelope of whatever happens, and reads a body only where it has something to say."""
    return any(field.is_required() for field in reading.model_fields.values())


@pytest.mark.parametrize(("reading", "event_type"), READ, ids=label)
def test_a_reading_understands_every_event_of_its_types(reading: type[Reading], event_type: str) -> None:
    assert event_type in EVENTS, f"nobody produces {event_type}"
    common = set(reading.model_fields) & set(EVENTS[event_type].model_fields)

    for event in samples(EVENTS[event_type], 30):
        envelope = Envelope.of(event, tenant_id=TENANT, time=datetime.now(UTC))
        read = reading.read(event.model_dump_json(), envelope)

        assert read.model_dump(include=common) == reading.model_validate(event.model_dump()).model_dump(include=common)


@pytest.mark.parametrize(("reading", "event_type"), READ, ids=label)
def test_a_reading_understands_every_shape_that_was_ever_released(reading: type[Reading], event_type: str) -> None:
    for sample in [sample for shape in RELEASED[event_type] for sample in shape.samples]:
        event = EVENTS[event_type].model_construct(**sample)
        envelope = Envelope.of(event, tenant_id=TENANT, time=datetime.now(UTC))

        read = reading.read(json.dumps(sample), envelope).model_dump(mode="json", exclude_unset=True)

        assert read or not needs(reading)
        assert read == {name: sample[name] for name in read}


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_an_event_travels_as_json_and_comes_back_the_same(event_type: str) -> None:
    for event in samples(EVENTS[event_type], 30):
        assert type(event).model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_an_event_is_named_for_the_service_that_owns_it(event_type: str) -> None:
    owners = {service.package: service.name for service in SERVICES}

    assert event_type.partition(".")[0] == owners[EVENTS[event_type].__module__.partition(".")[0]]


def test_something_is_read_and_something_is_produced() -> None:
    assert READ
    assert EVENTS


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_consumers_of_a_worker_read_what_is_produced(service: str) -> None:
    package = next(each.package for each in SERVICES if each.name == service)
    worker = importlib.import_module(f"{package}.worker")

    wanted = {event_type for consumer in getattr(worker, "CONSUMERS", []) for event_type in consumer.types}

    assert wanted <= set(EVENTS)
