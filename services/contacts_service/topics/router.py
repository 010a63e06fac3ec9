"""/v1/topics, /v1/contacts/{id}/subscriptions"""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict

from contacts_service.consents.service import lock_live
from contacts_service.topics import queries, service
from contacts_service.topics.schemas import (
    SubscriberList,
    SubscriptionList,
    SubscriptionPut,
    TopicCreate,
    TopicList,
    TopicRead,
    TopicUpdate,
)
from shared.web import (
    APIRouter,
    CursorsDep,
    IfMatch,
    IfNoneMatch,
    ReaderDep,
    SessionDep,
    created,
    listed,
    no_content,
    record,
    requires,
    updated,
)
from shared.web.lists import CursorText, Limit, ListParams, list_params, list_request
from shared.web.responses import json_response

LOCATION = "/v1/topics"
router = APIRouter(prefix="/v1", tags=["topics"])
READ = [requires("contacts:read")]
WRITE = [requires("contacts:write")]
CONFIGURE = [requires("contacts:configure")]

if TYPE_CHECKING:
    TopicFilters = ListParams
else:
    TopicFilters = list_params("TopicFilters", queries.COLLECTION, ListParams)


class SubscriberParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: Limit = 50
    cursor: CursorText = None


@router.post("/topics", status_code=201, response_model=TopicRead, dependencies=CONFIGURE)
async def create_topic(session: SessionDep, body: TopicCreate) -> Response:
    """Create a topic. 409 `topic_key_taken`. Needs the scope contacts:configure."""
    return created(await service.create_topic(session, body.model_dump()), TopicRead, location=LOCATION)


@router.get("/topics", response_model=TopicList, dependencies=READ)
async def list_topics(
    request: Request, reader: ReaderDep, cursors: CursorsDep, params: Annotated[TopicFilters, Query()]
) -> Response:
    """List topics. By key unless sorted otherwise."""
    page = await queries.COLLECTION.page(reader, cursors, list_request(queries.COLLECTION, params))
    return listed(request, page)


@router.get("/topics/{topic_id}", response_model=TopicRead, dependencies=READ)
async def get_topic(reader: ReaderDep, topic_id: UUID, if_none_match: IfNoneMatch = None) -> Response:
    """Get a topic. 410 `resource_deleted`."""
    return record(await queries.get_topic(reader, topic_id), if_none_match)


@router.patch("/topics/{topic_id}", response_model=TopicRead, dependencies=CONFIGURE)
async def update_topic(session: SessionDep, topic_id: UUID, body: TopicUpdate, if_match: IfMatch) -> Response:
    """Change a topic. Only what the body names changes (merge patch)."""
    return updated(await service.update_topic(session, topic_id, body.given(), if_version=if_match), TopicRead)


@router.delete("/topics/{topic_id}", status_code=204, dependencies=CONFIGURE)
async def delete_topic(session: SessionDep, topic_id: UUID, if_match: IfMatch) -> Response:
    """Delete a topic. What people chose is kept, but nobody gets it any more."""
    await service.delete_topic(session, topic_id, if_version=if_match)
    return no_content()


@router.get("/topics/{topic_id}/subscribers", response_model=SubscriberList, dependencies=READ)
async def list_subscribers(
    request: Request,
    reader: ReaderDep,
    cursors: CursorsDep,
    topic_id: UUID,
    params: Annotated[SubscriberParams, Query()],
) -> Response:
    """List the subscribers of a topic. Oldest contacts first.

    Those who have not chosen are among them if the topic is subscribed to by default. Whether each may be contacted
    `POST /v1/contactability` tells.
    """
    return listed(
        request, await queries.subscribers(reader, cursors, topic_id, limit=params.limit, cursor=params.cursor)
    )


@router.get("/contacts/{contact_id}/subscriptions", response_model=SubscriptionList, dependencies=READ)
async def get_subscriptions(reader: ReaderDep, contact_id: UUID) -> Response:
    """Get a contact's subscriptions. Of every topic: what it chose, or what the topic says where it did not."""
    return json_response({"data": await queries.subscriptions_of(reader, contact_id)})


@router.put("/contacts/{contact_id}/subscriptions/{topic_id}", status_code=204, dependencies=WRITE)
async def put_subscription(session: SessionDep, contact_id: UUID, topic_id: UUID, body: SubscriptionPut) -> Response:
    """Subscribe a contact to a topic, or unsubscribe it. Also how often, and a pause."""
    await lock_live(session, contact_id)
    frequency = body.frequency.value if body.frequency else None
    choice = service.Choice(topic_id, body.subscribed, frequency, body.paused_until, body.source)
    await service.choose(session, contact_id, [choice])
    return no_content()
