from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import AsyncClient

from shared.testing.services import ServiceUnderTest
from tests.contacts_service.imports.importing import Importing


@pytest.fixture
def files_dir(service: ServiceUnderTest, tmp_path: Path) -> Iterator[Path]:
    """Where the service under test keeps uploads."""
    before = service.app.state.settings
    service.app.state.settings = before.model_copy(update={"files_dir": tmp_path / "files"})
    yield tmp_path / "files"
    service.app.state.settings = before


@pytest.fixture
def importing(service: ServiceUnderTest, client: AsyncClient, files_dir: Path) -> Importing:
    return Importing(service, client, files_dir)
