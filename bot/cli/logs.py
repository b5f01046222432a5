"""The log: lines on stderr, styled for a terminal, JSON for a collector. Never a token, at any level."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from bot.cli import terminal

if TYPE_CHECKING:
    from bot.settings import Log

#: Libraries whose own lines help nobody, with the least level that does. What an answer of Telegram's means is ours to
#: say; its library would print messages of people at lower levels.
_LIBRARIES = {"apscheduler": logging.WARNING, "watchfiles": logging.WARNING, "uvicorn": logging.WARNING}
_LIBRARIES |= {"telegram": logging.CRITICAL, "asyncio": logging.WARNING, "aiohttp": logging.WARNING}


def begin(chosen: Log) -> None:
    """Write log lines to stderr from now on. Only our own loggers go below warnings."""
    from bot.botapi import redaction

    logging.captureWarnings(True)
    logging.basicConfig(level=logging.WARNING, handlers=[_handler(chosen.format)], force=True)
    logging.getLogger("bot").setLevel(chosen.level.upper())
    for name, level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    redaction.guard()


def silence() -> None:
    """Keep the log quiet, in commands that print all they have to say."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


class _Text(logging.Formatter):
    """One line a record, and its traceback; other people's controls are escapes."""

    def format(self, record: logging.LogRecord) -> str:
        return terminal.lines(super().format(record))


class _Json(logging.Formatter):
    """One JSON object a line: at, level, message, logger, and a traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["traceback"] = record.exc_text
        return terminal.json(json.dumps(line, ensure_ascii=False))


class _Terminal(logging.Handler):
    """Time, level and message for a person, broken between words; what is in a message has no colour of its own."""

    _COLOURS: ClassVar = {logging.DEBUG: "dim", logging.INFO: "blue", logging.WARNING: "yellow"}

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record, with its traceback."""
        from rich.text import Text

        from bot.cli import console

        plain = logging.Formatter("%(message)s")
        try:
            at = plain.formatTime(record, "%X")
            level = (f"{record.levelname:7}", self._COLOURS.get(record.levelno, "bold red"))
            console.err.say(plain.format(record), sign=Text.assemble((at, "dim"), " ", level))
        except Exception:
            self.handleError(record)


def _handler(form: str) -> logging.Handler:
    if form == "json" or (form == "auto" and not sys.stderr.isatty()):
        handler: logging.Handler = logging.StreamHandler()
        handler.setFormatter(_Json())
        return handler
    if not sys.stderr.isatty():
        handler = logging.StreamHandler()
        handler.setFormatter(_Text("%(asctime)s %(levelname)s %(message)s"))
        return handler
    return _Terminal()
