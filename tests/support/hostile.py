"""A folder nobody would wish for: files of every hostile kind, and good ones among them. Not a test by itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

FIELDS = "title: A quiet harbour\nwebUrl: https://host.example/hostile\n"
_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [{','.join(f'*{before}' for _ in range(9))}]\n"
    for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)


def framed(fields: str) -> bytes:
    return f"---\n{fields}\n---\n".encode()


#: Contents that are no article.
CONTENTS: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t\n",
    "only-a-mark": b"\xef\xbb\xbf",
    "picture": b"\x89PNG\r\n\x1a\n\0\0\0",
    "zip": b"PK\x03\x04\0\0",
    "latin-1": framed("title: x").replace(b"x", b"caf\xe9 au lait"),
    "cut-in-a-letter": "---\ntitle: Café".encode()[:-1],
    "utf-16-without-a-mark": "---\ntitle: A\n---\n".encode("utf-16-le"),
    "prose": b"# A heading\n\nand no front matter",
    "unclosed": f"---\n{FIELDS}".encode(),
    "colon": framed("title: Foo: bar"),
    "tab": framed("title: a\n\tquality: 1"),
    "quote": framed('title: "never closed'),
    "bracket": framed("title: [a, b"),
    "unknown-tag": framed("title: !!python/object/apply:os.system ['true']"),
    "alias-bomb": framed(_BOMB + FIELDS),
    "own-alias": framed("x: &x [*x]\n" + FIELDS),
    "deep": framed("x: " + "[" * 5_000 + "]" * 5_000 + "\n" + FIELDS),
    "list": framed("- a\n- b"),
    "scalar": framed("just a sentence"),
    "no-title": framed("webUrl: https://host.example/a"),
    "title-of-a-list": framed("title: [a]\nwebUrl: https://host.example/a"),
    "no-address": framed("title: A quiet harbour"),
    "script-address": framed("title: A quiet harbour\nwebUrl: javascript:alert(1)"),
    "file-address": framed("title: A quiet harbour\nwebUrl: file:///etc/passwd"),
    "odd-keys": framed("1: a\ntrue: b\n? [x]\n: c\ncontent: d\nhandler: e"),
    "too-large": framed(FIELDS) + b"x" * 1_000_001,
}


def _link_out(place: Path) -> None:
    place.symlink_to("/etc/hostname")


def _dead_link(place: Path) -> None:
    place.symlink_to("nowhere.md")


def _circle(place: Path) -> None:
    place.symlink_to(place.name)


#: Things that are no files.
THINGS: dict[str, Callable[[Path], None]] = {
    "link-out": _link_out,
    "dead-link": _dead_link,
    "circle": _circle,
    "pipe": os.mkfifo,
}


def write(folder: Path, count: int) -> list[str]:
    """Put `count` hostile files of all kinds in turn into a folder and return their names as a scan shows them."""
    written = []
    for number, kind in enumerate(
        islice(cycle([*CONTENTS, *THINGS, "name", "line"]), count)
    ):
        name, shown = f"{number:03}-{kind}.md", f"{number:03}-{kind}.md"
        if kind == "name":
            name, shown = (
                os.fsdecode(f"{number:03}-caf".encode() + b"\xe9.md"),
                f"{number:03}-caf\\xe9.md",
            )
        elif kind == "line":
            name, shown = f"{number:03}-a\nb.md", f"{number:03}-a\\x0ab.md"
        if kind in THINGS:
            THINGS[kind](folder / name)
        else:
            (folder / name).write_bytes(CONTENTS.get(kind, framed(FIELDS)))
        written.append(shown)
    return written


def write_good(folder: Path, count: int) -> list[str]:
    """Put `count` good articles between them, and return their titles."""
    titles = [
        f"Good story number {number} of the harbour town" for number in range(count)
    ]
    for number, title in enumerate(titles):
        day = f"publishedDateTime: 2026-10-01T{number // 60:02}:{number % 60:02}:00Z"
        fields = f"title: {title}\nwebUrl: https://host.example/good/{number}\n{day}"
        (folder / f"{number * 4:03}-good.md").write_bytes(framed(fields))
    return titles
