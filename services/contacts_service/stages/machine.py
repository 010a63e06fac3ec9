"""Which stage follows which: pure, no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.errors import ConflictError, FieldError, UnprocessableError

MOST_STAGES = 30


class MoveRefused(ConflictError):
    code = "lifecycle_move_refused"
    title = ("This step is not allowed", "ไม่อนุญาตให้เปลี่ยนเป็นขั้นนี้")


class UnknownStage(UnprocessableError):
    code = "unknown_stage"
    title = ("No such stage", "ไม่มีขั้นนี้")


@dataclass(frozen=True, slots=True)
class Stage:
    """`back_to` are earlier stages that are open without a reason; with one, all are if `back_with_reason`."""

    key: str
    label_th: str
    label_en: str
    back_to: Sequence[str] = ()
    back_with_reason: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """Who has at least so many orders that count is at least in that stage."""

    orders: int
    stage: str


DEFAULT_STAGES = (
    Stage("subscriber", "ผู้ติดตาม", "Subscriber"),
    Stage("lead", "ผู้สนใจ", "Lead"),
    Stage("marketing_qualified", "ผ่านเกณฑ์การตลาด", "Marketing qualified", ("lead",)),
    Stage("sales_qualified", "ผ่านเกณฑ์การขาย", "Sales qualified", ("lead", "marketing_qualified")),
    Stage("opportunity", "โอกาสขาย", "Opportunity", ("lead", "marketing_qualified", "sales_qualified")),
    Stage("customer", "ลูกค้า", "Customer"),
    Stage("loyal", "ลูกค้าประจำ", "Loyal", ("customer",)),
    Stage("evangelist", "ผู้บอกต่อ", "Evangelist", ("customer", "loyal")),
    Stage("former", "อดีตลูกค้า", "Former", ("lead", "opportunity", "customer")),
)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The stages in their order. `version` is 0 while a business has not said anything about them."""

    version: int = 0
    stages: Sequence[Stage] = DEFAULT_STAGES
    rules: Sequence[Rule] = ()
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {stage.key: place for place, stage in enumerate(self.stages)})

    @classmethod
    def of(cls, row: Mapping[str, Any] | None) -> "Lifecycle":
        """Of what the database has, or has not."""
        if row is None:
            return cls()
        stages = tuple(Stage(**each) for each in row["stages"])
        return cls(row["version"], stages, tuple(Rule(**each) for each in row["rules"]))

    def open_from(self, stage: str | None, *, with_reason: bool = False) -> list[str]:
        """The stages that a contact may move to. From a text that is no stage of ours, or from none, to all."""
        place = self.places.get(stage or "")
        if place is None:
            return list(self.places)
        here = self.stages[place]
        earlier = [each.key for each in self.stages[:place]]
        open_ones = (
            earlier if with_reason and here.back_with_reason else [key for key in earlier if key in here.back_to]
        )
        return [*open_ones, *(each.key for each in self.stages[place + 1 :])]

    def check_move(self, before: str | None, after: str | None, *, with_reason: bool = False) -> None:
        """Raises UnknownStage, MoveRefused. To stay is no move."""
        if before == after:
            return
        if after is not None and after not in self.places:
            raise self._unknown(after)
        allowed = self.open_from(before, with_reason=with_reason)
        if after in allowed or (after is None and before not in self.places):
            return
        raise self._refused(before, after, allowed)

    def is_forward(self, before: str | None, after: str) -> bool:
        """Of texts that are no stages nothing is known: nothing moves them by itself."""
        if before is None:
            return after in self.places
        return before in self.places and self.places[before] < self.places.get(after, -1)

    def _unknown(self, stage: str) -> UnknownStage:
        detail = f"There is no stage {stage!r}. Known: {', '.join(self.places)}."
        error = FieldError("unknown_stage", detail, pointer="/lifecycle_stage")
        return UnknownStage(detail, errors=[error], stages=list(self.places))

    def _refused(self, before: str | None, after: str | None, allowed: list[str]) -> MoveRefused:
        with_reason = self.open_from(before, with_reason=True)
        cure = " A reason opens it: POST /v1/contacts/{id}/lifecycle takes one." if after in with_reason else ""
        detail = f"From {before} to {after or 'none'} is not allowed. Allowed: {', '.join(allowed) or 'none'}.{cure}"
        error = FieldError("lifecycle_move_refused", detail, pointer="/lifecycle_stage")
        return MoveRefused(detail, errors=[error], allowed=allowed, allowed_with_reason=with_reason)
