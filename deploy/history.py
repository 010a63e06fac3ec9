"""What the main branch holds: what is there is released, and clients and readers rely on it."""

import subprocess
from pathlib import Path

BRANCHES = ("origin/main", "main")


def bases(folder: Path) -> list[str]:
    """Where the work left the main branch; on the main branch itself, its last state and the one before."""
    merged = next(filter(None, (git(folder, "merge-base", "HEAD", branch) for branch in BRANCHES)), None)
    if merged is None or merged != git(folder, "rev-parse", "HEAD"):
        return [merged] if merged else []
    before = git(folder, "rev-parse", "--verify", "--quiet", "HEAD^1")
    return [merged, before] if before else [merged]


def git(folder: Path, *arguments: str) -> str:
    """What it prints; nothing if it fails, or there is no git."""
    where = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        return subprocess.run(
            ["git", *arguments], cwd=where, capture_output=True, text=True, check=False
        ).stdout.strip()
    except OSError:
        return ""
