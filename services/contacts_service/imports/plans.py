"""A mapping, prepared once for reading many rows, and one row on its way through it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from contacts_service.contacts.values import (
    InvalidValue,
    check_length,
    clean_text,
    parse_birthday,
    parse_customer_class,
    parse_sex,
    shorten,
)
from contacts_service.fields.definitions import NO_FIELDS, Definition, Definitions
from contacts_service.imports.layouts import check_mapping
from contacts_service.imports.targets import InvalidMapping, Target, parse_target
from shared.files.errors import RowError
from shared.files.records import Row

NAME_FIELDS = {
    "names.prefix": "prefix",
    "names.given": "given_name",
    "names.middle": "middle_name",
    "names.family": "family_name",
    "names.suffix": "suffix",
    "names.nickname": "nickname",
}
_PLAIN_FIELDS = {
    "company.name": "company_name",
    **{name: name for name in ("job_title", "occupation", "education", "home_province", "income_band", "social_class")},
}
_EMPTY_BIRTHDAYS = frozenset(("0/0/00", "00/00/0000", "0000-00-00", "-", "--"))


@dataclass(frozen=True, slots=True)
class Entry:
    """The columns of one e-mail, phone or address: place in the row and part. `label` is for rows without their own."""

    label: str | None
    label_at: int | None
    columns: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A mapping prepared for reading many rows."""

    header: Sequence[str]
    mapped: frozenset[int]
    fields: Sequence[tuple[int, str, Callable[[str], Any]]]
    full_name: int | None
    emails: Sequence[Entry]
    phones: Sequence[Entry]
    addresses: Sequence[Entry]
    tags: Sequence[int]
    notes: Sequence[int]
    owner: int | None
    external_ids: Sequence[tuple[int, str]]
    custom: Sequence[tuple[int, Definition]]
    day_first: bool
    region: str


def plan_reading(
    header: Sequence[str],
    mapping: Mapping[int, str],
    *,
    day_first: bool = True,
    today: date | None = None,
    default_region: str = "TH",
    custom: Definitions = NO_FIELDS,
) -> Plan:
    """`day_first` reads 3/4/1987 as the 3rd of April; `default_region` owns phones without +; `custom` are the tenant's
    own fields. Raises InvalidMapping.
    """
    check_mapping(header, mapping)
    targets = {position: parse_target(target) for position, target in sorted(mapping.items())}
    singles = {target.field: position for position, target in targets.items()}
    parsers = _parsers(day_first=day_first, today=today)
    return Plan(
        header=header,
        mapped=frozenset(targets),
        fields=[(position, *parsers[t.field]) for position, t in targets.items() if t.field in parsers],
        full_name=singles.get("names.full"),
        emails=_entries(targets, "emails"),
        phones=_entries(targets, "phones"),
        addresses=_entries(targets, "addresses"),
        tags=[position for position, t in targets.items() if t.field == "tags"],
        notes=[position for position, t in targets.items() if t.field == "notes"],
        owner=singles.get("owner_email"),
        external_ids=[(position, t.key) for position, t in targets.items() if t.field == "external_ids"],
        custom=[(position, _custom(custom, t.key)) for position, t in targets.items() if t.field == "custom_fields"],
        day_first=day_first,
        region=default_region,
    )


def _custom(known: Definitions, key: str) -> Definition:
    field = known.by_key.get(key)
    if field is None or field.archived:
        raise InvalidMapping(f"There is no custom field '{key}'. Define it first: POST /v1/fields.")
    return field


class Reading:
    """One row on its way, with the errors met so far."""

    __slots__ = ("cells", "errors", "plan", "row")

    def __init__(self, row: Row, plan: Plan) -> None:
        self.row = row.number
        self.plan = plan
        self.cells = row.cells
        self.errors = [e for e in row.errors if e.position is None or e.position in plan.mapped] if row.errors else []
        if self.errors:
            bad = {error.position for error in self.errors}
            self.cells = ["" if position in bad else cell for position, cell in enumerate(row.cells)]

    def fail(self, position: int, error: InvalidValue) -> None:
        self.refuse(position, error.code, error.detail)

    def refuse(self, position: int, code: str, detail: str) -> None:
        column, value = self.plan.header[position], shorten(self.cells[position])
        error = RowError(row=self.row, code=code, detail=detail, column=column, position=position, value=value)
        self.errors.append(error)


def _parsers(*, day_first: bool, today: date | None) -> dict[str, tuple[str, Callable[[str], Any]]]:
    """Target → key in the contact and how its cell is read; None leaves the key out."""
    names = {**NAME_FIELDS, **_PLAIN_FIELDS}
    return {
        **{target: (name, partial(_line, name)) for target, name in names.items()},
        "birthday": ("birthday", partial(_birthday, day_first=day_first, today=today)),
        "sex": ("sex", _sex),
        "customer_class": ("customer_class", parse_customer_class),
        "lifecycle_stage": ("lifecycle_stage", _stage),
    }


def _line(name: str, text: str) -> str | None:
    return check_length(name, clean_text(text)) or None


def _sex(text: str) -> str | None:
    return parse_sex(text) or None


def _stage(text: str) -> str | None:
    """'Marketing Qualified Lead' of one system is marketing_qualified_lead of the next."""
    stage = check_length("lifecycle_stage", clean_text(text))
    return (stage.lower().replace(" ", "_") if stage.isascii() else stage) or None


def _birthday(text: str, *, day_first: bool, today: date | None) -> dict[str, int | None] | None:
    if text in _EMPTY_BIRTHDAYS:
        return None
    return parse_birthday(text, day_first=day_first, today=today)._asdict()


def _entries(targets: Mapping[int, Target], name: str) -> list[Entry]:
    groups: dict[str, list[tuple[int, Target]]] = {}
    for position, target in targets.items():
        if target.field == name:
            groups.setdefault(target.key or f"column {position}", []).append((position, target))
    return [_entry(columns) for columns in groups.values()]


def _entry(columns: Sequence[tuple[int, Target]]) -> Entry:
    """The formatted address comes last: it counts only where the parts are empty."""
    parts = [(position, target.part) for position, target in columns if target.part != "label"]
    return Entry(
        label=_key_label(columns[0][1].key),
        label_at=next((position for position, target in columns if target.part == "label"), None),
        columns=sorted(parts, key=lambda column: column[1] == "formatted"),
    )


def _key_label(key: str) -> str | None:
    return key.rstrip("0123456789").strip("_") or None
