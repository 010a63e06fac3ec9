"""Requests about persons, in the same consumer as the contacts that they are about: so they come in order."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from campaign_service.audiences.consumer import contacts
from campaign_service.audiences.tombstones import bury_contacts
from campaign_service.privacy.events import PersonErased, PrivacyAsked
from campaign_service.privacy.holdings import PROJECTIONS
from shared.privacy import take

__all__ = ["contacts"]


@contacts.each(PrivacyAsked, reaction=True)
async def take_privacy_requests(session: AsyncSession, asked: PrivacyAsked) -> None:
    await take(session, asked, projections=PROJECTIONS)


@contacts.on(PersonErased)
async def forget_erased_persons(session: AsyncSession, events: Sequence[PersonErased]) -> None:
    await bury_contacts(session, [contact_id for event in events for contact_id in event.contact_ids])
