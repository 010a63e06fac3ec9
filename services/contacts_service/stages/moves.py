"""The history of moves and the events of them: parts of the statement that changes the contacts, so that they see the
stages that the contacts come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.stages.events import LifecycleChanged
from shared.db.record import now
from shared.db.statement import Statement
from shared.messaging.event import topic_of
from shared.messaging.message import headers_of

MOVED = """
  from unnest(cast(:moved as uuid[]), cast(:stages as text[])) as new (id, stage)
  join contacts c on c.tenant_id = :tenant_id and c.id = new.id
"""
NOTE_MOVES = Statement(f"""
insert into lifecycle_moves (tenant_id, contact_id, from_stage, to_stage, moved_at, moved_by, source, reason)
select :tenant_id, c.id, c.lifecycle_stage, new.stage, :moved_at, :moved_by, :source, :reason
{MOVED}
""")
TELL_MOVES = Statement(f"""
insert into outbox (tenant_id, topic, key, type, subject, version, headers, body)
select :tenant_id, :moves_topic, c.id::text, :moves_type, c.id::text, c.version + 1, cast(:moves_headers as json),
  json_build_object('contact_id', c.id, 'version', c.version + 1, 'from_stage', c.lifecycle_stage,
    'to_stage', new.stage, 'source', cast(:source as text), 'reason', cast(:reason as text),
    'seconds', greatest(0, floor(extract(epoch from cast(:moved_at as timestamptz) - coalesce((
      select max(m.moved_at) from lifecycle_moves m where m.tenant_id = :tenant_id and m.contact_id = c.id
    ), c.created_at))))::bigint)
{MOVED}
""")  # noqa: S608 - our own text


class Staged(Protocol):
    """A contact, as far as it matters here."""

    id: UUID
    lifecycle_stage: Any


@dataclass(frozen=True, slots=True)
class Cause:
    """Why contacts move; `source` is `api`, `import` or `rule`."""

    source: str = "api"
    reason: str | None = None


BY_API, BY_IMPORT = Cause(), Cause("import")


def move_rows(session: AsyncSession, contacts: Sequence[Staged], cause: Cause) -> dict[str, Any]:
    """The parameters of NOTE_MOVES and TELL_MOVES for contacts whose stage changed."""
    context = session.info["context"]
    return {
        "moved": [contact.id for contact in contacts],
        "stages": [contact.lifecycle_stage for contact in contacts],
        "moved_at": now(),
        "moved_by": context.actor_id,
        "source": cause.source,
        "reason": cause.reason,
        "moves_topic": topic_of(LifecycleChanged.event_type),
        "moves_type": LifecycleChanged.event_type,
        "moves_headers": headers_of(context),
    }
