"""Files that only their owner may read."""

from pathlib import Path


def write_private(file: Path, value: str) -> None:
    """Through another name, so that a half-written file is never taken for a whole one."""
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600, exist_ok=False)
    unfinished.write_text(value)
    unfinished.rename(file)
