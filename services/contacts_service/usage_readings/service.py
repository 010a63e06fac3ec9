"""Taking readings in: what they say of each asset's use follows in the same transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assets.models import AssetNotFound
from contacts_service.assets.service import load_asset
from contacts_service.service_due.recomputing import LOCK, recompute
from contacts_service.usage_readings.models import Point, ReadingKind, ReadingWentDown, UsageReading, place
from contacts_service.usage_readings.rates import REFRESH
from shared.db.bulk import insert_rows
from shared.db.record import now
from shared.db.statement import Statement
from shared.errors import FieldError, SamphanError
from shared.ids import new_id

TABLE = cast("Table", UsageReading.__table__)
OF_METER = (
    "from usage_readings r where r.tenant_id = :tenant_id and r.asset_id = wanted.asset_id and r.unit = wanted.unit"
)
NEIGHBOURS = Statement(f"""
select before.read_at as before_at, before.value as before_value, before.total as before_total,
  before.meter as before_meter, before.id as before_id,
  after.read_at as after_at, after.value as after_value, after.total as after_total,
  after.meter as after_meter, after.id as after_id
from unnest(cast(:assets as uuid[]), cast(:units as text[]), cast(:moments as timestamptz[])) with ordinality
  as wanted (asset_id, unit, read_at, number)
left join lateral (select * {OF_METER} and not r.is_void and r.read_at <= wanted.read_at
  order by r.read_at desc limit 1) before on true
left join lateral (select * {OF_METER} and not r.is_void and r.read_at > wanted.read_at
  order by r.read_at limit 1) after on true
order by number
""")  # noqa: S608 - our own names
SET_ASIDE = Statement("""
update usage_readings set is_void = true
where tenant_id = :tenant_id and asset_id = :asset_id and unit = :unit and meter = :meter and not is_void
  and (read_at = :read_at or (read_at < :read_at and value > :value) or (read_at > :read_at and value < :value))
""")
REBASE = Statement("""
update usage_readings r set total = r.value + bases.base
from (
  select meter, coalesce(sum(max(value)) over earlier, 0) as base
  from usage_readings where tenant_id = :tenant_id and asset_id = :asset_id and unit = :unit and not is_void
  group by meter window earlier as (order by meter rows between unbounded preceding and 1 preceding)
) bases
where r.tenant_id = :tenant_id and r.asset_id = :asset_id and r.unit = :unit and not r.is_void and r.meter = bases.meter
""")
Row = dict[str, Any]


async def record_reading(session: AsyncSession, asset_id: UUID, given: Mapping[str, Any]) -> Row:
    """Raises AssetNotFound, AssetDeleted, ReadDifferently, ReadingWentDown."""
    asset = await load_asset(session, asset_id)
    wanted = {**given, "asset_id": asset.id}
    kind = wanted["kind"]
    if kind == ReadingKind.READING:
        found = await _take_in(session, [wanted])
        if isinstance(found[0], SamphanError):
            raise found[0]
        row = found[0]
    else:
        row = await (_correct if kind == ReadingKind.CORRECTION else _replace_meter)(session, wanted)
    await _refresh(session, [asset.id])
    return row


async def record_readings(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> list[Row | SamphanError]:
    """Plain readings of any assets; a bad one fails alone. What was sent before comes back as it is stored."""
    tenant_id = session.info["context"].tenant_id
    locked = await LOCK.run(session, {"tenant_id": tenant_id, "ids": sorted({row["asset_id"] for row in rows})})
    live = await _live(session, [each["id"] for each in locked])
    known = [row for row in rows if row["asset_id"] in live]
    taken = iter(await _take_in(session, known))
    await _refresh(session, sorted({row["asset_id"] for row in known}))
    return [next(taken) if row["asset_id"] in live else _no_asset(row["asset_id"]) for row in rows]


LIVE = Statement("""
select id from assets where tenant_id = :tenant_id and id = any(cast(:ids as uuid[])) and deleted_at is null
""")


async def _live(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    found = await LIVE.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": ids})
    return {row["id"] for row in found}


def _no_asset(asset_id: UUID) -> SamphanError:
    return AssetNotFound(f"There is no asset {asset_id}.")


async def _take_in(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> list[Row | SamphanError]:
    """In the order of the rows; each is judged with those of the same meter that came before it in time."""
    tenant_id = session.info["context"].tenant_id
    neighbours = await _neighbours(session, rows)
    results: list[Row | SamphanError] = [{}] * len(rows)
    last: dict[tuple[UUID, str], Point] = {}
    stored: list[Row] = []
    for index in sorted(range(len(rows)), key=lambda index: rows[index]["read_at"]):
        row, (before, after) = rows[index], neighbours[index]
        key = (row["asset_id"], row["unit"])
        before = max(filter(None, (before, last.get(key))), key=lambda point: point.read_at, default=None)
        try:
            point = place(row["value"], row["read_at"], before, after)
        except SamphanError as error:
            results[index] = error
            continue
        known_id = before.id if before is not None and before.read_at == point.read_at else None
        point = point._replace(id=known_id or new_id())
        results[index] = made = _row(tenant_id, row, point)
        last[key] = point
        if known_id is None:
            stored.append(made)
    await insert_rows(session, TABLE, stored)
    return results


async def _neighbours(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Point | None, Point | None]]:
    given = {
        "tenant_id": session.info["context"].tenant_id,
        "assets": [row["asset_id"] for row in rows],
        "units": [row["unit"] for row in rows],
        "moments": [row["read_at"] for row in rows],
    }
    found = map(dict, await NEIGHBOURS.run(session, given))
    return [(_point(row, "before"), _point(row, "after")) for row in found]


def _point(row: Mapping[str, Any], side: str) -> Point | None:
    at = row[f"{side}_at"]
    return (
        None
        if at is None
        else Point(at, row[f"{side}_value"], row[f"{side}_total"], row[f"{side}_meter"], row[f"{side}_id"])
    )


async def _correct(session: AsyncSession, wanted: Mapping[str, Any]) -> Row:
    """Readings of its meter that cannot be right beside it are set aside; later meters count on from what is left."""
    tenant_id = session.info["context"].tenant_id
    [(before, after)] = await _neighbours(session, [wanted])
    neighbour = before or after
    meter = neighbour.meter if neighbour else 0
    where = {"tenant_id": tenant_id, **{name: wanted[name] for name in ("asset_id", "unit", "read_at", "value")}}
    await SET_ASIDE.run(session, {**where, "meter": meter})
    point = Point(wanted["read_at"], wanted["value"], wanted["value"] + (neighbour.base if neighbour else 0), meter)
    row = _row(tenant_id, wanted, point)
    await insert_rows(session, TABLE, [row])
    await REBASE.run(session, where)
    return row


async def _replace_meter(session: AsyncSession, wanted: Mapping[str, Any]) -> Row:
    """Raises ReadingWentDown if something was read later: that would be of the new meter."""
    [(before, after)] = await _neighbours(session, [wanted])
    if after is not None or (before is not None and before.read_at == wanted["read_at"]):
        detail = "A reading is known of this moment or later. Give the moment at which the new meter was first read."
        raise ReadingWentDown(detail, errors=[FieldError("reading_went_down", detail, pointer="/read_at")])
    total, meter = (before.total, before.meter + 1) if before else (0.0, 0)
    point = Point(wanted["read_at"], wanted["value"], total + wanted["value"], meter)
    row = _row(session.info["context"].tenant_id, wanted, point)
    await insert_rows(session, TABLE, [row])
    return row


def _row(tenant_id: UUID, wanted: Mapping[str, Any], point: Point) -> Row:
    own = {name: wanted[name] for name in ("asset_id", "unit", "kind", "source")}
    made = {"tenant_id": tenant_id, "is_void": False, "created_at": now()}
    return {**made, **own, **point._asdict(), "id": point.id or new_id()}


async def _refresh(session: AsyncSession, asset_ids: Sequence[UUID]) -> None:
    if asset_ids:
        await REFRESH.run(session, {"tenant_id": session.info["context"].tenant_id, "ids": list(asset_ids)})
        await recompute(session, asset_ids)
