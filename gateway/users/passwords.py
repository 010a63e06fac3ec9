"""Passwords, hashed with argon2id in threads, at most two at once: each takes 64 MiB for its while."""

import asyncio
import secrets
from collections.abc import Sequence
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 2


class Passwords:
    """`memory_kib` and `time_cost` are argon2's; tests make them small."""

    def __init__(self, memory_kib: int = 65_536, time_cost: int = 3) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1),))
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._nobody = lru_cache(maxsize=1)(lambda: self._hasher.hash(secrets.token_urlsafe()))

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def which(self, password: str, hashes: Sequence[str]) -> list[int]:
        """The positions of the hashes that the password fits. Without any hash it works as long as for one."""
        async with self._turns:
            return await asyncio.to_thread(self._which, password, hashes)

    def _which(self, password: str, hashes: Sequence[str]) -> list[int]:
        if not hashes:
            self._fits(password, self._nobody())
            return []
        return [index for index, known in enumerate(hashes) if self._fits(password, known)]

    def _fits(self, password: str, known: str) -> bool:
        try:
            return self._hasher.verify(password, known)
        except PwdlibError:
            return False
