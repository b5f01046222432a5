"""Webhook endpoint: accepts an update that carries the secret token, and answers once handled.

Knows nothing of what an update means. Status 200 means that it was handled; Telegram sends an
update again if handling failed or ended the process (Bot API, setWebhook).
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
#: Seconds within which the whole request must arrive.
ARRIVES = 10.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header, not a secret
_log = logging.getLogger(__name__)


class _NotAnUpdate(Exception):
    """A request that carries no acceptable update; answered with `status` and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


def page(hook: Hook) -> Callable[[Request], Awaitable[Response]]:
    """Return the page at the hook's path."""

    async def answer(request: Request) -> Response:
        try:
            update = await _update(hook, request)
        except _NotAnUpdate as error:
            # The rest of the request is not read, so the connection can't be used again.
            return PlainTextResponse(
                f"{error}\n", error.status, {"Connection": "close"}
            )
        return await _handled(hook, update)

    return answer


async def _handled(hook: Hook, update: dict[str, Any]) -> Response:
    try:
        await hook.handle(update)
    except Exception as error:
        bug = not isinstance(error, PaperboyError)
        number = update.get("update_id")
        text = "update %s is not handled and will come again: %s"
        _log.error(text, number, error, exc_info=bug)
        return PlainTextResponse("Not handled; send it again.\n", 500)
    return Response()


async def _update(hook: Hook, request: Request) -> dict[str, Any]:
    if not hook.admits(request.headers.get(SECRET_HEADER, "")):
        raise _NotAnUpdate(403, "Only Telegram may post here.")
    try:
        update = json.loads(await _body(request))
    except (ValueError, RecursionError):
        update = None
    if not isinstance(update, dict):
        raise _NotAnUpdate(400, "An update is a JSON object.")
    return update


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(ARRIVES):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise _NotAnUpdate(413, f"An update is at most {MOST_BYTES} bytes.")
    except TimeoutError:
        raise _NotAnUpdate(408, "The update did not arrive in time.") from None
    except ClientDisconnect:
        raise _NotAnUpdate(400, "The update was cut off.") from None
    return bytes(body)
