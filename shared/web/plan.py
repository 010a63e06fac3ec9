"""How a route's endpoint is called: FastAPI's tree of dependencies, walked once instead of at each request.

FastAPI declares and documents; what it would find out again for every request (which parameters, which dependencies,
in which order) is a list of steps here. Values are read and checked by FastAPI's own
fields. Dependencies with `yield` come last: a request that is refused opens no transaction.
"""

import inspect
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from fastapi import Request, Response, params
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant

from shared.errors import Outdated, UnavailableError
from shared.web.headers import header
from shared.web.validation import MAX_ERRORS, validation_problem, without_alternatives

NOT_COVERED = (
    "cookie_params",
    "websocket_param_name",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)
ATTEMPTS = 3
REQUEST = 0
"""The place of the request among the values."""

Unchanging = str | int | float | None
"""Defaults of these kinds need not be made anew for each request."""
Arguments = tuple[tuple[str, int], ...]


class NotCovered(Exception):
    """The route asks for something that only FastAPI itself gives it."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One parameter. `place` is where FastAPI says that it stands: path, query, header or body."""

    field: ModelField
    place: str
    alias: str
    required: bool
    default: Any

    @classmethod
    def of(cls, place: str, field: ModelField) -> Self:
        required = field.field_info.is_required()
        default = None if required else field.get_default()
        if not isinstance(default, Unchanging):
            raise NotCovered
        return cls(field, place, _alias(place, field), required, default)

    def given(self, request: Request) -> str | None:
        if self.place == "path":
            return str(request.path_params[self.alias])
        if self.place == "header":
            return header(request.scope, self.alias)
        return request.query_params.get(self.alias) if request.scope["query_string"] else None

    def read(self, raw: Any, errors: list[Any]) -> Any:
        if raw is None and not self.required:
            return self.default
        location = (self.place,) if self.place == "body" else (self.place, self.alias)
        if raw is None:
            errors.append({"type": "missing", "loc": location, "msg": "Field required", "input": None})
            return None
        value, found = self.field.validate(raw, {}, loc=())
        if found:
            details = without_alternatives(found, raw) if self.place == "body" else found
            errors.extend({**each, "loc": (*location, *each["loc"])} for each in islice(details, MAX_ERRORS))
        return value


@dataclass(frozen=True, slots=True)
class _Call:
    """One dependency, or the endpoint; its arguments are places among the values."""

    function: Callable[..., Any]
    arguments: Arguments

    def on(self, values: Sequence[Any]) -> Any:
        return self.function(**{name: values[place] for name, place in self.arguments})


class Plan:
    """Raises NotCovered for a route with forms, cookies, background tasks or dependencies without `async`."""

    def __init__(self, dependant: Dependant, body_field: ModelField | None) -> None:
        if body_field is not None and (
            isinstance(body_field.field_info, params.Form) or len(dependant.body_params) > 1
        ):
            raise NotCovered
        self._places: dict[Any, int] = {REQUEST: REQUEST}
        self._steps: list[tuple[int, _Value | _Call]] = []
        self._contexts: list[tuple[int, _Call]] = []
        self._endpoint = _Call(_function(dependant), self._arguments(dependant))
        self._size = len(self._places)

    async def run(self, request: Request) -> Response:
        """Raises whatever the dependencies and the endpoint raise, and UnprocessableError for wrong parameters."""
        values: list[Any] = [None] * self._size
        values[REQUEST] = request
        await self._take_steps(request, values)
        for _ in range(ATTEMPTS):
            try:
                return await self._within(values, self._contexts)
            except Outdated:
                continue
        raise UnavailableError("What this request needs changes all the time. Try again.")

    async def _within(self, values: list[Any], contexts: Sequence[tuple[int, _Call]]) -> Response:
        if not contexts:
            response: Response = await self._endpoint.on(values)
            return response
        place, context = contexts[0]
        async with context.on(values) as values[place]:
            return await self._within(values, contexts[1:])

    async def _take_steps(self, request: Request, values: list[Any]) -> None:
        errors: list[Any] = []
        for place, step in self._steps:
            if isinstance(step, _Value):
                raw = await _body(request) if step.place == "body" else step.given(request)
                values[place] = step.read(raw, errors)
            elif not errors:
                values[place] = await step.on(values)
        if errors:
            raise validation_problem(errors)

    def _arguments(self, dependant: Dependant) -> Arguments:
        """Dependencies first, as FastAPI has it: who may not do this is told so before what is wrong with the body."""
        if any(getattr(dependant, name) for name in NOT_COVERED):
            raise NotCovered
        places = [(each.name, self._place_of_call(each)) for each in dependant.dependencies]
        for kind in ("path", "query", "header", "body"):
            fields: Sequence[ModelField] = getattr(dependant, f"{kind}_params")
            places += [(field.name, self._place_of_value(kind, field)) for field in fields]
        places.append((dependant.request_param_name, REQUEST))
        return tuple((name, place) for name, place in places if name is not None)

    def _place_of_value(self, kind: str, field: ModelField) -> int:
        value = _Value.of(kind, field)
        place = self._new_place((kind, value.alias))
        self._steps.append((place, value))
        return place

    def _place_of_call(self, dependant: Dependant) -> int:
        """A dependency that several ask for is called once."""
        if dependant.call in self._places:
            return self._places[dependant.call]
        function, arguments = _function(dependant), self._arguments(dependant)
        place = self._new_place(function)
        if inspect.isasyncgenfunction(function) and dependant.scope == "function":
            self._contexts.append((place, _Call(asynccontextmanager(function), arguments)))
        elif inspect.iscoroutinefunction(function):
            self._steps.append((place, _Call(function, arguments)))
        else:
            raise NotCovered
        return place

    def _new_place(self, key: Any) -> int:
        place = self._places[key] = len(self._places)
        return place


def _function(dependant: Dependant) -> Callable[..., Any]:
    assert dependant.call is not None
    return dependant.call


def _alias(kind: str, field: ModelField) -> str:
    if kind != "header":
        return field.alias
    return (field.name.replace("_", "-") if field.alias == field.name else field.alias).lower()


async def _body(request: Request) -> Any:
    return await request.json() if await request.body() else None
