"""Reads of purposes: those of every tenant, with what the tenant has made of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.purposes.defaults import DEFAULTS, Described
from contacts_service.purposes.models import ConsentText, LawfulBasis, Purpose, PurposeNotFound
from shared.query import Query, Reader

P, T = Purpose.__table__, ConsentText.__table__
MAX_PURPOSES = 100
LAST_TEXT = (
    select(func.max(T.c.version)).where(T.c.tenant_id == P.c.tenant_id, T.c.purpose == P.c.key).scalar_subquery()
)
WORDED = [
    P.c.key, P.c.version, P.c.name_th, P.c.name_en, P.c.description_th, P.c.description_en,
    P.c.lawful_basis, P.c.is_archived, P.c.updated_at,
]  # fmt: skip
OWN = (
    select(*WORDED, LAST_TEXT.label("text_version")).where(P.c.tenant_id == bindparam("tenant_id")).limit(MAX_PURPOSES)
)
TEXTS_OF_DEFAULTS = (
    select(
        T.c.purpose.label("key"),
        *(null().label(column.name) for column in WORDED[1:]),
        func.max(T.c.version).label("text_version"),
    )
    .where(
        T.c.tenant_id == bindparam("tenant_id"),
        ~select(literal(1)).where(P.c.tenant_id == T.c.tenant_id, P.c.key == T.c.purpose).exists(),
    )
    .group_by(T.c.purpose)
)
KNOWN = union_all(OWN, TEXTS_OF_DEFAULTS)
ALL = Query(KNOWN)
TEXTS = Query(
    select(T.c.version, T.c.text_th, T.c.text_en, T.c.created_at, T.c.created_by)
    .where(T.c.tenant_id == bindparam("tenant_id"), T.c.purpose == bindparam("purpose"))
    .order_by(T.c.version.desc())
    .limit(200)
)


async def list_purposes(reader: Reader) -> list[Described]:
    """By key, archived ones included; at most a hundred of the tenant's own."""
    return _all([dict(row) for row in await reader.rows(ALL)])


async def get_purpose(reader: Reader, key: str) -> Described:
    """Raises PurposeNotFound."""
    found = next((each for each in await list_purposes(reader) if each.key == key), None)
    if found is None:
        raise PurposeNotFound(f"There is no purpose {key!r}. GET /v1/consent-purposes lists them.")
    return found


async def list_texts(reader: Reader, key: str) -> list[dict[str, Any]]:
    """The newest 200, newest first. Raises PurposeNotFound."""
    await get_purpose(reader, key)
    return [dict(row) for row in await reader.rows(TEXTS, purpose=key)]


async def known_purposes(session: AsyncSession) -> dict[str, Described]:
    """By key, as the transaction sees them."""
    rows = await session.execute(KNOWN, {"tenant_id": session.info["context"].tenant_id})
    return {each.key: each for each in _all([dict(row) for row in rows.mappings()])}


def _all(rows: list[dict[str, Any]]) -> list[Described]:
    known = dict(DEFAULTS)
    for row in rows:
        known[row["key"]] = _described(row)
    return sorted(known.values(), key=lambda each: each.key)


def _described(row: Mapping[str, Any]) -> Described:
    if row["version"] is None:
        return replace(DEFAULTS[row["key"]], text_version=row["text_version"])
    return Described(**{**row, "lawful_basis": LawfulBasis(row["lawful_basis"])})
