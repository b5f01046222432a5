"""Keeps tokens out of every log line and error text.

Recognises any token by its shape, not only this bot's. A logging filter gets the records of one
logger only, so the record factory is wrapped: the records of every library are redacted when they
are made, before any handler gets them.
"""

from __future__ import annotations

import logging
import re

#: Bot API: digits, a colon (or its percent form, as in an address), 35 characters today.
_TOKEN = re.compile(
    r"(?<![0-9])([0-9]{5,16})(?::|%3A)[A-Za-z0-9_-]{30,64}", re.IGNORECASE
)
_CHATTY = ("httpx", "httpcore")


def redact(text: str) -> str:
    """Return `text` with the secret half of every token replaced by dots.

    The bot's number stays, so that bots can be told apart.
    """
    return _TOKEN.sub(r"\1:…", text)


def guard() -> None:
    """Redact every log record from now on. May be called again."""
    for (
        name
    ) in _CHATTY:  # they log the address of every request, and a token is part of it
        logging.getLogger(name).setLevel(logging.WARNING)
    made = logging.getLogRecordFactory()
    if getattr(made, "keeps_secrets", False):
        return

    def factory(*args: object, **kwargs: object) -> logging.LogRecord:
        return _redacted(made(*args, **kwargs))

    # A function takes attributes; mypy has no type for that.
    factory.keeps_secrets = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(factory)


def _redacted(record: logging.LogRecord) -> logging.LogRecord:
    try:
        text = record.getMessage()
    except Exception:  # a wrong format string: the handler reports it
        return record
    clean = redact(text)
    if clean != text:
        record.msg, record.args = clean, None
    if record.exc_info:
        trace = logging.Formatter().formatException(record.exc_info)
        clean = redact(trace)
        if clean != trace:  # without the exception, which a handler could format again
            record.exc_info, record.exc_text = None, clean
    return record
