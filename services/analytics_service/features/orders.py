"""What features take from orders: the newest version replaces an order's contribution, then sums are made anew."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from analytics_service.features.events import OrderGone, OrderSeen
from analytics_service.features.touched import MEMBERS, TOUCHED, touched_contacts

REMEMBER = text("""
insert into known_orders (tenant_id, id, version, contact_id, counted, is_return, placed_at, currency, amount)
select :tenant_id, id, version, contact_id, counted, is_return, placed_at, currency, amount
from unnest(cast(:id as uuid[]), cast(:version as bigint[]), cast(:contact_id as uuid[]), cast(:counted as boolean[]),
  cast(:is_return as boolean[]), cast(:placed_at as timestamptz[]), cast(:currency as text[]),
  cast(:amount as numeric[]))
  as new (id, version, contact_id, counted, is_return, placed_at, currency, amount)
order by id
on conflict (tenant_id, id) do update set
  version = excluded.version, contact_id = excluded.contact_id, previous_contact_id = known_orders.contact_id,
  counted = excluded.counted, is_return = excluded.is_return, placed_at = excluded.placed_at,
  currency = excluded.currency, amount = excluded.amount
where known_orders.version < excluded.version
returning contact_id, previous_contact_id
""")

SUM_UP = text(f"""
insert into features (tenant_id, contact_id, order_count, first_order_at, last_order_at, first_currency, currency,
  revenue, average_order, other_revenue, days_between_orders)
select :tenant_id, contact_id, coalesce(total, 0), first_at, last_at, first_currency, currency,
  coalesce(revenue, 0), average, coalesce(revenues - currency, '{{}}'),
  extract(epoch from last_at - first_at) / 86400 / nullif(total - 1, 0)
from {TOUCHED}
cross join lateral (
  select sum(orders) as total, min(first_at) as first_at, max(last_at) as last_at,
    (array_agg(currency order by first_at, currency) filter (where orders > 0))[1] as first_currency,
    (array_agg(currency order by orders desc, currency))[1] as currency,
    (array_agg(revenue order by orders desc, currency))[1] as revenue,
    (array_agg(round(revenue / nullif(orders, 0), 2) order by orders desc, currency))[1] as average,
    jsonb_object_agg(currency, jsonb_build_object('orders', orders, 'revenue', revenue::text)) as revenues
  from (
    select currency, sum(amount) as revenue, count(*) filter (where not is_return) as orders,
      min(placed_at) filter (where not is_return) as first_at, max(placed_at) filter (where not is_return) as last_at
    from known_orders
    where tenant_id = :tenant_id and contact_id = any({MEMBERS}) and counted group by currency
  ) as by_currency
) as sums
on conflict (tenant_id, contact_id) do update set
  order_count = excluded.order_count, first_order_at = excluded.first_order_at,
  last_order_at = excluded.last_order_at, first_currency = excluded.first_currency, currency = excluded.currency,
  revenue = excluded.revenue, average_order = excluded.average_order, other_revenue = excluded.other_revenue,
  days_between_orders = excluded.days_between_orders
""")  # noqa: S608 - constants
"""Written so that both tables are reached by index whatever the planner believes of their sizes: a join is not."""


async def remember(session: AsyncSession, tenant_id: UUID, events: Sequence[OrderSeen | OrderGone]) -> list[UUID]:
    """Returns the contacts whose sums change. One event an order."""
    if not events:
        return []
    changed = await session.execute(REMEMBER, {"tenant_id": tenant_id, **_columns(events)})
    return touched_contacts((row.contact_id, row.previous_contact_id) for row in changed)


async def sum_up(session: AsyncSession, tenant_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """Their features are locked by now."""
    if contact_ids:
        await session.execute(SUM_UP, {"tenant_id": tenant_id, "contact_ids": contact_ids})


def _columns(events: Sequence[OrderSeen | OrderGone]) -> dict[str, object]:
    """Of a deleted order nothing is left but its version."""
    live = [event if isinstance(event, OrderSeen) else None for event in events]
    return {
        "id": [event.order_id for event in events],
        "version": [event.version for event in events],
        "contact_id": [event and event.contact_id for event in live],
        "counted": [event is not None and event.counted for event in live],
        "is_return": [event is not None and event.is_return for event in live],
        "placed_at": [event and event.placed_at for event in live],
        "currency": [event and event.currency for event in live],
        "amount": [event and event.amount for event in live],
    }
