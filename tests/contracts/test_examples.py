"""The API's document shows bodies as they really are, and tells all that its readers need."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from deploy.contracts import merged, service_documents
from deploy.documented import resolve, undocumented

Document = dict[str, Any]


class Example(NamedTuple):
    where: str
    schema: dict[str, Any]
    value: Any


@pytest.fixture(scope="module")
def document() -> Document:
    return merged(service_documents())


def examples(document: Document) -> Iterator[Example]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            responses = [resolve(response, document) for response in operation["responses"].values()]
            for body in (operation.get("requestBody", {}), *responses):
                for kind, media in body.get("content", {}).items():
                    for name, example in media["examples"].items():
                        yield Example(f"{method} {path} {kind} {name}", media["schema"], example["value"])


def faults(example: Example, document: Document) -> list[str]:
    schema = {**example.schema, "components": document["components"]}
    found = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(example.value)
    return [f"{example.where} {error.json_path}: {error.message}" for error in found]


def test_the_document_is_valid_openapi(document: Document) -> None:
    validate(document)


def test_every_operation_is_documented(document: Document) -> None:
    assert undocumented(document) == []


def test_every_example_is_valid_against_its_own_schema(document: Document) -> None:
    found = list(examples(document))

    assert len(found) > 500
    assert [fault for example in found for fault in faults(example, document)] == []


def test_examples_speak_thai_and_english(document: Document) -> None:
    body = document["paths"]["/v1/contacts"]["post"]["requestBody"]["content"]["application/json"]["examples"]

    assert body["thai"]["value"]["full_name"] == "คุณมาลี สวัสดี"
    assert body["english"]["value"]["full_name"] == "Ada Lovelace"


def test_a_read_model_shows_what_was_sent(document: Document) -> None:
    contacts = document["paths"]["/v1/contacts"]["post"]
    sent = contacts["requestBody"]["content"]["application/json"]["examples"]["english"]["value"]
    answered = contacts["responses"]["201"]["content"]["application/json"]["examples"]["english"]["value"]

    assert {name: answered[name] for name in sent} == sent
    assert answered["nickname"] is None


@pytest.mark.parametrize(
    ("lack", "part"),
    [
        ("no operationId of its own", ("operationId",)),
        ("no summary: begin its docstring with a short sentence", ("summary",)),
        ("no description of the parameter If-Match", ("parameters", 1, "description")),
        ("no example of application/json.", ("requestBody", "content", "application/json", "examples")),
        ("no example of application/json.", ("responses", "200", "content", "application/json", "examples")),
    ],
)
def test_an_operation_that_lacks_something_is_named(document: Document, lack: str, part: tuple[Any, ...]) -> None:
    changed = deepcopy(document)
    operation = changed["paths"]["/v1/contacts/{contact_id}"]["patch"]
    holder = operation
    for each in part[:-1]:
        holder = holder[each]
    del holder[part[-1]]

    assert undocumented(changed) == [f"PATCH /v1/contacts/{{contact_id}} has {lack}"]


def test_an_operation_without_problems_is_named(document: Document) -> None:
    changed = deepcopy(document)
    operation = changed["paths"]["/v1/me"]["get"]
    operation["responses"] = {"200": operation["responses"]["200"]}

    assert undocumented(changed) == ["GET /v1/me has no problem response"]


def test_two_models_of_one_name_are_refused(document: Document) -> None:
    changed = deepcopy(document)
    changed["components"]["schemas"]["shared__web__types__Status"] = {}

    assert undocumented(changed) == ["shared__web__types__Status: another model has its name; rename one"]
