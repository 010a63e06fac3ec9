"""Requests about persons, in the same consumer as the contacts that they are about: so they come in order."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from analytics_service.features.consumer import features
from analytics_service.features.tombstones import bury_customers
from analytics_service.privacy.events import PersonErased, PrivacyAsked
from analytics_service.privacy.holdings import PROJECTIONS
from shared.privacy import take

__all__ = ["features"]


@features.each(PrivacyAsked, reaction=True)
async def take_privacy_requests(session: AsyncSession, asked: PrivacyAsked) -> None:
    await take(session, asked, projections=PROJECTIONS)


@features.on(PersonErased)
async def forget_erased_persons(session: AsyncSession, events: Sequence[PersonErased]) -> None:
    await bury_customers(session, [contact_id for event in events for contact_id in event.contact_ids])
