"""Commands on preference links, and what their owners decide."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.channels import Channel
from contacts_service.consents.deciding import Purposes, new_decision
from contacts_service.consents.models import Decision
from contacts_service.consents.schemas import ConsentDecide
from contacts_service.consents.service import consents_of, lock_contacts, record_decisions
from contacts_service.preferences.links import FIND_LINK, demand_link
from contacts_service.preferences.models import PreferenceLink, PreferenceLinkNotFound
from contacts_service.preferences.schemas import PreferencesPut
from contacts_service.purposes.models import CHOICES
from contacts_service.purposes.queries import known_purposes
from contacts_service.suppressions.models import Digests
from contacts_service.topics.models import Topic, UnknownTopic
from contacts_service.topics.service import Choice, choose, live_topics
from shared.db.record import now
from shared.errors import FieldError
from shared.ids import new_id

LINK = "preference_link"
ONE_CLICK = "one_click"
Decided = Mapping[tuple[str, str], str]
"""State by purpose and channel."""


async def create_link(session: AsyncSession, contact_id: UUID, *, days: int, topic_id: UUID | None) -> PreferenceLink:
    """For a contact that is locked. Raises UnknownTopic."""
    context = session.info["context"]
    if topic_id is not None and await session.get(Topic, (context.tenant_id, topic_id)) is None:
        detail = f"There is no topic {topic_id}. GET /v1/topics lists them."
        raise UnknownTopic(detail, errors=[FieldError("unknown_topic", detail, pointer="/topic_id")])
    moment = now()
    link = PreferenceLink(
        tenant_id=context.tenant_id,
        id=new_id(),
        contact_id=contact_id,
        topic_id=topic_id,
        created_at=moment,
        created_by=context.actor_id,
        expires_at=moment + timedelta(days=days),
    )
    session.add(link)
    await session.flush()
    return link


async def revoke_link(session: AsyncSession, contact_id: UUID, link_id: UUID) -> None:
    """Does nothing to a link that is revoked. Raises PreferenceLinkNotFound."""
    link = await session.get(PreferenceLink, (session.info["context"].tenant_id, link_id), with_for_update=True)
    if link is None or link.contact_id != contact_id:
        raise PreferenceLinkNotFound(f"The contact has no preference link {link_id}.")
    link.revoked_at = link.revoked_at or now()


async def change(session: AsyncSession, digests: Digests, link_id: UUID, given: PreferencesPut) -> None:
    """What the owner of a link wants. A deleted contact may still opt out.

    Raises PreferenceLinkNotFound, PreferenceLinkEnded, UnknownPurpose, UnknownText, UnknownTopic.
    """
    link = await _open(session, link_id)
    if given.unsubscribe_from_all:
        await _leave_everything(session, digests, link["contact_id"], LINK, link_id)
    purposes = await known_purposes(session)
    wanted = [ConsentDecide(**each.model_dump(), source=LINK, evidence=_proof(link_id)) for each in given.consents]
    await _record(session, digests, link["contact_id"], wanted, purposes)
    choices = [
        Choice(each.topic_id, each.subscribed, each.frequency and each.frequency.value, each.paused_until, LINK)
        for each in given.topics
    ]
    await choose(session, link["contact_id"], choices)


async def unsubscribe(session: AsyncSession, digests: Digests, link_id: UUID) -> None:
    """One click (RFC 8058): from the link's topic, or from everything. Raises PreferenceLinkNotFound, …Ended."""
    link = await _open(session, link_id)
    if link["topic_id"] is None:
        await _leave_everything(session, digests, link["contact_id"], ONE_CLICK, link_id)
    else:
        await _leave(session, link["contact_id"], [link["topic_id"]], ONE_CLICK)


async def _open(session: AsyncSession, link_id: UUID) -> Mapping[str, Any]:
    """The link, its contact locked."""
    given = {"tenant_id": session.info["context"].tenant_id, "id": link_id}
    found = (await session.execute(FIND_LINK, given)).mappings().one_or_none()
    link = demand_link(dict(found) if found else None, now())
    await lock_contacts(session, [link["contact_id"]])
    return link


async def _leave_everything(
    session: AsyncSession, digests: Digests, contact_id: UUID, source: str, link_id: UUID
) -> None:
    """Withdraws what is left to the person's choice. What a contract or the law demands goes on."""
    purposes = await known_purposes(session)
    said = {"channel": Channel.ALL, "decision": Decision.WITHDRAWN, "source": source, "evidence": _proof(link_id)}
    wanted = [
        ConsentDecide.model_validate({**said, "purpose": each.key})
        for each in purposes.values()
        if each.lawful_basis in CHOICES
    ]
    await _record(session, digests, contact_id, wanted, purposes)
    await _leave(session, contact_id, [topic.id for topic in await live_topics(session)], source)


async def _leave(session: AsyncSession, contact_id: UUID, topic_ids: Sequence[UUID], source: str) -> None:
    live = {topic.id for topic in await live_topics(session)}
    leaving = [Choice(each, False, None, None, source) for each in topic_ids if each in live]
    await choose(session, contact_id, leaving)


async def _record(
    session: AsyncSession,
    digests: Digests,
    contact_id: UUID,
    wanted: Sequence[ConsentDecide],
    purposes: Purposes,
) -> None:
    """Repeating what counts already adds nothing to the ledger."""
    decided = {(row["purpose"], row["channel"]): row["state"] for row in await consents_of(session, contact_id)}
    news = list(_news(wanted, decided))
    decisions = [new_decision(contact_id, each, purposes, "/consents") for each in news]
    await record_decisions(session, digests, decisions)


def _news(wanted: Sequence[ConsentDecide], decided: Decided) -> Iterator[ConsentDecide]:
    for each in wanted:
        states = [state for (purpose, channel), state in decided.items() if _covers(each, purpose, channel)]
        own = decided.get((each.purpose, each.channel.value))
        if own != each.decision.value or any(state != each.decision.value for state in states):
            yield each


def _covers(wish: ConsentDecide, purpose: str, channel: str) -> bool:
    return purpose == wish.purpose and wish.channel.value in (channel, Channel.ALL.value)


def _proof(link_id: UUID) -> str:
    return f"preference link {link_id}"
