"""python-telegram-bot's connection to a Bot API server: calls as plain data in, JSON out.

Makes no Outcome of an error (`error_mapping` does), and counts no call.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from telegram import Bot

from bot.botapi.transport import Parameters, Transport

#: Makes a `Transport`, with its parameters.
MakeTransport = Callable[..., Transport]
#: Seconds to wait for an answer. Telegram downloads a picture from its address before it answers.
_PHOTO_SECONDS = 30.0
_ANSWER_SECONDS = 20.0
_CONNECT_SECONDS = 10.0
_POOL_SECONDS = 5.0
_CONNECTIONS = 200
#: Methods with which Telegram may have to download a picture.
_WITH_PICTURE = frozenset(("sendPhoto", "editMessageMedia"))


class Wire(Bot):
    """One bot's connection.

    `Bot.do_api_request` is not used: it warns for every method that the library has a function
    for, and raises EndPointNotFound for a refused token.
    """

    async def ask(
        self,
        method: str,
        parameters: dict[str, Any],
        read_timeout: float | None = None,
    ) -> Any:
        """Return the result of a call as JSON.

        Raises TelegramError, or KeyError for an answer without one.
        """
        if read_timeout is None:
            pictured = method in _WITH_PICTURE
            read_timeout = _PHOTO_SECONDS if pictured else _ANSWER_SECONDS
        request = self._request[0 if method == "getUpdates" else 1]
        url = f"{self.base_url}/{method}"
        return await request.post(
            url, Parameters(parameters), read_timeout=read_timeout
        )

    @property
    def server_time(self) -> datetime | None:
        """The time on the server when it last answered; None where the answer had none."""
        date = getattr(self._request[1], "date", "")
        try:
            return parsedate_to_datetime(date).astimezone(UTC)
        except ValueError:
            return None

    async def close_connections(self) -> None:
        """Close all connections; the wire can't be used afterwards."""
        for request in self._request:
            await request.shutdown()


def connect(
    token: str, api_base_url: str, transport: MakeTransport | None = None
) -> Wire:
    """Return the wire of one bot to one Bot API server. Makes no call.

    transport: makes the connections; None: over HTTP.
    """
    make = transport or Transport
    return Wire(
        token,
        base_url=f"{api_base_url}/bot",
        base_file_url=f"{api_base_url}/file/bot",
        request=_transport(make, api_base_url, _CONNECTIONS),
        get_updates_request=_transport(make, api_base_url, 4),
    )


def _transport(make: MakeTransport, api_base_url: str, connections: int) -> Transport:
    return make(
        api_base_url,
        connections=connections,
        answer=_ANSWER_SECONDS,
        connect=_CONNECT_SECONDS,
        pool=_POOL_SECONDS,
        direct=_is_loopback(api_base_url),  # no proxy for a server on this machine
    )


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
