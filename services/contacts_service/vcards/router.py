"""/v1/contacts/{contact_id}/vcard"""

from typing import Any
from uuid import UUID

import orjson
from fastapi import Response

from contacts_service.contacts.expansions import EXPANSIONS
from contacts_service.contacts.queries import get_contact
from contacts_service.vcards.writing import MEDIA_TYPE, card_of
from shared.query.expansion import expand
from shared.web import APIRouter, ReaderDep, requires

router = APIRouter(prefix="/v1/contacts/{contact_id}", tags=["vcards"])
CARD = """BEGIN:VCARD
VERSION:4.0
FN:มาลี สุขสันต์
TEL;VALUE=uri;TYPE=cell:tel:+66812345678
END:VCARD
"""
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/vcard": {"schema": {"type": "string"}, "examples": {"example": {"value": CARD}}}},
        "description": "vCard 4.0 (RFC 6350).",
    }
}


class VCardResponse(Response):
    media_type = MEDIA_TYPE


@router.get("/vcard", response_class=VCardResponse, responses=RESPONSES, dependencies=[requires("contacts:read")])
async def get_vcard(reader: ReaderDep, contact_id: UUID) -> Response:
    """Get a contact as a card. vCard 4.0, for address books of phones and mail programs. 410 `resource_deleted`."""
    found = await get_contact(reader, contact_id)
    contact = orjson.loads(found.text)
    await expand(reader, EXPANSIONS, "company", [contact])
    headers = {
        "Content-Disposition": f'attachment; filename="contact-{contact_id}.vcf"',
        "Cache-Control": "private, no-cache",
    }
    return VCardResponse(card_of(contact), headers=headers)
