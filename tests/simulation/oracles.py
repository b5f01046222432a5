"""What must hold at the end of a simulation. Each oracle returns what is wrong, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.publish import verification
from bot.rendering.templates import Templates
from bot.sandbox import Chat, Message, Person, Sandbox
from bot.settings import Settings
from bot.store import inspection, outbox


def posted(
    telegram: Sandbox,
    chat: Chat | Person,
    titles: Iterable[str],
    times: tuple[int, int],
) -> Iterator[str]:
    """Every title stands in a chat, so many times at least and at most."""
    least, most = times
    posts = [_text(message) for message in telegram.messages(chat)]
    for title in titles:
        count = sum(post.startswith(title) for post in posts)
        if not least <= count <= most:
            yield f"“{title}” stands {count} times in the chat {chat.id}"


def recorded(settings: Settings, words: Templates, at: datetime) -> Iterator[str]:
    """The database says of itself that all went where it should, and nothing waits."""
    with inspection.reading(settings.store.database) as db:
        result = verification.verify(
            db,
            settings.channels,
            words.taxonomy,
            at,
            running=False,
            max_age=settings.feed.max_age,
        )
        waiting = outbox.waiting(db)
    for finding in result.findings:
        yield f"verify: {finding.about}: {finding.what}"
    if waiting:
        yield f"{waiting} deliveries wait at the end of a calm day"


def _text(message: Message) -> str:
    return message.content.text
