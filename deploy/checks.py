"""`python -m deploy.checks`: what must agree with the code: lock files, migrations, generated documents."""

import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.util import CommandError

from deploy.local.environment import SERVICES
from deploy.local.scratch import scratch_databases
from shared.db.migrations import config, upgrade

LOCK_FILES = ("requirements.lock", "*package-lock.json", "*pnpm-lock.yaml", "*uv.lock", "*pylock.toml")


def main() -> int:
    problems = [*lock_files_that_name_a_host(Path.cwd()), *models_ahead_of_migrations(), *stale_documents()]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} problems" if problems else "lock files, migrations and documents agree with the code")
    return 1 if problems else 0


def lock_files_that_name_a_host(root: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *LOCK_FILES], cwd=root, capture_output=True, text=True, check=True
    )
    return [f"{name} names a host" for name in listed.stdout.splitlines() if "://" in (root / name).read_text()]


def models_ahead_of_migrations() -> list[str]:
    """Upgrades empty databases, then compares them with the models."""
    problems = []
    with scratch_databases() as databases:
        for service in SERVICES:
            url = databases[service.name].owner
            upgrade(service.package, url)
            try:
                command.check(config(service.package, url))
            except CommandError as error:
                problems.append(
                    f"{service.package}: {error}. Write it with: make migration service={service.name} m=..."
                )
    return problems


def stale_documents() -> list[str]:
    compared = subprocess.run(
        [sys.executable, "-m", "deploy.contracts", "--check"], capture_output=True, text=True, check=False
    )
    return (
        [] if compared.returncode == 0 else [f"{compared.stdout}{compared.stderr}Write documents with: make contracts"]
    )


if __name__ == "__main__":
    sys.exit(main())
