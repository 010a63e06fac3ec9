"""Commands on service policies, and the services that were done."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assets.models import match_key
from contacts_service.assets.service import load_asset
from contacts_service.service_due.recomputing import recompute
from contacts_service.service_policies.models import (
    PerformedService,
    ServicePolicy,
    ServicePolicyDeleted,
    ServicePolicyNotFound,
    UnitRequired,
    UnknownCentre,
)
from contacts_service.service_policies.spreading import begin
from contacts_service.usage_readings.models import ReadingKind
from contacts_service.usage_readings.service import record_reading
from shared.db.locks import lock_live
from shared.db.record import now
from shared.db.refusals import flush
from shared.db.statement import Statement
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.ids import new_id

NOON = time(12, 0, tzinfo=UTC)
TOTAL_BY = Statement("""
select r.total from usage_readings r
where r.tenant_id = :tenant_id and r.asset_id = :asset_id and r.unit = :unit and not r.is_void and r.read_at <= :moment
order by r.read_at desc limit 1
""")
UNIT_OF_SERVICE = Statement("""
select d.usage_unit from service_dues d
where d.tenant_id = :tenant_id and d.asset_id = :asset_id and d.service_key = :service_key
""")
CENTRE = Statement("""
select id from service_centres where tenant_id = :tenant_id and id = :centre_id and deleted_at is null for key share
""")


async def create_policy(session: AsyncSession, given: Mapping[str, Any]) -> ServicePolicy:
    """Raises IntervalRequired, UnitRequired, IdTaken."""
    policy = ServicePolicy(name="", service="")
    policy.change({name: value for name, value in given.items() if name != "id" or value is not None})
    session.add(policy)
    await flush(session)
    await begin(session, policy.id)
    return policy


async def update_policy(
    session: AsyncSession, policy_id: UUID, given: Mapping[str, Any], *, if_version: int | None = None
) -> ServicePolicy:
    """A merge patch.

    Raises ServicePolicyNotFound, ServicePolicyDeleted, VersionMismatch, IntervalRequired, UnitRequired.
    """
    policy = await _load(session, policy_id)
    check_version(policy.version, if_version)
    if policy.change(given):
        await session.flush()
        await begin(session, policy.id)
    return policy


async def delete_policy(session: AsyncSession, policy_id: UUID, *, if_version: int | None = None) -> None:
    """Softly; nothing falls due by it any more. Raises ServicePolicyNotFound, ServicePolicyDeleted, VersionMismatch."""
    policy = await _load(session, policy_id)
    check_version(policy.version, if_version)
    policy.deleted_at = now()
    await session.flush()
    await begin(session, policy.id)


async def record_service(session: AsyncSession, asset_id: UUID, given: Mapping[str, Any]) -> PerformedService:
    """The interval of this service begins anew. `usage`, what the meter showed, is kept as a reading, too.

    Raises AssetNotFound, AssetDeleted, UnknownCentre, UnitRequired, ReadDifferently, ReadingWentDown.
    """
    asset = await load_asset(session, asset_id)
    await _check_centre(session, given.get("centre_id"))
    key = match_key(given["service"])
    ids = {"tenant_id": asset.tenant_id, "asset_id": asset.id}
    unit = given.get("usage_unit") or await _unit_of(session, {**ids, "service_key": key})
    total = await _total(session, ids, unit, given)
    own = {name: given.get(name) for name in ("service", "performed_on", "centre_id", "note")}
    done = PerformedService(
        **ids, **own, id=given.get("id") or new_id(), service_key=key, usage_total=total, usage_unit=unit
    )
    session.add(done)
    await flush(session)
    await recompute(session, [asset.id])
    return done


async def _total(
    session: AsyncSession, ids: Mapping[str, UUID], unit: str | None, given: Mapping[str, Any]
) -> float | None:
    """What had been used when the service was done: as told, or as read last before."""
    usage = given.get("usage")
    if usage is not None and unit is None:
        detail = "Give the usage_unit of this usage: km, hours or cycles."
        raise UnitRequired(detail, errors=[FieldError("usage_unit_required", detail, pointer="/usage_unit")])
    moment = min(datetime.combine(given["performed_on"], NOON), now())
    if usage is not None:
        reading = {"value": usage, "unit": unit, "read_at": moment, "kind": ReadingKind.READING, "source": "service"}
        return float((await record_reading(session, ids["asset_id"], reading))["total"])
    found = await TOTAL_BY.run(session, {**ids, "unit": unit, "moment": moment}) if unit is not None else []
    return found[0]["total"] if found else None


async def _check_centre(session: AsyncSession, centre_id: UUID | None) -> None:
    given = {"tenant_id": session.info["context"].tenant_id, "centre_id": centre_id}
    if centre_id is not None and not await CENTRE.run(session, given):
        detail = f"There is no service centre {centre_id}. Create it first, or leave it out."
        raise UnknownCentre(detail, errors=[FieldError("unknown_service_centre", detail, pointer="/centre_id")])


async def _unit_of(session: AsyncSession, given: Mapping[str, Any]) -> str | None:
    found = await UNIT_OF_SERVICE.run(session, given)
    return found[0]["usage_unit"] if found else None


async def _load(session: AsyncSession, policy_id: UUID) -> ServicePolicy:
    return await lock_live(session, ServicePolicy, policy_id, ServicePolicyNotFound, ServicePolicyDeleted)
