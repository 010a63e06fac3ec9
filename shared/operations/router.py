"""/v1/operations"""

from uuid import UUID

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.operations.models import Operation, OperationNotFound
from shared.operations.schemas import OperationRead
from shared.operations.service import watched
from shared.web import APIRouter, IfNoneMatch, PrincipalDep, SessionDep, updated
from shared.web.preconditions import matches

router = APIRouter(prefix="/v1/operations", tags=["operations"])


@router.get("/{operation_id}", response_model=OperationRead)
async def get_operation(session: SessionDep, operation_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get an operation. It tells how far a long piece of work is; 200 in every state, for 30 days after its end."""
    operation = await _operation(session, operation_id)
    return watched(operation, unchanged=matches(if_none_match, operation.version))


@router.post("/{operation_id}/cancel", response_model=OperationRead)
async def cancel_operation(session: SessionDep, principal: PrincipalDep, operation_id: UUID) -> Response:
    """Cancel an operation.

    It stops before its next step; what was done stays. Others' operations take the scope `operations:write`.
    """
    operation = await _operation(session, operation_id, lock=True)
    if operation.started_by != principal.actor_id:
        principal.demand("operations:write")
    operation.cancel()
    await session.flush()
    return updated(operation, OperationRead)


async def _operation(session: AsyncSession, operation_id: UUID, *, lock: bool = False) -> Operation:
    context = session.info["context"]
    query = select(Operation).where(Operation.tenant_id == context.tenant_id, Operation.id == operation_id)
    if context.viewer is not None:
        query = query.where(Operation.started_by == context.viewer.user_id)
    operation = await session.scalar(query.with_for_update() if lock else query)
    if operation is None:
        raise OperationNotFound(f"There is no operation {operation_id}.")
    return operation
