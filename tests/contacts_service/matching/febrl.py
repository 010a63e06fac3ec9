"""The Febrl data sets: people whose true duplicates are known (Christen, 2005)."""

from pathlib import Path

FEBRL1, FEBRL4A, FEBRL4B = "febrl1.csv", "febrl4a.csv", "febrl4b.csv"


def data(name: str) -> Path:
    """A file of the data sets that lie beside the repository; without it nothing is known about the quality."""
    found = (parent / "shared/data" / name for parent in Path(__file__).parents)
    file = next(filter(Path.exists, found), None)
    assert file is not None, f"{name} is missing: put the Febrl data sets into ../shared/data beside the repository."
    return file
