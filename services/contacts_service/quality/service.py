"""Keeps scores in step with contacts, a thousand at a time, and a business's own rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.queries import CONTACTS, LIVE
from contacts_service.quality.events import QualityChanged
from contacts_service.quality.models import ContactQuality
from contacts_service.quality.scoring import CLASS, DUE_AT, KINDS, SCORE, Rules
from shared import operations
from shared.db.record import now
from shared.db.statement import Statement
from shared.db.versions import check_version
from shared.messaging.outbox import stage_many
from shared.operations import Operation

RESCORE = "rescore_contacts"
READ = Statement("""
select version, weights, stale_after_days, good_from, fair_from from quality_rules where tenant_id = :tenant_id
""")
LOCK = Statement(f"{READ.text} for update")
KEEP = Statement("""
insert into quality_rules as known
  (tenant_id, version, updated_at, weights, stale_after_days, good_from, fair_from, operation_id)
values (:tenant_id, 1, :updated_at, cast(:weights as jsonb), :stale_after_days, :good_from, :fair_from, :operation_id)
on conflict (tenant_id) do update set version = known.version + 1, updated_at = excluded.updated_at,
  weights = excluded.weights, stale_after_days = excluded.stale_after_days, good_from = excluded.good_from,
  fair_from = excluded.fair_from, operation_id = excluded.operation_id
""")
FORGET = text("""
delete from contact_quality q where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[]))
and not exists (select from contacts c where c.tenant_id = :tenant_id and c.id = q.contact_id and c.deleted_at is null)
""")
BEFORE = text("""
select contact_id, quality_class from contact_quality
where tenant_id = :tenant_id and contact_id = any(cast(:ids as uuid[])) order by contact_id for update
""")
QUALITY = cast("Table", ContactQuality.__table__)
_scored = (
    select(CONTACTS.c.tenant_id, CONTACTS.c.id, CONTACTS.c.version, SCORE, CLASS, KINDS, DUE_AT)
    .where(
        CONTACTS.c.tenant_id == bindparam("tenant_id"),
        CONTACTS.c.id == any_(bindparam("ids", type_=ARRAY(Uuid()))),
        LIVE,
    )
    .order_by(CONTACTS.c.id)
)
_names = ("tenant_id", "contact_id", "contact_version", "score", "quality_class", "kinds", "due_at")
_insert = insert(QUALITY).from_select(_names, _scored)
_new = {name: _insert.excluded[name] for name in _names[2:]}
KEEP_SCORES = _insert.on_conflict_do_update(
    index_elements=["tenant_id", "contact_id"],
    set_=_new,
    where=QUALITY.c.contact_version <= _insert.excluded.contact_version,
).returning(QUALITY.c.contact_id, QUALITY.c.contact_version, QUALITY.c.score, QUALITY.c.quality_class)


async def load_rules(session: AsyncSession, *, lock: bool = False) -> Rules:
    """The tenant's own rules, or those that everyone begins with."""
    rows = await (LOCK if lock else READ).run(session, {"tenant_id": session.info["context"].tenant_id})
    return Rules.of(dict(rows[0]) if rows else None)


async def keep_rules(session: AsyncSession, given: Mapping[str, Any], *, if_version: int | None = None) -> Operation:
    """In the place of what was there; the operation scores all contacts by them. Raises VersionMismatch."""
    check_version((await load_rules(session, lock=True)).version, if_version)
    operation = await operations.start(session, RESCORE, {})
    kept = {**given, "weights": orjson.dumps(given["weights"]).decode(), "operation_id": operation.id}
    await KEEP.run(session, {"tenant_id": operation.tenant_id, "updated_at": now(), **kept})
    return operation


async def score_contacts(session: AsyncSession, ids: Sequence[UUID], moment: datetime) -> None:
    """From the contacts as they are now: it does no harm to score one again. Tells of those in another class."""
    if not ids:
        return
    asked = {"tenant_id": session.info["context"].tenant_id, "ids": list(ids)}
    await session.execute(FORGET, asked)
    before = {row.contact_id: row.quality_class for row in await session.execute(BEFORE, asked)}
    rules = await load_rules(session)
    scored = (await session.execute(KEEP_SCORES, {**asked, **rules.parameters(moment)})).all()
    await stage_many(
        session,
        (
            QualityChanged(
                contact_id=row.contact_id,
                version=row.contact_version,
                score=row.score,
                quality_class=row.quality_class,
                previous_class=before[row.contact_id],
            )
            for row in scored
            if before.get(row.contact_id, row.quality_class) != row.quality_class
        ),
    )
