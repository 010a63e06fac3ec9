"""/internal/<service>/consumers"""

import structlog

from shared.internal.deps import ConsumersDep, SystemSessionDep, find
from shared.internal.schemas import ConsumerRead, Consumers, PartitionRead, Resumed
from shared.messaging import standing
from shared.messaging.standing import ConsumerState
from shared.web import APIRouter

router = APIRouter()
log = structlog.get_logger()


@router.get("/consumers")
async def list_consumers(session: SystemSessionDep, consumers: ConsumersDep) -> Consumers:
    """How far each consumer is, what it has parked, and whether it is halted."""
    return Consumers(data=[_read(state) for state in await standing.read_states(session, sorted(consumers))])


@router.post("/consumers/{name}/resume")
async def resume_consumer(session: SystemSessionDep, consumers: ConsumersDep, name: str) -> Resumed:
    """Let a consumer go on that too many bad events have stopped. Its members do within seconds."""
    consumer = find(consumers, name, parameter="name")
    was_halted = await standing.resume(session, consumer.name)
    log.warning("operator resumed", consumer=consumer.name, was_halted=was_halted)
    return Resumed(consumer=consumer.name, was_halted=was_halted)


def _read(state: ConsumerState) -> ConsumerRead:
    seen = [partition.lag for partition in state.partitions if partition.lag is not None]
    return ConsumerRead(
        consumer=state.consumer,
        halted_at=state.halted_at,
        lag=sum(seen) if seen else None,
        parked=sum(partition.parked for partition in state.partitions),
        partitions=[PartitionRead.model_validate(partition) for partition in state.partitions],
    )
