"""Who is calling, and what they may do."""

from shared.auth.principal import Principal, Visibility
from shared.auth.tokens import TokenMinter, TokenVerifier

__all__ = ["Principal", "TokenMinter", "TokenVerifier", "Visibility"]
