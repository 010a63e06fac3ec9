"""The tree that a company stands in: bounded, in one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, Uuid, bindparam, column, text

from contacts_service.companies.queries import get_company
from shared.query import Query, Reader, Row

MAX_LEVELS = 20
MAX_COMPANIES = 1000

# Deleted companies are no part of a tree: what belongs to one stands at the top of its own. `path` puts each company
# behind the one that it belongs to, and ends the walk if there ever were a circle.
TREE = Query(
    text("""
with recursive up (id, parent_id, level) as (
  select id, parent_id, 0 from companies where tenant_id = :tenant_id and id = :id and deleted_at is null
  union all
  select c.id, c.parent_id, up.level + 1 from up join companies c on c.tenant_id = :tenant_id and c.id = up.parent_id
  where c.deleted_at is null and up.level < :levels
),
down (id, parent_id, name, path, depth) as (
  (select c.id, c.parent_id, c.name, array[c.sort_name, c.id::text], 0 from up
   join companies c on c.tenant_id = :tenant_id and c.id = up.id order by up.level desc limit 1)
  union all
  select c.id, c.parent_id, c.name, down.path || c.sort_name::text || c.id::text, down.depth + 1 from down
  join companies c on c.tenant_id = :tenant_id and c.parent_id = down.id
  where c.deleted_at is null and down.depth < :levels and not c.id::text = any (down.path)
),
tree as (select * from down limit :most)
select id, name, parent_id, depth, (
  select count(*)::int from contacts
  where tenant_id = :tenant_id and company_id = tree.id and deleted_at is null
) as contacts
from tree order by path
""")
    .bindparams(bindparam("id", type_=Uuid), bindparam("levels", type_=Integer), bindparam("most", type_=Integer))
    .columns(column("id", Uuid), column("name", String))
)


async def get_hierarchy(reader: Reader, company_id: UUID) -> dict[str, Any]:
    """Raises CompanyNotFound, CompanyDeleted."""
    rows = await reader.rows(TREE, id=company_id, levels=MAX_LEVELS, most=MAX_COMPANIES + 1)
    if not rows:
        await get_company(reader, company_id)
    is_complete = len(rows) <= MAX_COMPANIES and all(row["depth"] < MAX_LEVELS for row in rows)
    return {"data": _with_totals(rows[:MAX_COMPANIES]), "is_complete": is_complete}


def _with_totals(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Each company comes after the one that it belongs to, so backwards all sums are ready when they are added."""
    companies = {row["id"]: {**row, "all_contacts": row["contacts"]} for row in rows}
    for company in reversed(companies.values()):
        if company["depth"] > 0:
            companies[company["parent_id"]]["all_contacts"] += company["all_contacts"]
    return list(companies.values())
