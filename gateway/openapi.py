"""One OpenAPI 3.1 document out of the services' own. Pure: documents in, document out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]

SCHEMAS = "#/components/schemas/"
PARAMETER = re.compile(r"\{[^}]*\}")
INFO = {
    "title": "Samphan",
    "version": "1",
    "summary": "An open-source CRM backend.",
    "description": (
        "All paths take `Authorization: Bearer` with an API key or an access token of `POST /v1/auth/token`."
        " Errors are problem details (RFC 9457). `X-Deadline-Ms` (at most 30000) bounds how long an answer may take."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key (`crm_live_…`) or an access token.",
    }
}


class MergeConflict(ValueError):
    """Two services claim the same path, operation id or schema name."""


def merge(
    documents: Mapping[str, Document], *, public: Sequence[str] = (), in_turn: Sequence[str] = ()
) -> dict[str, Any]:
    """`documents` by service name. Paths below `public` need no credential; those below `in_turn` may be declared by
    several services, the first of which describes them.

    Equal schemas are shared; others of one name become `{Service}{Name}` in key, references and title.
    Raises MergeConflict.
    """
    renamed = {service: _renames(service, documents) for service in documents}
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    responses: dict[str, Any] = {}
    for service, document in documents.items():
        moved = _with_names(document, renamed[service])
        _add_schemas(schemas, service, moved)
        responses |= moved["components"]["responses"]
        _add_paths(paths, service, moved, in_turn)
    _demand_unique_operations(paths)
    for path, item in paths.items():
        if path.startswith(tuple(public)):
            for operation in item.values():
                operation["security"] = []
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(_used([paths, responses], schemas).items())),
            "responses": dict(sorted(responses.items())),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _schemas(document: Document) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
    return found


def _renames(service: str, documents: Mapping[str, Document]) -> dict[str, str]:
    unequal = _unequal(documents)
    return {name: _prefix(service) + name for name in _schemas(documents[service]) if name in unequal}


def _unequal(documents: Mapping[str, Document]) -> set[str]:
    """Names that do not mean the same everywhere, be it only through what they refer to."""
    versions: dict[str, list[Any]] = {}
    for document in documents.values():
        for name, schema in _schemas(document).items():
            versions.setdefault(name, []).append(schema)
    shared = {name: schemas for name, schemas in versions.items() if len(schemas) > 1}
    unequal = {name for name, schemas in shared.items() if any(schema != schemas[0] for schema in schemas)}
    while True:
        more = {name for name, schemas in shared.items() if name not in unequal and unequal & _references(schemas)}
        if not more:
            return unequal
        unequal |= more


def _prefix(service: str) -> str:
    return "".join(part.capitalize() for part in service.split("_"))


def _references(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value.removeprefix(SCHEMAS)} if value.startswith(SCHEMAS) else set()
    parts: Iterable[Any] = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return {name for part in parts for name in _references(part)}


def _with_names(document: Document, names: Mapping[str, str]) -> dict[str, Any]:
    moved = {key: _renamed(value, names) for key, value in document.items() if key != "components"}
    schemas = {}
    for name, schema in _schemas(document).items():
        changed = _renamed(schema, names)
        if name in names:
            changed["title"] = names[name]
        schemas[names.get(name, name)] = changed
    responses = _renamed(document.get("components", {}).get("responses", {}), names)
    return {**moved, "components": {"schemas": schemas, "responses": responses}}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A copy, with references to renamed schemas changed."""
    if isinstance(value, Mapping):
        return {key: _renamed(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_renamed(part, names) for part in value]
    if isinstance(value, str) and value.startswith(SCHEMAS):
        name = value.removeprefix(SCHEMAS)
        return SCHEMAS + names.get(name, name)
    return value


def _add_schemas(schemas: dict[str, Any], service: str, document: Document) -> None:
    for name, schema in _schemas(document).items():
        if schemas.setdefault(name, schema) != schema:
            raise MergeConflict(f"{service}: the schema name {name} is taken by another service's renamed schema.")


def _add_paths(paths: dict[str, Any], service: str, document: Document, in_turn: Sequence[str]) -> None:
    taken = {PARAMETER.sub("{}", path) for path in paths}
    for path, item in document.get("paths", {}).items():
        if PARAMETER.sub("{}", path) not in taken:
            paths[path] = item
        elif not path.startswith(tuple(in_turn)):
            raise MergeConflict(f"{service}: {path} is a path of another service.")


def _demand_unique_operations(paths: Mapping[str, Any]) -> None:
    seen: dict[str, str] = {}
    for path, item in paths.items():
        for method, operation in item.items():
            name, here = operation.get("operationId"), f"{method.upper()} {path}"
            if name is None:
                raise MergeConflict(f"{here} has no operationId.")
            if name in seen:
                raise MergeConflict(f"{here} and {seen[name]} share the operationId {name}.")
            seen[name] = here


def _used(parts: Sequence[Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas that the parts refer to, directly or through others."""
    used: set[str] = set()
    waiting = _references(parts)
    while waiting:
        used |= waiting
        waiting = _references([schemas[name] for name in waiting if name in schemas]) - used
    return {name: schema for name, schema in schemas.items() if name in used}
