"""Generated requests against the whole system, for three roles, find nothing that the document does not say.

At each change about 2,000; `make contract-nightly` sends 100,000. The order is fixed by a seed.
"""

import os
from itertools import count
from pathlib import Path

import httpx
import pytest

from tests.api.generated import SEED, Plan, run
from tests.api.running import Business, Running

ROLES = ("admin", "sales", "viewer")
LISTS = "_list_"  # up to 174 parameters each: a thousand cases of the coverage phase belong to the night
PULL_REQUEST = {
    "admin": [
        Plan(3, "examples,coverage", 45, ("--exclude-operation-id-regex", LISTS)),
        Plan(2, "fuzzing,stateful", 20),
    ],
    "sales": [Plan(2, "examples,fuzzing", 15)],
    "viewer": [Plan(2, "examples,fuzzing", 15)],
}
LEAST = {"admin": 2_000, "sales": 50, "viewer": 50}
NIGHT_CASES = int(os.environ.get("CASES", "100000"))
NIGHT_ROUND = 15
NIGHT_SECONDS = {"admin": 3600, "sales": 600, "viewer": 600}  # the first round of all is to come to every operation
IS_NIGHT = os.environ.get("TIER") == "nightly"


def sign_in(system: Running, business: Business, role: str) -> str:
    """An access token of a new user of the role; the tenant's own key for the administrator."""
    if role == "admin":
        return business.api_key
    headers = {"Authorization": f"Bearer {business.api_key}"}
    user = {"email": f"{role}@example.com", "full_name": role, "roles": [role], "password": "correct horse battery"}
    httpx.post(f"{system.url}/v1/users", json=user, headers=headers).raise_for_status()
    form = {"grant_type": "password", "username": user["email"], "password": user["password"]}
    answer = httpx.post(f"{system.url}/v1/auth/token", data=form | {"tenant_id": business.tenant_id})
    token: str = answer.raise_for_status().json()["access_token"]
    return token


def is_signed_in(system: Running, token: str) -> bool:
    return httpx.get(f"{system.url}/v1/me", headers={"Authorization": f"Bearer {token}"}).is_success


@pytest.mark.skipif(IS_NIGHT, reason="the night sends more")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ROLES)
def test_generated_requests_find_nothing(system: Running, tmp_path: Path, role: str) -> None:
    """What a machine does not come to in the time of the plans follows, with seeds of its own."""
    token = sign_in(system, system.new_business(f"generated-{role}"), role)
    outcomes = [run(system, token, plan, tmp_path) for plan in PULL_REQUEST[role]]
    seeds = count(SEED + 1)

    while sum(outcome.requests for outcome in outcomes) < LEAST[role]:
        outcomes.append(run(system, token, PULL_REQUEST[role][-1], tmp_path, seed=next(seeds)))

    found = [outcome for outcome in outcomes if outcome.failures]
    assert [outcome.failures for outcome in found] == [], "\n".join(outcome.output for outcome in found)
    assert is_signed_in(system, token), "the rest of the requests was refused for want of a credential"


@pytest.mark.skipif(not IS_NIGHT, reason="TIER=nightly sends 100,000 generated requests")
@pytest.mark.timeout(0)
def test_a_night_of_generated_requests_finds_nothing(system: Running, tmp_path: Path) -> None:
    """Round after round with a seed of its own, until enough was sent; what is the same with every seed comes once."""
    sent, found = 0, []
    for seed in count(1):
        for role in ROLES:
            token = sign_in(system, system.new_business(f"night-{seed}-{role}"), role)
            phases = "examples,coverage" if role == "admin" and seed == 1 else "fuzzing,stateful"
            outcome = run(system, token, Plan(NIGHT_ROUND, phases, NIGHT_SECONDS[role]), tmp_path, seed=seed)
            sent += outcome.requests
            print(f"{sent} requests, seed {seed}, {role}", flush=True)
            if outcome.failures:
                found.append(f"seed {seed}, {role}\n{outcome.output}")
            assert is_signed_in(system, token), "the rest of the requests was refused for want of a credential"
        if sent >= NIGHT_CASES:
            break
    assert not found, "\n".join(found)
