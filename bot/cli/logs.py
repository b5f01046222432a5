"""The log on stderr: styled on a terminal, plain text or JSON elsewhere. Never shows a token."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from bot.cli import escaping

if TYPE_CHECKING:
    from bot.settings import Log

#: The lowest level that is logged of each library. Telegram's library would log people's messages
#: below CRITICAL; what its answers mean is logged by our own code.
_LIBRARIES = {
    "watchfiles": logging.WARNING,
    "uvicorn": logging.WARNING,
}
_LIBRARIES |= {
    "telegram": logging.CRITICAL,
    "asyncio": logging.WARNING,
    "aiohttp": logging.WARNING,
}


def begin(chosen: Log) -> None:
    """Log to stderr from now on. Only our own loggers log below WARNING."""
    from bot.botapi import redaction

    logging.captureWarnings(True)
    logging.basicConfig(
        level=logging.WARNING, handlers=[_handler(chosen.format)], force=True
    )
    logging.getLogger("bot").setLevel(chosen.level.upper())
    for name, level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
    redaction.guard()


def silence() -> None:
    """Log nothing, for commands that print their own results."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


class _Text(logging.Formatter):
    """One line for each record, then its traceback; control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        return escaping.lines(super().format(record))


class _Json(logging.Formatter):
    """One JSON object a line: at, level, message, logger, and traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "logger": record.name,
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["traceback"] = record.exc_text
        return escaping.json(json.dumps(line, ensure_ascii=False))


class _Terminal(logging.Handler):
    """Time, level and message, broken between words. A message has no colours of its own."""

    _COLOURS: ClassVar = {
        logging.DEBUG: "dim",
        logging.INFO: "blue",
        logging.WARNING: "yellow",
    }

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record, with its traceback."""
        from rich.text import Text

        from bot.cli import console

        plain = logging.Formatter("%(message)s")
        try:
            at = plain.formatTime(record, "%X")
            level = (
                f"{record.levelname:7}",
                self._COLOURS.get(record.levelno, "bold red"),
            )
            console.err.say(
                plain.format(record), sign=Text.assemble((at, "dim"), " ", level)
            )
        except Exception:
            self.handleError(record)


def _handler(form: str) -> logging.Handler:
    is_terminal = sys.stderr.isatty()
    if is_terminal and form != "json":
        return _Terminal()
    handler = logging.StreamHandler()
    if form == "text":
        handler.setFormatter(_Text("%(asctime)s %(levelname)s %(message)s"))
    else:
        handler.setFormatter(_Json())
    return handler
