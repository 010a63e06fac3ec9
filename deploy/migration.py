"""`python -m deploy.migration contacts "tags"`: a new migration of a service, from the difference to its models."""

import sys

from alembic import command

from deploy.local.environment import SERVICES
from deploy.local.scratch import scratch_databases
from shared.db.migrations import config, upgrade

USAGE = f"usage: make migration service=<{'|'.join(service.name for service in SERVICES)}> m=<what it does>"


def main(arguments: list[str]) -> int:
    packages = {service.name: service.package for service in SERVICES}
    if len(arguments) != 2 or arguments[0] not in packages or not arguments[1]:
        print(USAGE, file=sys.stderr)
        return 2
    write_migration(arguments[0], packages[arguments[0]], arguments[1])
    return 0


def write_migration(service: str, package: str, message: str) -> None:
    with scratch_databases() as databases:
        url = databases[service].owner
        upgrade(package, url)
        command.revision(config(package, url), message=message, autogenerate=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
