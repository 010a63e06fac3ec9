"""Events that readers know stay readable: an incompatible edit is refused, whichever way it is tried."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, create_model

from deploy.released import as_json, incompatible, new_shapes, released, tampered
from shared.messaging.event import Event

PROJECT = Path(__file__).parents[2]
TYPE = "shop.basket.filled.v1"


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Sizes(StrEnum):
    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"


class Item(BaseModel):
    name: str
    count: int


class LessOfAnItem(BaseModel):
    name: str


class MoreOfAnItem(Item):
    colour: str


FIELDS: dict[str, Any] = {
    "basket_id": UUID,
    "owner_id": UUID,
    "title": str,
    "count": int,
    "note": str | None,
    "size": Size,
    "kind": Literal["gift", "own"],
    "filled_at": datetime,
    "items": list[Item],
    "best": Item | None,
    "scores": dict[str, int],
}
BREAKS: dict[str, dict[str, Any]] = {
    "a field vanishes": {"title": ...},
    "a field is renamed": {"title": ..., "headline": str},
    "another type": {"count": str},
    "a field that may be left out": {"count": (int, 0)},
    "a wider number": {"count": float},
    "another format": {"filled_at": str},
    "null where there was a value": {"title": str | None},
    "one more type": {"count": int | str},
    "a value of an enumeration vanishes": {"size": Literal["small"]},
    "a value of a literal is renamed": {"kind": Literal["present", "own"]},
    "an enumeration becomes any text": {"size": str},
    "a list becomes one": {"items": Item},
    "a field vanishes inside": {"items": list[LessOfAnItem]},
    "a field vanishes inside what may be null": {"best": LessOfAnItem | None},
    "other values of a mapping": {"scores": dict[str, str]},
}
ADDITIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a field": {"colour": str},
    "a field that may be null": {"colour": str | None},
    "a field inside": {"items": list[MoreOfAnItem]},
    "a value of an enumeration": {"size": Sizes},
    "a value of a literal": {"kind": Literal["gift", "own", "loan"]},
    "never null any more": {"note": str},
}


def declare(edit: dict[str, Any], *, event_type: str = TYPE, key: str = "basket_id") -> type[Event]:
    """The event as it is after an edit: a type, a type and its default, or `...` to take the field away."""
    kinds = {name: kind for name, kind in {**FIELDS, **edit}.items() if kind is not ...}
    fields = {name: kind if isinstance(kind, tuple) else (kind, ...) for name, kind in kinds.items()}
    options = {"type": event_type, "key": key}
    declared: type[Event] = create_model("BasketFilled", __base__=Event, __cls_kwargs__=options, **fields)  # type: ignore[call-overload]
    Event.registry.pop(event_type)
    return declared


def release(event: type[Event], folder: Path) -> None:
    for file, shape in new_shapes([event], folder).items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_json(shape))


@pytest.mark.parametrize("edit", BREAKS.values(), ids=BREAKS.keys())
def test_an_edit_that_readers_would_stumble_over_is_named(edit: dict[str, Any], tmp_path: Path) -> None:
    release(declare({}), tmp_path)

    problems = incompatible([declare(edit)], tmp_path)

    assert problems
    assert all(f"body.{next(iter(edit))}" in problem for problem in problems)


@pytest.mark.parametrize("edit", ADDITIONS.values(), ids=ADDITIONS.keys())
def test_an_addition_is_fine(edit: dict[str, Any], tmp_path: Path) -> None:
    release(declare({}), tmp_path)

    assert incompatible([declare(edit)], tmp_path) == []


def test_another_key_is_a_break(tmp_path: Path) -> None:
    release(declare({}), tmp_path)

    assert len(incompatible([declare({}, key="owner_id")], tmp_path)) == 1


def test_an_event_that_nobody_declares_any_more_is_a_break(tmp_path: Path) -> None:
    release(declare({}), tmp_path)

    assert incompatible([], tmp_path) == [f"{TYPE} is released, but nobody declares it"]


def test_an_addition_is_kept_beside_the_first_shape_and_cannot_be_taken_back(tmp_path: Path) -> None:
    release(declare({}), tmp_path)
    release(declare({"colour": str}), tmp_path)

    shapes = released(tmp_path)[TYPE]

    assert [all("colour" in sample for sample in shape.samples) for shape in shapes] == [False, True]
    assert incompatible([declare({})], tmp_path) == [f"{TYPE}: body.colour is gone (since shape 2)"]


def test_an_event_without_a_change_gets_no_new_shape(tmp_path: Path) -> None:
    release(declare({}), tmp_path)

    assert new_shapes([declare({})], tmp_path) == {}


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A checkout beside the main branch, which knows two majors of an event."""
    folder = tmp_path / "released"
    release(declare({}), folder)
    release(declare({}, event_type="shop.basket.filled.v2"), folder)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=Released")
    git(tmp_path, "checkout", "--quiet", "-b", "work")
    return folder


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def shorten(folder: Path) -> None:
    file = folder / TYPE / "1.json"
    file.write_text(file.read_text().replace('"title"', '"headline"'))


def delete_the_newest_major(folder: Path) -> None:
    shutil.rmtree(folder / "shop.basket.filled.v2")


@pytest.mark.parametrize("edit", [shorten, delete_the_newest_major], ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("committed", [False, True])
def test_a_frozen_shape_cannot_be_rewritten(edit: Callable[[Path], None], committed: bool, branch: Path) -> None:
    edit(branch)
    if committed:
        git(branch, "commit", "--quiet", "--all", "--message=It was always so")

    assert len(tampered(branch)) == 1


def test_additions_and_the_end_of_an_old_major_are_no_tampering(branch: Path) -> None:
    release(declare({"colour": str}, event_type="shop.basket.filled.v2"), branch)
    shutil.rmtree(branch / TYPE)

    assert tampered(branch) == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("deploy", "gateway", "shared"):
        (tmp_path / name).symlink_to(PROJECT / name)
    for name in ("docs", "services"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.parametrize("arguments", [["--check"], []], ids=["check", "write"])
def test_the_check_and_the_writing_of_documents_refuse_an_incompatible_event(
    arguments: list[str], project: Path
) -> None:
    events = project / "services" / "interaction_service" / "orders" / "events.py"
    before = {file: file.read_bytes() for file in (project / "docs").rglob("*.*") if file.is_file()}
    events.write_text(events.read_text().replace("    line_count: int", "    line_count: str"))

    run = subprocess.run(
        [sys.executable, "-m", "deploy.contracts", *arguments],
        cwd=project,
        env={"PYTHONPATH": f"{project}:{project / 'services'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert "interactions.order.placed.v1: body.line_count: type was 'integer' and is 'string'" in run.stdout
    assert {file: file.read_bytes() for file in (project / "docs").rglob("*.*") if file.is_file()} == before
