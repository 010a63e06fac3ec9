"""The custom fields of companies."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.custom import PARSERS
from contacts_service.fields.giving import Given, Giving, giving
from contacts_service.fields.models import RecordType


async def custom_fields(session: AsyncSession, given: Sequence[Given]) -> Giving:
    """For all companies of a request."""
    return await giving(session, RecordType.COMPANY, given, PARSERS)
