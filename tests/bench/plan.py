"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`events` a round of the event measurements; `load_s` of each load on each server in each round; `backlog` events
    wait for a worker that was away."""

    rounds: int
    events: int
    latency_s: float
    load_s: float
    backlog: int
    contacts: int = 10_000
    connections: int = 8


FULL = Plan(rounds=5, events=40_000, latency_s=10.0, load_s=5.0, backlog=1_000_000)
QUICK = Plan(rounds=3, events=6_000, latency_s=2.0, load_s=0.9, backlog=50_000)
