"""`python -m shared.messaging migrate <owner's URL of the log database>` creates the PostgreSQL log."""

import asyncio
import os
import sys

from shared.messaging.log_schema import ensure_schema

USAGE = "usage: python -m shared.messaging migrate [owner URL of the log database, else LOG_OWNER_DATABASE_URL]"


def main(arguments: list[str]) -> int:
    url = arguments[1] if len(arguments) > 1 else os.environ.get("LOG_OWNER_DATABASE_URL")
    if arguments[:1] != ["migrate"] or not url:
        sys.stderr.write(USAGE + "\n")
        return 2
    asyncio.run(ensure_schema(url))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
