"""Reads of quality."""

from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import String, Table, Text, any_, bindparam, func, literal, select
from sqlalchemy import cast as sql_cast

from contacts_service.contacts.models import ContactNotFound
from contacts_service.contacts.queries import CONTACTS, LIVE, get_contact
from contacts_service.quality.kinds import Kind, told
from contacts_service.quality.models import ContactQuality, QualityClass, QualityRules
from contacts_service.quality.scoring import CLASS, KINDS, SCORE, Rules
from shared.db.record import now
from shared.query import Collection, Field, ListRequest, Page, Query, Reader
from shared.query import Kind as FieldKind
from shared.query.cursor import Cursors

QUALITY = cast("Table", ContactQuality.__table__)
RULES = QualityRules.__table__
FIELDS = [
    Field("id", QUALITY.c.contact_id, FieldKind.UUID, sortable=True, nullable=False),
    Field("type", literal("contact_quality", String), FieldKind.TEXT, filterable=False),
    Field("full_name", CONTACTS.c.full_name, FieldKind.TEXT, nullable=False),
    Field("owner_id", CONTACTS.c.owner_id, FieldKind.UUID),
    Field("score", QUALITY.c.score, FieldKind.INTEGER, sortable=True, nullable=False),
    Field("quality_class", QUALITY.c.quality_class, FieldKind.TEXT, nullable=False),
    Field("issues", QUALITY.c.kinds, FieldKind.TAGS, filterable=False),
]
COLLECTION = Collection(
    "quality",
    QUALITY,
    FIELDS,
    where=[CONTACTS.c.tenant_id == QUALITY.c.tenant_id, CONTACTS.c.id == QUALITY.c.contact_id, LIVE],
    default_sort="score",
)
OF_KIND = bindparam("kind", type_=String()) == any_(QUALITY.c.kinds)
WITH_ISSUES = func.cardinality(QUALITY.c.kinds) > 0
RULES_OF = Query(
    select(
        RULES.c.version,
        sql_cast(RULES.c.weights, Text).label("weights"),
        RULES.c.stale_after_days,
        RULES.c.good_from,
        RULES.c.fair_from,
    ).where(RULES.c.tenant_id == bindparam("tenant_id"))
)
ONE = Query(
    select(CONTACTS.c.deleted_at, SCORE.label("score"), CLASS.label("quality_class"), KINDS.label("kinds")).where(
        CONTACTS.c.tenant_id == bindparam("tenant_id"), CONTACTS.c.id == bindparam("id")
    )
)


def _count(name: str, condition: Any) -> Any:
    return func.count().filter(condition).label(name)


SUMMARY = Query(
    select(
        func.count().label("contacts"),
        sql_cast(func.round(func.avg(QUALITY.c.score), 1), Text).label("average"),
        *(_count(each.value, QUALITY.c.quality_class == each.value) for each in QualityClass),
        *(_count(kind.value, sql_cast(kind.value, String) == any_(QUALITY.c.kinds)) for kind in Kind),
    ).where(QUALITY.c.tenant_id == bindparam("tenant_id"))
)
"""One scan."""


async def get_rules(reader: Reader) -> Rules:
    row = await reader.one_or_none(RULES_OF)
    return Rules.of(None if row is None else {**row, "weights": orjson.loads(row["weights"])})


async def get_quality(reader: Reader, contact_id: UUID, language: str) -> dict[str, Any]:
    """Worked out now; the most costly issues first. Raises ContactNotFound, ContactDeleted, MovedError."""
    rules = await get_rules(reader)
    row = await reader.one_or_none(ONE, id=contact_id, **rules.parameters(now()))
    if row is None:
        raise ContactNotFound(f"There is no contact {contact_id}.")
    if row["deleted_at"] is not None:
        await get_contact(reader, contact_id)
    kinds = sorted(row["kinds"], key=lambda kind: -rules.weights[kind])
    issues = [{**told(kind, language), "weight": rules.weights[kind]} for kind in kinds]
    known = {"score": row["score"], "quality_class": row["quality_class"]}
    return {"contact_id": contact_id, **known, "issues": issues}


async def list_issues(reader: Reader, cursors: Cursors, request: ListRequest, kind: Kind | None, language: str) -> Page:
    """Contacts that have issues, or this kind of issue; the worst first."""
    if kind is None:
        page = await COLLECTION.page(reader, cursors, request, where={"issues": WITH_ISSUES})
    else:
        page = await COLLECTION.page(reader, cursors, request.with_extra(kind=kind.value), where={"kind": OF_KIND})
    for row in page.data:
        if "issues" in row:
            row["issues"] = [told(each, language) for each in row["issues"]]
    return page


async def summarise(reader: Reader, language: str) -> dict[str, Any]:
    """The most frequent kind first; those that nobody has are left out."""
    (row,) = await reader.rows(SUMMARY)
    kinds = sorted((kind.value for kind in Kind if row[kind.value]), key=lambda kind: -row[kind])
    return {
        "contacts": row["contacts"],
        "average_score": None if row["average"] is None else float(row["average"]),
        **{each.value: row[each.value] for each in QualityClass},
        "kinds": [{**told(kind, language), "contacts": row[kind]} for kind in kinds],
    }
