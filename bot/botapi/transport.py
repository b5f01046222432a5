"""The HTTP connection under python-telegram-bot, on aiohttp: sends a request, returns the answer.

Knows no method of the Bot API. The library's own transport takes ten times the processor time for a
call. An error raised before the request was sent has NotSent as its cause. As in the library's
transport, nothing is repeated, no redirect is followed, and proxies and certificates are those of
the environment.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.errors import UsageError

#: Seconds an idle connection is kept. If the server closed it first, the next call would get no
#: answer.
_IDLE = 5.0
#: Limits of an answer: seconds from its first byte to its last, and bytes.
_TRICKLE, _MOST = 30.0, 32 << 20
_JSON = {"Content-Type": "application/json"}
#: The connection was not made, so nothing of the request was sent.
_BEFORE = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class NotSent(Exception):
    """The cause of an error from before the request was sent."""


# The type is final because its constructor may change; this class does not call it.
class Parameters(RequestData):  # type: ignore[misc]
    """The parameters of a call as plain data, sent as one JSON object.

    See Bot API, "Making requests".
    """

    __slots__ = ("_plain",)

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        super().__init__()
        self._plain = parameters

    @property
    def json_payload(self) -> bytes:
        """The body of the request.

        A form, as the library makes it, takes ten times as long to encode.
        """
        return json.dumps(
            {name: value for name, value in self._plain.items() if value is not None}
        ).encode()


class Transport(BaseRequest):
    """Connections to one Bot API server, at most `connections` at once. Times are in seconds.

    `direct`: no proxy is used. Raises UsageError for a proxy that can't be used.
    """

    def __init__(
        self,
        address: str,
        *,
        connections: int,
        answer: float,
        connect: float,
        pool: float,
        direct: bool,
    ) -> None:
        #: The proxy between here and the server, or None.
        self.proxy = None if direct else _proxy(address)
        self._secure = address.startswith("https:")
        self._connections = connections
        self._answer = answer
        self._connect = connect
        self._pool = pool
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        #: The header `Date` of the last answer; empty before the first.
        self.date = ""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return an answer of the Bot API.

        Raises TelegramError for anything else, such as a proxy's own JSON.
        """
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise TelegramError("Invalid server response") from error
        if not isinstance(answer, dict) or not _is_answer(answer):
            raise TelegramError("Invalid server response")
        if not isinstance(answer.get("parameters"), dict):
            answer.pop("parameters", None)
        return answer

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where the call sets no time."""
        return self._answer

    async def initialize(self) -> None:
        """Make it usable again after `shutdown`; connections are made when they are needed."""
        self._closed = False

    async def shutdown(self) -> None:
        """Close all connections."""
        self._closed = True
        session, self._session = self._session, None
        if session:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body of the answer. Raises TimedOut or NetworkError."""
        del (
            write_timeout,
            connect_timeout,
            pool_timeout,
        )  # a request is small: a few packets
        answer = read_timeout if isinstance(read_timeout, float | int) else self._answer
        body = request_data.json_payload if request_data else None
        try:
            async with self._opened().request(
                method,
                url,
                data=body,
                headers=_JSON if body else None,
                timeout=_times(self._connect + self._pool, self._connect, answer),
                proxy=self.proxy,
                allow_redirects=False,
            ) as response:
                self.date = response.headers.get("Date", "")
                return response.status, await _body(response)
        except _BEFORE as error:
            kind = TimedOut if isinstance(error, TimeoutError) else NetworkError
            raise kind(_words(error)) from NotSent(error)
        except TimeoutError as error:
            raise TimedOut(_words(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_words(error)) from error

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise RuntimeError("this transport is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections,
                    keepalive_timeout=_IDLE,
                    ssl=_certificates() if self._secure else True,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )
        return self._session


def _is_answer(answer: dict[str, Any]) -> bool:
    """Return True for a valid answer: it has a result, or an error's code and description."""
    if answer.get("ok") is True:
        return "result" in answer
    has_code = type(answer.get("error_code")) is int
    return (
        answer.get("ok") is False
        and has_code
        and isinstance(answer.get("description"), str)
    )


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Return the body of an answer.

    Raises NetworkError for one that is too large to be an answer of the Bot API.
    """
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _MOST:
            raise NetworkError("the answer is too large to be one of the Bot API")
    return bytes(body)


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Return the trusted certificates: those the environment names, else certifi's list.

    python-telegram-bot does the same.
    """
    return httpx.create_ssl_context()


@lru_cache(maxsize=64)
def _times(whole: float, connect: float, answer: float) -> aiohttp.ClientTimeout:
    """Return aiohttp's timeout.

    It limits the whole call, the wait for a connection, connecting, and the wait for more data.
    """
    return aiohttp.ClientTimeout(
        total=whole + answer + _TRICKLE,
        connect=whole,
        sock_connect=connect,
        sock_read=answer,
    )


def _proxy(address: str) -> str | None:
    """Return the proxy for a server from the environment (HTTPS_PROXY and similar), or None."""
    parts = urlsplit(address)
    known = getproxies()
    proxy = known.get(parts.scheme) or known.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        kind = proxy.partition(":")[0]
        raise UsageError(
            f"the environment names a {kind} proxy; only http:// and https:// ones can be used"
        )
    return proxy


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
