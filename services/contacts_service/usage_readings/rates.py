"""How fast assets are used, worked out for any number of them in one statement.

The rate is the median of the slopes between all pairs of readings at least a week apart (Theil 1950, Sen 1968): up to
29 % of the readings may be wrong by any amount without carrying it away, unlike least squares. Of many readings it
takes the last one by each of fourteen ages, dense for what is recent: so it follows a change of habits, costs the same
for daily telematics as for a note at each yearly service, and never reads all of a history.
"""

from shared.db.statement import Statement

AGES_DAYS = (0, 1, 7, 14, 21, 28, 42, 56, 90, 135, 180, 270, 365, 730)
REFRESH = Statement(f"""
with newest as (
  select asset.id as asset_id, unit.name as unit, last.value, last.total, last.read_at
  from unnest(cast(:ids as uuid[])) as asset (id) cross join (values ('km'), ('hours'), ('cycles')) as unit (name)
  cross join lateral (
    select value, total, read_at from usage_readings r
    where r.tenant_id = :tenant_id and r.asset_id = asset.id and r.unit = unit.name and not r.is_void
    order by r.read_at desc limit 1
  ) last
), points as (
  select distinct n.asset_id, n.unit, p.read_at, p.total
  from newest n cross join unnest(array[{", ".join(map(str, AGES_DAYS))}]) as age (days)
  cross join lateral (
    select r.read_at, r.total from usage_readings r
    where r.tenant_id = :tenant_id and r.asset_id = n.asset_id and r.unit = n.unit and not r.is_void
      and r.read_at <= n.read_at - make_interval(days => age.days)
    order by r.read_at desc limit 1
  ) p
), rates as (
  select a.asset_id, a.unit, percentile_cont(0.5) within group (
    order by (b.total - a.total) * 86400 / extract(epoch from b.read_at - a.read_at)::float) as per_day
  from points a join points b on b.asset_id = a.asset_id and b.unit = a.unit
    and b.read_at >= a.read_at + interval '7 days'
  group by a.asset_id, a.unit
)
insert into asset_usages as u (tenant_id, asset_id, unit, value, total, read_at, per_day)
select :tenant_id, n.asset_id, n.unit, n.value, n.total, n.read_at, r.per_day
from newest n left join rates r on r.asset_id = n.asset_id and r.unit = n.unit
on conflict (tenant_id, asset_id, unit) do update set value = excluded.value, total = excluded.total,
  read_at = excluded.read_at, per_day = excluded.per_day
""")  # noqa: S608 - our own numbers
