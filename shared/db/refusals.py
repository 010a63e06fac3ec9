"""What the database refuses by its constraints, told as problems."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import ConflictError, FieldError, SamphanError

Problems = Mapping[str, Callable[[], SamphanError]]
"""By a part of the constraint's name."""
NONE: Problems = MappingProxyType({})


class IdTaken(ConflictError):
    code = "id_taken"
    title = ("The id is taken", "รหัสนี้มีอยู่แล้ว")


def refusal(error: IntegrityError, problems: Problems = NONE) -> SamphanError:
    """The problem of the constraint; IdTaken where none of `problems` fits."""
    message = str(error.orig)
    for name, problem in problems.items():
        if name in message:
            return problem()
    detail = "A record with this id exists already."
    return IdTaken(detail, errors=[FieldError("id_taken", detail, pointer="/id")])


async def flush(session: AsyncSession, problems: Problems = NONE) -> None:
    """Raises what `refusal` makes of a refused change."""
    try:
        await session.flush()
    except IntegrityError as error:
        raise refusal(error, problems) from error
