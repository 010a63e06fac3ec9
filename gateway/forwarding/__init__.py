"""Every request's way through: limits, identity, the upstream, the answer. Pure ASGI: this is the hot path."""
