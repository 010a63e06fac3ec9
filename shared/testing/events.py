"""Events given to consumers without a log between: through the consumer kernel, in transactions of their own."""

from uuid import UUID

import orjson

from shared.db import Database
from shared.db.record import now
from shared.ids import new_id
from shared.messaging import Consumer
from shared.messaging.consumer import apply, parse
from shared.messaging.message import Message, headers_of
from shared.observability.context import Context


def fact(context: Context, event_type: str, subject: UUID, version: int, **body: object) -> Message:
    """An event as another service would have sent it; of the body only what the test is about."""
    return Message(
        tenant_id=context.tenant_id,
        key=str(subject),
        event_id=new_id(),
        type=event_type,
        subject=str(subject),
        version=version,
        time=now(),
        headers=headers_of(context),
        body=orjson.dumps({**body, "version": version}, default=str).decode(),
    )


async def dispatch(consumer: Consumer, database: Database, *messages: Message) -> None:
    """One batch of events of one tenant; they may have been dispatched before."""
    context = Context(messages[0].tenant_id)
    async with database.transaction(context) as session:
        await apply(consumer, session, [parse(consumer, at, message) for at, message in enumerate(messages)])
