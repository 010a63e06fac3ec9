"""Where events travel between services: one interface, two transports (`postgres_log`, `kafka`)."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from shared.messaging.message import Message, Received, TopicPartition

Positions = Callable[[Collection[TopicPartition]], Awaitable[Mapping[TopicPartition, int]]]
Batches = dict[TopicPartition, Iterable[Received]]


class Subscription(Protocol):
    """One member's share of a group's partitions. It may shrink or grow whenever the member awaits; only the
    consumer's own offset decides whether a batch counts."""

    @property
    def assigned(self) -> Collection[TopicPartition]: ...

    async def fetch(self, *, max_messages: int, timeout_s: float) -> Batches:
        """About `max_messages` of each partition that has some, decoded as they are read; empty after `timeout_s`."""
        ...

    def seek(self, at: TopicPartition, offset: int) -> None:
        """The next fetch starts there. Nothing happens if the partition is not ours any more."""
        ...

    def pause(self, at: TopicPartition) -> None: ...

    def resume(self, at: TopicPartition) -> None: ...

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        """Tells the transport how far we are, for its own lag tools; never read back."""
        ...

    async def ends(self) -> dict[TopicPartition, int]:
        """The offset that the next event of each assigned partition will get."""
        ...


class Readable(Protocol):
    def subscribe(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AbstractAsyncContextManager[Subscription]:
        """`positions` gives the offsets to start from for partitions newly assigned. Bodies of other `types` may be
        left out."""
        ...


class EventLog(Readable, Protocol):
    async def append(self, at: TopicPartition, messages: Sequence[Message]) -> None:
        """Durable, in order, when it returns. After an error any part of the messages may be in the log."""
        ...

    async def starts(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """The offset of the oldest event that each partition still has; of an empty one, that of its next event."""
        ...

    async def forget(self, at: TopicPartition, tenant_id: UUID, words: Sequence[str], /) -> int | None:
        """Takes type, body and context from the tenant's events that mention one of `words`; their places stay.

        Returns how many; None where the transport cannot: there they go with their age.
        """
        ...

    async def prune(self) -> int:
        """Deletes what is older than 14 days, where the transport does not do so by itself; returns how many."""
        ...

    async def close(self) -> None: ...
