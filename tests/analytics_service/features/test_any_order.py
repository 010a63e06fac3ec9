"""Any order, any repetition and any cut of a history into batches leads to the same features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_service.features.consumer import features
from shared.messaging.message import Message
from shared.testing.events import dispatch
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.analytics_service.facts import (
    MORNING,
    contact,
    contact_deleted,
    contact_merged,
    interaction,
    interaction_deleted,
    order,
    order_deleted,
)

CONTACTS = [UUID(int=number) for number in range(1, 4)]


@dataclass(frozen=True)
class Fact:
    """One version of a contact, an order or an interaction. `what`: None for a deletion, an id for a merge into it."""

    kind: str
    id: UUID
    version: int
    what: tuple[Any, ...] | UUID | None

    def message(self, tenant: Tenant) -> Message:
        if isinstance(self.what, UUID):
            return contact_merged(tenant, self.id, self.version, self.what)
        return (self._gone if self.what is None else self._seen)(tenant)

    def _gone(self, tenant: Tenant) -> Message:
        made = {"contact": contact_deleted, "order": order_deleted, "interaction": interaction_deleted}
        return made[self.kind](tenant, self.id, self.version)

    def _seen(self, tenant: Tenant) -> Message:
        assert isinstance(self.what, tuple)
        if self.kind == "contact":
            return contact(tenant, self.id, self.version, *self.what)
        if self.kind == "order":
            owner, amount, at, status, currency = self.what
            return order(tenant, self.id, owner, amount, at, version=self.version, status=status, currency=currency)
        owner, at, kind = self.what
        return interaction(tenant, self.id, owner, at, version=self.version, kind=kind)


instants = st.integers(0, 400).map(lambda hours: MORNING + timedelta(hours=7 * hours))
amounts = st.integers(-5_000, 50_000).map(lambda cents: str(Decimal(cents) / 100))
order_states = st.tuples(
    st.sampled_from([*CONTACTS, None]),
    amounts,
    instants,
    st.sampled_from(["placed", "paid", "cancelled"]),
    st.sampled_from(["THB", "THB", "USD"]),
)
interaction_states = st.tuples(st.sampled_from(CONTACTS), instants, st.sampled_from(["call", "visit", "note"]))
contact_states = st.tuples(st.sampled_from(["retail", "wholesale", None]))


def lives(kind: str, ids: Sequence[UUID], states: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Fact]]:
    """Up to four versions of each thing. Contacts are merged into later ones, so that no circle comes about."""
    versions = [
        st.lists(st.one_of(states, st.none(), *_merges(kind, ids[place + 1 :])), max_size=4)
        for place in range(len(ids))
    ]
    return st.tuples(*versions).map(
        lambda all_: [
            Fact(kind, id_, number, what)
            for id_, made in zip(ids, all_, strict=True)
            for number, what in enumerate(made, start=1)
        ]
    )


def _merges(kind: str, others: Sequence[UUID]) -> list[st.SearchStrategy[UUID]]:
    return [st.sampled_from(others)] if kind == "contact" and others else []


histories = st.builds(
    lambda *parts: [fact for part in parts for fact in part],
    lives("contact", CONTACTS, contact_states),
    lives("order", [UUID(int=number) for number in range(11, 17)], order_states),
    lives("interaction", [UUID(int=number) for number in range(21, 25)], interaction_states),
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Fact], list[list[Fact]]]:
    """A history, and its facts shuffled, some repeated, in batches."""
    history = draw(histories)
    again = draw(st.lists(st.sampled_from(history), max_size=8)) if history else []
    shuffled = draw(st.permutations([*history, *again]))
    size = draw(st.integers(1, 12))
    return history, [shuffled[start : start + size] for start in range(0, len(shuffled), size)]


@given(deliveries())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_features_do_not_depend_on_how_events_arrive(
    service: ServiceUnderTest, delivery: tuple[list[Fact], list[list[Fact]]]
) -> None:
    history, batches = delivery
    tenant = service.tenant()
    messages = {fact: fact.message(tenant) for fact in history}

    for batch in batches:
        await dispatch(features, service.database, *(messages[fact] for fact in batch))

    async with service.client(tenant) as client:
        for contact_id in CONTACTS:
            response = await client.get(f"/v1/contacts/{contact_id}/metrics")
            body = response.headers if response.status_code == 308 else response.json()
            assert told(response.status_code, body) == expected(history, contact_id)


def told(status: int, body: Any) -> Any:
    if status == 308:
        return body["location"]
    if status != 200:
        return status
    amounts = [body["monetary"], *body["other_revenue"]]
    return {
        "class": body["customer_class"],
        "frequency": body["frequency"],
        "revenue": {each["currency"]: Decimal(each["amount"]) for each in amounts if each},
        "currency": body["currency"],
        "average": body["average_order"] and Decimal(body["average_order"]["amount"]),
        "first": instant(body["first_order_at"]),
        "last": instant(body["last_order_at"]),
        "between": body["days_between_orders"],
        "contacts": body["contact_count"],
        "last_contact": instant(body["last_contact_at"]),
    }


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def expected(history: Sequence[Fact], contact_id: UUID) -> Any:
    """The same from the last version of each thing, in plain Python."""
    newest = {(fact.kind, fact.id): fact for fact in history}
    itself = newest.get(("contact", contact_id))
    survivor = survivor_of(newest, contact_id)
    if survivor != contact_id:
        return f"/v1/contacts/{survivor}/metrics"
    if itself is not None and itself.what is None:
        return 410
    orders = [fact.what for (kind, _), fact in newest.items() if kind == "order" and isinstance(fact.what, tuple)]
    mine = [what for what in orders if survivor_of(newest, what[0]) == contact_id and what[3] != "cancelled"]
    bought = [what for what in mine if Decimal(what[1]) >= 0]
    talks = [fact.what for (kind, _), fact in newest.items() if kind == "interaction" and isinstance(fact.what, tuple)]
    spoken = [what for what in talks if survivor_of(newest, what[0]) == contact_id and what[2] != "note"]
    if not mine and not spoken and itself is None:
        return 404
    counts = {what[4]: sum(each[4] == what[4] for each in bought) for what in mine}
    currency = min(counts, key=lambda each: (-counts[each], each)) if counts else None
    revenue = {each: sum((Decimal(w[1]) for w in mine if w[4] == each), Decimal()) for each in counts}
    times = sorted(what[2] for what in bought)
    return {
        "class": itself.what[0] if itself is not None and isinstance(itself.what, tuple) else None,
        "frequency": len(bought),
        "revenue": revenue,
        "currency": currency,
        "average": rounded(revenue[currency], counts[currency]) if currency and counts[currency] else None,
        "first": times[0] if times else None,
        "last": times[-1] if times else None,
        "between": float(mean_days(times)) if len(times) > 1 else None,
        "contacts": len(spoken),
        "last_contact": max((what[1] for what in spoken), default=None),
    }


def survivor_of(newest: Mapping[tuple[str, UUID], Fact], contact_id: UUID | None) -> UUID | None:
    while contact_id is not None and isinstance(
        into := getattr(newest.get(("contact", contact_id)), "what", None), UUID
    ):
        contact_id = into
    return contact_id


def mean_days(times: Sequence[datetime]) -> Decimal:
    return rounded(Decimal((times[-1] - times[0]).total_seconds()) / 86400, len(times) - 1)


def rounded(value: Decimal, parts: int) -> Decimal:
    return (value / parts).quantize(Decimal("0.01"), ROUND_HALF_UP)
