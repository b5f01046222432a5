"""The door for Telegram's updates: one is let in when it bears the secret, and answered for once it has been handled.

Knows nothing of what an update means. A 200 says that it is done with, so that one whose handling failed, or took the
whole process down, is delivered again (Bot API, setWebhook).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.botapi.webhook import Hook
from bot.errors import PaperboyError

#: Telegram's updates are far smaller.
MOST_BYTES = 1 << 20
#: An update that has not arrived after so many seconds never will.
ARRIVES = 10.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header, no secret
_log = logging.getLogger(__name__)


class _Unwanted(Exception):
    """A request that brings no update: the status it is answered with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


def page(hook: Hook) -> Callable[[Request], Awaitable[Response]]:
    """Return the page at the hook's path."""

    async def answer(request: Request) -> Response:
        try:
            update = await _update(hook, request)
        except _Unwanted as error:
            # The rest of what it sends is not read, so the connection can't be used again.
            return PlainTextResponse(f"{error}\n", error.status, {"Connection": "close"})
        return await _handled(hook, update)

    return answer


async def _handled(hook: Hook, update: dict[str, Any]) -> Response:
    try:
        await hook.handle(update)
    except Exception as error:
        bug = not isinstance(error, PaperboyError)
        _log.error("update %s is not handled and will come again: %s", update.get("update_id"), error, exc_info=bug)
        return PlainTextResponse("Not handled; send it again.\n", 500)
    return Response()


async def _update(hook: Hook, request: Request) -> dict[str, Any]:
    if not hook.admits(request.headers.get(SECRET_HEADER, "")):
        raise _Unwanted(403, "Only Telegram may post here.")
    try:
        update = json.loads(await _body(request))
    except (ValueError, RecursionError):
        update = None
    if not isinstance(update, dict):
        raise _Unwanted(400, "An update is a JSON object.")
    return update


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(ARRIVES):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise _Unwanted(413, f"An update is at most {MOST_BYTES} bytes.")
    except TimeoutError:
        raise _Unwanted(408, "The update did not arrive in time.") from None
    except ClientDisconnect:
        raise _Unwanted(400, "The update was cut off.") from None
    return bytes(body)
