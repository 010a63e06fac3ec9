"""Filters at the edges of what a number can be, found by generated requests."""

import pytest
from httpx import AsyncClient


@pytest.mark.parametrize("seconds", [-56_829_922_678, 2**31, 2**63])
async def test_a_number_beyond_32_bits_is_refused(client: AsyncClient, seconds: int) -> None:
    listed = await client.get("/v1/interactions", params={"duration_s[lte]": seconds})
    condition = {"field": "duration_s", "op": "lte", "value": seconds}
    searched = await client.post("/v1/interactions/search", json={"filter": condition})

    assert (listed.status_code, searched.status_code) == (422, 422)
