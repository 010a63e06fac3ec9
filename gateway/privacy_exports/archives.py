"""One ZIP out of the services' parts: each as JSON, and all of it as a page to read."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import orjson

Part = Mapping[str, list[Mapping[str, Any]]]
PAGE = """<!doctype html><html lang="th"><meta charset="utf-8"><title>ข้อมูลส่วนบุคคล · Personal data</title>
<style>body{{font:16px sans-serif;max-width:60em;margin:2em auto}}td,th{{text-align:left;vertical-align:top;padding:2px
8px;border-bottom:1px solid #ddd}}</style>
<h1>ข้อมูลส่วนบุคคลของคุณ · Your personal data</h1>
<p lang="th">ไฟล์นี้รวมข้อมูลทั้งหมดที่ระบบเก็บเกี่ยวกับคุณ แต่ละส่วนมีไฟล์ JSON สำหรับให้โปรแกรมอ่าน</p>
<p lang="en">All that the system holds about you. Each part is here as JSON as well, for programs to read.</p>
<ul>{contents}</ul>{parts}</html>
"""


def archive(parts: Mapping[str, bytes]) -> bytes:
    """`parts` by service, as JSON."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("index.html", page({name: orjson.loads(part) for name, part in parts.items()}))
        for name, part in parts.items():
            file.writestr(f"{name}.json", part)
    return made.getvalue()


def page(parts: Mapping[str, Part]) -> str:
    contents = "".join(
        f'<li><a href="{name}.json">{name}.json</a>: {sum(map(len, part.values()))}</li>'
        for name, part in parts.items()
    )
    return PAGE.format(contents=contents, parts="".join(text for item in parts.items() for text in _part(*item)))


def _part(name: str, part: Part) -> Iterator[str]:
    yield f"<h2>{escape(name)}</h2>"
    for table, rows in part.items():
        yield f"<h3>{escape(table)} ({len(rows)})</h3>"
        for row in rows:
            cells = "".join(f"<tr><th>{escape(key)}<td>{_cell(value)}" for key, value in row.items() if value)
            yield f"<table>{cells}</table><hr>"


def _cell(value: Any) -> str:
    return escape(value if isinstance(value, str) else orjson.dumps(value).decode())
