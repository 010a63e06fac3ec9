"""What a reader of the API's document must not miss: names, summaries, examples, problems."""

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]

PROBLEM = "application/problem+json"
DEFAULT_ID = "_v1_"  # in the operation ids that FastAPI makes up


def undocumented(document: Document) -> list[str]:
    """One line for each thing that an operation lacks, and each name that generators of clients could not use."""
    modules = [name for name in document.get("components", {}).get("schemas", {}) if "__" in name]
    return [f"{name}: another model has its name; rename one" for name in modules] + [
        f"{method.upper()} {path} has {lack}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        for lack in _lacks(operation, document)
    ]


def _lacks(operation: Document, document: Document) -> Iterator[str]:
    if not operation.get("operationId") or DEFAULT_ID in operation["operationId"]:
        yield "no operationId of its own"
    if not 0 < len(operation.get("summary", "")) <= 80:
        yield "no summary: begin its docstring with a short sentence"
    for parameter in operation.get("parameters", ()):
        if not parameter.get("description"):
            yield f"no description of the parameter {parameter['name']}"
    responses = [resolve(each, document) for each in operation["responses"].values()]
    for body in (operation.get("requestBody", {}), *responses):
        yield from _without_example(body)
    if not any(PROBLEM in response.get("content", {}) for response in responses):
        yield "no problem response"


def _without_example(body: Document) -> Iterator[str]:
    for kind, media in body.get("content", {}).items():
        if not media.get("examples"):
            yield f"no example of {kind}. {media.get('x-no-example', '')}".rstrip()


def resolve(response: Document, document: Document) -> Document:
    """A response, or the shared one that it refers to."""
    if "$ref" not in response:
        return response
    found: Document = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return found
