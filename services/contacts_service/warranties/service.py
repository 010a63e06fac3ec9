"""Registering warranty cards, and telling ahead of time that a warranty ends."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.assets.models import Asset, SerialTaken, match_key, serial_key
from contacts_service.assets.references import check_owner
from contacts_service.assets.service import create_asset, find_by_serial, load_asset
from contacts_service.warranties import events
from contacts_service.warranties.customers import find_or_make
from contacts_service.warranties.entitlements import grant, withdraw
from contacts_service.warranties.models import CardTaken, Warranty, WarrantyDeleted, WarrantyKind, WarrantyNotFound
from contacts_service.warranties.terms import day_in, last_day, reminder
from shared.db.locks import lock_live, lock_name
from shared.db.record import now
from shared.db.versions import check_version
from shared.errors import FieldError
from shared.messaging.outbox import stage

TERMS = ("kind", "months", "usage_limit", "usage_unit", "time_zone", "lead_days")


async def register_warranty(session: AsyncSession, given: Mapping[str, Any]) -> tuple[Warranty, bool]:
    """The warranty, and whether it is new: the same card with the same data again changes nothing.

    `given` is a whole WarrantyRegister. Raises CardTaken, SerialTaken, AssetNotFound, AssetDeleted, UnknownOwner.
    """
    key = serial_key(given["card_number"]) or ""
    registration = sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()
    await lock_name(session, "warranty card", key)
    known = await _by_card(session, key)
    if known is not None:
        return _same(known, registration), False
    contact_id = await _customer(session, given)
    asset = await _asset(session, given, contact_id)
    warranty = Warranty(
        asset_id=asset.id,
        contact_id=contact_id or asset.contact_id,
        card_number=given["card_number"],
        card_key=key,
        registration=registration,
        **{name: given[name] for name in TERMS},
    )
    await _settle_term(session, warranty, given["starts_on"], asset)
    session.add(warranty)
    await session.flush()
    await grant(session, warranty, given["entitlements"])
    stage(session, _fact(events.WarrantyRegistered, warranty, company_id=asset.company_id))
    return warranty, True


async def delete_warranty(session: AsyncSession, warranty_id: UUID, *, if_version: int | None = None) -> None:
    """Softly, with its entitlements; the card may be registered again.

    Raises WarrantyNotFound, WarrantyDeleted, VersionMismatch.
    """
    warranty = await lock_live(session, Warranty, warranty_id, WarrantyNotFound, WarrantyDeleted)
    check_version(warranty.version, if_version)
    warranty.deleted_at, warranty.remind_at = now(), None
    await session.flush()
    await withdraw(session, warranty)


async def remind(session: AsyncSession, warranties: Sequence[Warranty], moment: datetime) -> None:
    """`warranties` are claimed. Of an asset that was deleted meanwhile nothing is told."""
    tenant_id = session.info["context"].tenant_id
    query = select(Asset).where(Asset.tenant_id == tenant_id, Asset.id.in_({each.asset_id for each in warranties}))
    assets = {asset.id: asset for asset in await session.scalars(query.where(Asset.deleted_at.is_(None)))}
    for each in warranties:
        each.remind_at, each.reminded_at = None, moment
    await session.flush()
    for each in warranties:
        if (asset := assets.get(each.asset_id)) is not None:
            stage(session, _expiring(each, asset))


async def _by_card(session: AsyncSession, key: str) -> Warranty | None:
    tenant_id = session.info["context"].tenant_id
    query = select(Warranty).where(
        Warranty.tenant_id == tenant_id, Warranty.card_key == key, Warranty.deleted_at.is_(None)
    )
    found: Warranty | None = await session.scalar(query)
    return found


def _same(known: Warranty, registration: str) -> Warranty:
    if known.registration != registration:
        detail = "This card is registered with other data. Check the number; delete that registration if it was wrong."
        raise CardTaken(detail, errors=[FieldError("card_number_taken", detail, pointer="/card_number")])
    return known


async def _customer(session: AsyncSession, given: Mapping[str, Any]) -> UUID | None:
    if given["customer"] is not None:
        return await find_or_make(session, given["customer"])
    contact_id: UUID | None = given["contact_id"]
    if contact_id is not None:
        await check_owner(session, contact_id, None)
    return contact_id


async def _asset(session: AsyncSession, given: Mapping[str, Any], contact_id: UUID | None) -> Asset:
    """The one that is named, or has the serial, or a new one."""
    if given["asset_id"] is not None:
        return await load_asset(session, given["asset_id"])
    wanted = {name: value for name, value in given["asset"].items() if value is not None}
    serial, brand = serial_key(wanted.get("serial")), match_key(wanted.get("brand"))
    if serial is not None:
        await lock_name(session, "serial", brand, serial)
        if (known := await find_by_serial(session, brand, serial)) is not None:
            return _own(known, contact_id)
    return await create_asset(session, {**wanted, "contact_id": contact_id})


def _own(asset: Asset, contact_id: UUID | None) -> Asset:
    if asset.contact_id != contact_id:
        detail = "An asset with this serial number belongs to somebody else. Transfer it first, or check the number."
        raise SerialTaken(detail, errors=[FieldError("serial_taken", detail, pointer="/asset/serial")])
    return asset


async def _settle_term(session: AsyncSession, warranty: Warranty, starts_on: date | None, asset: Asset) -> None:
    today = day_in(warranty.time_zone, now())
    if starts_on is None and warranty.kind == WarrantyKind.EXTENDED:
        starts_on = await _day_after_the_last(session, asset)
    warranty.starts_on = starts_on or asset.purchased_on or today
    if warranty.months is None:
        return
    warranty.ends_on = last_day(warranty.starts_on, warranty.months)
    if warranty.ends_on >= today:
        warranty.remind_at = reminder(warranty.ends_on, warranty.lead_days, warranty.time_zone)


async def _day_after_the_last(session: AsyncSession, asset: Asset) -> date | None:
    last = await session.scalar(
        select(func.max(Warranty.ends_on)).where(
            Warranty.tenant_id == asset.tenant_id, Warranty.asset_id == asset.id, Warranty.deleted_at.is_(None)
        )
    )
    return None if last is None else last + timedelta(days=1)


def _expiring(warranty: Warranty, asset: Asset) -> events.WarrantyExpiring:
    owners = {name: getattr(asset, name) for name in ("contact_id", "company_id", "owner_id")}
    return _fact(events.WarrantyExpiring, warranty, **owners, asset_name=asset.name)


F = TypeVar("F", bound=events.WarrantyFact)


def _fact(kind: type[F], warranty: Warranty, **more: Any) -> F:
    shown = {name: getattr(warranty, name) for name in kind.model_fields if hasattr(Warranty, name)}
    return kind(**{**shown, "warranty_id": warranty.id, **more})
