"""Where Telegram posts updates, as the settings say. Serves nothing and calls nobody."""

from __future__ import annotations

import secrets
from urllib.parse import unquote, urlsplit

from bot.botapi.webhook import Handle, Hook
from bot.errors import UsageError
from bot.settings import Web

#: Where Telegram posts updates, below the path of `web.public_url`.
_TELEGRAM = "/telegram"


def url(web: Web) -> str:
    """Return the address that Telegram is given."""
    return f"{web.public_url}{_TELEGRAM}"


def hook(web: Web, handle: Handle) -> Hook:
    """Return the webhook. Raises UsageError when the settings lack an address for it."""
    problems = []
    if not web.listen:
        problems.append(
            "web.listen: is empty; `run --webhook` listens there. "
            'Set it to an address and port, like "127.0.0.1:8080"'
        )
    if not web.public_url:
        problems.append(
            "web.public_url: is empty; `run --webhook` needs the https address "
            'by which Telegram reaches web.listen, like "https://bot.example.org"'
        )
    if problems:
        raise UsageError(*problems)
    path = unquote(urlsplit(web.public_url).path).rstrip("/") + _TELEGRAM
    secret = web.secret.get_secret_value() or secrets.token_urlsafe(32)
    return Hook(path, secret, handle)
