"""Commands on a tenant's purposes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.purposes.defaults import DEFAULTS
from contacts_service.purposes.events import PurposeChanged
from contacts_service.purposes.models import DO_NOT_CONTACT, ConsentText, Purpose, PurposeNotFound, ReservedPurpose
from shared.db.locks import lock_name
from shared.db.record import now
from shared.db.versions import check_version
from shared.errors import ConflictError
from shared.messaging.outbox import stage

MAX_PURPOSES = 100


class TooManyPurposes(ConflictError):
    code = "too_many_purposes"
    title = ("Too many purposes", "มีวัตถุประสงค์มากเกินไป")


async def put_purpose(
    session: AsyncSession, key: str, given: Mapping[str, Any], *, if_version: int | None = None
) -> Purpose:
    """Raises VersionMismatch, TooManyPurposes, ReservedPurpose."""
    if key == DO_NOT_CONTACT:
        detail = f"{key} stands for all purposes. PUT /v1/contacts/{{id}}/do-not-contact/{{channel}} withdraws it."
        raise ReservedPurpose(detail)
    await lock_name(session, "purposes")
    tenant_id = session.info["context"].tenant_id
    purpose = await session.get(Purpose, (tenant_id, key))
    check_version(purpose.version if purpose else 0, if_version)
    if purpose is None:
        await _demand_room(session)
        purpose = Purpose(tenant_id=tenant_id, key=key, version=0)
        session.add(purpose)
    for name, value in given.items():
        setattr(purpose, name, value)
    purpose.version, purpose.updated_at = purpose.version + 1, now()
    await session.flush()
    stage(session, PurposeChanged.of(purpose))
    return purpose


async def add_text(session: AsyncSession, key: str, text_th: str, text_en: str) -> ConsentText:
    """The next version. Raises PurposeNotFound."""
    await lock_name(session, "purposes")
    context = session.info["context"]
    if key not in DEFAULTS and await session.get(Purpose, (context.tenant_id, key)) is None:
        raise PurposeNotFound(f"There is no purpose {key!r}. PUT /v1/consent-purposes/{key} makes one.")
    mine = (ConsentText.tenant_id == context.tenant_id, ConsentText.purpose == key)
    last = await session.scalar(select(func.max(ConsentText.version)).where(*mine))
    text = ConsentText(
        tenant_id=context.tenant_id,
        purpose=key,
        version=(last or 0) + 1,
        text_th=text_th,
        text_en=text_en,
        created_at=now(),
        created_by=context.actor_id,
    )
    session.add(text)
    await session.flush()
    return text


async def _demand_room(session: AsyncSession) -> None:
    own = select(func.count()).where(Purpose.tenant_id == session.info["context"].tenant_id)
    if (await session.scalar(own) or 0) >= MAX_PURPOSES:
        raise TooManyPurposes(f"A tenant has at most {MAX_PURPOSES} purposes of its own. Use one that exists.")
