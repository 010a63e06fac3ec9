"""The custom fields of contacts."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.contacts.values import clean_text, parse_email, parse_phone
from contacts_service.fields.giving import Given, Giving, giving
from contacts_service.fields.models import RecordType, ValueType
from contacts_service.fields.values import Parsers

PARSERS: Parsers = {ValueType.TEXT: clean_text, ValueType.EMAIL: parse_email, ValueType.PHONE: parse_phone}


async def custom_fields(session: AsyncSession, given: Sequence[Given]) -> Giving:
    """For all contacts of a request."""
    return await giving(session, RecordType.CONTACT, given, PARSERS)
