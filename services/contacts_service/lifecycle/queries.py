"""Reads of the lifecycle: the funnel, and one contact's way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Text, bindparam, cast, func, null, select, union_all

from contacts_service.contacts.models import ContactNotFound
from contacts_service.contacts.queries import CONTACTS, LIVE, get_contact
from contacts_service.stages.machine import Lifecycle
from contacts_service.stages.models import LifecycleConfig, LifecycleMove
from shared.db.record import now
from shared.query import Query, Reader, Row

MOST_STAYS = 200
CONFIGS, MOVES = LifecycleConfig.__table__, LifecycleMove.__table__
CONFIG = Query(
    select(CONFIGS.c.version, cast(CONFIGS.c.stages, Text), cast(CONFIGS.c.rules, Text)).where(
        CONFIGS.c.tenant_id == bindparam("tenant_id")
    )
)
_live = (CONTACTS.c.tenant_id == bindparam("tenant_id"), LIVE)
COUNTS = Query(
    union_all(
        select(CONTACTS.c.lifecycle_stage, func.count().label("contacts"))
        .where(*_live, CONTACTS.c.lifecycle_stage.is_not(None))
        .group_by(CONTACTS.c.lifecycle_stage),
        select(cast(null(), Text), func.count()).select_from(CONTACTS).where(*_live),
    )
)
"""By stage from the index of stages; of all contacts, which row has no stage, from another."""
STAGE = Query(
    select(CONTACTS.c.lifecycle_stage, CONTACTS.c.created_at, CONTACTS.c.deleted_at).where(
        CONTACTS.c.tenant_id == bindparam("tenant_id"), CONTACTS.c.id == bindparam("id")
    )
)
WAY = Query(
    select(*(MOVES.c[name] for name in ("from_stage", "to_stage", "moved_at", "moved_by", "source", "reason")))
    .where(MOVES.c.tenant_id == bindparam("tenant_id"), MOVES.c.contact_id == bindparam("id"))
    .order_by(MOVES.c.moved_at.desc(), MOVES.c.id.desc())
    .limit(MOST_STAYS)
)


async def get_lifecycle(reader: Reader) -> Lifecycle:
    row = await reader.one_or_none(CONFIG)
    if row is None:
        return Lifecycle()
    version, stages, rules = row
    return Lifecycle.of({"version": version, "stages": orjson.loads(stages), "rules": orjson.loads(rules)})


async def summarise(reader: Reader) -> dict[str, Any]:
    """Our stages in their order, then texts that are none, the most frequent first."""
    lifecycle = await get_lifecycle(reader)
    counts = {row[0]: row[1] for row in await reader.rows(COUNTS)}
    total = counts.pop(None)
    strange = sorted((each for each in counts if each not in lifecycle.places), key=lambda each: (-counts[each], each))
    known = [counts.get(stage.key, 0) for stage in lifecycle.stages]
    return {
        "stages": [
            {
                "stage": stage.key,
                "label_th": stage.label_th,
                "label_en": stage.label_en,
                "contacts": known[place],
                "reached": sum(known[place:]),
            }
            for place, stage in enumerate(lifecycle.stages)
        ]
        + [
            {"stage": each, "label_th": None, "label_en": None, "contacts": counts[each], "reached": None}
            for each in strange
        ],
        "without_stage": total - sum(counts.values()),
        "contacts": total,
    }


async def get_way(reader: Reader, contact_id: UUID) -> dict[str, Any]:
    """Raises ContactNotFound, ContactDeleted, MovedError."""
    contact = await reader.one_or_none(STAGE, id=contact_id)
    if contact is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if contact["deleted_at"] is not None:
        await get_contact(reader, contact_id)
    lifecycle, moves = await get_lifecycle(reader), await reader.rows(WAY, id=contact_id)
    stage = contact["lifecycle_stage"]
    return {
        "contact_id": contact_id,
        "stage": stage,
        "since": moves[0]["moved_at"] if moves else contact["created_at"],
        "open": lifecycle.open_from(stage),
        "open_with_reason": lifecycle.open_from(stage, with_reason=True),
        "history": _stays(contact, moves),
    }


def _stays(contact: Row, moves: Sequence[Row]) -> list[dict[str, Any]]:
    """The newest first. The first of all began when the contact did, unless there are more than are shown."""
    stays = []
    left_at: str | None = None
    for move in moves:
        by = {name: move[name] for name in ("from_stage", "moved_by", "source", "reason")}
        stays.append(_stay(move["to_stage"], move["moved_at"], left_at, **by))
        left_at = move["moved_at"]
    if len(moves) < MOST_STAYS:
        first = moves[-1]["from_stage"] if moves else contact["lifecycle_stage"]
        stays.append(
            _stay(first, contact["created_at"], left_at, from_stage=None, moved_by=None, source=None, reason=None)
        )
    return stays[:MOST_STAYS]


def _stay(stage: str | None, entered_at: str, left_at: str | None, **by: Any) -> dict[str, Any]:
    end = datetime.fromisoformat(left_at) if left_at else now()
    seconds = max(0, int((end - datetime.fromisoformat(entered_at)).total_seconds()))
    return {"stage": stage, "entered_at": entered_at, "left_at": left_at, "seconds": seconds, **by}
