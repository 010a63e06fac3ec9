"""Every shape in which an event was ever released, with samples: `docs/events/released/<type>/<number>.json`.

A shape that is on the main branch is frozen: later ones stand beside it, and readers are tested with the samples of
all. One that was never there may be deleted and written anew.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.history import bases, git
from deploy.samples import samples
from deploy.shapes import breaks, shape_of
from shared.messaging.event import Event
from shared.messaging.schemas import event_schema

FOLDER = Path(__file__).parents[1] / "docs" / "events" / "released"
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Release:
    """One shape: the fields that give order and identity, the body's schema, and bodies as they were sent."""

    key: str
    subject: str
    body: Mapping[str, Any]
    samples: Sequence[Mapping[str, Any]]

    def is_like(self, other: "Release") -> bool:
        return (self.key, self.subject, self.body) == (other.key, other.subject, other.body)


def released(folder: Path = FOLDER) -> dict[str, list[Release]]:
    """The shapes of each event type, oldest first."""
    return {
        each.name: [Release(**json.loads(file.read_text())) for file in sorted(each.glob("*.json"), key=_number)]
        for each in sorted(folder.glob("*.v*"))
    }


def declared(event: type[Event]) -> Release:
    bodies = [each.model_dump(mode="json") for each in samples(event, SAMPLES)]
    return Release(event.key_field, event.subject_field, shape_of(event_schema(event)), bodies)


def new_shapes(events: Iterable[type[Event]], folder: Path = FOLDER) -> dict[Path, Release]:
    """What `make contracts` adds: the shapes that are not the newest released one of their type."""
    known = released(folder)
    made: dict[Path, Release] = {}
    for event in events:
        shapes, now = known.get(event.event_type, []), declared(event)
        if not shapes or not shapes[-1].is_like(now):
            made[folder / event.event_type / f"{len(shapes) + 1}.json"] = now
    return made


def incompatible(events: Sequence[type[Event]], folder: Path = FOLDER) -> list[str]:
    """What of the code would break readers of the events that were released."""
    known = released(folder)
    types = {event.event_type for event in events}
    problems = [f"{gone} is released, but nobody declares it" for gone in sorted(known.keys() - types)]
    for event in events:
        for number, shape in enumerate(known.get(event.event_type, []), 1):
            differences = _differences(shape, declared(event))
            problems += [f"{event.event_type}: {each} (since shape {number})" for each in differences]
    return problems


def _differences(old: Release, new: Release) -> Iterator[str]:
    if (old.key, old.subject) != (new.key, new.subject):
        yield f"key and subject were {old.key}, {old.subject} and are {new.key}, {new.subject}"
    yield from breaks(old.body, new.body)


def tampered(folder: Path = FOLDER) -> list[str]:
    """Frozen files that were changed or deleted; nothing where there is no history to compare with.

    The shapes of a major version may all go once a later one was released.
    """
    changed = {name for base in bases(folder) for name in _changed_since(base, folder)}
    return [f"{name} is released and must stay as it was" for name in sorted(changed)]


def _changed_since(base: str, folder: Path) -> list[str]:
    frozen = [name.rstrip("/") for name in git(folder, "ls-tree", "--name-only", base, "./").split()]
    changed = git(folder, "diff", "--name-only", "--relative", "--no-renames", "--diff-filter=DM", base, "--", ".")
    return [name for name in changed.split() if not _is_retired(name.partition("/")[0], frozen, folder)]


def _is_retired(event_type: str, frozen: Iterable[str], folder: Path) -> bool:
    name, major = _major(event_type)
    later = any(other == name and number > major for other, number in map(_major, frozen))
    return later and not (folder / event_type).exists()


def _major(event_type: str) -> tuple[str, int]:
    name, _, major = event_type.rpartition(".v")
    return name, int(major)


def _number(file: Path) -> int:
    return int(file.stem)


def as_json(release: Release) -> str:
    return json.dumps(asdict(release), ensure_ascii=False, sort_keys=True, indent=1) + "\n"
