"""Reads of features."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from analytics_service.features.models import KNOWN, ContactDeleted, ContactNotFound
from shared.query import Query, Reader
from shared.query.successors import merged

METRICS = Query(
    text(f"""
select contact_id,
  (select survivor_id from successors where tenant_id = :tenant_id and id = :contact_id) as survivor_id,
  contact_deleted, customer_class, contact_created_at as known_since_at,
  floor(extract(epoch from now() - case when last_order_at > now() then now() else last_order_at end) / 86400)::int
    as recency_days,
  order_count as frequency,
  case when currency is not null then jsonb_build_object('amount', revenue::text, 'currency', currency) end as monetary,
  case when average_order is not null then jsonb_build_object('amount', average_order::text, 'currency', currency) end
    as average_order,
  currency,
  (select coalesce(jsonb_agg(jsonb_build_object('amount', value ->> 'revenue', 'currency', key) order by key), '[]')
    from jsonb_each(other_revenue)) as other_revenue,
  first_order_at, last_order_at, round(days_between_orders::numeric, 2)::float8 as days_between_orders,
  last_contact_at, last_contact_kind, contact_count
from features where tenant_id = :tenant_id and contact_id = :contact_id and {KNOWN}
""")  # noqa: S608 - a constant
)


async def get_metrics(reader: Reader, contact_id: UUID) -> dict[str, Any]:
    """Raises ContactNotFound, ContactDeleted, MovedError."""
    row = await reader.one_or_none(METRICS, contact_id=contact_id)
    if row is None:
        raise ContactNotFound(f"There is no contact {contact_id}, or no event has told of it yet.")
    metrics = dict(row)
    survivor_id = metrics.pop("survivor_id")
    if survivor_id is not None:
        raise merged(contact_id, survivor_id, "metrics")
    if metrics.pop("contact_deleted"):
        raise ContactDeleted(f"Contact {contact_id} was deleted.")
    return metrics
