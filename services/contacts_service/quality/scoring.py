"""The score of contacts, in SQL: the same expressions for one that is asked for and for a thousand that are kept.

100 is a contact with nothing wrong. Each issue costs its weight, as a share of what all missing things together cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Integer, SmallInteger, String, and_, bindparam, case, cast, func, or_
from sqlalchemy.dialects.postgresql import ARRAY, array

from contacts_service.contacts.queries import CONTACTS
from contacts_service.quality.kinds import INSTEAD, WEIGHTS, Kind
from contacts_service.quality.models import QualityClass

C = CONTACTS.c
OLDEST = 120
PLACEHOLDER = r"^(no-?reply|no-?email|none|null|unknown|test)@"
E164, SAME_DIGIT = r"^\+[1-9][0-9]{7,14}$", r"([0-9])\1{6}$"


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=DateTime(timezone=True))


NOW, AGEING_SINCE, STALE_SINCE = _moment("now"), _moment("ageing_since"), _moment("stale_since")
_birth_year = cast(C.birthday["year"].astext, Integer)
_this_year = bindparam("this_year", type_=Integer())
_nameless = and_(C.given_name.is_(None), C.family_name.is_(None))
CONDITIONS: Mapping[Kind, ColumnElement[bool]] = {
    Kind.MISSING_PHONE: C.phone.is_(None),
    Kind.MISSING_EMAIL: C.email.is_(None),
    Kind.MISSING_NAME: _nameless,
    Kind.MISSING_ADDRESS: func.jsonb_array_length(C.addresses) == 0,
    Kind.MISSING_BIRTHDAY: C.birthday.is_(None),
    Kind.MISSING_PROVINCE: C.home_province.is_(None),
    Kind.MISSING_OWNER: C.owner_id.is_(None),
    Kind.MISSING_STAGE: C.lifecycle_stage.is_(None),
    Kind.MISSING_CLASS: C.customer_class.is_(None),
    Kind.MISSING_LANGUAGE: C.language.is_(None),
    Kind.INVALID_PHONE: or_(C.phone.op("!~")(E164), C.phone.op("~")(SAME_DIGIT)),
    Kind.INVALID_EMAIL: C.email.op("~")(PLACEHOLDER),
    Kind.INVALID_BIRTHDAY: _birth_year < _this_year - OLDEST,
    Kind.INVALID_NAME: and_(~_nameless, C.full_name.op("~")("[0-9@]")),
    Kind.AGEING: and_(C.updated_at <= AGEING_SINCE, C.updated_at > STALE_SINCE),
    Kind.STALE: C.updated_at <= STALE_SINCE,
}


def _weight(kind: Kind) -> ColumnElement[int]:
    return bindparam(f"w_{kind}", type_=Integer())


def _lost() -> ColumnElement[int]:
    first, *others = (case((found, _weight(kind)), else_=0) for kind, found in CONDITIONS.items())
    return sum(others, first)


_found = array([case((and_(found, _weight(kind) > 0), kind.value)) for kind, found in CONDITIONS.items()])
KINDS = func.array_remove(_found, None, type_=ARRAY(String(30)))
SCORE = cast(func.greatest(0, 100 - func.round(100.0 * _lost() / bindparam("whole", type_=Integer()))), SmallInteger)
CLASS = case(
    (bindparam("good_from", type_=Integer()) <= SCORE, QualityClass.GOOD.value),
    (bindparam("fair_from", type_=Integer()) <= SCORE, QualityClass.FAIR.value),
    else_=QualityClass.POOR.value,
)
DUE_AT = case(
    (C.updated_at > AGEING_SINCE, C.updated_at + (NOW - AGEING_SINCE)),
    (C.updated_at > STALE_SINCE, C.updated_at + (NOW - STALE_SINCE)),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """`version` is 0 while a business has none of its own. Contacts age at half of `stale_after_days`."""

    version: int = 0
    weights: Mapping[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    stale_after_days: int = 365
    good_from: int = 80
    fair_from: int = 50

    @classmethod
    def of(cls, row: Mapping[str, Any] | None) -> "Rules":
        """Of what the database has, or has not. Kinds that are newer than the row cost what they do by default."""
        if row is None:
            return cls()
        return cls(**{**row, "weights": {**WEIGHTS, **row["weights"]}})

    def parameters(self, now: datetime) -> dict[str, Any]:
        """Of the expressions above."""
        stale_after = timedelta(days=self.stale_after_days)
        whole = sum(weight for kind, weight in self.weights.items() if kind not in INSTEAD)
        return {
            "now": now,
            "ageing_since": now - stale_after / 2,
            "stale_since": now - stale_after,
            "this_year": now.year,
            "whole": max(whole, 1),
            "good_from": self.good_from,
            "fair_from": self.fair_from,
            **{f"w_{kind}": self.weights[kind] for kind in Kind},
        }
