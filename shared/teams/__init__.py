"""Who works together, as a service keeps it that does not own teams: for callers who see their team's records."""

from shared.teams.projection import known_teams, teams_consumer

__all__ = ["known_teams", "teams_consumer"]
