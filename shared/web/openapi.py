"""The service's OpenAPI document: FastAPI's, with our problems in place of its stock errors."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `title` follows Accept-Language; `detail` is for developers.",
    "required": [
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "params",
        "errors",
        "request_id",
        "retryable",
    ],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "params": {"type": "object", "additionalProperties": True},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
        "retryable": {"type": "boolean"},
    },
}
ALWAYS = ("400", "401", "403", "406", "422", "429", "500", "503", "504")
WITH_ID = ("404", "410")
WITH_BODY = ("409", "413", "415")
CHANGING = ("412",)
DESCRIPTIONS = {
    "400": "Malformed request.",
    "401": "No valid credentials.",
    "403": "The caller lacks the scope.",
    "404": "No such record in this tenant.",
    "406": "The client reads no media type that is written here.",
    "409": "In conflict with the current state.",
    "410": "The record was deleted.",
    "412": "The record was changed meanwhile.",
    "413": "The body is too large.",
    "415": "The body is of another media type.",
    "422": "Invalid input; `errors` names each place.",
    "429": "Over the quota; see Retry-After.",
    "500": "Our fault; quote `request_id`.",
    "503": "Busy or away; retry.",
    "504": "The deadline passed.",
}


def document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        schemas["Problem"] = PROBLEM
        for name, schema in schemas.items():
            if name.endswith("Update"):
                _forget_defaults(schema)
        for path, item in made.get("paths", {}).items():
            for method, operation in item.items():
                _add_problems(operation, path, method)
        app.openapi_schema = made
    return app.openapi_schema


def _forget_defaults(schema: dict[str, Any]) -> None:
    """What a merge patch leaves out stays as it is; the model's defaults only mark it absent, and may be invalid."""
    for each in schema.get("properties", {}).values():
        each.pop("default", None)


def _add_problems(operation: dict[str, Any], path: str, method: str) -> None:
    wanted = list(ALWAYS)
    if "{" in path:
        wanted += WITH_ID
    if method in ("post", "put", "patch"):
        wanted += WITH_BODY
    if method in ("patch", "put", "delete"):
        wanted += CHANGING
    responses = operation["responses"]
    for status in wanted:
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        described = responses.get(status, {}).get("description", DESCRIPTIONS[status])
        if status == "422":
            described = DESCRIPTIONS[status]
        responses[status] = {"description": described, "content": content}
