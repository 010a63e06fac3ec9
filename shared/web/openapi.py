"""The service's OpenAPI document: FastAPI's, completed so that a slice gets nearly all of it from its code.

The first sentence of a route's docstring is the summary, the rest the description; examples come from the models
(`shared.web.example_bodies`). Parameters that say nothing of themselves, problems and usual headers are described here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.web.deps import open_session
from shared.web.example_bodies import NoExample, named_examples
from shared.web.idempotency import METHODS, require_key
from shared.web.problem_documents import PROBLEM, problem_responses, references
from shared.web.query_models import documented, query_models

Operation = dict[str, Any]

SENTENCE = re.compile(r"^(?P<first>.+?)\.(?=\s|$)\s*(?P<rest>.*)$", re.DOTALL)
FILTER = re.compile(r"^(?P<field>\w+)(\[(?P<operator>\w+)\])?$")
OPERATORS = {
    "eq": "is this",
    "ne": "is not this",
    "in": "is one of these, separated by commas",
    "nin": "is none of these, separated by commas",
    "gt": "is more, or later",
    "gte": "is this, more, or later",
    "lt": "is less, or earlier",
    "lte": "is this, less, or earlier",
    "contains": "contains this",
    "starts_with": "starts with this",
    "is_null": "is missing (true) or given (false)",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Makes repeating this request safe for 24 hours: a new value, such as a UUID, for each change.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
ETAG = {
    "description": "The record's version, for If-Match and If-None-Match.",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
}
LOCATION = {"description": "Path of what was made.", "required": True, "schema": {"type": "string"}}
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
STOCK_DESCRIPTION = "Successful Response"
DESCRIPTIONS = {"200": "Done.", "201": "Made.", "202": "Begun; see the operation.", "204": "Done."}
NOT_MODIFIED = {"description": "What the client holds is current."}


def document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        components = made.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        _prepare(schemas)
        components["responses"] = problem_responses()
        routes = {route.unique_id: route for route in iter_route_contexts(app.routes) if _is_ours(route)}
        for path, method, operation in operations(made):
            _complete(operation, path, method, schemas, routes[operation["operationId"]])
        for schema in schemas.values():
            schema.pop("examples", None)  # parts of examples: the operations show whole ones
        app.openapi_schema = made
    return app.openapi_schema


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            yield path, method, operation


def _is_ours(route: RouteContext) -> bool:
    return isinstance(route.original_route, APIRoute)


def _prepare(schemas: dict[str, Any]) -> None:
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = PROBLEM
    for name, schema in schemas.items():
        if name.endswith("Update"):
            _forget_defaults(schema)


def _forget_defaults(schema: dict[str, Any]) -> None:
    """What a merge patch leaves out stays as it is; the model's defaults only mark it absent, and may be invalid."""
    for each in schema.get("properties", {}).values():
        each.pop("default", None)


def _complete(operation: Operation, path: str, method: str, schemas: dict[str, Any], route: RouteContext) -> None:
    _summarise(operation)
    for model in query_models(route.endpoint):
        operation["parameters"] = [*operation.get("parameters", ()), *documented(model)]
    if method.upper() in METHODS and _depends_on(route.dependant, open_session):
        key = {**IDEMPOTENCY_KEY, "required": _depends_on(route.dependant, require_key)}
        operation.setdefault("parameters", []).append(key)
    for parameter in operation.get("parameters", ()):
        _complete_parameter(parameter)
    responses = operation["responses"]
    for status, response in responses.items():
        if response["description"] == STOCK_DESCRIPTION:
            response["description"] = DESCRIPTIONS[status]
        _add_headers(response, status, schemas)
    if any(each["name"] == "If-None-Match" for each in operation.get("parameters", ())):
        responses["304"] = NOT_MODIFIED
    responses |= references(path, method, responses)
    _forget_nulls(operation.get("requestBody", {}), schemas)
    for body in (operation.get("requestBody", {}), *responses.values()):
        _add_examples(body, schemas)


def _summarise(operation: Operation) -> None:
    found = SENTENCE.match(operation.pop("description", ""))
    if found is not None:
        operation["summary"] = found["first"]
        if found["rest"]:
            operation["description"] = found["rest"]


def _complete_parameter(parameter: dict[str, Any]) -> None:
    """Null is for bodies: what is not sent is absent."""
    if parameter["in"] == "header":
        parameter["name"] = parameter["name"].title()
    parameter.setdefault("description", _describe(parameter))
    parameter["schema"] = _not_null(parameter["schema"])


def _forget_nulls(body: Mapping[str, Any], schemas: dict[str, Any]) -> None:
    """Of forms, which have no spelling for it."""
    for kind, media in body.get("content", {}).items():
        if kind in FORMS:
            name = media["schema"].get("$ref", "").rpartition("/")[2]
            if name:
                schemas[name] = _form(schemas[name])
            else:
                media["schema"] = _form(media["schema"])


def _form(schema: dict[str, Any]) -> dict[str, Any]:
    if "oneOf" in schema:
        return {**schema, "oneOf": [_form(each) for each in schema["oneOf"]]}
    return {**schema, "properties": {name: _not_null(each) for name, each in schema["properties"].items()}}


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    given = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    return {key: value for key, value in schema.items() if key != "anyOf"} | given[0] if len(given) == 1 else schema


def _describe(parameter: Mapping[str, Any]) -> str:
    name = parameter["name"]
    if parameter["in"] == "path":
        return f"The {name.removesuffix('_id').replace('_', ' ')}'s id." if name.endswith("_id") else f"The {name}."
    found = FILTER.match(name)
    return f"`{found['field']}` {OPERATORS[found['operator'] or 'eq']}." if found else ""


def _depends_on(dependant: Dependant, call: Any) -> bool:
    return dependant.call is call or any(_depends_on(each, call) for each in dependant.dependencies)


def _add_headers(response: dict[str, Any], status: str, schemas: Mapping[str, Any]) -> None:
    headers = {}
    if "version" in _schema(response, schemas).get("properties", ()):
        headers["ETag"] = ETAG
    if status in ("201", "202"):
        headers["Location"] = LOCATION
    if headers:
        response["headers"] = headers


def _schema(response: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    found: Mapping[str, Any] = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
    return found


def _add_examples(body: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """What has no example yet; a model without one is left to the check that refuses it."""
    for media in body.get("content", {}).values():
        if "schema" in media and not {"example", "examples"} & media.keys():
            try:
                media["examples"] = named_examples(media["schema"], schemas)
            except NoExample as error:
                media["x-no-example"] = str(error)
