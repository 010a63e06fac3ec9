"""What every service promises, whatever its slices: checks that a service's own tests call with its records.

Each returns what broke the promise, so that an assertion on an empty list shows it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import text

from shared.ids import new_id
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant

TENANT_TABLES = text("""
    select c.relname, c.relrowsecurity and c.relforcerowsecurity
      and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant') as locked
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1
""")
WRITES = ("post", "put", "patch", "delete")


class Operation(NamedTuple):
    method: str
    path: str
    parameters: tuple[str, ...]

    def url(self, values: Mapping[str, str]) -> str:
        path = self.path
        for name in self.parameters:
            path = path.replace(f"{{{name}}}", values.get(name) or str(new_id()))
        return path


def operations(service: ServiceUnderTest) -> Iterator[Operation]:
    for path, item in service.app.openapi()["paths"].items():
        for method, operation in item.items():
            names = tuple(each["name"] for each in operation.get("parameters", ()) if each["in"] == "path")
            yield Operation(method, path, names)


async def unlocked_tables(service: ServiceUnderTest) -> list[str]:
    """Tables with `tenant_id` without forced row-level security and a policy."""
    async with service.system.transaction() as session:
        tables = (await session.execute(TENANT_TABLES)).all()
    assert tables, "the catalogue was read"
    return [table.relname for table in tables if not table.locked]


async def writes_without_the_scope(service: ServiceUnderTest, tenant: Tenant, ids: Mapping[str, str]) -> list[str]:
    """Writes that a caller without any scope is not refused, or that change the tenant's state nevertheless.

    `ids` are ids of the tenant's records by path parameter, so that a refusal cannot hide behind a 404.
    """
    broken = []
    async with service.client(tenant, "nothing:read") as client:
        for operation in operations(service):
            if operation.method in WRITES:
                before = await state(service, tenant)
                answer = await client.request(operation.method, operation.url(ids), json={})
                unknown = answer.status_code == 404 and not set(operation.parameters) <= set(ids)
                if (answer.status_code != 403 and not unknown) or await state(service, tenant) != before:
                    broken.append(f"{operation.method} {operation.path}: {answer.status_code}")
    return broken


async def sights_of_a_stranger(service: ServiceUnderTest, tenant: Tenant, ids: Mapping[str, str]) -> list[str]:
    """Operations by which another tenant, with every scope, reaches the records `ids` or changes the state."""
    broken = []
    before = await state(service, tenant)
    async with service.client(service.tenant()) as stranger:
        for operation in operations(service):
            known = [name for name in operation.parameters if name in ids]
            if known:
                answer = await stranger.request(operation.method, operation.url(ids), json=_body(operation))
                if answer.is_success:
                    broken.append(f"{operation.method} {operation.path}: {answer.status_code}")
            elif operation.method == "get" and not operation.parameters:
                answer = await stranger.get(operation.path)
                if any(value in answer.text for value in ids.values()):
                    broken.append(f"{operation.method} {operation.path}")
    if await state(service, tenant) != before:
        broken.append("the tenant's state changed")
    return broken


def _body(operation: Operation) -> Any:
    return {} if operation.method in WRITES else None


async def state(service: ServiceUnderTest, tenant: Tenant) -> dict[str, tuple[int, int]]:
    """Number and hash of the tenant's rows in each table."""
    async with service.system.transaction() as session:
        tables = [table.relname for table in (await session.execute(TENANT_TABLES)).all()]
    found = {}
    async with service.database.transaction(tenant.context) as session:
        for table in tables:
            hashed = "count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)"
            query = f"select {hashed} from {table} t"  # noqa: S608 - from the catalogue
            row = (await session.execute(text(query))).one()
            found[table] = (row[0], int(row[1]))
    return found
