"""Reads of preference links, and of what their owner may see."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from contacts_service.channels import Channel
from contacts_service.consents.models import Decision
from contacts_service.consents.queries import demand_contact, standings
from contacts_service.preferences.links import FIND_LINK, demand_link
from contacts_service.preferences.models import PreferenceLink
from contacts_service.purposes.defaults import Described
from contacts_service.purposes.models import CHOICES, DO_NOT_CONTACT, ConsentText
from contacts_service.purposes.queries import list_purposes
from contacts_service.topics.queries import choices_of
from shared.query import Query, Reader

L, T = PreferenceLink.__table__, ConsentText.__table__
LINK = Query(FIND_LINK)
OF_CONTACT = Query(
    select(
        *(column for column in L.columns if column.name != "tenant_id"),
        literal("preference_link", String).label("type"),
    )
    .where(L.c.tenant_id == bindparam("tenant_id"), L.c.contact_id == bindparam("contact_id", type_=Uuid))
    .order_by(L.c.id.desc())
    .limit(200)
)
NEWEST_TEXTS = Query(
    select(T.c.purpose, T.c.text_th, T.c.text_en)
    .where(T.c.tenant_id == bindparam("tenant_id"))
    .ext(distinct_on(T.c.purpose))
    .order_by(T.c.purpose, T.c.version.desc())
)
Row = Mapping[str, Any]


async def list_links(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """The newest 200. Raises ContactNotFound, ContactDeleted."""
    await demand_contact(reader, contact_id)
    return [dict(row) for row in await reader.rows(OF_CONTACT, contact_id=contact_id)]


async def preferences(reader: Reader, link_id: UUID, language: str, at: str) -> dict[str, Any]:
    """In one language. `at` is now, as rows have instants. Raises PreferenceLinkNotFound, PreferenceLinkEnded."""
    found = await reader.one_or_none(LINK, id=link_id)
    link = demand_link(dict(found) if found else None, at)
    decided = await standings(reader, [link["contact_id"]])
    texts = {row["purpose"]: row[f"text_{language}"] for row in await reader.rows(NEWEST_TEXTS)}
    return {
        "language": language,
        "contact": {"email": masked_email(link["email"]), "phone": masked_phone(link["phone"])},
        "expires_at": link["expires_at"],
        "topic_id": link["topic_id"],
        "purposes": [
            _purpose(each, decided, texts.get(each.key), language)
            for each in await list_purposes(reader)
            if each.lawful_basis in CHOICES and not each.is_archived
        ],
        "topics": [_topic(row, language) for row in await choices_of(reader, link["contact_id"])],
        "do_not_contact": [
            row["channel"]
            for row in decided
            if row["purpose"] == DO_NOT_CONTACT and row["state"] == Decision.WITHDRAWN.value
        ],
    }


def masked_email(email: str | None) -> str | None:
    """`m***@example.com`"""
    if email is None:
        return None
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def masked_phone(phone: str | None) -> str | None:
    """`***5678`"""
    return None if phone is None else f"***{phone[-4:]}"


def _purpose(purpose: Described, decided: Sequence[Row], text: str | None, language: str) -> dict[str, Any]:
    return {
        "purpose": purpose.key,
        "name": getattr(purpose, f"name_{language}"),
        "description": getattr(purpose, f"description_{language}"),
        "lawful_basis": purpose.lawful_basis.value,
        "text": text,
        "text_version": purpose.text_version,
        "channels": [
            {"channel": Channel(row["channel"]).value, "state": row["state"]}
            for row in decided
            if row["purpose"] == purpose.key
        ],
    }


def _topic(row: Row, language: str) -> dict[str, Any]:
    shown = {name: row[name] for name in ("topic_id", "subscribed", "frequency", "paused_until")}
    return {**shown, "name": row[f"name_{language}"], "description": row[f"description_{language}"]}
