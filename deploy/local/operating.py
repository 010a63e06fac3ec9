"""`python -m deploy.local.operating analytics rebuild analytics_features`: a command of a service of the running
installation, with the settings that `make run` gave it. Reads the same variables: DATA_DIR, KAFKA, DATABASE_URL, ...
"""

import os
import subprocess
import sys
from collections.abc import Mapping

from deploy.local import postgres
from deploy.local.databases import prepare
from deploy.local.environment import SERVICES, environment
from deploy.local.keys import keep_keys
from deploy.local.options import BadOption, Options, read_options

USAGE = f"usage: python -m deploy.local.operating <{'|'.join(service.name for service in SERVICES)}> <command> ..."


class NotRunning(RuntimeError):
    """There is no PostgreSQL to ask."""


def main(arguments: list[str]) -> int:
    packages = {service.name: service.package for service in SERVICES}
    if len(arguments) < 2 or arguments[0] not in packages:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        given = settings(read_options(os.environ))
    except (BadOption, NotRunning) as error:
        print(error, file=sys.stderr)
        return 2
    command = [sys.executable, "-m", packages[arguments[0]], *arguments[1:]]
    return subprocess.run(command, env={**os.environ, **given}, check=False).returncode


def settings(options: Options) -> Mapping[str, str]:
    """Raises NotRunning."""
    keys = keep_keys(options.data_dir)
    given = options.database_url
    admin_url = given or _own_server(options).superuser_url()
    databases = prepare(admin_url, secret=keys.database_secret if given else None)
    servers = f"127.0.0.1:{options.kafka_port}" if options.with_kafka else options.kafka_bootstrap_servers
    return environment(databases, keys, port=options.port, kafka_bootstrap_servers=servers)


def _own_server(options: Options) -> postgres.Server:
    server = postgres.running_server(options.data_dir / "pg")
    if server is None:
        raise NotRunning(f"Nothing runs with {options.data_dir}. Start it with make run, or set DATA_DIR.")
    return server


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
