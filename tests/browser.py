"""Debian's Chromium for the tests of the page: found, started, watched. It knows nothing of Paperboy.

A visit fails its test when the page asked anything of another origin, or when the browser had anything to complain
about.
"""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, ConsoleMessage, Page, Route

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = (1280, 800)
PHONE = (390, 844)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser, or a skip by name where there is none."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@asynccontextmanager
async def visit(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = DESK,
    scheme: Literal["light", "dark"] = "light",
    moving: bool = False,
    complaints: list[str] | None = None,
) -> AsyncIterator[Page]:
    """A page at `url` in a fresh profile, ready to be used; `complaints` given means: don't fail, tell me."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="en-GB",
        reduced_motion="no-preference" if moving else "reduce",
    )
    heard: list[str] = [] if complaints is None else complaints
    asked: list[str] = []
    home = urlsplit(url).netloc
    await context.route(lambda address: urlsplit(address).netloc != home, _refuse)
    page = await context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: _listen(message, heard))
    page.on("pageerror", lambda error: heard.append(str(error)))
    await page.goto(url)
    await page.wait_for_selector("html[data-ready]")
    yield page
    await context.close()
    assert [address for address in asked if urlsplit(address).netloc != home] == []
    assert complaints is not None or heard == []


async def _refuse(route: Route) -> None:
    """Nothing leaves this machine, whatever the page tries; what it tried is in the list of requests."""
    await route.abort()


def _listen(message: ConsoleMessage, heard: list[str]) -> None:
    if message.type in {"error", "warning"}:
        heard.append(message.text)
