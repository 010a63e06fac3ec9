"""The gate before changes that would break clients of the API: each rule with two documents."""

import json
import subprocess
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from deploy.breaking import breaking_changes
from deploy.breaking.gate import FOLDER, NAME, broken

TODAY = date(2026, 11, 26)
NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 50}}}
DOCUMENT: dict[str, Any] = {
    "security": [{"bearer": []}],
    "paths": {
        "/v1/tags": {
            "post": {
                "parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tag"}}},
                },
                "responses": {
                    "200": {
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TagRead"}}},
                    },
                    "404": {"$ref": "#/components/responses/NotFound"},
                },
            },
            "get": {"security": [], "responses": {"204": {}}},
        }
    },
    "components": {
        "schemas": {
            "Tag": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 50, "minLength": 1},
                    "rank": {"type": "integer", "maximum": 9, "minimum": 1},
                    "kind": {"type": "string", "enum": ["red", "green"]},
                    "note": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]},
                    "marks": {"type": "array", "maxItems": 5, "items": {"type": "string"}},
                    "more": {"type": "object", "additionalProperties": True},
                    "below": {"$ref": "#/components/schemas/Tag"},
                },
            },
            "TagRead": {
                "type": "object",
                "required": ["name", "made_at"],
                "properties": {
                    "name": {"type": "string"},
                    "made_at": {"type": "string", "format": "date-time"},
                    "kind": {"type": "string", "enum": ["red", "green"]},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "marks": {"type": "array", "items": {"type": "string"}},
                    "below": {"$ref": "#/components/schemas/TagRead"},
                },
            },
        },
        "responses": {"NotFound": {"content": {"application/problem+json": {"schema": NAMED}}}},
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    },
}
POST = ("paths", "/v1/tags", "post")
GET = ("paths", "/v1/tags", "get")
SENT = ("components", "schemas", "Tag")
READ = ("components", "schemas", "TagRead")
GONE = object()


def changed(*changes: tuple[tuple[Any, ...], Any]) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    for path, value in changes:
        holder: Any = document
        for each in path[:-1]:
            holder = holder[each]
        if value is GONE:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "finding"),
    [
        (("paths", "/v1/tags"), GONE, "POST /v1/tags is gone"),
        (POST, GONE, "POST /v1/tags is gone"),
        ((*POST, "responses", "200"), GONE, "the status 200 is gone"),
        ((*POST, "responses", "404"), GONE, "the status 404 is gone"),
        ((*POST, "responses", "200", "headers", "ETag"), GONE, "200: the header ETag is gone"),
        ((*POST, "responses", "200", "content"), {"text/csv": {}}, "200: application/json is gone"),
        ((*POST, "parameters"), [], "the query parameter q is gone"),
        ((*POST, "parameters", 0, "required"), True, "the query parameter q is required now"),
        ((*POST, "parameters", 0, "schema", "enum"), ["a"], "parameter q does not take 'b' any more"),
        ((*POST, "requestBody", "required"), True, "a body is required now"),
        ((*POST, "requestBody", "content"), {"text/csv": {}}, "no body of application/json is taken any more"),
        ((*POST, "security"), [{"bearer": ["admin"]}], "bearer is not enough any more"),
        ((*GET, "security"), [{"bearer": []}], "no credential is not enough any more"),
        (("components", "securitySchemes", "bearer"), GONE, "the security scheme bearer is gone"),
        (("components", "securitySchemes", "bearer", "scheme"), "basic", "the security scheme bearer is another one"),
        ((*SENT, "required"), ["name", "rank"], "body.rank is required now"),
        ((*SENT, "properties", "rank"), GONE, "body.rank is not taken any more"),
        ((*SENT, "properties", "name", "type"), "integer", "body.name: string is not taken any more"),
        ((*SENT, "properties", "name", "maxLength"), 40, "body.name: maxLength is 40, was 50"),
        ((*SENT, "properties", "name", "minLength"), 2, "body.name: minLength is 2, was 1"),
        ((*SENT, "properties", "name", "pattern"), "^a", "body.name: pattern is ^a, was open"),
        ((*SENT, "properties", "name", "format"), "email", "body.name: format is email, was open"),
        ((*SENT, "properties", "rank", "maximum"), 8, "body.rank: maximum is 8, was 9"),
        ((*SENT, "properties", "rank", "minimum"), 2, "body.rank: minimum is 2, was 1"),
        ((*SENT, "properties", "rank", "multipleOf"), 2, "body.rank: multipleOf is 2, was open"),
        ((*SENT, "properties", "kind", "enum"), ["red"], "body.kind does not take 'green' any more"),
        ((*SENT, "properties", "name", "enum"), ["a"], "body.name takes only 'a'"),
        ((*SENT, "properties", "note"), {"type": "string"}, "body.note: null is not taken any more"),
        ((*SENT, "properties", "note", "anyOf", 0, "maxLength"), 8, "body.note: maxLength is 8, was 9"),
        ((*SENT, "properties", "marks", "maxItems"), 4, "body.marks: maxItems is 4, was 5"),
        ((*SENT, "properties", "marks", "uniqueItems"), True, "body.marks must not repeat items"),
        ((*SENT, "properties", "marks", "items", "maxLength"), 4, "body.marks[]: maxLength is 4, was open"),
        ((*SENT, "properties", "more", "additionalProperties"), False, "body.more takes no other fields any more"),
        ((*SENT, "properties", "more", "additionalProperties"), {"type": "string"},
         "body.more.*: a value of any type is not taken any more"),
        ((*READ, "properties", "kind"), GONE, "200 body.kind is gone"),
        ((*READ, "required"), ["name"], "200 body.made_at may be missing now"),
        ((*READ, "properties", "name", "type"), "integer", "200 body.name: integer was not possible before"),
        ((*READ, "properties", "name"), {"anyOf": [{"type": "string"}, {"type": "null"}]},
         "200 body.name: null was not possible before"),
        ((*READ, "properties", "made_at", "format"), "date", "200 body.made_at has the format date, not date-time"),
        ((*READ, "properties", "kind", "enum"), ["blue"], "200 body.kind has other values than before"),
        ((*READ, "properties", "marks", "items", "type"), "integer",
         "200 body.marks[]: integer was not possible before"),
        (("components", "responses", "NotFound", "content"), {}, "404: application/problem+json is gone"),
    ],
)  # fmt: skip
def test_a_break_is_found_and_named(path: tuple[Any, ...], value: Any, finding: str) -> None:
    found = breaking_changes(DOCUMENT, changed((path, value)), TODAY)

    assert finding in {
        each.split(": ", 1)[1] if each.startswith(("POST /v1/tags:", "GET /v1/tags:")) else each for each in found
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("paths", "/v1/more"), {"get": {"responses": {"200": {}}}}),
        ((*POST, "responses", "202"), {}),
        ((*POST, "parameters", 0, "schema", "enum"), ["a", "b", "c"]),
        ((*POST, "parameters", 0, "schema"), {"type": "string"}),
        ((*POST, "summary"), "Make a tag"),
        ((*POST, "security"), []),
        ((*SENT, "required"), []),
        ((*SENT, "properties", "extra"), {"type": "string"}),
        ((*SENT, "properties", "name", "maxLength"), 60),
        ((*SENT, "properties", "rank", "type"), "number"),
        ((*SENT, "properties", "rank"), {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ((*SENT, "properties", "kind", "enum"), ["red", "green", "blue"]),
        ((*READ, "properties", "extra"), {"type": "string"}),
        ((*READ, "properties", "kind", "enum"), ["red", "green", "blue"]),
        ((*READ, "properties", "note"), {"type": "string"}),
        ((*READ, "properties", "name", "format"), "email"),
        ((*READ, "required"), ["name", "made_at", "kind"]),
    ],
)
def test_growth_is_no_break(path: tuple[Any, ...], value: Any) -> None:
    assert breaking_changes(DOCUMENT, changed((path, value)), TODAY) == []


def test_a_document_breaks_nothing_of_itself() -> None:
    released = json.loads((FOLDER / NAME).read_text())

    assert breaking_changes(released, released, TODAY) == []
    assert breaking_changes(DOCUMENT, DOCUMENT, TODAY) == []


@pytest.mark.parametrize(("sunset", "found"), [("2026-11-26", []), ("2026-11-27", ["POST /v1/tags is gone"])])
def test_what_was_deprecated_may_go_after_its_sunset(sunset: str, found: list[str]) -> None:
    deprecated = changed(((*POST, "deprecated"), True), ((*POST, "x-sunset"), sunset))

    assert breaking_changes(deprecated, changed((POST, GONE)), TODAY) == found


@pytest.mark.parametrize(("sunset", "problems"), [("2027-05-25", 0), ("2027-05-24", 1)])
def test_a_sunset_leaves_180_days(sunset: str, problems: int) -> None:
    deprecated = changed(((*POST, "deprecated"), True), ((*POST, "x-sunset"), sunset))

    assert len(breaking_changes(DOCUMENT, deprecated, TODAY)) == problems


def test_a_sunset_may_not_come_nearer() -> None:
    before, after = (changed(((*POST, "x-sunset"), day)) for day in ("2027-06-30", "2027-06-29"))

    assert breaking_changes(before, after, TODAY) == [
        "POST /v1/tags: the sunset 2027-06-29 leaves less than 180 days' notice"
    ]


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A repository whose main branch holds the document."""
    folder = tmp_path / "docs"
    (folder / "openapi").mkdir(parents=True)
    (folder / NAME).write_text(json.dumps(DOCUMENT))
    for command in ("init -q -b main", "add -A", "-c user.name=a -c user.email=a@example.com commit -qm first"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)
    return folder


def test_the_main_branch_is_what_counts_whatever_the_file_says(docs: Path) -> None:
    smaller = changed((POST, GONE))
    (docs / NAME).write_text(json.dumps(smaller))

    assert broken(smaller, TODAY, docs) == ["POST /v1/tags is gone"]


def test_a_correction_of_the_document_passes_with_its_reason(docs: Path) -> None:
    (docs / "openapi" / "corrections.txt").write_text("# It never worked.\nPOST /v1/tags is gone\n")

    assert broken(changed((POST, GONE)), TODAY, docs) == []
    assert broken(changed((GET, GONE)), TODAY, docs) == ["GET /v1/tags is gone"]
