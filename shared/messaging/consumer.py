"""What a service does about others' events: handlers, declared once, called with batches inside the consumer's
transaction."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.event import Envelope, Reading, topic_of
from shared.messaging.message import Message, context_after, envelope_of
from shared.messaging.outbox import write_staged
from shared.messaging.projection import ProjectionTable
from shared.observability.context import Context

BatchHandler = Callable[[AsyncSession, Sequence[Any]], Awaitable[None]]
EventHandler = Callable[[AsyncSession, Any], Awaitable[None]]

TAKE_NEW = text("""
insert into inbox (consumer, event_id) select :consumer, id from unnest(cast(:ids as uuid[])) as new (id)
on conflict do nothing returning event_id
""")


@dataclass(frozen=True, slots=True)
class Handler:
    """`apply` gets the wanted events of one tenant in order; with `inbox` each event id once only.

    A `reaction` does more than keep the consumer's tables: it is left out when they are made again.
    """

    name: str
    readings: dict[str, type[Reading]]
    apply: BatchHandler
    inbox: bool
    reaction: bool


class Consumer:
    """The handlers of one projection or reaction, which advance together under one name. The name is never changed or
    reused.

    A handler must not commit, must not call the network and must not block. It runs as the tenant of its events.
    It is `park_limit` (share of new bad events in ten minutes) that stops the consumer. `tables` are the projection:
    the consumer's handlers alone write them, so that they can be made again from events (`shared.messaging.rebuild`).
    Name them in the order in which a statement that uses several comes to them.
    """

    def __init__(
        self, name: str, *, batch_size: int = 500, park_limit: float = 0.01, tables: Sequence[ProjectionTable] = ()
    ) -> None:
        self.name = name
        self.batch_size = batch_size
        self.park_limit = park_limit
        self.tables = tuple(tables)
        self.handlers: list[Handler] = []

    def on(
        self, *readings: type[Reading], inbox: bool = False, reaction: bool = False
    ) -> Callable[[BatchHandler], BatchHandler]:
        """`async def handler(session, events)`: one call for all events of a tenant in a batch, in order.

        Say `inbox` where applying an event twice would do harm (counters, points, mails), and `reaction` where the
        handler writes anything but the consumer's `tables`: it may read them only.
        """

        def register(handler: BatchHandler) -> BatchHandler:
            self._add(handler.__name__, readings, handler, inbox=inbox, reaction=reaction)
            return handler

        return register

    def each(
        self, *readings: type[Reading], inbox: bool = False, reaction: bool = False
    ) -> Callable[[EventHandler], EventHandler]:
        """`async def handler(session, event)`: one call an event, with a context that is caused by the event."""

        def register(handler: EventHandler) -> EventHandler:
            self._add(handler.__name__, readings, _one_by_one(handler), inbox=inbox, reaction=reaction)
            return handler

        return register

    def projecting(self) -> "Consumer":
        """The same consumer without its reactions."""
        made = Consumer(self.name, batch_size=self.batch_size, park_limit=self.park_limit, tables=self.tables)
        made.handlers = [handler for handler in self.handlers if not handler.reaction]
        return made

    @property
    def types(self) -> frozenset[str]:
        return frozenset(event_type for handler in self.handlers for event_type in handler.readings)

    @property
    def topics(self) -> list[str]:
        return sorted({topic_of(event_type) for event_type in self.types})

    def _add(
        self,
        name: str,
        readings: Iterable[type[Reading]],
        apply: BatchHandler,
        *,
        inbox: bool,
        reaction: bool,
    ) -> None:
        by_type = {event_type: reading for reading in readings for event_type in reading.types}
        if not by_type:
            raise TypeError(f"{name} of consumer {self.name} reads no event type.")
        if self.tables and inbox and reaction:
            # The two share the inbox: an event that a rebuild parks would be taken out of it, and its mail sent again.
            raise TypeError(f"{name} reacts once to an event: that needs a consumer without tables of its own.")
        self.handlers.append(Handler(name, by_type, apply, inbox, reaction))


class Parsed(NamedTuple):
    """A message and what each handler of the consumer reads in it (None: nothing)."""

    offset: int
    message: Message
    envelope: Envelope
    readings: tuple[Reading | None, ...]


def parse(consumer: Consumer, offset: int, message: Message) -> Parsed:
    """Raises ValueError (pydantic.ValidationError is one): the event is bad for at least one handler."""
    envelope = envelope_of(message)
    wanted = [handler.readings.get(message.type) for handler in consumer.handlers]
    readings = tuple(None if reading is None else reading.read(message.body, envelope) for reading in wanted)
    return Parsed(offset, message, envelope, readings)


async def apply(consumer: Consumer, session: AsyncSession, events: Sequence[Parsed]) -> None:
    """Calls the handlers for events of one tenant, to which the session is bound. The caller owns the transaction."""
    session.info["context"] = _context(events)
    new = await _new_ids(consumer, session, events)
    for index, handler in enumerate(consumer.handlers):
        readings = [event.readings[index] for event in events]
        wanted = [reading for reading in readings if reading is not None]
        if handler.inbox:
            wanted = _once(wanted, new)
        if wanted:
            await handler.apply(session, wanted)
    await session.flush()
    await write_staged(session)
    session.expunge_all()


def _context(events: Sequence[Parsed]) -> Context:
    """A single event is the cause of what follows; of several, each handler names the cause itself."""
    if len(events) == 1:
        return context_after(events[0].envelope)
    return Context(tenant_id=events[0].envelope.tenant_id)


async def _new_ids(consumer: Consumer, session: AsyncSession, events: Sequence[Parsed]) -> set[Any]:
    guarded = [index for index, handler in enumerate(consumer.handlers) if handler.inbox]
    ids = [event.envelope.id for event in events if any(event.readings[index] is not None for index in guarded)]
    if not ids:
        return set()
    return set(await session.scalars(TAKE_NEW, {"consumer": consumer.name, "ids": ids}))


def _once(readings: Sequence[Reading], new: set[Any]) -> list[Reading]:
    seen = {reading.envelope.id: reading for reading in reversed(readings) if reading.envelope.id in new}
    return list(reversed(seen.values()))


def _one_by_one(handler: EventHandler) -> BatchHandler:
    async def apply_each(session: AsyncSession, events: Sequence[Any]) -> None:
        for event in events:
            session.info["context"] = context_after(event.envelope)
            await handler(session, event)

    return apply_each
