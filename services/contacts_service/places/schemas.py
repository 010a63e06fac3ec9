"""Positions over HTTP."""

from typing import Annotated

from pydantic import Field

from contacts_service.places.geography import FARTHEST_KM
from shared.web import ReadModel, WriteModel, examples

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees of WGS 84, north positive.")]
Longitude = Annotated[
    float, Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees of WGS 84, east positive.")
]
RadiusKm = Annotated[float, Field(gt=0, le=FARTHEST_KM, allow_inf_nan=False, description="Kilometres.")]
BANGKOK = {"latitude": 13.7563, "longitude": 100.5018}
LONDON = {"latitude": 51.5072, "longitude": -0.1276}


class PositionGiven(WriteModel):
    model_config = examples(BANGKOK, LONDON)

    latitude: Annotated[Latitude, Field(strict=True)]
    longitude: Annotated[Longitude, Field(strict=True)]


class PositionRead(ReadModel):
    model_config = examples(BANGKOK, LONDON)

    latitude: float
    longitude: float
