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
        browser = await playwright.chromium.launch(
            executable_path=found, args=list(ARGUMENTS)
        )
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


#: Run in the page: every visible text whose contrast with its ground is below 4.5 (WCAG 2, AA).
CONTRAST = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.85) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true })) continue;
    if (element.closest(":disabled, .sr, .avatar, .view > .scroller > .nothing, figcaption, .day, noscript")) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${walk.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
