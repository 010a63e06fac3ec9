"""Whether the TCP ports that a run needs are free on 127.0.0.1."""

import random
import socket
from collections.abc import Mapping

HOST = "127.0.0.1"
BLOCKS = (20_000, 30_000)


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


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def require_free(ports: Mapping[str, int]) -> None:
    """Raises PortsTaken, naming each port and who wanted it."""
    taken = {name: port for name, port in ports.items() if not port_is_free(port)}
    if taken:
        listed = ", ".join(f"{port} ({name})" for name, port in taken.items())
        raise PortsTaken(
            f"In use by another program: port {listed}. Stop it, or choose other ports: make run PORT=8100"
        )


def free_block(count: int) -> int:
    """The first of `count` ports in a row that nobody listens on right now, and no outgoing connection takes later.

    Programs that look for one at the same time begin elsewhere.
    """
    bases = list(range(*BLOCKS, count))
    random.shuffle(bases)
    return next(base for base in bases if all(map(port_is_free, range(base, base + count))))
