"""Facts that services tell each other: `Event` is what a producer owns, `Reading` what a consumer understands of it."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.ids import new_id

PARTITIONS = 12
TOPIC_PREFIX = "samphan."
NAMELESS = r"[.](deleted|tombstone|erased)[.]v|[.](erasure|export)[.]|^erased$"
"""Types whose events carry ids and counts only (a POSIX pattern): they stay when a person is erased."""
ERASED = "erased"
"""What an event in the log becomes whose person was erased: its place stays, nobody reads it."""


def topic_of(event_type: str) -> str:
    """`contacts.contact.created.v1` travels on `samphan.contacts`."""
    return TOPIC_PREFIX + event_type.partition(".")[0]


def source_of(event_type: str) -> str:
    return "/samphan/" + event_type.partition(".")[0]


class Envelope(NamedTuple):
    """What surrounds an event: CloudEvents attributes and our extensions. `subject` is the aggregate's id as text."""

    id: UUID
    type: str
    time: datetime
    tenant_id: UUID
    key: str
    subject: str
    version: int | None = None
    actor_id: UUID | None = None
    correlation_id: str | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    origin_id: str | None = None

    @classmethod
    def of(cls, event: "Event", *, tenant_id: UUID, time: datetime) -> Self:
        """A new envelope for an event that nobody has published, as tests of handlers need it."""
        return cls(
            id=new_id(),
            type=event.event_type,
            time=time,
            tenant_id=tenant_id,
            key=event.key,
            subject=event.subject,
            version=event.aggregate_version,
        )


class Event(BaseModel):
    """A fact, declared with `type`, and `key`: the field by which events stay in order (with the tenant).

    `subject` names the field with the aggregate's id if it is not the key; a field `version` is the aggregate's
    version.
    A class without `type` is a base for others and is not registered.
    """

    model_config = ConfigDict(frozen=True)

    registry: ClassVar[dict[str, "type[Event]"]] = {}
    event_type: ClassVar[str]
    topic: ClassVar[str]
    key_field: ClassVar[str]
    subject_field: ClassVar[str]

    def __init_subclass__(
        cls,
        *,
        type: str | None = None,  # noqa: A002  # as CloudEvents calls it
        key: str | None = None,
        subject: str | None = None,
        **options: Any,
    ) -> None:
        super().__init_subclass__(**options)

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        type: str | None = None,  # noqa: A002  # as CloudEvents calls it
        key: str | None = None,
        subject: str | None = None,
        **options: Any,
    ) -> None:
        super().__pydantic_init_subclass__(**options)
        if type is not None:
            _register(cls, type, key, subject)

    @property
    def key(self) -> str:
        return str(getattr(self, self.key_field))

    @property
    def subject(self) -> str:
        return str(getattr(self, self.subject_field))

    @property
    def aggregate_version(self) -> int | None:
        return getattr(self, "version", None)


def _register(cls: type[Event], event_type: str, key: str | None, subject: str | None) -> None:
    if len(event_type.split(".")) != 4 or not event_type.rpartition(".v")[2].isdigit():
        raise TypeError(f"{event_type}: an event type is `<service>.<aggregate>.<past tense>.v<major>`")
    for field in (key, subject or key):
        if field not in cls.model_fields:
            raise TypeError(f"{cls.__name__}: key and subject must be fields, not {field!r}")
    known = Event.registry.get(event_type)
    if known is not None and (known.__module__, known.__qualname__) != (
        cls.__module__,
        cls.__qualname__,
    ):
        raise TypeError(f"{event_type} is already declared by {known.__module__}.{known.__qualname__}")
    assert key is not None
    cls.event_type = event_type
    cls.topic = topic_of(event_type)
    cls.key_field = key
    cls.subject_field = subject or key
    Event.registry[event_type] = cls


class Reading(BaseModel):
    """A consumer's own view of events of some `types`: only the fields it needs, everything else is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    types: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, types: Sequence[str] = (), **options: Any) -> None:
        super().__init_subclass__(**options)
        if types:
            cls.types = tuple(types)

    @classmethod
    def __pydantic_init_subclass__(cls, *, types: Sequence[str] = (), **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)

    @classmethod
    def read(cls, body: str | bytes, envelope: Envelope) -> Self:
        """Raises pydantic.ValidationError."""
        reading = cls.model_validate_json(body)
        reading.__dict__["_envelope"] = envelope  # as a cached property would: a private attribute costs 4 µs an access
        return reading

    @property
    def envelope(self) -> Envelope:
        """Raises LookupError if this was not read from an event."""
        envelope: Envelope | None = self.__dict__.get("_envelope")
        if envelope is None:
            raise LookupError(f"This {type(self).__name__} was not read from an event.")
        return envelope


R = TypeVar("R", bound=Reading)


def _subject(reading: Reading) -> Hashable:
    return reading.envelope.subject


def newest_per_key(readings: Iterable[R], key: Callable[[R], Hashable] = _subject) -> list[R]:
    """The reading with the highest version of each aggregate (or `key`), in the order in which each was first seen."""
    newest: dict[Hashable, R] = {}
    for reading in readings:
        seen = newest.get(key(reading))
        if seen is None or (reading.envelope.version or 0) >= (seen.envelope.version or 0):
            newest[key(reading)] = reading
    return list(newest.values())


def registered(types: Mapping[str, type[Event]] | None = None) -> list[type[Event]]:
    """All declared events, sorted by type."""
    known = Event.registry if types is None else types
    return [known[event_type] for event_type in sorted(known)]
