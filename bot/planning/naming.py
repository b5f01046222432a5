"""The names that people know things by: an article's title and file, a chat's title and @name.

Changes nothing.
"""

from __future__ import annotations

from bot.domain.delivery import Delivery, Lane
from bot.domain.notices import Notice
from bot.rendering.report import ArticleName, Entry
from bot.store import articles, chats
from bot.store.database import Database
from bot.store.thread import is_outside

#: Stands for the names of people's chats.
READERS = "readers' chats"


def article(db: Database, number: int) -> ArticleName | None:
    """Return the name of an article; None where there is none.

    Of a merged article, that of the one it lives on in.
    """
    try:
        stored = articles.get(db, articles.successor(db, number))
    except Exception as error:  # the notice may be about what is wrong with this row
        if is_outside(error):
            raise
        stored = None
    if stored is None:
        return None
    own = stored.article
    return ArticleName(
        title=own.title, file=stored.path, url=own.url, short_id=stored.short_id
    )


def titled(db: Database, number: int) -> str:
    """Return what the log calls an article: its title and file."""
    name = article(db, number)
    return title_and_file(name) if name else "an article that is no longer known"


def title_and_file(name: ArticleName) -> str:
    """Return a title in quotation marks, with its file where one is known."""
    if not name.file:
        return f"“{name.title}”"
    return f"“{name.title}” ({name.file})"


def chat(db: Database, number: int) -> str:
    """Return the name of a channel of the settings; people's chats are not named."""
    row = chats.get(db, number)
    if row is None or not row.setting:
        return READERS
    return row.name or _place(db, number)


def person(db: Database, editor: int) -> str:
    """Return what the log calls an editor: by @name where it is known, and by Telegram's number."""
    row = chats.by_number(db, editor)
    if row is None or not row.username:
        return f"editor {editor}"
    return f"editor @{row.username} ({editor})"


def delivery(db: Database, one: Delivery) -> str:
    """Return what the log calls a delivery: its article and where it goes."""
    name = titled(db, one.article)
    if one.lane is not Lane.CHANNEL:
        return f"{name} to a reader"
    return f"{name} in {chat(db, one.chat)}"


def post_link(username: str, chat_id: int | None, message: int) -> str | None:
    """Return the address of a post in a public or private channel; None where Telegram has none."""
    if username:
        return f"https://t.me/{username}/{message}"
    number = str(chat_id)
    if not number.startswith("-100"):
        return None
    return f"https://t.me/c/{number[4:]}/{message}"


def entry(db: Database, notice: Notice) -> Entry:
    """Return what a notice is about, by name."""
    return Entry(
        articles=tuple(filter(None, (article(db, one) for one in notice.articles))),
        chats=tuple(dict.fromkeys(chat(db, one) for one in notice.chats)),
        files=notice.files,
        about=notice.about,
        reason=notice.reason,
        count=notice.count,
    )


def _place(db: Database, number: int) -> str:
    """Return what stands for a channel whose name is not known: its place in the settings."""
    numbers = [one.id for one in chats.channels(db)]
    if number not in numbers:
        return "a former channel"
    place = numbers.index(number) + 1
    ordinal = {1: "1st", 2: "2nd", 3: "3rd"}.get(place, f"{place}th")
    return f"the {ordinal} channel of the settings"
