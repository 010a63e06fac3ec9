from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from shared.testing.services import ServiceUnderTest
from tests.contacts_service.imports.importing import Importing


@pytest.fixture
def run_import(service: ServiceUnderTest) -> Any:
    """Imports a file to its end as the client's tenant."""
    files_dir: Path = service.app.state.settings.files_dir

    async def run(client: AsyncClient, name: str, content: bytes) -> None:
        importing = Importing(service, client, files_dir)
        operation = await importing.run(await importing.upload(content, name))
        assert operation["status"] == "succeeded", operation

    return run
