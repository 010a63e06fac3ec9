"""A PostgreSQL with empty databases for as long as a check or a generator needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local import postgres
from deploy.local.databases import Databases, prepare
from deploy.local.ports import free_port


@contextmanager
def scratch_databases() -> Iterator[Databases]:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        server = postgres.start(Path(folder) / "pg", free_port(), durable=False)
        try:
            yield prepare(server.superuser_url())
        finally:
            server.stop()
