"""Requests about persons, in the same consumer as the contacts that they are about: so they come in order."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from interaction_service.known_contacts.keys import keys_of
from interaction_service.known_contacts.models import EMAIL
from interaction_service.known_contacts.tombstones import bury_contacts
from interaction_service.orders.consumer import consumer
from interaction_service.privacy.events import PersonErased, PrivacyAsked
from interaction_service.privacy.holdings import PROJECTIONS
from shared.privacy import ref_word, take, word

__all__ = ["consumer"]


@consumer.each(PrivacyAsked, reaction=True)
async def take_privacy_requests(session: AsyncSession, asked: PrivacyAsked) -> None:
    """Before the projection forgets by what the person is known."""
    keys = [key for each in (await keys_of(session, asked.contact_ids)).values() for key in each]
    words = [word(ref) if system == EMAIL else ref_word(system, ref) for system, ref in keys]
    await take(session, asked, words=words, projections=PROJECTIONS)


@consumer.on(PersonErased)
async def forget_erased_persons(session: AsyncSession, events: Sequence[PersonErased]) -> None:
    await bury_contacts(session, [contact_id for event in events for contact_id in event.contact_ids])
