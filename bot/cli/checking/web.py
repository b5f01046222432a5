"""The addresses of `[web]`: can the bot listen there, would Telegram call? Serves nothing."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.cli.checking.finding import Finding, problem, warning
from bot.settings import Settings
from bot.store import lock

#: Ports that Telegram calls (Bot API, setWebhook).
_PORTS = (443, 80, 88, 8443)
_LAST_PORT = 65_535


def findings(chosen: Settings) -> Iterator[Finding]:
    """Yield what is wrong with listen and public_url; nothing where neither is set."""
    web = chosen.web
    if web.public_url and not web.listen:
        yield warning(
            "web.public_url: is set, but web.listen is empty: `run --webhook` would listen nowhere",
            'Set [web] listen, like "127.0.0.1:8080".',
        )
    if web.public_url:
        yield from _public(web.public_url)
    if web.listen and not lock.is_held(
        chosen.store.database
    ):  # a running bot listens there itself
        yield from _listen(web.listen)


def _public(url: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        yield problem(
            f"web.public_url: {url}: is not an address",
            'Set it to one like "https://bot.example.org".',
        )
        return
    if parts.scheme != "https":
        yield warning(
            f"web.public_url: {url}: Telegram calls https addresses only",
            "Begin it with https://.",
        )
    elif port not in _PORTS:
        yield warning(
            f"web.public_url: {url}: Telegram does not call port {port}",
            "Use port 443, 80, 88 or 8443.",
        )
    elif _is_private(parts.hostname or ""):
        yield warning(
            f"web.public_url: {url}: is an address inside your own network, "
            "which Telegram can't reach",
            "Set it to the address by which the bot is reached from the internet, "
            "unless you run your own Bot API server.",
        )


def _is_private(host: str) -> bool:
    """Return True for this machine's own names and for addresses of private networks."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal"))


def _listen(address: str) -> Iterator[Finding]:
    host, _, port = address.rpartition(":")
    if int(port) > _LAST_PORT:
        yield problem(
            f"web.listen: {address}: there is no port {port}",
            f"Choose one from 1 to {_LAST_PORT}.",
        )
        return
    try:
        place = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM
        )[0]
        with socket.socket(place[0], place[1]) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place[4])
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield problem(
            f"web.listen: {address}: can't be used: {reason.lower()}",
            "Stop the program that listens there, or choose another address and port.",
        )
