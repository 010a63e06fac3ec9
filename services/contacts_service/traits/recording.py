"""Observations stored together, set-based: what is known already stays as it is."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.traits.events import TraitObserved
from contacts_service.traits.models import STANDING, Trait, name_key
from shared.db.bulk import document
from shared.db.record import now
from shared.db.sight import seen_ids
from shared.db.statement import Statement
from shared.ids import new_id
from shared.messaging.outbox import stage_many

KEY = ("contact_id", "kind", "name_key", "source", "observed_at")
STORED = (
    "tenant_id", "id", "version", "created_at", "updated_at", "contact_id", "kind", "name", "name_key", "value",
    "origin", "source", "confidence", "observed_at", "expires_at",
)  # fmt: skip
ROWS = "jsonb_populate_recordset(cast(null as traits), cast(:rows as jsonb)) as given"
RECORD = Statement(f"""
with live as (
  select given.* from {ROWS}
  join contacts c on c.tenant_id = given.tenant_id and c.id = given.contact_id and c.deleted_at is null
),
made as (
  insert into traits ({", ".join(STORED)}) select {", ".join(STORED)} from live
  on conflict (tenant_id, {", ".join(KEY)}) where {STANDING} do nothing
  returning id
)
select live.id, made.id is not null as is_new from live left join made using (id)
""")  # noqa: S608 - our own names
# A statement of its own: it sees also what others have committed while the first one waited for them.
FIND = Statement(f"""
select given.id as given_id, traits.id, traits.version from {ROWS}
join traits on traits.tenant_id = given.tenant_id and {" and ".join(f"traits.{name} = given.{name}" for name in KEY)}
where traits.{STANDING}
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
        keys.append(tuple(getattr(trait, name) for name in KEY))
        traits.setdefault(keys[-1], trait)
    stored = await _store(session, list(traits.values()))
    recorded = []
    for key in keys:
        place = stored.get(traits[key].id)
        recorded.append(place)
        if place is not None:  # told twice, it is new once
            stored[traits[key].id] = place._replace(is_new=False)
    return recorded


async def _store(session: AsyncSession, traits: Sequence[Trait]) -> dict[UUID, Recorded]:
    """By the id that each would have; without those of contacts that are not there, or that the viewer does not see."""
    seen = await seen_ids(session, "contacts", [trait.contact_id for trait in traits])
    traits = [trait for trait in traits if trait.contact_id in seen]
    is_new = {row["id"]: row["is_new"] for row in await RECORD.run(session, {"rows": _document(traits)})}
    new = [trait for trait in traits if is_new.get(trait.id)]
    await stage_many(session, (TraitObserved.of(trait) for trait in new))
    stored = {trait.id: Recorded(trait.id, trait.version, is_new=True) for trait in new}
    known = [trait for trait in traits if is_new.get(trait.id) is False]
    if known:
        rows = await FIND.run(session, {"rows": _document(known)})
        stored |= {row["given_id"]: Recorded(row["id"], row["version"], is_new=False) for row in rows}
    return stored


def _document(traits: Sequence[Trait]) -> str:
    return document([{name: getattr(trait, name) for name in STORED} for trait in traits])


def _new(session: AsyncSession, given: Mapping[str, Any]) -> Trait:
    """Of no session: the statement stores it."""
    moment, tenant_id = now(), session.info["context"].tenant_id
    fixed = {"id": new_id(), "version": 1, "created_at": moment, "updated_at": moment}
    return Trait(tenant_id=tenant_id, name_key=name_key(given["name"]), **fixed, **given)
