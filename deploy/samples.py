"""Instances of any event, made from the types of its fields: the same ones in every run."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from random import Random
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)
TEXTS = ("", "สมชาย ใจดี", "Ada Lovelace", "ก" * 300, "'; drop table contacts; --", "๑๒๓", "\U0001f600", '"\\')


def samples(declared: type[Model], count: int) -> list[Model]:
    """Of any shape that the types allow, values included that a producer does not send today."""
    dice = Random(declared.__qualname__)  # noqa: S311 - the same samples in every run, no secret
    return [_model(declared, dice) for _ in range(count)]


def _model(declared: type[Model], dice: Random) -> Model:
    return declared(**{name: _value(field.annotation, dice) for name, field in declared.model_fields.items()})


def _value(annotation: Any, dice: Random) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(arguments[0], dice)
    if origin in (Union, UnionType):
        return _value(dice.choice(arguments), dice)
    if origin is Literal:
        return dice.choice(arguments)
    if origin is list:
        return [_value(arguments[0], dice) for _ in range(dice.randrange(4))]
    if origin is dict:
        return {_value(arguments[0], dice): _value(arguments[1], dice) for _ in range(dice.randrange(4))}
    return _plain(annotation, dice)


def _plain(annotation: Any, dice: Random) -> Any:
    if annotation is type(None):
        return None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation, dice)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return dice.choice(list(annotation))
    return PLAIN[annotation](dice)


PLAIN: dict[Any, Callable[[Random], Any]] = {
    str: lambda dice: dice.choice(TEXTS),
    int: lambda dice: dice.choice([0, 1, 2, dice.randrange(2**53)]),
    float: lambda dice: dice.uniform(-1e6, 1e6),
    bool: lambda dice: dice.random() < 0.5,
    datetime: lambda dice: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=dice.randrange(4 * 10**12)),
    date: lambda dice: date(1970, 1, 1) + timedelta(days=dice.randrange(50_000)),
    Decimal: lambda dice: Decimal(dice.randrange(-(10**14), 10**14)) / 100,
    UUID: lambda dice: UUID(int=dice.getrandbits(128)),
    Any: lambda dice: dice.choice([None, "ก", 1]),
}
