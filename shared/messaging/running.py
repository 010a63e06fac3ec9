"""A consumer at work: fetches, applies, retries, steps over bad events, and gives way when it is fenced."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.database import Database
from shared.db.record import now
from shared.messaging import metrics, standing
from shared.messaging.backoff import pause
from shared.messaging.batch import Outcome, apply_batch, park_one
from shared.messaging.consumer import Consumer
from shared.messaging.failures import describe, fingerprint, is_transient
from shared.messaging.log import Batches, Readable, Subscription
from shared.messaging.message import Received, TopicPartition
from shared.messaging.offsets import FencedError, read_offsets
from shared.messaging.park_limit import ParkLimit, ParkLimitReachedError
from shared.messaging.progress import Progress, report_lag

log = structlog.get_logger()
OFFSETS_TIMEOUT_S = 5
FETCH_TIMEOUT_S = 0.5
HALTED_LOOK_S = 1.0


class TransientError(Exception):
    """The partition waits; the cause passes by itself."""


class Running:
    """One member of a consumer. `halted_at` is since when the park limit stops it, until an operator resumes it.

    `lanes` are its batches at once, `road` those of all consumers that share it.
    """

    def __init__(
        self,
        consumer: Consumer,
        database: Database,
        events: Readable,
        *,
        lanes: int = 4,
        road: asyncio.Semaphore | None = None,
        report_s: float = 5.0,
    ) -> None:
        self.consumer = consumer
        self._database = database
        self._events = events
        self._lanes = asyncio.Semaphore(lanes)
        self._road = road or nullcontext()
        self._progress: dict[TopicPartition, Progress] = {}
        self._limit = ParkLimit(consumer.park_limit)
        self.halted_at: datetime | None = None
        self._told: set[str] = set()
        self._report_s = report_s
        self._reported_s = 0.0
        metrics.expect_consumer(consumer.name)

    @property
    def halted(self) -> bool:
        return self.halted_at is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`, finishing the batches at work. Raises what the log raises: the worker starts it again."""
        consumer = self.consumer
        subscribing = self._events.subscribe(consumer.name, consumer.topics, consumer.types, self._positions)
        async with subscribing as subscription:
            await self._look()
            while not stop.is_set():
                if self.halted:
                    await self._stand_still(subscription, stop)
                    continue
                timeout_s = self._resume_due(subscription)
                batches = await subscription.fetch(max_messages=consumer.batch_size, timeout_s=timeout_s)
                try:
                    await self._advance_all(subscription, batches)
                except ParkLimitReachedError:
                    await self._halt()
                await self._report(subscription)

    async def _positions(self, partitions: Collection[TopicPartition]) -> Mapping[TopicPartition, int]:
        async with self._short_transaction() as session:
            stored = await read_offsets(session, self.consumer.name, partitions)
        for at, next_ in stored.items():
            self._progress[at] = Progress(next_, self.consumer.batch_size, self.halted_at or now())
        return stored

    @asynccontextmanager
    async def _short_transaction(self) -> AsyncIterator[AsyncSession]:
        """What all partitions wait for must not wait for a connection that fell silent. Raises TimeoutError."""
        async with asyncio.timeout(OFFSETS_TIMEOUT_S), self._database.transaction() as session:
            yield session

    async def _advance_all(self, subscription: Subscription, batches: Batches) -> None:
        outcomes = await asyncio.gather(
            *(self._advance(subscription, at, batch) for at, batch in batches.items()), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _advance(self, subscription: Subscription, at: TopicPartition, batch: Iterable[Received]) -> None:
        """One batch of one partition. However it ends, the next fetch begins at the stored offset."""
        progress = self._progress[at]
        try:
            async with self._lanes, self._road:
                fresh = [received for received in batch if received.offset >= progress.next]
                if fresh:
                    progress.waits_since = fresh[0].message.time
                while fresh:
                    part, fresh = fresh[: progress.limit], fresh[progress.limit :]
                    await self._attempt(at, progress, part)
                    progress.limit = min(progress.limit * 2, self.consumer.batch_size)
            progress.backoff.reset()
        except FencedError:
            await self._give_way(subscription, at)
        except TransientError as error:
            self._wait(subscription, at, progress, error)
        except ParkLimitReachedError:
            subscription.seek(at, progress.next)
            raise

    async def _attempt(self, at: TopicPartition, progress: Progress, batch: Sequence[Received]) -> None:
        """In one transaction; if an event's handler fails, in halves, until it stands alone and is parked."""
        try:
            await self._apply(at, progress, batch)
        except (FencedError, TransientError, ParkLimitReachedError):
            raise
        except Exception as error:  # a handler may raise anything: the event decides, not the class
            if is_transient(error):
                progress.limit = max(1, len(batch) // 2)  # it may have been too much for its time
                raise TransientError from error
            if len(batch) == 1:
                await self._park(at, progress, batch[0], error)
                return
            half = len(batch) // 2
            await self._attempt(at, progress, batch[:half])
            await self._attempt(at, progress, batch[half:])

    async def _apply(self, at: TopicPartition, progress: Progress, batch: Sequence[Received]) -> None:
        started_s = time.perf_counter()
        outcome = await apply_batch(self._database, self.consumer, at, progress.next, batch)
        self._move(at, progress, batch)
        metrics.BATCH_SECONDS.labels(self.consumer.name).observe(time.perf_counter() - started_s)
        self._count(outcome)

    async def _park(self, at: TopicPartition, progress: Progress, received: Received, error: Exception) -> None:
        self._tell(at, received, error)
        try:
            outcome = await park_one(self._database, self.consumer, at, progress.next, received, error)
        except Exception as failure:
            if is_transient(failure):
                raise TransientError from failure
            raise
        self._move(at, progress, [received])
        self._count(outcome)

    def _tell(self, at: TopicPartition, received: Received, error: Exception) -> None:
        """The traceback once for each kind of error: a bad release may park thousands."""
        mark = fingerprint(received.message.type, error)
        known = mark in self._told
        self._told.add(mark)
        log.error(
            "event parked",
            consumer=self.consumer.name,
            topic=at.topic,
            partition=at.partition,
            offset=received.offset,
            event_id=received.message.event_id,
            fingerprint=mark,
            error=describe(error),
            exc_info=None if known else error,
        )

    def _move(self, at: TopicPartition, progress: Progress, batch: Sequence[Received]) -> None:
        """Offsets have no gaps but one: events that the log has deleted, which only snapshots bring back."""
        missed = batch[0].offset - progress.next
        progress.next = batch[-1].offset + 1
        progress.waits_since = batch[-1].message.time
        if missed:
            metrics.MISSED.labels(self.consumer.name).inc(missed)
            log.error("events missed: the log had deleted them", consumer=self.consumer.name, topic=at.topic,
                      partition=at.partition, missed=missed)  # fmt: skip

    def _count(self, outcome: Outcome) -> None:
        """Raises ParkLimitReachedError."""
        name = self.consumer.name
        metrics.APPLIED.labels(name).inc(outcome.applied)
        if outcome.bad or outcome.behind:
            metrics.PARKED.labels(name, "bad").inc(outcome.bad)
            metrics.PARKED.labels(name, "behind").inc(outcome.behind)
        self._limit.count(outcome)

    async def _give_way(self, subscription: Subscription, at: TopicPartition) -> None:
        """Someone else was faster: go on from where they are; if the partition is theirs, the log says so soon."""
        metrics.FENCED.labels(self.consumer.name).inc()
        log.warning("consumer fenced", consumer=self.consumer.name, topic=at.topic, partition=at.partition)
        try:
            stored = await self._positions([at])
        except Exception as error:  # the database may raise anything; what passes by itself only delays
            if not is_transient(error):
                raise
            self._wait(subscription, at, self._progress[at], error)
        else:
            subscription.seek(at, stored[at])

    def _wait(self, subscription: Subscription, at: TopicPartition, progress: Progress, error: BaseException) -> None:
        delay_s = progress.backoff.next_s()
        progress.resume_at_s = time.monotonic() + delay_s
        metrics.RETRIES.labels(self.consumer.name).inc()
        log.warning("consumer waits", consumer=self.consumer.name, topic=at.topic, partition=at.partition,
                    retry_in_s=round(delay_s, 2), error=repr(error.__cause__ or error))  # fmt: skip
        subscription.pause(at)
        subscription.seek(at, progress.next)

    def _resume_due(self, subscription: Subscription) -> float:
        """Returns how long the next fetch may wait: until the next partition is due."""
        timeout_s = FETCH_TIMEOUT_S
        for at, progress in self._progress.items():
            if progress.resume_at_s is None:
                continue
            rest_s = progress.resume_at_s - time.monotonic()
            if rest_s <= 0:
                progress.resume_at_s = None
                subscription.resume(at)
            else:
                timeout_s = min(timeout_s, rest_s)
        return timeout_s

    async def _halt(self) -> None:
        log.error("consumer stopped: too many parked events", consumer=self.consumer.name)
        async with self._short_transaction() as session:
            await standing.halt(session, self.consumer.name)
        await self._look()

    async def _stand_still(self, subscription: Subscription, stop: asyncio.Event) -> None:
        """Until an operator resumes the consumer, in whatever process; what waits meanwhile is still measured."""
        while self.halted and not stop.is_set():
            await self._report(subscription)
            await pause(stop, HALTED_LOOK_S)
            await self._look()
        self._limit.forget()

    async def _look(self) -> None:
        """Another member may have halted the consumer, and an operator resumed it."""
        try:
            async with self._short_transaction() as session:
                found = await standing.look(session, self.consumer.name)
        except Exception as error:  # as above: how we stood before holds until the next look
            if not is_transient(error):
                raise
            return
        self.halted_at = found.halted_at
        metrics.STOPPED.labels(self.consumer.name).set(self.halted)
        metrics.PARKED_NOW.labels(self.consumer.name).set(found.parked)

    async def _report(self, subscription: Subscription) -> None:
        if time.monotonic() - self._reported_s < self._report_s:
            return
        self._reported_s = time.monotonic()
        ends = await subscription.ends()
        unknown = ends.keys() - self._progress.keys()
        if unknown:
            await self._positions(unknown)
        report_lag(self.consumer.name, self._progress, ends, now=now())
        await self._look()
        await self._note(ends)
        if ends:
            await subscription.commit({at: self._progress[at].next for at in ends})

    async def _note(self, ends: Mapping[TopicPartition, int]) -> None:
        try:
            async with self._short_transaction() as session:
                await standing.note_ends(session, self.consumer.name, ends)
        except Exception as error:  # only operators read it
            if not is_transient(error):
                raise
