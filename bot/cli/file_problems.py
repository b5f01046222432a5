"""Lists of files with problems, for `scan` and `status`. Finds no problem itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.cli import console
from bot.domain.plain_text import counted

if TYPE_CHECKING:
    from bot.rendering.report import RejectedFile


def show(warned: Sequence[RejectedFile], rejected: Sequence[RejectedFile]) -> None:
    """Print the files with unreadable fields, then those that are not articles."""
    if warned:
        files = counted(len(warned), "file")
        _list(f"Fields that could not be read, in {files}:", warned)
    if len(rejected) == 1:
        _list("One file is not an article:", rejected)
    elif rejected:
        _list(f"{len(rejected)} files are not articles:", rejected)


def _list(heading: str, files: Sequence[RejectedFile]) -> None:
    console.out.say(heading, "yellow")
    for file in files:
        line = f"  {file.path}: {file.reason}"
        console.out.say(line)
