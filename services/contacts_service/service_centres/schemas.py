"""Service centres over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, StrictFloat, StringConstraints, Tag

from contacts_service.contacts.parts import Latitude, Line20, Line200, Line500, Longitude
from contacts_service.contacts.values import clean_lines, clean_text, parse_country, parse_phone
from contacts_service.places import schemas as places
from contacts_service.places.geography import FARTHEST_KM
from shared.web import ClientId, Day, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import (
    ABSENT,
    JSON_INTEGER,
    ON_REQUEST,
    BusinessDay,
    BusinessInstant,
    Clock,
    Flag,
    ListTotal,
    Tags,
    TimeZone,
)

Name = Annotated[ShortText, AfterValidator(clean_text)]
NIGHT = {"opens": "18:00", "closes": "02:00"}


class CentreAddress(WriteModel):
    model_config = examples(
        {"street": "99 ถนนบางนา-ตราด", "district": "บางนา", "province": "กรุงเทพมหานคร", "postal_code": "10260"},
        {"street": "1 Main Street", "city": "London", "postal_code": "SW1A 1AA", "country": "GB"},
    )

    street: Line500 = None
    district: Line200 = None
    city: Line200 = None
    province: Line200 = None
    postal_code: Line20 = None
    country: Annotated[str, Field(max_length=100), AfterValidator(parse_country)] | None = None


class CentreHours(WriteModel):
    """Hours that close at or before they open end on the next day; 00:00 to 00:00 is a whole day."""

    model_config = examples({"opens": "08:30", "closes": "12:00"}, NIGHT)

    opens: Clock
    closes: Clock


class CentreWeekday(CentreHours):
    """`weekday` as ISO 8601 counts: 1 is Monday, 7 is Sunday. Several intervals a day are several items."""

    model_config = examples({"weekday": 1, "opens": "08:30", "closes": "17:30"}, {"weekday": 5, **NIGHT})

    weekday: Annotated[int, Field(ge=1, le=7), JSON_INTEGER]


class CentreSpecialDay(WriteModel):
    """Hours of one day instead of the usual ones and whatever holiday it is; none: closed."""

    model_config = examples(
        {"on": "2026-12-31", "hours": [], "note": "ตรวจนับสินค้า"},
        {"on": "2026-12-24", "hours": [{"opens": "09:00", "closes": "12:00"}], "note": "Christmas Eve"},
    )

    on: BusinessDay
    hours: Annotated[list[CentreHours], Field(max_length=10)] = []
    note: Line200 = None


def _one_a_day(days: list[Any]) -> list[Any]:
    if len({day.on for day in days}) < len(days):
        raise ValueError("names the same day twice; send it once")
    return days


class CentreUpdate(WriteModel):
    """A merge patch; lists are replaced."""

    model_config = examples({"capacity_per_day": 24}, {"capabilities": ["ev", "tyres"], "open_on_holidays": True})

    name: Name = ABSENT
    latitude: Latitude = ABSENT
    longitude: Longitude = ABSENT
    address: CentreAddress | None = None
    phone: Annotated[str, Field(max_length=60), AfterValidator(parse_phone)] | None = None
    time_zone: TimeZone = ABSENT
    opening_hours: Annotated[list[CentreWeekday], Field(max_length=70)] = []
    special_days: Annotated[list[CentreSpecialDay], Field(max_length=366), AfterValidator(_one_a_day)] = []
    open_on_holidays: Flag = ABSENT
    capabilities: Tags = []
    capacity_per_day: Annotated[int, Field(ge=0, le=100_000), JSON_INTEGER] | None = None
    owner_id: UUID | None = None
    notes: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None

    def given(self) -> dict[str, Any]:
        """As the model's columns hold it: documents as JSON has them."""
        found = self.model_dump(include=self.model_fields_set)
        for name in self.model_fields_set & {"opening_hours", "special_days"}:
            found[name] = [each.model_dump(mode="json") for each in getattr(self, name)]
        return found


class CentreCreate(CentreUpdate):
    """`latitude` and `longitude` are degrees of WGS 84. Without opening hours it is never open."""

    model_config = examples(
        {"name": "ศูนย์บริการ บางนา", "latitude": 13.6682, "longitude": 100.6348, "phone": "02-123-4567"}
        | {"time_zone": "Asia/Bangkok", "capabilities": ["รถยนต์ไฟฟ้า", "ยาง"], "capacity_per_day": 20}
        | {"opening_hours": [{"weekday": 1, "opens": "08:30", "closes": "17:30"}]},
        {"name": "Westminster Garage", "latitude": 51.5007, "longitude": -0.1246, "phone": "+442079460123"}
        | {"time_zone": "Europe/London", "capabilities": ["ev", "tyres"], "capacity_per_day": 12}
        | {"opening_hours": [{"weekday": 5, **NIGHT}]},
    )

    name: Name
    latitude: Latitude
    longitude: Longitude
    id: ClientId | None = None


class CentreAddressRead(ReadModel):
    model_config = examples({"province": "กรุงเทพมหานคร", "country": "TH"}, {"city": "London", "country": "GB"})

    street: str | None
    district: str | None
    city: str | None
    province: str | None
    postal_code: str | None
    country: str | None


class CentreHoursRead(ReadModel):
    opens: Clock
    closes: Clock


class CentreWeekdayRead(CentreHoursRead):
    weekday: int


class CentreSpecialDayRead(ReadModel):
    model_config = examples({"note": "ตรวจนับสินค้า"}, {"note": "Christmas Eve"})

    on: Day
    hours: list[CentreHoursRead]
    note: str | None


class CentreRead(ReadModel):
    id: UUID
    type: Literal["service_centre"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    name: str
    latitude: float
    longitude: float
    address: CentreAddressRead | None
    phone: str | None
    time_zone: str
    opening_hours: list[CentreWeekdayRead]
    special_days: list[CentreSpecialDayRead]
    open_on_holidays: bool
    capabilities: list[str]
    capacity_per_day: int | None
    notes: str | None


class CentreList(ReadModel):
    data: list[CentreRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class CentreNear(CentreRead):
    """`closes_at` is the end of the hours that it is open in; `next_opening_at` the next opening after the moment asked
    about, within 60 days."""

    distance_km: float
    is_open: bool
    closes_at: Instant | None
    next_opening_at: Instant | None


class NearPosition(ReadModel):
    latitude: float
    longitude: float


class CentresNearest(ReadModel):
    """Nearest first. `closed` were passed over, because they are closed then. `is_complete` is false if there may be
    more within the radius: enough were found, or the nearest 1000 were asked for their hours already."""

    position: NearPosition
    position_source: Literal["given", "asset", "contact_address", "company_address"]
    moment: Instant
    data: list[CentreNear]
    closed: list[CentreNear]
    is_complete: bool


OpenAt = Annotated[
    Annotated[Literal["now"], Tag("now")] | Annotated[BusinessInstant, Tag("instant")],
    Discriminator(lambda given: "now" if given == "now" else "instant"),
]


class NearestParams(BaseModel):
    """Near a contact, an asset, or a position: one of the three."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contact_id: Annotated[UUID | None, Field(description="Near its address, else its company's.")] = None
    asset_id: Annotated[UUID | None, Field(description="Near it, else near its owner.")] = None
    latitude: Annotated[places.Latitude | None, Field(description="Degrees of WGS 84, with `longitude`.")] = None
    longitude: Annotated[places.Longitude | None, Field(description="Degrees of WGS 84, with `latitude`.")] = None
    open_at: Annotated[OpenAt | None, Field(description="Only those open then: `now`, or an instant.")] = None
    capability: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")] | None,
        Field(description="Only those that have it; several, separated by commas: that have all."),
    ] = None
    radius_km: Annotated[float, Field(gt=0, le=FARTHEST_KM, description="How far to look, in km.")] = 100.0
    limit: Annotated[int, Field(ge=1, le=50, description="How many at most.")] = 5


class HolidayGiven(WriteModel):
    model_config = examples({"on": "2027-04-13", "name": "วันสงกรานต์"}, {"on": "2026-12-25", "name": "Christmas"})

    on: BusinessDay
    name: Name


class HolidaysReplace(WriteModel):
    model_config = examples(
        {"data": [{"on": "2027-04-13", "name": "วันสงกรานต์"}, {"on": "2027-04-14", "name": "วันสงกรานต์"}]},
        {"data": [{"on": "2026-12-25", "name": "Christmas"}]},
    )

    data: Annotated[list[HolidayGiven], Field(max_length=2000), AfterValidator(_one_a_day)]


class HolidayRead(ReadModel):
    on: Day
    name: str


class HolidaysRead(ReadModel):
    data: list[HolidayRead]


class RecommendCentre(WriteModel):
    model_config = examples(
        {"contact_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "distance_km": 3.2, "note": "ใกล้ที่ทำงานลูกค้า"},
        {"contact_id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "note": "Open on Sundays"},
    )

    contact_id: UUID
    asset_id: UUID | None = None
    distance_km: Annotated[StrictFloat, Field(ge=0, le=FARTHEST_KM, allow_inf_nan=False)] | None = None
    note: Line500 = None


class RecommendedCentre(ReadModel):
    model_config = examples(
        {"centre_name": "ศูนย์บริการ บางนา", "note": "ใกล้ที่ทำงานลูกค้า"}, {"centre_name": "Westminster Garage"}
    )

    centre_id: UUID
    centre_name: str
    contact_id: UUID
    asset_id: UUID | None
    distance_km: float | None
    note: str | None
    recommended_at: Instant
