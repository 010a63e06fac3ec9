"""What of a definition fits together. Pure, no I/O."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unicodedata import normalize
from uuid import UUID

from contacts_service.database import Base
from contacts_service.fields.definitions import Definition, Option
from contacts_service.fields.models import (
    CAN_BE_UNIQUE,
    TABLES,
    WITH_OPTIONS,
    CustomField,
    InvalidField,
    RecordType,
    ValueType,
)
from contacts_service.fields.values import InvalidValue, Parsers, read_value
from shared.errors import FieldError

ALWAYS_TAKEN = frozenset(("type", "custom_fields", "company", "parent"))
WITHOUT_DEFAULT = frozenset((ValueType.EMAIL, ValueType.PHONE, ValueType.REFERENCE))
PARSERS: Parsers = {ValueType.TEXT: lambda text: " ".join(normalize("NFC", text).split())}
BOUNDED = frozenset((ValueType.NUMBER, ValueType.MONEY))


def check_new(field: CustomField) -> Any:
    """Returns the default as it is stored. Raises InvalidField."""
    value_type = ValueType(field.value_type)
    _demand(field.key not in built_in(RecordType(field.record_type)), "key", f"{field.key} is a field of every record.")
    _demand((field.currency is not None) == (value_type is ValueType.MONEY), "currency", "Money has a currency: THB.")
    is_reference = value_type is ValueType.REFERENCE
    _demand((field.target is not None) == is_reference, "target", "A reference has a target: contact or company.")
    detail = f"Only {', '.join(sorted(CAN_BE_UNIQUE))} can be unique."
    _demand(not field.unique or value_type in CAN_BE_UNIQUE, "unique", detail)
    return _checked(field, {"options": field.options, "limits": field.limits, "default": field.default})


def check_change(field: CustomField, given: Mapping[str, Any]) -> Any:
    """Returns the default as it is stored then. Raises InvalidField."""
    after = {"options": field.options, "limits": field.limits, "default": field.default, **given}
    left_out = {option["key"] for option in field.options} - {option["key"] for option in after["options"]}
    detail = f"Option {', '.join(sorted(left_out))} is left out. Send it with retired: true; its values stay."
    _demand(not left_out, "options", detail)
    return _checked(field, after)


def built_in(record_type: RecordType) -> frozenset[str]:
    return ALWAYS_TAKEN.union(Base.metadata.tables[TABLES[record_type]].columns.keys())


def _checked(field: CustomField, after: Mapping[str, Any]) -> Any:
    value_type = ValueType(field.value_type)
    detail = "A choice has options, at least one of them not retired; other types have none."
    is_open = any(not option["retired"] for option in after["options"])
    _demand(is_open if value_type in WITH_OPTIONS else not after["options"], "options", detail)
    _check_limits(value_type, after["limits"])
    return _read_default(field, after)


def _check_limits(value_type: ValueType, limits: Mapping[str, Any]) -> None:
    low, high = limits["minimum"], limits["maximum"]
    bounded = value_type in BOUNDED or (low is None and high is None)
    _demand(bounded, "limits", "Only numbers and money have a minimum and a maximum.")
    _demand(low is None or high is None or low <= high, "limits", "The minimum is above the maximum.")
    is_text = value_type is ValueType.TEXT or limits["max_length"] is None
    _demand(is_text, "limits", "Only texts have a max_length.")


def _read_default(field: CustomField, after: Mapping[str, Any]) -> Any:
    raw = after["default"]
    if raw is None:
        return None
    unfit = field.unique or field.value_type in WITHOUT_DEFAULT
    _demand(not unfit, "default", "Unique fields, e-mails, phones and references have no default.")
    try:
        return read_value(definition_of(field, after), raw, PARSERS)
    except InvalidValue as error:
        raise _invalid("default", error.detail) from error


def definition_of(field: CustomField, after: Mapping[str, Any]) -> Definition:
    known = Definition(
        id=field.id or UUID(int=0),
        key=field.key,
        value_type=ValueType(field.value_type),
        labels=field.labels,
        currency=field.currency,
        target=field.target,
    )
    options = {each["key"]: Option(each["key"], each["labels"], each["retired"]) for each in after["options"]}
    return replace(known, options=options, limits=after["limits"])


def _demand(condition: bool, name: str, detail: str) -> None:
    if not condition:
        raise _invalid(name, detail)


def _invalid(name: str, detail: str) -> InvalidField:
    return InvalidField(detail, errors=[FieldError("invalid_field", detail, pointer=f"/{name}")])
