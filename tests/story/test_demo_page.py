"""`paperboy demo` as a newcomer sees it: the real bot, the sandbox and the page, in Chromium.

With PAPERBOY_PICTURES set to a folder, the pages are also kept there as pictures: that is how the README's was made.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from bot import demo
from tests.support.browser import DESK, PHONE, visit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
PICTURES = os.environ.get("PAPERBOY_PICTURES")


@asynccontextmanager
async def running(keep: Path) -> AsyncIterator[demo.Demo]:
    """The demo at work, all eight samples posted."""
    async with demo.prepared(keep) as stage:
        bot = asyncio.create_task(stage.app.run())
        channel = next(
            chat
            for chat in stage.sandbox.world.chats.values()
            if chat.username == demo.CHANNEL
        )
        await stage.sandbox.wait_for(
            lambda: len(stage.sandbox.messages(channel)) == demo.FIRST, timeout=30
        )
        yield stage
        stage.app.stop()
        await bot


def posts(page: Page) -> Any:
    return page.locator("#channel .message")


def talk(page: Page) -> Any:
    return page.locator("#private .message")


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Message to the bot").fill(words)
    await page.keyboard.press("Enter")


async def keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.wait_for_timeout(6_000)  # until the notes have faded
        await page.screenshot(path=f"{PICTURES}/{name}.png")


async def test_a_newcomer_follows_a_topic_drops_an_article_and_sees_it_arrive_twice(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        running(tmp_path) as stage,
        visit(browser, stage.address, size=DESK) as page,
    ):
        await expect(posts(page)).to_have_count(demo.FIRST)
        await page.get_by_role("button", name="Start").click()
        await expect(talk(page).last).to_contain_text("/topic")
        await say(page, "/topic AI")
        await expect(talk(page).last).to_contain_text("AI")
        await say(page, "/topic")
        await talk(page).last.get_by_role("button", name="Energy").click()
        await expect(
            talk(page).last.get_by_role("button", name="✓ Energy")
        ).to_be_visible()

        await page.get_by_role("button", name="Drop next article").click()
        await expect(posts(page)).to_have_count(demo.FIRST + 1)
        await expect(posts(page).last).to_contain_text("An island ran all of October")
        await expect(talk(page).last).to_contain_text("An island ran all of October")
        await keep_picture(page, "desk")

        await page.get_by_role("button", name="Edit an article").click()
        await expect(posts(page).filter(has_text="(updated)")).to_have_count(1)


async def test_an_editor_republishes_and_reads_the_status(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        running(tmp_path) as stage,
        visit(browser, stage.address, size=DESK) as page,
    ):
        await page.locator(".seat", has_text="Eddie").click()
        await page.get_by_role("button", name="Start").click()
        await say(page, "/republish last")
        await expect(posts(page)).to_have_count(demo.FIRST + 1)
        await say(page, "/status")
        await expect(talk(page).last).to_contain_text("articles")
        await keep_picture(page, "editor")


async def test_a_deep_link_under_a_post_follows_its_topic(
    browser: Browser, tmp_path: Path
) -> None:
    async with (
        running(tmp_path) as stage,
        visit(browser, stage.address, size=DESK) as page,
    ):
        await (
            posts(page)
            .last.get_by_role("button", name="Follow Language Models")
            .click()
        )
        await expect(talk(page).last).to_contain_text("Language Models")


async def test_the_page_works_at_phone_width(browser: Browser, tmp_path: Path) -> None:
    async with (
        running(tmp_path) as stage,
        visit(browser, stage.address, size=PHONE) as page,
    ):
        await keep_picture(page, "phone-channel")
        assert await page.evaluate(
            "document.documentElement.scrollWidth <= window.innerWidth"
        )
        await page.get_by_role("tab", name="Ann’s chat").click()
        await page.get_by_role("button", name="Start").click()
        await say(page, "/topic AI")
        await expect(talk(page).last).to_contain_text("AI")
        await keep_picture(page, "phone-chat")
