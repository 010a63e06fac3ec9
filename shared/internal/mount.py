"""How a service gets its operators' doors."""

from collections.abc import Sequence

from fastapi import Depends, FastAPI

from shared.internal import consumers as consumers_router
from shared.internal import parked
from shared.internal.deps import demand_operator
from shared.messaging import Consumer


def open_doors(app: FastAPI, service: str, consumers: Sequence[Consumer] = ()) -> None:
    """They need the service's database only, so that its API answers for workers in other processes."""
    app.state.consumers = {consumer.name: consumer for consumer in consumers}
    for router in (parked.router, consumers_router.router):
        app.include_router(
            router, prefix=f"/internal/{service}", include_in_schema=False, dependencies=[Depends(demand_operator)]
        )
