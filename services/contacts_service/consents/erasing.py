"""What becomes of consents when a person is erased: the proof goes, the opt-outs stay with the hashed addresses."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.consents.service import lock_contacts
from contacts_service.consents.telling import blocked_channels, standings_of
from contacts_service.purposes.models import DO_NOT_CONTACT
from contacts_service.suppressions.models import EVERY_PURPOSE, Digests
from contacts_service.suppressions.service import Suppression, addresses_of, disown, reached, suppress
from shared.db.statement import Statement

ERASE = Statement("select erase_consent_decisions(:tenant_id, cast(:ids as uuid[])) as erased")
SOURCE = "erasure"


async def erase_consents(session: AsyncSession, digests: Digests, contact_ids: Sequence[UUID]) -> int:
    """How many decisions are erased. Call it while the contacts' addresses are still there.

    Afterwards nothing leads from an opt-out to the contact whose it was.
    """
    await lock_contacts(session, contact_ids)
    addresses = await addresses_of(session, contact_ids)
    standings: dict[UUID, list[Any]] = {}
    for row in await standings_of(session, contact_ids):
        standings.setdefault(row["contact_id"], []).append(row)
    kept = [
        Suppression(address, channel, purpose=purpose, source=SOURCE)
        for contact_id, rows in standings.items()
        for purpose, channels in _opt_outs(rows)
        for address, channel in reached(addresses.get(contact_id, ()), channels)
    ]
    await disown(session, contact_ids)
    await suppress(session, digests, kept)
    given = {"tenant_id": session.info["context"].tenant_id, "ids": list(contact_ids)}
    return int((await ERASE.run(session, given))[0]["erased"])


def _opt_outs(standings: Sequence[Any]) -> Iterator[tuple[str, list[str]]]:
    for purpose in sorted({row["purpose"] for row in standings}):
        channels = blocked_channels(standings, purpose)
        yield EVERY_PURPOSE if purpose == DO_NOT_CONTACT else purpose, channels
