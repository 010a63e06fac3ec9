"""What an operator asks of a service's events: `rebuild <consumer>`, `snapshot`. Run as the owner, like `migrate`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from shared.messaging.consumer import Consumer
from shared.messaging.rebuild import Choices, NoProjection, RebuildRunning, TooManyParked, rebuild
from shared.messaging.rebuild.copying import NotRebuildable
from shared.messaging.rebuild.swap import TablesBusy
from shared.messaging.snapshots import Snapshot, publish_snapshots
from shared.messaging.transport import open_log
from shared.settings import ServiceSettings

COMMANDS = ("rebuild", "snapshot")
REFUSALS = (NoProjection, RebuildRunning, NotRebuildable, TooManyParked, TablesBusy)


def run_command(
    package: str,
    settings: ServiceSettings,
    arguments: Sequence[str],
    consumers: Sequence[Consumer],
    snapshots: Sequence[Snapshot],
) -> int:
    """The exit code: 1 if a rebuild differs from the live projection and was not accepted, 2 if it cannot be done."""
    given = _parser(package, [consumer.name for consumer in consumers if consumer.tables]).parse_args(arguments)
    if given.command == "snapshot":
        return asyncio.run(_snapshot(settings, snapshots, given.after))
    consumer = next(consumer for consumer in consumers if consumer.name == given.consumer)
    choices = Choices(resume=given.resume, accept=given.accept, keep=given.keep)
    try:
        return asyncio.run(_rebuild(package, settings, consumer, choices))
    except REFUSALS as refusal:
        _say(str(refusal))
        return 2


def _parser(package: str, projections: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {package}")
    commands = parser.add_subparsers(dest="command", required=True)
    rebuilding = commands.add_parser("rebuild", help="make a projection again from the log, and swap it in")
    rebuilding.add_argument("consumer", choices=projections)
    rebuilding.add_argument("--resume", action="store_true", help="go on with what the last rebuild has left")
    rebuilding.add_argument("--accept", action="store_true", help="swap although the two differ")
    rebuilding.add_argument("--keep", action="store_true", help="keep the old tables in the schema replaced_<consumer>")
    telling = commands.add_parser("snapshot", help="publish the present state of every record")
    telling.add_argument("--after", help="go on after this place, which an interrupted snapshot printed last")
    return parser


async def _rebuild(package: str, settings: ServiceSettings, consumer: Consumer, choices: Choices) -> int:
    events = open_log(settings, client_id=f"samphan-{package}-rebuild")
    try:
        comparison = await rebuild(
            consumer,
            owner_url=_owner_url(settings),
            app_url=settings.database_url,
            events=events,
            choices=choices,
        )
    finally:
        await events.close()
    for line in comparison.lines():
        _say(line)
    if comparison.equal or choices.accept:
        _say(f"{consumer.name} was rebuilt and swapped in.")
        return 0
    _say("Nothing was swapped. If the difference is wanted: run it again with --resume --accept.")
    return 1


async def _snapshot(settings: ServiceSettings, snapshots: Sequence[Snapshot], after: str | None) -> int:
    told = await publish_snapshots(
        snapshots,
        owner_url=_owner_url(settings),
        app_url=settings.database_url,
        system_url=settings.system_database_url,
        after=after,
        progress=_say,
    )
    _say(f"{told} records were told again.")
    return 0


def _owner_url(settings: ServiceSettings) -> str:
    assert settings.owner_database_url is not None, "this needs the owner's database URL"
    return settings.owner_database_url


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
