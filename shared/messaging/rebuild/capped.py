"""The log as it was when it ended where we say."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from shared.messaging.log import Batches, Positions, Readable, Subscription
from shared.messaging.message import Received, TopicPartition

Places = Set[tuple[TopicPartition, int]]


class CappedLog:
    """Reads as a group of its own, up to the ends that were allowed. `given_up` are events that nobody shall apply."""

    def __init__(self, events: Readable, *, suffix: str, given_up: Places = frozenset()) -> None:
        self._events = events
        self._suffix = suffix
        self._given_up = given_up
        self._ends: dict[TopicPartition, int] = {}

    def allow(self, ends: Mapping[TopicPartition, int]) -> None:
        """From now on; ends never shrink."""
        self._ends.update(ends)

    def subscribe(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AbstractAsyncContextManager[Subscription]:
        return self._subscribing(group + self._suffix, topics, types, positions)

    @asynccontextmanager
    async def _subscribing(
        self, group: str, topics: Sequence[str], types: Collection[str], positions: Positions
    ) -> AsyncIterator[Subscription]:
        async with self._events.subscribe(group, topics, types, positions) as subscription:
            yield CappedSubscription(subscription, self._ends, self._given_up)


class CappedSubscription:
    """Partitions that have reached their end are held until it moves, so that nothing is fetched in vain."""

    def __init__(self, inner: Subscription, ends: Mapping[TopicPartition, int], given_up: Places) -> None:
        self._inner = inner
        self._ends = ends
        self._given_up = given_up
        self._held: dict[TopicPartition, int] = {}

    @property
    def assigned(self) -> Collection[TopicPartition]:
        return self._inner.assigned

    async def fetch(self, *, max_messages: int, timeout_s: float) -> Batches:
        self._let_go()
        batches = await self._inner.fetch(max_messages=max_messages, timeout_s=timeout_s)
        cut = {at: self._cut(at, list(batch)) for at, batch in batches.items()}
        return {at: batch for at, batch in cut.items() if batch}

    def seek(self, at: TopicPartition, offset: int) -> None:
        self._inner.seek(at, offset)

    def pause(self, at: TopicPartition) -> None:
        self._inner.pause(at)

    def resume(self, at: TopicPartition) -> None:
        self._inner.resume(at)

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        await self._inner.commit(positions)

    async def ends(self) -> dict[TopicPartition, int]:
        return {at: min(end, self._ends.get(at, 0)) for at, end in (await self._inner.ends()).items()}

    def _let_go(self) -> None:
        for at, held_at in list(self._held.items()):
            if self._ends.get(at, 0) > held_at:
                del self._held[at]
                self._inner.resume(at)

    def _cut(self, at: TopicPartition, batch: Sequence[Received]) -> list[Received]:
        end = self._ends.get(at, 0)
        within = [received for received in batch if received.offset < end]
        if len(within) < len(batch):
            self._held[at] = end
            self._inner.pause(at)
            self._inner.seek(at, batch[len(within)].offset)
        return [self._passed_over(at, received) for received in within]

    def _passed_over(self, at: TopicPartition, received: Received) -> Received:
        """Its place counts, it does not: no handler reads a type without a name."""
        if (at, received.offset) not in self._given_up:
            return received
        return Received(received.offset, received.message._replace(type=""))
