"""The newest version seen of each team: one row, with its members."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, MetaData, Table, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.consumer import Consumer
from shared.messaging.event import Reading, newest_per_key
from shared.messaging.projection import ProjectionTable

NAME = "known_teams"
REMEMBER = text("""
insert into known_teams (tenant_id, id, version, member_ids)
select :tenant_id, id, version, cast(member_ids as uuid[])
from unnest(cast(:ids as uuid[]), cast(:versions as bigint[]), cast(:members as text[]))
  as new (id, version, member_ids)
order by id
on conflict (tenant_id, id) do update set version = excluded.version, member_ids = excluded.member_ids
where known_teams.version < excluded.version
""")


class TeamSeen(
    Reading,
    types=(
        "contacts.team.created.v1",
        "contacts.team.updated.v1",
        "contacts.team.deleted.v1",
        "contacts.team.snapshot.v1",
        "contacts.team.tombstone.v1",
    ),
):
    """Of a deleted team nothing is left but its version."""

    team_id: UUID
    version: int
    member_ids: list[UUID] = []


def known_teams(metadata: MetaData) -> Table:
    """The table, as one of the service's own."""
    return Table(
        NAME,
        metadata,
        Column("tenant_id", Uuid, primary_key=True),
        Column("id", Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("member_ids", ARRAY(Uuid), nullable=False),
    )


def teams_consumer(name: str) -> Consumer:
    """The name is the service's own: no two services share one."""
    consumer = Consumer(name, tables=[ProjectionTable(NAME)])
    consumer.on(TeamSeen)(remember_teams)
    return consumer


async def remember_teams(session: AsyncSession, events: Sequence[TeamSeen]) -> None:
    """Keeps the newest version seen of each team, in whatever order events arrive."""
    newest = newest_per_key(events)
    given = {
        "tenant_id": events[0].envelope.tenant_id,
        "ids": [event.team_id for event in newest],
        "versions": [event.version for event in newest],
        "members": ["{" + ",".join(map(str, event.member_ids)) + "}" for event in newest],
    }
    await session.execute(REMEMBER, given)
