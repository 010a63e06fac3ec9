"""The Febrl data sets: people whose true duplicates are known (Christen, 2005)."""

from pathlib import Path

_DATA = Path(__file__).parents[2] / "data"
FEBRL1 = _DATA / "febrl1.csv"
FEBRL4A, FEBRL4B = _DATA / "febrl4a.csv", _DATA / "febrl4b.csv"
