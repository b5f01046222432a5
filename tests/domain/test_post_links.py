"""Addresses of posts, in the forms in which Telegram's apps copy them."""

from __future__ import annotations

import pytest

from bot.domain.post_links import PostLink, read
from bot.planning import naming


@pytest.mark.parametrize(
    "text",
    [
        "https://t.me/News_1/5",
        "http://t.me/News_1/5/",
        "t.me/News_1/5",
        "HTTPS://T.ME/News_1/5",
        "https://www.t.me/News_1/5",
        "https://telegram.me/News_1/5",
        "telegram.dog/News_1/5",
        "https://t.me/s/News_1/5",
        "https://News_1.t.me/5",
        "https://t.me/News_1/5?single",
        "https://t.me/News_1/5?comment=9",
        "https://t.me/News_1/77/5",
        "https://t.me/News_1/77/5?single&thread=77",
        "https://t.me/News_1/5#anchor",
        "tg://resolve?domain=News_1&post=5",
        "tg://resolve?domain=News_1&post=5&single&thread=77",
        " https://t.me/News_1/5\n",
    ],
)
def test_a_post_of_a_channel_with_a_name(text: str) -> None:
    assert read(text) == PostLink("News_1", None, 5)


@pytest.mark.parametrize(
    "text",
    [
        "https://t.me/c/1234567890/5",
        "t.me/c/1234567890/5?single",
        "https://t.me/c/1234567890/77/5",
        "https://t.me/c/1234567890/5?thread=77",
        "tg://privatepost?channel=1234567890&post=5&single",
    ],
)
def test_a_post_of_a_channel_without_a_name(text: str) -> None:
    assert read(text) == PostLink("", -1_001_234_567_890, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://t.me/News_1",
        "https://t.me/c/5",
        "https://t.me/+abc/5",
        "https://example.org/News_1/5",
        "https://nott.me/News_1/5",
        "https://t.me/News_1/x",
        "https://t.me/News_1/99999999999999999999",
        "https://t.me/News_1/５",
        "tg://resolve?domain=News_1",
        "tg://privatepost?channel=News_1&post=5",
        "https://t.me/c/99999999999999999999/5",
        "tg://resolve?post=5",
        "tg://settings",
        "read https://t.me/News_1/5",
    ],
)
def test_what_is_not_the_address_of_a_post(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("username", "chat_id"), [("news", -1_001_234_567_890), ("", -1_001_234_567_890)]
)
def test_the_addresses_that_the_bot_gives_are_read(username: str, chat_id: int) -> None:
    given = naming.post_link(username, chat_id, 7)
    assert given is not None
    assert read(given) == PostLink(username, None if username else chat_id, 7)
