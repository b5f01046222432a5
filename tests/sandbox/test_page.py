"""The demo's chat page in Chromium: what is said over the Bot API is seen, and what is clicked is heard there.

The bot is scripted here, over the same HTTP the real one speaks; the story with the real one is under story/.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.browser import CONTRAST, PHONE, visit
from tests.support.scripted_bot import ScriptedBot, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LARGE = {
    "url": "https://example.org/harbour-crane.jpg",
    "prefer_large_media": True,
    "show_above_text": True,
}


@pytest_asyncio.fixture(loop_scope="module")
async def scripted(tmp_path: Path) -> AsyncIterator[ScriptedBot]:
    async with opened(tmp_path) as scripted:
        yield scripted


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, scripted: ScriptedBot) -> AsyncIterator[Page]:
    async with visit(browser, f"{scripted.sandbox.base_url}/") as page:
        yield page


def posts(page: Page) -> Any:
    return page.locator("#channel .message")


def talk(page: Page) -> Any:
    return page.locator("#private .message")


async def started(scripted: ScriptedBot, page: Page) -> None:
    """Ann has pressed Start, and the bot knows."""
    await page.get_by_role("button", name="Start").click()
    assert (await scripted.heard("message"))["text"] == "/start"


async def test_a_post_appears_changes_and_vanishes_without_reloading(
    scripted: ScriptedBot, page: Page
) -> None:
    await expect(page.get_by_text("No posts yet")).to_be_visible()
    number = await scripted.say(scripted.channel.id, "<b>First words</b>")
    await expect(posts(page)).to_contain_text("First words")
    await expect(page.get_by_text("No posts yet")).to_be_hidden()
    await scripted.call(
        "editMessageText",
        chat_id=scripted.channel.id,
        message_id=number,
        text="Second thoughts",
    )
    await expect(posts(page)).to_contain_text("Second thoughts")
    await posts(page).get_by_role("button", name="edited").click()
    await expect(page.get_by_role("dialog").locator(".text")).to_have_text(
        ["Second thoughts", "First words"]
    )
    await page.get_by_role("button", name="Close", exact=True).click()
    await scripted.call("deleteMessage", chat_id=scripted.channel.id, message_id=number)
    await expect(posts(page)).to_have_count(0)
    await expect(page.get_by_text("No posts yet")).to_be_visible()


async def test_what_was_said_before_is_there_when_the_page_opens(
    browser: Browser, scripted: ScriptedBot
) -> None:
    for number in range(3):
        await scripted.say(scripted.channel.id, f"Post {number}")
    async with visit(browser, f"{scripted.sandbox.base_url}/") as page:
        await expect(posts(page)).to_have_count(3)
        await expect(posts(page).last).to_be_in_viewport()


async def test_entities_stand_where_they_belong_after_emoji(
    scripted: ScriptedBot, page: Page
) -> None:
    text = (
        "👨‍👩‍👧 é <b>bold <i>both 😀</i></b> <u>under</u> <s>struck</s> <code>code</code> "
        '<a href="https://example.org/x?a=1&amp;b=2">a link</a> #Tag\n<blockquote>said\ntwice</blockquote>\nafter'
    )
    await scripted.say(scripted.channel.id, text)
    post = posts(page)
    # TDLib cuts a style in two where another begins.
    await expect(post.locator("strong").first).to_be_visible()
    assert "".join(await post.locator("strong").all_text_contents()) == "bold both 😀"
    await expect(post.locator("strong em, em strong")).to_have_text("both 😀")
    for tag, words in (
        ("u", "under"),
        ("s", "struck"),
        ("code", "code"),
        ("blockquote", "said\ntwice"),
    ):
        assert await post.locator(f".text {tag}").text_content() == words
    link = post.get_by_role("link", name="a link")
    await expect(link).to_have_attribute("href", "https://example.org/x?a=1&b=2")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(post.get_by_role("button", name="#Tag")).to_be_visible()


async def test_hostile_words_stay_words(scripted: ScriptedBot, page: Page) -> None:
    hostile = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
    escaped = hostile.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    keys = {"inline_keyboard": [[{"text": hostile, "callback_data": "x"}]]}
    await scripted.say(scripted.channel.id, f"<b>{escaped}</b>", reply_markup=keys)
    await scripted.call(
        "setMyCommands", commands=[{"command": "topic", "description": hostile}]
    )
    (scripted.folder / "hostile.md").write_text(f"---\ntitle: {hostile}\n---\n")
    await page.reload()
    await expect(posts(page).locator("strong")).to_have_text(hostile)
    await expect(posts(page).locator(".key span").first).to_have_text(hostile)
    await expect(page.locator(".file", has_text="onerror")).to_be_visible()
    assert await page.evaluate("window.hurt") is None
    assert await page.locator("main .message img, .file img").count() == 0


async def test_a_hidden_text_is_shown_when_asked_for(
    scripted: ScriptedBot, page: Page
) -> None:
    await scripted.say(
        scripted.channel.id, "It was <tg-spoiler>the butler</tg-spoiler>"
    )
    await page.get_by_role("button", name="Hidden text, show it").press("Enter")
    await expect(page.locator(".spoiler.shown")).to_have_text("the butler")


async def test_a_picture_is_drawn_large_above_the_text_and_never_fetched(
    scripted: ScriptedBot, page: Page
) -> None:
    await scripted.say(scripted.channel.id, "A crane", link_preview_options=LARGE)
    bubble = posts(page).locator(".bubble")
    await expect(bubble.locator("figcaption")).to_contain_text("harbour-crane.jpg")
    assert await bubble.locator("> *").first.get_attribute("class") == "preview"
    assert (
        await bubble.locator(".picture").evaluate("picture => picture.offsetWidth")
        > 250
    )


async def test_start_and_the_field_send_as_the_person_in_the_seat(
    scripted: ScriptedBot, page: Page
) -> None:
    await started(scripted, page)
    await page.get_by_label("Message to the bot").fill("Hello 👋")
    await page.keyboard.press("Enter")
    heard = await scripted.heard("message")
    assert (heard["text"], heard["from"]["id"]) == ("Hello 👋", scripted.ann.id)
    await expect(talk(page).last).to_contain_text("Hello 👋")
    await page.locator(".seat", has_text="Eddie").click()
    await expect(talk(page)).to_have_count(0)
    await page.get_by_role("button", name="Start").click()
    assert (await scripted.heard("message"))["from"]["id"] == scripted.eddie.id


async def test_commands_complete_as_one_types_and_each_seat_has_its_own(
    scripted: ScriptedBot, page: Page
) -> None:
    await started(scripted, page)
    readers = [
        {"command": name, "description": f"about {name}"}
        for name in ("topic", "topics", "help")
    ]
    await scripted.call("setMyCommands", commands=readers)
    field_, menu = (
        page.get_by_label("Message to the bot"),
        page.locator("#private [role=option]"),
    )
    await field_.press_sequentially("/to")
    await expect(menu).to_have_count(2)
    await field_.press("ArrowDown")
    await expect(menu.nth(1)).to_have_attribute("aria-selected", "true")
    await field_.press("Tab")
    await expect(field_).to_have_value("/topics ")
    await field_.fill("/he")
    await field_.press("Enter")
    assert (await scripted.heard("message"))["text"] == "/help"
    await page.locator(".seat", has_text="Eddie").click()
    await page.get_by_role("button", name="Start").click()
    await scripted.heard("message")
    scope = {"type": "chat", "chat_id": scripted.eddie.id}
    await scripted.call(
        "setMyCommands",
        commands=[{"command": "republish", "description": "again"}],
        scope=scope,
    )
    await page.get_by_role("button", name="Show the commands").click()
    await expect(menu).to_have_text(["/republishagain"])


async def test_a_tapped_button_calls_back_and_its_answer_is_shown(
    scripted: ScriptedBot, page: Page
) -> None:
    await started(scripted, page)
    rows = [
        [{"text": "One", "callback_data": "1"}],
        [{"text": "Two", "callback_data": "2"}, {"text": "3", "callback_data": "3"}],
    ]
    number = await scripted.say(
        scripted.ann.id, "Choose", reply_markup={"inline_keyboard": rows}
    )
    await page.get_by_role("button", name="Two").click()
    query = await scripted.heard("callback_query")
    assert (query["data"], query["from"]["id"], query["message"]["message_id"]) == (
        "2",
        scripted.ann.id,
        number,
    )
    await scripted.call(
        "answerCallbackQuery", callback_query_id=query["id"], text="Followed"
    )
    await expect(page.get_by_text("Followed")).to_be_visible()
    await expect(page.locator(".key.busy")).to_have_count(0)
    await page.get_by_role("button", name="3", exact=True).click()
    query = await scripted.heard("callback_query")
    await scripted.call(
        "answerCallbackQuery",
        callback_query_id=query["id"],
        text="Really?",
        show_alert=True,
    )
    await expect(page.get_by_role("dialog")).to_contain_text("Really?")
    await page.get_by_role("button", name="OK").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_buttons_of_a_row_are_equally_wide_and_show_one_line(
    scripted: ScriptedBot, page: Page
) -> None:
    row = [
        {"text": text, "url": "https://example.org"}
        for text in ("A", "A label of which a row of three shows a part", "C")
    ]
    await scripted.say(
        scripted.channel.id, "x", reply_markup={"inline_keyboard": [row]}
    )
    await expect(page.locator(".key")).to_have_count(3)
    widths = await page.locator(".key").evaluate_all(
        "keys => keys.map((key) => key.offsetWidth)"
    )
    assert max(widths) - min(widths) <= 1
    lines = await page.locator(".key span[dir]").evaluate_all(
        "words => words.map((each) => each.offsetHeight)"
    )
    assert len(set(lines)) == 1


async def test_a_deep_link_starts_the_bot_instead_of_leaving_the_page(
    scripted: ScriptedBot, page: Page
) -> None:
    me = await scripted.call("getMe")
    deep = f"https://t.me/{me['username']}?start=t_ai-7"
    await scripted.say(
        scripted.channel.id,
        "Post",
        reply_markup={"inline_keyboard": [[{"text": "Follow AI", "url": deep}]]},
    )
    await page.get_by_role("button", name="Follow AI").click()
    heard = await scripted.heard("message")
    assert (heard["text"], heard["from"]["id"]) == ("/start t_ai-7", scripted.ann.id)
    assert len(page.context.pages) == 1


async def test_a_link_to_a_post_leads_to_it_in_the_channel(
    scripted: ScriptedBot, page: Page
) -> None:
    first = await scripted.say(scripted.channel.id, "The very first post")
    for number in range(25):
        await scripted.say(scripted.channel.id, f"Filler {number}\n\n\n")
    await scripted.say(
        scripted.channel.id,
        f'See <a href="https://t.me/paperboy_daily/{first}">the first</a>',
    )
    inner = str(scripted.channel.id).removeprefix("-100")
    await scripted.say(
        scripted.channel.id,
        f'And <a href="https://t.me/c/{inner}/{first}">by number</a>',
    )
    target = posts(page).first
    for words in ("the first", "by number"):
        await page.locator("#channel .to-end").dispatch_event("click")
        await expect(target).not_to_be_in_viewport()
        await page.get_by_role("button", name=words).click()
        await expect(target).to_be_in_viewport()
        await expect(target).to_be_focused()


async def test_what_arrives_below_what_one_reads_is_counted_not_forced(
    scripted: ScriptedBot, page: Page
) -> None:
    for number in range(25):
        await scripted.say(scripted.channel.id, f"Filler {number}\n\n\n.")
    await expect(posts(page).last).to_be_in_viewport()
    await page.locator("#channel .scroller").evaluate(
        "element => element.scrollTop = 0"
    )
    await expect(page.locator("#channel .to-end")).to_be_visible()
    await scripted.say(scripted.channel.id, "Newest")
    await expect(page.locator("#channel .to-end .count")).to_have_text("1")
    await expect(posts(page).last).not_to_be_in_viewport()
    await page.locator("#channel .to-end").click()
    await expect(posts(page).last).to_be_in_viewport()
    await expect(page.locator("#channel .to-end")).to_be_hidden()


async def test_the_folder_drops_edits_and_withdraws_by_a_click(
    scripted: ScriptedBot, page: Page
) -> None:
    await expect(page.locator(".waiting-count")).to_have_text("1")
    await page.get_by_role("button", name="Drop next article").click()
    await expect(page.locator(".posted-count")).to_have_text("4")
    await expect(page.get_by_role("button", name="Drop next article")).to_be_disabled()
    await page.get_by_role("button", name="Edit an article").click()
    await expect(page.locator(".posted .file-title").first).to_have_text(
        "Story 4 (updated)"
    )
    assert "(updated)" in (scripted.folder / "4.md").read_text()
    await page.locator(".file", has_text="Story 1").hover()
    await page.get_by_role("button", name="Withdraw: Story 1").click()
    await expect(page.locator(".file.withdrawn")).to_contain_text("Story 1")
    assert "removed: true" in (scripted.folder / "1.md").read_text()


async def test_a_phone_shows_one_chat_at_a_time_with_nothing_cut_off(
    browser: Browser, scripted: ScriptedBot
) -> None:
    async with visit(
        browser, f"{scripted.sandbox.base_url}/", size=PHONE, scheme="dark"
    ) as page:
        await expect(page.locator("#channel")).to_be_visible()
        await expect(page.locator("#private")).to_be_hidden()
        await page.get_by_role("tab", name="Ann’s chat").click()
        await expect(page.locator("#channel")).to_be_hidden()
        await started(scripted, page)
        long = "https://example.org/" + "unbreakable" * 20
        await scripted.say(scripted.channel.id, long, link_preview_options=LARGE)
        await expect(page.locator("[data-tab=channel] .count")).to_have_text("1")
        await page.get_by_role("tab", name="Channel").click()
        await expect(posts(page)).to_be_in_viewport()
        await expect(page.locator("[data-tab=channel] .count")).to_be_empty()
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        assert await page.locator("#channel .scroller").evaluate(
            "e => e.scrollWidth <= e.clientWidth"
        )
        await page.get_by_role("button", name="Drop next article").click()
        await expect(page.locator("#folder-toggle .count")).to_be_empty()
        await page.get_by_role("button", name="Folder", exact=True).click()
        await expect(page.locator("#folder")).to_be_in_viewport()
        await page.keyboard.press("Escape")
        await expect(page.locator("#folder")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read_against_its_ground(
    browser: Browser, scripted: ScriptedBot, scheme: Any
) -> None:
    async with visit(browser, f"{scripted.sandbox.base_url}/", scheme=scheme) as page:
        await started(scripted, page)
        await scripted.say(
            scripted.ann.id,
            "Words with a <a href='https://example.org'>link</a> and <code>code</code>",
        )
        await scripted.say(
            scripted.channel.id,
            "A post",
            link_preview_options={"url": "https://example.org/a-page"},
        )
        await expect(posts(page)).to_have_count(1)
        poor = await page.evaluate(CONTRAST)
        assert poor == []


async def test_the_page_says_so_when_the_stand_in_is_gone_and_catches_up_when_it_is_back(
    browser: Browser, tmp_path: Path
) -> None:
    banner = "The demo isn’t answering"
    async with AsyncExitStack() as stack:
        async with opened(tmp_path / "before") as scripted:
            url = f"{scripted.sandbox.base_url}/"
            page = await stack.enter_async_context(visit(browser, url, complaints=[]))
            await scripted.say(scripted.channel.id, "Said before")
            await expect(posts(page)).to_contain_text("Said before")
        await expect(page.get_by_text(banner)).to_be_visible(timeout=10_000)
        async with opened(tmp_path / "after", port=urlsplit(url).port or 0) as scripted:
            await scripted.say(scripted.channel.id, "Said after")
            await expect(posts(page)).to_contain_text("Said after", timeout=15_000)
            await expect(page.get_by_text(banner)).to_be_hidden()
