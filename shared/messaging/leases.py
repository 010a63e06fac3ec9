"""Which member of a group reads which partitions of the PostgreSQL log: leases that are renewed, shared fairly and
handed over.

Leases only avoid double work. What makes an effect happen once is the consumer's offset (`offsets.py`); a member that
  overslept
its lease loses there. All times are the database's.
"""

from collections.abc import Sequence
from uuid import UUID

from shared.db.codecs import Connection
from shared.messaging.connections import Connections
from shared.messaging.message import TopicPartition

JOIN = """
insert into log_member (group_name, member_id, topics, expires_at) values ($1, $2, $3, now() + $4 * interval '1 second')
on conflict (group_name, member_id) do update set expires_at = excluded.expires_at, topics = excluded.topics
"""
EXPEL = """
delete from log_member where (group_name, member_id) in (
  select group_name, member_id from log_member where group_name = $1 and expires_at < now() for update skip locked)
"""
MEMBERS = "select member_id from log_member where group_name = $1 and $2 = any (topics) order by member_id"
OFFER = """
insert into log_lease (group_name, topic, partition)
select $1, topic, partition from log_partition where topic = any ($2) order by topic, partition
on conflict do nothing
"""
RENEW = """
update log_lease set expires_at = now() + $4 * interval '1 second' where group_name = $1 and topic = $2 and owner = $3
returning partition
"""
GIVE_UP = """
update log_lease set owner = null where group_name = $1 and topic = $2 and owner = $3 and partition = any
  ($4::smallint[])
"""
TAKE = """
update log_lease set owner = $3, expires_at = now() + $4 * interval '1 second'
where group_name = $1 and topic = $2 and partition in (
  select partition from log_lease where group_name = $1 and topic = $2 and (owner is null or expires_at < now())
  order by partition limit $5 for update skip locked)
returning partition
"""
PARTITION_COUNT = "select count(*) from log_partition where topic = $1"


class Leases:
    """One member's leases."""

    def __init__(
        self,
        connections: Connections,
        group: str,
        topics: Sequence[str],
        *,
        member_id: UUID,
        lease_s: float,
    ) -> None:
        self.group = group
        self._connections = connections
        self._topics = list(topics)
        self._member_id = member_id
        self.lease_s = lease_s

    async def renew(self) -> set[TopicPartition]:
        """Joins or stays in the group, gives up what is above the fair share, takes what is free; returns what is
        owned now."""
        async with self._connections.transaction() as connection:
            await connection.execute(JOIN, self.group, self._member_id, self._topics, self.lease_s)
            await connection.execute(EXPEL, self.group)
            await connection.execute(OFFER, self.group, self._topics)
            owned: set[TopicPartition] = set()
            for topic in self._topics:
                owned |= {TopicPartition(topic, number) for number in await self._share(connection, topic)}
        return owned

    async def release(self) -> None:
        async with self._connections.transaction() as connection:
            await connection.execute(
                "update log_lease set owner = null where group_name = $1 and owner = $2", self.group, self._member_id
            )
            await connection.execute(
                "delete from log_member where group_name = $1 and member_id = $2", self.group, self._member_id
            )

    async def _share(self, connection: Connection, topic: str) -> set[int]:
        mine = {row[0] for row in await connection.fetch(RENEW, self.group, topic, self._member_id, self.lease_s)}
        quota = await self._quota(connection, topic)
        surplus = sorted(mine)[quota:]
        if surplus:
            await connection.execute(GIVE_UP, self.group, topic, self._member_id, surplus)
        if len(mine) < quota:
            free = quota - len(mine)
            taken = await connection.fetch(TAKE, self.group, topic, self._member_id, self.lease_s, free)
            mine |= {row[0] for row in taken}
        return mine - set(surplus)

    async def _quota(self, connection: Connection, topic: str) -> int:
        """An equal share; the remainder goes to the members that come first by id."""
        total: int = await connection.fetchval(PARTITION_COUNT, topic)
        members = [row[0] for row in await connection.fetch(MEMBERS, self.group, topic)]
        share, remainder = divmod(total, len(members))
        return share + (members.index(self._member_id) < remainder)
