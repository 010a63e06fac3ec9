"""PostgreSQL refuses to run as root: under which identity it runs instead."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import StartFailed


class NoUnprivilegedUser(StartFailed):
    """This machine leaves root no way to run PostgreSQL."""


@dataclass(frozen=True)
class Identity:
    """`user` is (uid, gid) to change to, `prefix` a command to run under, `owner` who must own the files."""

    owner: tuple[int, int]
    user: tuple[int, int] | None = None
    prefix: tuple[str, ...] = ()

    def run(self, command: Sequence[str], *, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        uid, gid = self.user or (None, None)
        return subprocess.run(
            [*self.prefix, *command],
            cwd=cwd,
            user=uid,
            group=gid,
            extra_groups=None if self.user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )


def identity_for(binary: Path, directory: Path) -> Identity:
    """Ourselves, unless we are root: then `nobody`; where it may not reach the files, root mapped to `nobody`."""
    if os.geteuid() != 0:
        return Identity(owner=(os.geteuid(), os.getegid()))
    nobody = pwd.getpwnam("nobody")
    dropped = Identity(owner=(nobody.pw_uid, nobody.pw_gid), user=(nobody.pw_uid, nobody.pw_gid))
    mapped = Identity(owner=(0, 0), prefix=(shutil.which("unshare") or "unshare", "-U", f"--map-user={nobody.pw_uid}"))
    for identity in (dropped, mapped):
        if _works(identity, binary, directory):
            return identity
    raise NoUnprivilegedUser(
        f"PostgreSQL does not run as root, and the user 'nobody' may not enter {directory} or run {binary}. "
        "Run as a normal user, move the project or DATA_DIR to a directory that others may enter, or set DATABASE_URL."
    )


def own(directory: Path, owner: tuple[int, int]) -> None:
    """Gives a directory and all within it to `owner`, if it is not theirs yet."""
    if directory.stat().st_uid == owner[0]:
        return
    for parent, folders, names in os.walk(directory):
        for name in [*folders, *names]:
            os.chown(Path(parent) / name, *owner, follow_symlinks=False)
    os.chown(directory, *owner)


def _works(identity: Identity, binary: Path, directory: Path) -> bool:
    try:
        enter_and_run = ["/bin/sh", "-c", 'cd "$1" && "$2" --version', "sh", str(directory), str(binary)]
        return identity.run(enter_and_run).returncode == 0
    except FileNotFoundError:
        return False
