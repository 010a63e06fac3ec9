"""`python -m deploy.contracts [--check]`: the API's and events' documents under docs/, from the code.

`--check` compares, names each file that differs, and ends with 1. Nothing is started and no database is needed.
Events that would break their readers are refused either way, and so are operations without summary, examples or
problems, and changes of the API that would break its clients. A new shape of an event is kept with samples.
"""

import argparse
import importlib
import json
import pkgutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from deploy.breaking.gate import broken
from deploy.documented import undocumented
from deploy.local.databases import NAMES, Databases, Urls
from deploy.local.environment import SERVICES, Service, environment
from deploy.local.keys import keep_keys
from deploy.released import as_json, incompatible, new_shapes, tampered
from gateway.openapi import merge
from gateway.routes import ASKED_IN_TURN, PUBLIC
from shared.messaging.event import registered
from shared.messaging.schemas import asyncapi, event_schema

DOCS = Path(__file__).parents[1] / "docs"
OPENAPI = DOCS / "openapi.json"
NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy.contracts")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    checking = parser.parse_args().check
    files = documents()
    if problems := refused(json.loads(files[OPENAPI])):
        print(*problems, sep="\n")
        return 1
    if checking:
        stale = [file for file, text in files.items() if not file.exists() or file.read_text() != text]
        for file in stale:
            print(f"{file.relative_to(DOCS.parent)} differs from the code")
        return 1 if stale else 0
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    print(f"{len(files)} documents written to {DOCS.name}/")
    return 0


def refused(declared: Mapping[str, Any]) -> list[str]:
    """Why nothing is written: what would break others, or leave them without words."""
    events = [*incompatible(registered()), *tampered()]
    clients = broken(declared, datetime.now(UTC).date())
    return [
        *events,
        *(["Such a change is a new major version, beside the old one."] if events else []),
        *clients,
        *(['Such a change breaks clients: see "The API only grows" in CONTRIBUTING.md.'] if clients else []),
        *undocumented(declared),
    ]


def documents() -> dict[Path, str]:
    """The text of each file."""
    services = service_documents()
    declared = _all_events()
    events = {DOCS / "events" / f"{event.event_type}.json": _json(event_schema(event)) for event in declared}
    return {
        **{DOCS / "openapi" / f"{name}.json": _json(document) for name, document in services.items()},
        OPENAPI: _json(merged(services)),
        **events,
        **{file: as_json(shape) for file, shape in new_shapes(declared).items()},
        DOCS / "asyncapi.yaml": yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120),
    }


def merged(services: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return merge(
        services,
        public=[f"/v1/{name}" for name in PUBLIC],
        in_turn=[f"/v1/{name}" for name in ASKED_IN_TURN],
    )


def service_documents() -> dict[str, dict[str, Any]]:
    """By service name, in the order in which the gateway asks them; its own first."""
    with tempfile.TemporaryDirectory() as folder:
        nowhere = Urls(app=NOWHERE, system=NOWHERE, owner=NOWHERE)
        databases = Databases(dict.fromkeys(NAMES, nowhere))
        given = environment(databases, keep_keys(Path(folder)), port=8000)
        return {service.name: _document(service, given) for service in SERVICES}


def _document(service: Service, given: dict[str, str]) -> dict[str, Any]:
    prefix = f"{service.name.upper()}_"
    values = {name.removeprefix(prefix).lower(): value for name, value in given.items() if name.startswith(prefix)}
    settings = importlib.import_module(f"{service.package}.settings").Settings(**values)
    app = importlib.import_module(f"{service.package}.app").create_app(settings)
    made: dict[str, Any] = app.openapi()
    return made


def _all_events() -> list[Any]:
    for service in SERVICES:
        package = importlib.import_module(service.package)
        for module in pkgutil.walk_packages(package.__path__, f"{service.package}."):
            if module.name.endswith(".events"):
                importlib.import_module(module.name)
    return registered()


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main())
