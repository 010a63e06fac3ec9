"""What a contact can be read with: its company in short. The companies' slice knows this one, so it is not asked."""

from sqlalchemy import ARRAY, DateTime, String, Uuid, any_, bindparam, column, literal, select, table
from sqlalchemy.sql.elements import ColumnClause

from shared.query import Query
from shared.query.expansion import Expansion, Expansions

SHOWN: list[ColumnClause[object]] = [
    column("id", Uuid),
    column("version"),
    column("name", String),
    column("tax_id", String),
    column("website", String),
    column("industry", String),
    column("customer_class", String),
    column("parent_id", Uuid),
    column("owner_id", Uuid),
    column("tags", ARRAY(String)),
]
COMPANIES = table("companies", column("tenant_id", Uuid), column("deleted_at", DateTime(timezone=True)), *SHOWN)
LIVE_COMPANIES = Query(
    select(literal("company", String).label("type"), *SHOWN)
    .select_from(COMPANIES)
    .where(
        COMPANIES.c.tenant_id == bindparam("tenant_id"),
        COMPANIES.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        COMPANIES.c.deleted_at.is_(None),
    )
)
PARENT = Expansion("parent_id", LIVE_COMPANIES)
EXPANSIONS: Expansions = {"company": Expansion("company_id", LIVE_COMPANIES, {"parent": PARENT})}
