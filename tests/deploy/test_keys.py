"""Secrets of a local installation."""

import json
import stat
from pathlib import Path

from deploy.local.keys import keep_keys


def test_keys_are_kept_and_private(tmp_path: Path) -> None:
    made = keep_keys(tmp_path)

    assert keep_keys(tmp_path) == made
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_an_installation_of_an_older_release_gets_the_keys_it_lacks_and_keeps_the_others(tmp_path: Path) -> None:
    old = vars(keep_keys(tmp_path)).copy()
    del old["operator_token"]
    (tmp_path / "keys.json").write_text(json.dumps(old))

    first, second = keep_keys(tmp_path), keep_keys(tmp_path)

    assert first == second
    assert len(first.operator_token) >= 32
    assert old.items() <= vars(first).items()
