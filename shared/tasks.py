"""Tasks that are to end before their time."""

import asyncio
from typing import Any

AGAIN_S = 0.5


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancels them until each is over, and lets nothing of what they raise out.

    Once is not always enough. Where a connection is lost in the same instant, asyncpg's rollback fails, too, and its
    error takes the place of the cancellation: a loop that lives through errors would go on for ever.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
