import random
from typing import Any

from sqlalchemy import text

from shared.db import Database
from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.interaction_service.facts import Facts

KNOWN = text("select version, full_name, emails, external_ids, deleted from known_contacts where id = :id")
KEYS = text("select system, ref from known_contact_keys where contact_id = :id order by system, ref")


async def known(database: Database, tenant: Tenant, contact_id: Any) -> tuple[Any, list[Any]]:
    async with database.transaction(tenant.context) as session:
        row = (await session.execute(KNOWN, {"id": contact_id})).one()
        keys = (await session.execute(KEYS, {"id": contact_id})).all()
        return row, [tuple(key) for key in keys]


async def test_the_newest_version_wins_in_any_order_and_twice(
    service: ServiceUnderTest, tenant: Tenant, facts: Facts
) -> None:
    contact_id = new_id()
    history = [
        facts.message(contact_id, 1, full_name="Ada", emails=["a@example.com"]),
        facts.message(contact_id, 2, what="updated", full_name="Ada King", emails=["b@example.com"]),
        facts.message(contact_id, 3, what="deleted"),
        facts.message(contact_id, 4, what="restored", full_name="Ada Lovelace", emails=["c@example.com"]),
    ]
    shuffled = history * 2
    random.Random(7).shuffle(shuffled)

    for message in shuffled:
        await facts.dispatch([message])
    await facts.dispatch(history)

    row, keys = await known(service.database, tenant, contact_id)
    assert (row.version, row.full_name, row.emails, row.deleted) == (4, "Ada Lovelace", ["c@example.com"], False)
    assert keys == [("email", "c@example.com")]


async def test_a_deletion_that_overtakes_the_creation_stays(
    service: ServiceUnderTest, tenant: Tenant, facts: Facts
) -> None:
    contact_id = new_id()

    await facts.contact(contact_id, 2, what="deleted")
    await facts.contact(contact_id, 1, emails=["a@example.com"])

    row, keys = await known(service.database, tenant, contact_id)
    assert (row.version, row.deleted, row.full_name) == (2, True, None)
    assert keys == []


async def test_a_batch_keeps_contacts_with_the_names_others_have_for_them(
    service: ServiceUnderTest, tenant: Tenant, facts: Facts
) -> None:
    ids = [new_id() for _ in range(300)]
    batch = [
        facts.message(contact_id, external_ids=[{"system": "cdnow", "id": f"{number:05}"}])
        for number, contact_id in enumerate(ids)
    ]

    await facts.dispatch(batch)

    row, keys = await known(service.database, tenant, ids[42])
    assert row.external_ids == [{"system": "cdnow", "id": "00042"}]
    assert keys == [("cdnow", "00042")]
    assert await tenant.count("known_contacts") == 300


async def test_another_tenant_does_not_see_it(service: ServiceUnderTest, facts: Facts) -> None:
    await facts.contact(new_id())

    assert await service.tenant().count("known_contacts") == 0
