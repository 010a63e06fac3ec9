"""`python -m deploy.local.migrate`: the migrations of all services in one process, which saves their start-up times.

Reads the variables of `environment.py`.
"""

import asyncio
import os
import sys

from deploy.local.environment import SERVICES
from shared.db.migrations import upgrade
from shared.messaging.log_schema import ensure_schema


def main() -> int:
    asyncio.run(ensure_schema(os.environ["LOG_OWNER_DATABASE_URL"]))
    for service in SERVICES:
        upgrade(service.package, os.environ[f"{service.name.upper()}_OWNER_DATABASE_URL"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
