"""Why a template failed, and on which of its lines. Renders nothing."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2

from bot.rendering import markup


def line_of(error: Exception, path: Path) -> int:
    """Return the line of the template at `path` that raised `error`, or 0."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    if isinstance(error, markup.MarkupError):
        return _line_with(path, error.tag)
    line = 0
    trace = error.__traceback__
    while trace is not None:  # Jinja2 puts a template's file and line into it
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _line_with(path: Path, tag: str) -> int:
    """Return the first line of a file with this tag, or 0."""
    if not tag:
        return 0
    pattern = re.compile(rf"</?{re.escape(tag)}\b", re.IGNORECASE)
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            return number
    return 0


def reason(error: Exception) -> str:
    """Return why a template failed, in one line."""
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    words = " ".join(str(error).split())
    return words or type(error).__name__


def located(error: Exception, path: Path) -> str:
    """Return why the template at `path` failed, behind its file and line."""
    place = str(path)
    if line := line_of(error, path):
        place += f":{line}"
    return f"{place}: {reason(error)}"
