"""/v1/contactability, /v1/contacts/{id}/contactability"""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from contacts_service.channels import Channel
from contacts_service.consents.queries import demand_contact
from contacts_service.contactability import queries
from contacts_service.contactability.queries import Asked
from contacts_service.contactability.schemas import Contactabilities, Contactability, ContactabilityAsk, OneChannel
from contacts_service.purposes.schemas import Key
from contacts_service.suppressions.deps import DigestsDep
from shared.web import APIRouter, ReaderDep, requires
from shared.web.responses import json_response

router = APIRouter(prefix="/v1", tags=["contactability"])
READ = [requires("contacts:read")]


@router.get("/contacts/{contact_id}/contactability", response_model=Contactability, dependencies=READ)
async def get_contactability(
    reader: ReaderDep,
    digests: DigestsDep,
    contact_id: UUID,
    channel: Annotated[OneChannel, Query(description="By which channel.")] = Channel.EMAIL,
    purpose: Annotated[Key, Query(description="For which purpose.")] = "marketing",
    topic_id: Annotated[UUID | None, Query(description="About which topic: its purpose counts.")] = None,
) -> Response:
    """Ask whether a contact may be contacted. With every reason against it; opt-outs always win."""
    await demand_contact(reader, contact_id)
    asked = Asked(channel, purpose, topic_id, in_query=True)
    [found] = await queries.contactability(reader, digests, [contact_id], asked)
    return json_response(found)


@router.post("/contactability", response_model=Contactabilities, dependencies=READ)
async def check_contactability(reader: ReaderDep, digests: DigestsDep, body: ContactabilityAsk) -> Response:
    """Ask whether up to 1000 contacts may be contacted. In the order of the ids; unknown ones may not."""
    asked = Asked(body.channel, body.purpose, body.topic_id)
    return json_response({"data": await queries.contactability(reader, digests, body.contact_ids, asked)})
