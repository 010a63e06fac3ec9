"""A row made ready for matching: its values as a contact's columns hold them, and the keys it can be recognised by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from contacts_service.contacts.keys import Key
from contacts_service.contacts.models import external_key
from contacts_service.fields.definitions import Definitions
from contacts_service.imports.drafts import Draft, draft_of
from contacts_service.imports.merging import ADDRESS_PARTS, TooMany, with_tags
from contacts_service.imports.models import Import, MatchKey, MatchPolicy
from contacts_service.imports.plans import Plan, plan_reading
from contacts_service.imports.records import ContactRow
from contacts_service.imports.rows import read_contact
from shared.files import Row, RowError

KINDS = {MatchKey.EXTERNAL_ID: "external", MatchKey.EMAIL: "email", MatchKey.PHONE: "phone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`kinds` are the kinds of keys to match by, the best first. `defaults` are for new contacts, `tags` for all."""

    plan: Plan
    kinds: Sequence[str]
    policy: MatchPolicy
    defaults: Mapping[str, Any]
    tags: Sequence[str]
    owners: Mapping[str, UUID]

    @property
    def phone_is_enough(self) -> bool:
        return list(self.kinds) == ["phone"]


class Candidate(NamedTuple):
    """`errors` make it a failed row; else `values` are what it tells, the company's name apart.

    `draft` is there only where it may be of use.
    """

    row: Row
    errors: Sequence[RowError] = ()
    values: Mapping[str, Any] = {}
    company_name: str | None = None
    keys: Sequence[Key] = ()
    draft: Draft | None = None


def rules_of(record: Import, custom: Definitions) -> Rules:
    """`custom` are the tenant's own fields. Raises InvalidMapping."""
    defaults = {name: value for name, value in record.defaults.items() if name != "tags" and value is not None}
    if "owner_id" in defaults:
        defaults["owner_id"] = UUID(defaults["owner_id"])
    return Rules(
        plan=plan_of(record, custom),
        kinds=[KINDS[MatchKey(key)] for key in record.match_by],
        policy=MatchPolicy(record.match_policy),
        defaults=defaults,
        tags=record.defaults["tags"],
        owners={name.casefold(): UUID(owner_id) for name, owner_id in record.owners.items()},
    )


def plan_of(record: Import, custom: Definitions) -> Plan:
    """Raises InvalidMapping."""
    return plan_reading(
        record.header,
        record.mapping,
        day_first=record.day_first,
        default_region=record.default_region,
        custom=custom,
    )


def read_candidate(row: Row, rules: Rules, *, drafted_for: UUID | None = None) -> Candidate:
    """With a draft if it is told for which tenant."""
    found = read_contact(row, rules.plan)
    if isinstance(found, list):
        return Candidate(row, found)
    company_name = found.pop("company_name", None)
    _take_owner(found, rules)
    _complete(found)
    draft = None if drafted_for is None else _draft(drafted_for, found, rules)
    return Candidate(row, (), found, company_name, _keys(found), draft)


def _draft(tenant_id: UUID, found: ContactRow, rules: Rules) -> Draft | None:
    try:
        return draft_of(tenant_id, {**rules.defaults, **with_tags(found, rules.tags)})
    except TooMany:
        return None  # whoever decides about the row says so


def _take_owner(found: ContactRow, rules: Rules) -> None:
    """Whom the file's owner means is known only where the client told."""
    named = (found.pop("owner_email", None), found.pop("owner_name", None))
    owner_id = next((rules.owners[name.casefold()] for name in named if name and name.casefold() in rules.owners), None)
    if owner_id is not None:
        found["owner_id"] = owner_id


def _complete(found: ContactRow) -> None:
    """Items with every key that the API shows, so that equal ones compare as equal."""
    if emails := found.get("emails"):
        found["emails"] = [{"value": e["value"], "label": e.get("label"), "primary": e["primary"]} for e in emails]
    if phones := found.get("phones"):
        found["phones"] = [
            {"value": p["value"], "label": p.get("label"), "primary": p["primary"], "extension": p.get("extension")}
            for p in phones
        ]
    if addresses := found.get("addresses"):
        found["addresses"] = [
            {"label": a.get("label"), "primary": a["primary"], **{part: a.get(part) for part in ADDRESS_PARTS}}
            for a in addresses
        ]


def _keys(found: ContactRow) -> list[Key]:
    return [
        *(("external", external_key(item["system"], item["id"])) for item in found.get("external_ids", ())),
        *(("email", item["value"]) for item in found.get("emails", ())),
        *(("phone", item["value"]) for item in found.get("phones", ())),
    ]
