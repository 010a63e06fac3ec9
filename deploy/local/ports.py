"""Whether the TCP ports that a run needs are free on 127.0.0.1."""

import random
import socket
from collections.abc import Mapping

HOST = "127.0.0.1"
SINGLE, BLOCKS = range(12_000, 20_000), range(20_000, 30_000)


class PortsTaken(RuntimeError):
    """Another program listens where we want to."""


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(ports: Mapping[str, int]) -> None:
    """Raises PortsTaken, naming each port and who wanted it."""
    taken = {name: port for name, port in ports.items() if not port_is_free(port)}
    if taken:
        listed = ", ".join(f"{port} ({name})" for name, port in taken.items())
        raise PortsTaken(
            f"In use by another program: port {listed}. Stop it, or choose other ports: make run PORT=8100"
        )


def free_port() -> int:
    """As `free_block`, but apart from the blocks: some of their ports are used long after they were found."""
    return _found(SINGLE, 1)


def free_block(count: int) -> int:
    """The first of `count` ports in a row that nobody listens on right now, and no outgoing connection takes later.

    Programs that look for one at the same time begin elsewhere.
    """
    return _found(BLOCKS, count)


def _found(where: range, count: int) -> int:
    bases = list(where[::count])
    random.shuffle(bases)
    return next(base for base in bases if all(map(port_is_free, range(base, base + count))))
