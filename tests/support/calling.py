"""A bot reduced to its calls: JSON to the sandbox over HTTP. Not a test by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.sandbox import Sandbox
from bot.sandbox.judge import Judge, Subset

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Caller:
    """Calls methods as a bot would; `telegram` is the sandbox it talks to."""

    def __init__(self, telegram: Sandbox, client: httpx.AsyncClient) -> None:
        self.telegram = telegram
        self.client = client

    async def raw(self, method: str, **params: Any) -> httpx.Response:
        return await self.client.post(
            f"/bot{self.telegram.token}/{method}", json=params
        )

    async def ok(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = (await self.raw(method, **params)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def no(self, method: str, **params: Any) -> str:
        """The description of a call that must be refused."""
        answer = await self.raw(method, **params)
        body = answer.json()
        assert not body["ok"], body
        assert answer.status_code == body["error_code"]
        return str(body["description"])


@asynccontextmanager
async def calling(**options: Any) -> AsyncIterator[Caller]:
    """A sandbox at noon with the subset judge, and somebody to call it."""
    options = {"clock": lambda: NOON, "judge": Judge(Subset())} | options
    async with (
        Sandbox(**options) as telegram,
        httpx.AsyncClient(
            base_url=telegram.base_url, trust_env=False, timeout=60
        ) as client,
    ):
        yield Caller(telegram, client)
