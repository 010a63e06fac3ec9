"""What a request gives for the custom fields of a record, read and merged with what the record has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.fields.definitions import Definition, Definitions, known, load
from contacts_service.fields.models import RecordType, ValueType
from contacts_service.fields.values import InvalidValue, Parsers, read_value
from shared.db.statement import Statement
from shared.errors import FieldError, UnprocessableError

NAME = "custom_fields"
Given = Mapping[str, Any]
Values = Mapping[str, Any]
LIVE = {
    target: Statement(
        f"select id from {table} where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) and deleted_at is null"  # noqa: S608 - our own names
    )
    for target, table in (("contact", "contacts"), ("company", "companies"))
}


class InvalidCustomFields(UnprocessableError):
    """`errors` name every key that is wrong."""

    code = "invalid_custom_fields"
    title = ("A custom field is wrong", "ค่าของฟิลด์ที่กำหนดเองไม่ถูกต้อง")


class Giving(NamedTuple):
    """`found` are the ids of live records that references may name."""

    definitions: Definitions
    parsers: Parsers
    found: frozenset[str] = frozenset()

    def to_new(self, given: Given) -> Given:
        """`given` with the values that a new record has, defaults included. Raises InvalidCustomFields."""
        starting = self.definitions.starting
        if NAME not in given and not starting:
            return given
        patch = given.get(NAME, {})
        values, errors = self._merged(patch, {})
        values |= {each.key: each.default for each in starting if each.key not in patch and each.default is not None}
        wrong = {error.pointer for error in errors}
        missing = (each for each in starting if each.required and each.key not in values)
        errors += [_required(each) for each in missing if pointer(each.key) not in wrong]
        return _checked(given, values, errors)

    def to_known(self, given: Given, has: Values) -> Given:
        """`given` with the values that the record has then: what is absent stays, null clears.

        A record that has no value for a required field may stay so, one that has cannot lose it. Raises
        InvalidCustomFields.
        """
        if NAME not in given:
            return given
        values, errors = self._merged(given[NAME], has)
        lost = (key for key, raw in given[NAME].items() if raw is None and key in has)
        fields = (self.definitions.by_key.get(key) for key in lost)
        errors += [_required(each) for each in fields if each is not None and each.required and not each.archived]
        return _checked(given, values, errors)

    def _merged(self, patch: Values, has: Values) -> tuple[dict[str, Any], list[FieldError]]:
        values, errors = dict(has), []
        for key, raw in patch.items():
            try:
                value = self._value(key, raw, has)
            except InvalidValue as error:
                errors.append(FieldError(error.code, error.detail, pointer=pointer(key)))
                continue
            if value is None:
                values.pop(key, None)
            else:
                values[key] = value
        return values, errors

    def _value(self, key: str, raw: Any, has: Values) -> Any:
        """Raises InvalidValue. What an archived field holds can still be cleared, and be sent back as it is."""
        field = self.definitions.by_key.get(key)
        if field is None:
            raise InvalidValue(
                f"There is no custom field {key[:60]!r}. Define it first: POST /v1/fields.", "unknown_field"
            )
        if raw is None or (raw == has.get(key) and type(raw) is type(has.get(key))):
            return raw
        if field.archived:
            raise InvalidValue(f"{key} is archived. Restore it first, or leave it out.", "field_archived")
        value = read_value(field, raw, self.parsers, has.get(key))
        if field.value_type is ValueType.REFERENCE and value not in self.found:
            raise InvalidValue(f"{key}: there is no {field.target} {value}.", "unknown_reference")
        return value


async def giving(session: AsyncSession, record_type: RecordType, given: Sequence[Given], parsers: Parsers) -> Giving:
    """For all that is given in a request. Only one that gives custom fields, or could miss some, asks for definitions:
    nothing is refused by what was right some time ago."""
    definitions = known(session.info["context"].tenant_id, record_type)
    if not definitions.starting and not any(each.get(NAME) for each in given):
        return Giving(definitions, parsers)
    patches = [patch for each in given if isinstance(patch := each.get(NAME), dict)]
    definitions = await load(session, record_type)
    return Giving(definitions, parsers, await _found(session, definitions, patches))


async def _found(session: AsyncSession, definitions: Definitions, patches: Sequence[Values]) -> frozenset[str]:
    wanted: dict[str, set[UUID]] = {}
    for key, raw in (item for patch in patches for item in patch.items()):
        field = definitions.by_key.get(key)
        if field is not None and field.target is not None and isinstance(raw, str):
            wanted.setdefault(field.target, set()).update(_ids(raw))
    found: set[str] = set()
    for target, ids in wanted.items():
        given = {"tenant_id": session.info["context"].tenant_id, "ids": list(ids)}
        found.update(str(row["id"]) for row in await LIVE[target].run(session, given))
    return frozenset(found)


def _ids(raw: str) -> list[UUID]:
    try:
        return [UUID(raw)]
    except ValueError:
        return []


def names_of(given: Given) -> list[str]:
    """What an event calls the fields of a new record: sorted, each custom field by its own name."""
    if NAME not in given:
        return sorted(given)
    return sorted([*(given.keys() - {NAME}), *(f"{NAME}.{key}" for key in given[NAME])])


def changed_names(before: Values, after: Values, names: Iterable[str]) -> list[str]:
    """Which of the names differ, sorted, each custom field by its own name."""
    changed = [name for name in names if after[name] != before[name]]
    if NAME in changed:
        changed.remove(NAME)
        old, new = before[NAME], after[NAME]
        changed += [f"{NAME}.{key}" for key in old.keys() | new.keys() if old.get(key) != new.get(key)]
    return sorted(changed)


def pointer(key: str) -> str:
    return f"/{NAME}/{key.replace('~', '~0').replace('/', '~1')}"


def _required(field: Definition) -> FieldError:
    return FieldError("required", f"{field.key} is required; give a value.", pointer=pointer(field.key))


def _checked(given: Given, values: dict[str, Any], errors: Sequence[FieldError]) -> Given:
    if errors:
        raise InvalidCustomFields(f"{errors[0].pointer}: {errors[0].detail}", errors=errors[:50])
    return {**given, NAME: values}
