"""Whether up to a thousand contacts may be contacted: one read of each kind of fact for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from contacts_service.channels import KIND_OF, Channel
from contacts_service.consents.queries import standings
from contacts_service.contactability.judging import Facts, reasons
from contacts_service.contacts.models import Contact, ContactKey
from contacts_service.purposes.defaults import Described
from contacts_service.purposes.models import UnknownPurpose
from contacts_service.purposes.queries import list_purposes
from contacts_service.suppressions.models import Digests
from contacts_service.suppressions.queries import suppressed
from contacts_service.suppressions.service import group_addresses
from contacts_service.topics.models import Subscription, TopicDeleted, TopicNotFound, UnknownTopic
from contacts_service.topics.queries import get_topic
from shared.db.record import now
from shared.errors import FieldError
from shared.instants import rfc3339
from shared.query import Query, Reader

C, K, S = Contact.__table__, ContactKey.__table__, Subscription.__table__
IDS = bindparam("ids", type_=ARRAY(Uuid))
EXISTING = Query(select(C.c.id, C.c.deleted_at).where(C.c.tenant_id == bindparam("tenant_id"), C.c.id == any_(IDS)))
KEYS = Query(
    select(K.c.contact_id, K.c.kind, K.c.value).where(
        K.c.tenant_id == bindparam("tenant_id"), K.c.contact_id == any_(IDS)
    )
)
CHOICES = Query(
    select(
        S.c.contact_id, S.c.is_subscribed.label("subscribed"), S.c.paused_until, S.c.updated_at.label("changed_at")
    ).where(S.c.tenant_id == bindparam("tenant_id"), S.c.contact_id == any_(IDS), S.c.topic_id == bindparam("topic_id"))
)
Topic = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """`in_query`: where the client asked it, for what is wrong with it."""

    channel: Channel
    purpose: str
    topic_id: UUID | None = None
    in_query: bool = False

    def error(self, name: str, code: str, detail: str) -> FieldError:
        place = {"parameter": name} if self.in_query else {"pointer": f"/{name}"}
        return FieldError(code, detail, **place)


async def contactability(
    reader: Reader, digests: Digests, contact_ids: Sequence[UUID], asked: Asked
) -> list[dict[str, Any]]:
    """In the order of the ids. Raises UnknownPurpose, UnknownTopic."""
    topic = await _topic(reader, asked)
    purpose = await _purpose(reader, asked, topic["purpose"] if topic else asked.purpose)
    facts = await _facts(reader, digests, contact_ids, asked.channel, topic)
    at = rfc3339(now())
    data = []
    for contact_id in contact_ids:
        told = list(reasons(facts[str(contact_id)], asked.channel, purpose, at=at, topic=topic is not None))
        data.append(
            {
                "contact_id": contact_id,
                "channel": asked.channel.value,
                "purpose": purpose.key,
                "lawful_basis": purpose.lawful_basis.value,
                "may_contact": not told,
                "reasons": told,
            }
        )
    return data


async def _facts(
    reader: Reader, digests: Digests, contact_ids: Sequence[UUID], channel: Channel, topic: Topic | None
) -> dict[str, Facts]:
    facts = {str(contact_id): Facts() for contact_id in contact_ids}
    for row in await reader.rows(EXISTING, ids=contact_ids):
        facts[row["id"]].exists, facts[row["id"]].deleted_at = True, row["deleted_at"]
    for standing in await standings(reader, contact_ids):
        facts[standing["contact_id"]].standings.append(standing)
    await _add_addresses(reader, digests, contact_ids, channel, facts)
    if topic is not None:
        default = {"subscribed": topic["subscribed_by_default"], "paused_until": None, "changed_at": None}
        rows = await reader.rows(CHOICES, ids=contact_ids, topic_id=topic["id"])
        chosen = {row["contact_id"]: dict(row) for row in rows}
        for contact_id, each in facts.items():
            each.choice = chosen.get(contact_id, default)
    return facts


async def _add_addresses(
    reader: Reader, digests: Digests, contact_ids: Sequence[UUID], channel: Channel, facts: dict[str, Facts]
) -> None:
    """Those that the channel uses. Of several addresses one that is suppressed is enough: it is one person's wish."""
    if channel not in KIND_OF:
        return
    kind = KIND_OF[channel].value
    grouped = group_addresses(await reader.rows(KEYS, ids=contact_ids))
    mine = {str(owner): [each for each in all_of if each[0] == kind] for owner, all_of in grouped.items()}
    found = await suppressed(reader, digests, [address for each in mine.values() for address in each])
    for contact_id, addresses in mine.items():
        facts[contact_id].kinds = frozenset(each[0] for each in addresses)
        facts[contact_id].suppressions = [row for address in addresses for row in found.get(address, ())]


async def _purpose(reader: Reader, asked: Asked, key: str) -> Described:
    found = {each.key: each for each in await list_purposes(reader)}.get(key)
    if found is None:
        detail = f"The purpose {key!r} is unknown. GET /v1/consent-purposes lists those there are."
        raise UnknownPurpose(detail, errors=[asked.error("purpose", "unknown_purpose", detail)])
    return found


async def _topic(reader: Reader, asked: Asked) -> Topic | None:
    if asked.topic_id is None:
        return None
    try:
        return await get_topic(reader, asked.topic_id)
    except (TopicNotFound, TopicDeleted) as error:
        detail = f"There is no topic {asked.topic_id}. GET /v1/topics lists them."
        raise UnknownTopic(detail, errors=[asked.error("topic_id", "unknown_topic", detail)]) from error
