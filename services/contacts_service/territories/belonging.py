"""Which customers meet the conditions of which territories, as SQL: for one of them or a thousand."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, any_, exists, func, literal_column, or_, select
from sqlalchemy.sql.expression import FromClause

from contacts_service.territories.models import CONDITIONS, Territory

TERRITORIES = Territory.__table__


def meets(contact: FromClause, territory: FromClause) -> ColumnElement[bool]:
    """A territory without any condition is met by those alone whom it names."""
    some = or_(*(func.cardinality(territory.c[name]) > 0 for name in CONDITIONS))
    return or_(contact.c.id == any_(territory.c.contact_ids), and_(some, *_conditions(contact, territory)))


def belongs(contact: FromClause, territory: FromClause, tenant_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """That it meets it, and no territory that comes before it."""
    earlier = TERRITORIES.alias("earlier")
    before = or_(
        earlier.c.priority < territory.c.priority,
        and_(earlier.c.priority == territory.c.priority, earlier.c.id < territory.c.id),
    )
    rivals = select(earlier.c.id).where(
        earlier.c.tenant_id == tenant_id, earlier.c.deleted_at.is_(None), before, meets(contact, earlier)
    )
    return and_(meets(contact, territory), ~exists(rivals.correlate(contact, territory)))


def _conditions(contact: FromClause, territory: FromClause) -> list[ColumnElement[bool]]:
    wanted = territory.c
    met = {
        "provinces": or_(
            contact.c.home_province == any_(wanted.provinces), _has_address(contact, wanted.provinces, "province")
        ),
        "customer_classes": contact.c.customer_class == any_(wanted.customer_classes),
        "postal_prefixes": _has_address(contact, wanted.postal_prefixes, "postal_code", prefix=True),
        "company_ids": contact.c.company_id == any_(wanted.company_ids),
        "tags": contact.c.tags.overlap(wanted.tags),
    }
    return [or_(func.cardinality(wanted[name]) == 0, met[name]) for name in CONDITIONS]


def _has_address(
    contact: FromClause, values: ColumnElement[Any], part: str, *, prefix: bool = False
) -> ColumnElement[bool]:
    address = func.jsonb_array_elements(contact.c.addresses).table_valued("value").render_derived(name="address")
    found = literal_column(f"address.value ->> '{part}'", String)
    if not prefix:
        return exists(select(address.c.value).where(found == any_(values)))
    wanted = func.unnest(values).table_valued("prefix").render_derived(name="wanted")
    starts = func.starts_with(found, wanted.c.prefix)
    return exists(select(address.c.value).select_from(address.join(wanted, starts)))
