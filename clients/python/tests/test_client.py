"""Against a running system: SAMPHAN_URL and SAMPHAN_API_KEY say which."""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from samphan_client import ApiError, create_client, if_match, items
from samphan_client.generated import AuthenticatedClient
from samphan_client.generated.api.contacts import (
    contacts_create_contact,
    contacts_get_contact,
    contacts_list_contacts,
    contacts_search_contacts,
    contacts_update_contact,
)
from samphan_client.generated.api.me import me_get_me
from samphan_client.generated.models import Comparison, ComparisonOp, ContactCreate, ContactUpdate, SearchBody

URL = os.environ["SAMPHAN_URL"]
API_KEY = os.environ["SAMPHAN_API_KEY"]


@pytest.fixture
def client() -> Iterator[AuthenticatedClient]:
    with create_client(URL, api_key=API_KEY) as client:
        yield client


@pytest.fixture
def tag() -> str:
    return f"py-{uuid4()}"


def create(client: AuthenticatedClient, full_name: str, tag: str) -> Any:
    return contacts_create_contact.sync(client=client, body=ContactCreate(full_name=full_name, tags=[tag]))


def test_a_contact_is_created_and_read(client: AuthenticatedClient, tag: str) -> None:
    made = create(client, "มาลี สวัสดี", tag)

    read: Any = contacts_get_contact.sync(made.id, client=client)

    assert (read.full_name, read.version) == ("มาลี สวัสดี", 1)


def test_pages_follow_each_other_to_the_end(client: AuthenticatedClient, tag: str) -> None:
    for name in ("หนึ่ง", "สอง", "สาม"):
        create(client, name, tag)

    page = partial(contacts_list_contacts.sync, client=client, limit=2, sort="created_at", tagscontains=tag)

    assert [contact.full_name for contact in items(page)] == ["หนึ่ง", "สอง", "สาม"]


def test_a_change_applies_to_the_version_that_was_read(client: AuthenticatedClient, tag: str) -> None:
    made = create(client, "Ada", tag)
    change = partial(contacts_update_contact.sync, made.id, client=client, **if_match(made))
    changed: Any = change(body=ContactUpdate(nickname="A"))

    with pytest.raises(ApiError) as refused:
        change(body=ContactUpdate(nickname="B"))

    assert changed.version == 2
    assert (refused.value.status, refused.value.code) == (412, "version_mismatch")
    assert refused.value.problem["params"]["current_version"] == 2


def test_invalid_input_names_its_place(client: AuthenticatedClient) -> None:
    with pytest.raises(ApiError) as refused:
        contacts_create_contact.sync(client=client, body=ContactCreate(full_name="Ada", email="no address"))

    assert refused.value.status == 422
    assert refused.value.errors[0]["pointer"] == "/email"


def test_a_search_takes_conditions(client: AuthenticatedClient, tag: str) -> None:
    create(client, "มาลี", tag)
    condition = Comparison(field="tags", op=ComparisonOp.CONTAINS, value=tag)

    found: Any = contacts_search_contacts.sync(client=client, body=SearchBody(filter_=condition))

    assert [contact.full_name for contact in found.data] == ["มาลี"]


class Losing(httpx.HTTPTransport):
    """Sends each request, and loses the first answer."""

    requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        self.requests += 1
        if self.requests == 1:
            response.read()
            raise httpx.ReadError("the answer was lost")
        return response


def test_a_change_whose_answer_was_lost_is_repeated_and_made_once(client: AuthenticatedClient, tag: str) -> None:
    losing = Losing()

    with create_client(URL, api_key=API_KEY, transport=losing) as unlucky:
        made = create(unlucky, "มาลี", tag)

    found = items(partial(contacts_list_contacts.sync, client=client, tagscontains=tag))
    assert [contact.id for contact in found] == [made.id]
    assert losing.requests == 2


class Busy(httpx.HTTPTransport):
    """Refuses the first request as the API does when it is busy."""

    requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.requests > 1:
            return super().handle_request(request)
        problem = {"status": 429, "code": "rate_limited", "detail": "", "errors": [], "retryable": True}
        headers = {"Content-Type": "application/problem+json", "Retry-After": "0"}
        return httpx.Response(429, headers=headers, json=problem)


def test_what_is_retryable_is_repeated_after_the_time_that_was_asked_for() -> None:
    busy = Busy()

    with create_client(URL, api_key=API_KEY, transport=busy) as client:
        me: Any = me_get_me.sync(client=client)

    assert me.kind == "integration"
    assert busy.requests == 2
