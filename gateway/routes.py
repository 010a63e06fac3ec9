"""Which service answers which path: an allow-list on purpose. A new top-level path of a service is one line here."""

from dataclasses import dataclass, field
from functools import lru_cache

LOCAL = "gateway"
SERVICES = {
    "contacts": (
        "contacts", "companies", "fields", "imports", "exports", "audit-log", "privacy-requests", "consents",
        "consent-purposes", "suppressed-addresses", "topics", "contactability", "preferences", "tags", "lists",
        "lifecycle-stages", "quality", "quality-rules", "relationships", "relationship-kinds", "traits", "assets",
        "warranties", "entitlements", "service-policies", "service-due", "service-centres",
        "teams", "territories", "assignment-rules", "absences", "handovers", "merges", "duplicates",
    ),
    "interactions": ("interactions", "orders", "order-imports"),
    "analytics": ("analytics",),
    "campaigns": ("audiences",),
    LOCAL: ("me", "users", "api-keys", "tenant", "auth", "openapi.json", "batch", "privacy-exports"),
}  # fmt: skip
# Views of a contact that another service owns: /v1/contacts/{id}/<name>
CONTACT_VIEWS = {"timeline": "interactions", "last-contact": "interactions", "metrics": "analytics", "overview": LOCAL}
REQUEST_VIEWS = {"link": LOCAL}
# An operation's id does not tell whose it is: the first service that knows it answers.
ASKED_IN_TURN = {"operations": ("contacts", "interactions")}
PUBLIC = ("auth", "openapi.json", "preferences", "privacy-exports")
"""For callers without a credential. What of them a service answers proves itself by a signed link."""
# What operators reach of each service: /internal/{service}/<name>
INTERNAL = ("parked", "consumers")
UPLOADS = frozenset({"imports", "order-imports"})
HEALTH = frozenset({"/livez", "/readyz", "/metrics"})
DOCS = "/docs"


@dataclass(frozen=True, slots=True)
class Target:
    """`upstreams` are asked in turn until one does not say 404. `path_format` labels metrics."""

    upstreams: tuple[str, ...]
    path_format: str
    public: bool = False
    uploads: bool = False
    for_operators: bool = False
    is_local: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_local", self.upstreams[0] == LOCAL)


def _target(name: str, *upstreams: str, view: str = "") -> Target:
    label = f"/v1/{name}/{{id}}/{view}" if view else f"/v1/{name}"
    return Target(upstreams, label, public=name in PUBLIC, uploads=name in UPLOADS)


TARGETS = {name: _target(name, service) for service, names in SERVICES.items() for name in names} | {
    name: _target(name, *services) for name, services in ASKED_IN_TURN.items()
}
VIEWS = {
    (name, view): _target(name, service, view=view)
    for name, views in (("contacts", CONTACT_VIEWS), ("privacy-requests", REQUEST_VIEWS))
    for view, service in views.items()
}
OPERATED = {
    service: Target((service,), f"/internal/{service}", for_operators=True) for service in SERVICES if service != LOCAL
}
DOCS_TARGET = Target((LOCAL,), DOCS, public=True)


@lru_cache(maxsize=4096)
def find(path: str) -> Target | None:
    """The target of a decoded path; None if there is nothing."""
    parts = path.split("/", 5)
    if len(parts) > 3 and parts[1] == "internal":
        return OPERATED.get(parts[2]) if parts[3] in INTERNAL else None
    if len(parts) < 3 or parts[1] != "v1":
        return DOCS_TARGET if path == DOCS or path.startswith(DOCS + "/") else None
    view = VIEWS.get((parts[2], parts[4])) if len(parts) == 5 else None
    return view or TARGETS.get(parts[2])
