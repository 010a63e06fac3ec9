"""Observations stored together, set-based: what is known already stays as it is."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.traits.events import TraitObserved
from contacts_service.traits.models import STANDING, Trait, name_key
from shared.db.bulk import document
from shared.db.record import now
from shared.db.statement import Statement
from shared.ids import new_id
from shared.messaging.outbox import stage_many

KEY = ("contact_id", "kind", "name_key", "source", "observed_at")
STORED = (
    "tenant_id", "id", "version", "created_at", "updated_at", "contact_id", "kind", "name", "name_key", "value",
    "origin", "source", "confidence", "observed_at", "expires_at",
)  # fmt: skip
_SAME = " and ".join(f"{{0}}.{name} = {{1}}.{name}" for name in ("tenant_id", *KEY))
RECORD = Statement(f"""
with given as (
  select row.* from jsonb_populate_recordset(cast(null as traits), cast(:rows as jsonb)) as row
  join contacts c on c.tenant_id = row.tenant_id and c.id = row.contact_id and c.deleted_at is null
),
made as (
  insert into traits ({", ".join(STORED)}) select {", ".join(STORED)} from given
  on conflict (tenant_id, {", ".join(KEY)}) where {STANDING} do nothing
  returning id
)
select given.id as given_id, made.id is not null as is_new, coalesce(known.id, given.id) as id,
  coalesce(known.version, 1) as version
from given left join made on made.id = given.id
left join traits known on {_SAME.format("known", "given")} and known.{STANDING} and made.id is null
""")  # noqa: S608 - our own names


class Recorded(NamedTuple):
    """Where an observation is now; `is_new` unless it was known."""

    id: UUID
    version: int
    is_new: bool


async def record_all(session: AsyncSession, given: Sequence[Mapping[str, Any]]) -> list[Recorded | None]:
    """One for each that is given, in their order; None if there is no such contact. `given` as a TraitRow gives it."""
    traits: dict[tuple[Any, ...], Trait] = {}
    keys = []
    for each in given:
        trait = _new(session, each)
        key = tuple(getattr(trait, name) for name in KEY)
        traits.setdefault(key, trait)
        keys.append(key)
    rows = document([{name: getattr(trait, name) for name in STORED} for trait in traits.values()])
    found = {row["given_id"]: row for row in await RECORD.run(session, {"rows": rows})}
    new = [trait for trait in traits.values() if trait.id in found and found[trait.id]["is_new"]]
    await stage_many(session, (TraitObserved.of(trait) for trait in new))
    return [_recorded(found.get(traits[key].id), is_first=keys.index(key) == index) for index, key in enumerate(keys)]


def _new(session: AsyncSession, given: Mapping[str, Any]) -> Trait:
    """Of no session: the statement stores it."""
    moment, tenant_id = now(), session.info["context"].tenant_id
    fixed = {"id": new_id(), "version": 1, "created_at": moment, "updated_at": moment}
    return Trait(tenant_id=tenant_id, name_key=name_key(given["name"]), **fixed, **given)


def _recorded(row: Any, *, is_first: bool) -> Recorded | None:
    return None if row is None else Recorded(row["id"], row["version"], row["is_new"] and is_first)
