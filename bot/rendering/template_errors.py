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
    if not tag:
        return 0
    pattern = re.compile(rf"</?{re.escape(tag)}\b", re.IGNORECASE)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        if pattern.search(line):
            return number
    return 0


def reason(error: Exception) -> str:
    """Return why a template failed, in one line."""
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return " ".join(str(error).split()) or type(error).__name__
