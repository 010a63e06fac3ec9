"""What agreements are worth among a tenant's own contacts: learnt from a sample by a scan, and kept."""

from collections import Counter
from collections.abc import Mapping
from time import monotonic
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.matching.agreements import Agreement
from contacts_service.matching.comparing import compare
from contacts_service.matching.learning import learn
from contacts_service.matching.people import Person
from contacts_service.matching.weights import Shares, Weights, default_weights
from shared.db.record import now
from shared.db.statement import Statement

COUNT = Statement("select count(*) from contacts where tenant_id = :tenant_id and deleted_at is null")
COUNT_SOME = Statement("""
select count(*) from (select from contacts where tenant_id = :tenant_id and deleted_at is null limit 100000) as counted
""")
"""Where nothing was learnt only the magnitude matters, and a user waits."""
LEARNT = Statement("select weights from duplicate_weights where tenant_id = :tenant_id")
KEEP = Statement("""
insert into duplicate_weights (tenant_id, weights, learnt_at)
values (:tenant_id, cast(cast(:weights as text) as jsonb), :moment)
on conflict (tenant_id) do update set weights = excluded.weights, learnt_at = excluded.learnt_at
""")
KEPT_FOR_S = 600.0
MOST_TENANTS = 50
MOST_VALUES = 500
"""Of each field, the most frequent values: about them an agreement says least."""
_kept: dict[UUID, tuple[float, Weights]] = {}


async def weights_of(session: AsyncSession) -> Weights:
    """Those that were learnt last, else fixed ones by the number of contacts. Ten minutes old at most."""
    tenant_id = session.info["context"].tenant_id
    kept_at, weights = _kept.get(tenant_id, (-KEPT_FOR_S, None))
    if weights is None or monotonic() - kept_at > KEPT_FOR_S:
        rows = await LEARNT.run(session, {"tenant_id": tenant_id})
        weights = _read(rows[0]["weights"]) if rows else await _default(session)
        _remember(tenant_id, weights)
    return weights


async def _default(session: AsyncSession) -> Weights:
    rows = await COUNT_SOME.run(session, {"tenant_id": session.info["context"].tenant_id})
    return default_weights(rows[0][0])


async def count_contacts(session: AsyncSession) -> int:
    counted: int = (await COUNT.run(session, {"tenant_id": session.info["context"].tenant_id}))[0][0]
    return counted


def learnt_from(
    people: Mapping[UUID, Person], others: Mapping[UUID, Person], met: Mapping[UUID, list[UUID]], size: int
) -> Weights:
    """`people` are a sample of `size`, and met whom they met. Pure, and slow: for a thread."""
    known = {**others, **people}
    pairs = {frozenset((one, other)) for one, them in met.items() for other in them if other in known}
    counts = Counter(compare(known[min(pair)], known[max(pair)]) for pair in pairs)
    return learn(counts, list(people.values()), size=size)


async def keep_weights(session: AsyncSession, weights: Weights) -> None:
    tenant_id = session.info["context"].tenant_id
    given = {"tenant_id": tenant_id, "weights": orjson.dumps(_written(weights)).decode(), "moment": now()}
    await KEEP.run(session, given)
    _remember(tenant_id, weights)


def _remember(tenant_id: UUID, weights: Weights) -> None:
    if len(_kept) >= MOST_TENANTS:
        _kept.clear()
    _kept[tenant_id] = (monotonic(), weights)


def _written(weights: Weights) -> dict[str, Any]:
    tables = {kind: {name: _by_name(shares) for name, shares in getattr(weights, kind).items()} for kind in ("m", "u")}
    frequent = {name: _most_frequent(shares) for name, shares in weights.frequencies.items()}
    return {
        **tables,
        "frequencies": frequent,
        "match_share": weights.match_share,
        "home_share": weights.home_share,
    }


def _read(stored: Mapping[str, Any]) -> Weights:
    m, u = ({name: _by_agreement(shares) for name, shares in stored[kind].items()} for kind in ("m", "u"))
    rest = {name: stored[name] for name in ("frequencies", "match_share", "home_share")}
    return Weights(m=m, u=u, **rest)


def _by_name(shares: Shares) -> dict[str, float]:
    return {agreement.name: share for agreement, share in shares.items()}


def _by_agreement(shares: Mapping[str, float]) -> Shares:
    return {Agreement[name]: share for name, share in shares.items()}


def _most_frequent(shares: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(shares.items(), key=lambda item: -item[1])[:MOST_VALUES])
