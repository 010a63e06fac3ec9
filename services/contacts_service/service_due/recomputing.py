"""Works out what is due for any number of assets in one statement. Whoever changes what it depends on calls it.

A policy counts for an asset if the asset names it, or if it is automatic and its kind, brand and model are the asset's
where it names them. Of several for one service the most specific counts.

- By time: the last service (or the purchase, or the day we first knew the asset) and the months of the policy; a day
  that the month does not have becomes its last one.
- By usage: the reading at the last service and the interval, reached as fast as the asset is used: see
  `usage_readings/rates.py`. Until there is such a rate, the policy's own assumption counts, if it makes one.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.statement import Statement

MAX_DAYS_AHEAD = 36_525
"""A forecast beyond a hundred years is none: it stays there."""
LOCK = Statement("""
select id from assets where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) order by id for update
""")
APPLIES = """
(p.id = any(a.service_policy_ids) or (p.is_automatic and (p.kind_key is null or p.kind_key = a.kind_key)
  and (p.brand_key is null or p.brand_key = a.brand_key) and (p.model_key is null or p.model_key = a.model_key)))
"""
"""That policy `p` counts for asset `a`, unless a more specific one does."""
# An id as RFC 9562 has version 7: the milliseconds in front of a random one of version 4, and the version's bits.
NEW_ID = """
encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
  substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
  'hex')::uuid
"""
COLUMNS = (
    "service", "policy_id", "last_service_id", "due_on", "reached_by", "base_on", "months", "due_by_time_on",
    "base_usage", "every_usage", "due_usage", "usage_unit", "usage_total", "usage_read_on", "usage_per_day",
    "rate_source", "due_by_usage_on", "lead_days", "updated_at",
)  # fmt: skip
RECOMPUTE = Statement(f"""
with chosen as (
  select distinct on (a.id, p.service_key) a.id as asset_id, a.purchased_on, a.created_at as known_at,
    p.id as policy_id, p.service_key, p.service, p.every_months, p.first_months, p.every_usage as policy_usage,
    p.first_usage, p.usage_unit, p.assumed_usage_per_month / 30.436875 as assumed_per_day,
    p.lead_days, p.remind_time, p.time_zone
  from assets a join service_policies p on p.tenant_id = :tenant_id and p.deleted_at is null and {APPLIES}
  where a.tenant_id = :tenant_id and a.id = any(cast(:ids as uuid[])) and a.deleted_at is null
    and a.status in ('active', 'in_repair')
  order by a.id, p.service_key, p.id = any(a.service_policy_ids) desc,
    (p.model_key is not null) desc, (p.brand_key is not null) desc, (p.kind_key is not null) desc, p.id
), basis as (
  select c.*, last.id as last_service_id,
    coalesce(last.performed_on, c.purchased_on, (c.known_at at time zone c.time_zone)::date) as base_on,
    case when last.id is null then 0 else last.usage_total end as base_usage,
    case when last.id is null then coalesce(c.first_months, c.every_months) else c.every_months end as months,
    case when last.id is null then coalesce(c.first_usage, c.policy_usage) else c.policy_usage end as every_usage,
    u.total as usage_total, (u.read_at at time zone c.time_zone)::date as usage_read_on,
    coalesce(u.per_day, c.assumed_per_day) as usage_per_day,
    case when u.per_day is not null then 'readings' when c.assumed_per_day is not null then 'policy' end as rate_source
  from chosen c
  left join lateral (
    select s.id, s.performed_on, s.usage_total from performed_services s
    where s.tenant_id = :tenant_id and s.asset_id = c.asset_id and s.service_key = c.service_key
    order by s.performed_on desc, s.id desc limit 1
  ) last on true
  left join asset_usages u on u.tenant_id = :tenant_id and u.asset_id = c.asset_id and u.unit = c.usage_unit
), limits as (
  select b.*, (base_on + make_interval(months => months))::date as due_by_time_on,
    base_usage + every_usage as due_usage,
    case
      when usage_total >= base_usage + every_usage then usage_read_on
      when usage_per_day > 0 then case when usage_total > base_usage then usage_read_on else base_on end
        + least(ceil((base_usage + every_usage - greatest(usage_total, base_usage)) / usage_per_day),
                {MAX_DAYS_AHEAD})::int
    end as due_by_usage_on
  from basis b
), dues as (
  select l.*, now() as updated_at, least(due_by_time_on, due_by_usage_on) as due_on,
    case when least(due_by_time_on, due_by_usage_on) is null then null
      when due_by_time_on is null or due_by_usage_on < due_by_time_on then 'usage' else 'time' end as reached_by,
    (least(due_by_time_on, due_by_usage_on) - lead_days + remind_time) at time zone time_zone as remind_at
  from limits l
), kept as (
  insert into service_dues as d (tenant_id, id, asset_id, service_key, reminders, remind_at, {", ".join(COLUMNS)})
  select :tenant_id, {NEW_ID}, asset_id, service_key, 0, remind_at, {", ".join(COLUMNS)} from dues
  on conflict (tenant_id, asset_id, service_key) do update set
    {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)},
    remind_at = case
      when d.last_service_id is distinct from excluded.last_service_id then excluded.remind_at
      when d.snoozed_until is not null then d.remind_at
      when d.reminded_at is null then excluded.remind_at end,
    snoozed_until = case when d.last_service_id is not distinct from excluded.last_service_id then d.snoozed_until end,
    reminded_at = case when d.last_service_id is not distinct from excluded.last_service_id then d.reminded_at end,
    reminders = case when d.last_service_id is not distinct from excluded.last_service_id then d.reminders else 0 end
)
delete from service_dues d where d.tenant_id = :tenant_id and d.asset_id = any(cast(:ids as uuid[]))
  and (d.asset_id, d.service_key) not in (select asset_id, service_key from dues)  -- hashed, whatever the planner knows
""")  # noqa: S608 - our own names


async def recompute(session: AsyncSession, asset_ids: Sequence[UUID]) -> None:
    """Flush first what it must see. Assets are locked in one order, so that two who do this wait for each other.

    What was reminded of stays so: a due moves when its forecast does, and is told of once.
    """
    if asset_ids:
        given = {"tenant_id": session.info["context"].tenant_id, "ids": list(asset_ids)}
        await LOCK.run(session, given)
        await RECOMPUTE.run(session, given)
