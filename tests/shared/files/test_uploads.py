import io
import os
import stat
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.datastructures import UploadFile

from shared.files import uploads
from shared.ids import new_id


def upload(content: bytes) -> UploadFile:
    return UploadFile(io.BytesIO(content), filename="../../etc/passwd")


def files_in(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


async def test_an_upload_is_kept_whole_under_a_name_of_ours(tmp_path: Path) -> None:
    tenant_id, upload_id = new_id(), new_id()
    content = os.urandom(3_000_000)

    stored = await uploads.store(upload(content), tmp_path, tenant_id, upload_id)

    assert stored.path == tmp_path / str(tenant_id) / str(upload_id)
    assert stored.path.read_bytes() == content
    assert (stored.size_bytes, stored.sha256) == (3_000_000, sha256(content).hexdigest())
    assert stat.S_IMODE(stored.path.stat().st_mode) == 0o600


async def test_a_file_past_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(uploads.FileTooLarge) as caught:
        await uploads.store(upload(b"x" * 11), tmp_path, new_id(), new_id(), limit_bytes=10)

    assert caught.value.params == {"limit_bytes": 10}
    assert files_in(tmp_path) == []


async def test_deleting_takes_away_what_was_made_from_the_upload(tmp_path: Path) -> None:
    tenant_id, upload_id, other_id = new_id(), new_id(), new_id()
    await uploads.store(upload(b"a"), tmp_path, tenant_id, upload_id)
    other = await uploads.store(upload(b"b"), tmp_path, tenant_id, other_id)
    uploads.path_of(tmp_path, tenant_id, upload_id, "errors").write_text("c")

    uploads.delete(tmp_path, tenant_id, upload_id)
    uploads.delete(tmp_path, tenant_id, upload_id)

    assert files_in(tmp_path) == [other.path]


async def test_old_files_are_swept_and_new_ones_stay(tmp_path: Path) -> None:
    old = await uploads.store(upload(b"a"), tmp_path, new_id(), new_id())
    new = await uploads.store(upload(b"b"), tmp_path, new_id(), new_id())
    week_ago = datetime.now(UTC) - timedelta(days=7)
    os.utime(old.path, (week_ago.timestamp() - 60,) * 2)

    count = uploads.delete_older(tmp_path, week_ago)

    assert count == 1
    assert not old.path.exists()
    assert new.path.exists()
