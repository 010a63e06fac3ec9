"""Query parameters of lists, read lean: only those that were given, not the 170 that a list may declare.

A route declares `params: Annotated[Filters, Query()]` as FastAPI has it, and its document says so. But FastAPI would
look for every declared field in every request: more than half of a list's CPU time (measured). So the signature is
changed before FastAPI sees it, and the model validates what the request holds.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin

from fastapi import Depends, FastAPI, Request, params
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

Model = type[BaseModel]
MAX_KEPT_BYTES = 500


def read_lean(endpoint: Callable[..., Any]) -> None:
    """Changes the signature that FastAPI sees. What it no longer shows is told by `query_models`."""
    signature = inspect.signature(endpoint)
    parameters, models = [], []
    for parameter in signature.parameters.values():
        model = _query_model(parameter.annotation)
        if model is not None:
            models.append(model)
            parameter = parameter.replace(annotation=Annotated[model, Depends(_reader(model))])
        parameters.append(parameter)
    if models:
        vars(endpoint).update(__signature__=signature.replace(parameters=parameters), __query_models__=models)


def query_models(endpoint: Callable[..., Any] | None) -> list[Model]:
    return getattr(endpoint, "__query_models__", [])


def names_of(model: Model) -> Iterator[str]:
    """The parameters that the model reads."""
    return (field.alias or name for name, field in model.model_fields.items())


def _query_model(annotation: Any) -> Model | None:
    if get_origin(annotation) is not Annotated:
        return None
    kind, *marks = get_args(annotation)
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return kind if is_model and any(isinstance(mark, params.Query) for mark in marks) else None


def _reader(model: Model) -> Callable[[Request], Awaitable[BaseModel]]:
    async def read(request: Request) -> BaseModel:
        query = request.scope["query_string"]
        return _validated(model, query) if len(query) <= MAX_KEPT_BYTES else _validate(model, query)

    return read


def _validate(model: Model, query: bytes) -> BaseModel:
    try:
        return model.model_validate(dict(QueryParams(query)))
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("query", *each["loc"])} for each in error.errors()]) from error


_validated = lru_cache(maxsize=2048)(_validate)
"""Clients ask the same again and again, and a model fills in 170 defaults each time. The models are frozen."""


def documented(model: Model) -> list[dict[str, Any]]:
    """The OpenAPI parameters, as FastAPI itself makes them."""
    app = FastAPI()

    async def route(given: Any) -> None: ...

    route.__annotations__["given"] = Annotated[model, params.Query()]
    app.get("/")(route)
    found: list[dict[str, Any]] = app.openapi()["paths"]["/"]["get"]["parameters"]
    return found
