"""What clients send is of the type that the document says: no text for a number, no number for a day or a yes."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from deploy.contracts import service_documents
from shared.web import WriteModel
from shared.web.types import JSON_INTEGER

WRONG: dict[tuple[str, str | None], tuple[Any, ...]] = {
    ("integer", None): (True, False, "1", "5", "100", "2026"),
    ("number", None): (True, False, "1", "5", "100", "2026"),
    ("string", None): (0, 1.5, True),
    ("string", "date"): (0, 1_764_000_000, "0", "1764000000"),
    ("string", "date-time"): (0, 1_764_000_000, "0", "1764000000"),
}
Schema = dict[str, Any]


def write_models(of: type[WriteModel] = WriteModel) -> Iterator[type[WriteModel]]:
    for model in of.__subclasses__():
        yield model
        yield from write_models(model)


def kinds(schema: Schema, known: Schema) -> set[tuple[str, str | None]]:
    """Of a property that has no other values than those of simple types."""
    if "$ref" in schema:
        return kinds(known[schema["$ref"].rpartition("/")[2]], known)
    if "anyOf" in schema:
        return {kind for each in schema["anyOf"] for kind in kinds(each, known)}
    return {(schema.get("type", "anything"), schema.get("format"))}


def taken(annotation: Any, value: Any) -> bool:
    try:
        TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return False
    return True


def wrong_values(model: type[BaseModel]) -> Iterator[str]:
    """Those that the model takes."""
    document = model.model_json_schema()
    known = document.get("$defs", {})
    properties = (document if "properties" in document else known[model.__name__])["properties"]  # of a recursive one
    for name, field in model.model_fields.items():
        found = kinds(properties[field.alias or name], known) - {("null", None)}
        annotation = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        for value in WRONG.get(next(iter(found)), ()) if len(found) == 1 else ():
            if taken(annotation, value):
                yield f"{model.__name__}.{name}: {value!r}"


def whole_floats_refused(model: type[BaseModel]) -> Iterator[str]:
    """Integers that JSON writes with a fraction of zero (JSON Schema Core, section 4.2.3: mathematical integers)."""
    for name, field in model.model_fields.items():
        annotation = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        integer = next((each for each in branches(annotation) if each.get("type") == "integer"), None)
        if integer is not None and not taken(annotation, float(integer.get("minimum", 1))):
            yield f"{model.__name__}.{name}"


def branches(annotation: Any) -> list[Schema]:
    schema = TypeAdapter(annotation).json_schema()
    return list(schema.get("anyOf", [schema]))


def test_no_field_takes_a_value_of_another_type() -> None:
    service_documents()  # has all models defined
    models = {model for model in write_models() if model.model_fields}

    assert len(models) > 80
    assert [fault for model in models for fault in wrong_values(model)] == []


def test_an_integer_may_be_written_with_a_fraction_of_zero() -> None:
    service_documents()

    assert [fault for model in write_models() for fault in whole_floats_refused(model)] == []


@pytest.mark.parametrize("value", [10**30, 1e30, 1e300])
def test_an_integer_without_an_upper_bound_may_have_any_size(value: float) -> None:
    assert TypeAdapter(Annotated[int, Field(ge=1), JSON_INTEGER]).validate_python(value) == int(value)


@pytest.mark.parametrize("value", [True, "5"])
def test_a_lax_model_would_be_found(value: Any) -> None:
    class Lax(BaseModel):
        number: int

    assert f"Lax.number: {value!r}" in [*wrong_values(Lax)]
