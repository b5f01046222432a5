"""What a chat follows and may follow, and the newest articles on topics. Changes nothing."""

from __future__ import annotations

from bot.conversation.request import Request
from bot.domain import topics, urls
from bot.domain.article import Stored
from bot.domain.chat import Standing
from bot.domain.topics import Taxonomy
from bot.store import article_lists, articles, chats, follows
from bot.store.chats import Chat
from bot.store.database import Database

#: Words that mean every topic, where none is called so.
_ALL = frozenset(("all", "everything", "all topics", "alles", "todo"))


def chat_of(db: Database, request: Request) -> Chat | None:
    """Return the chat, or thread of a forum, of a request; None if it is not recorded."""
    return chats.by_number(db, request.chat_id, request.thread)


def stopped(db: Database, request: Request) -> bool:
    """Return True if the chat's reader stopped it."""
    chat = chat_of(db, request)
    if chat is None:
        return False
    return chat.state is Standing.STOPPED


def followed(db: Database, request: Request) -> list[str]:
    """Return the names of the topics that the chat follows."""
    chat = chat_of(db, request)
    if chat is None:
        return []
    rows = follows.of_chat(db, chat.id)
    return [topic.name for topic in rows]


def followed_keys(db: Database, request: Request) -> frozenset[str]:
    """Return the keys of the topics that the chat follows."""
    names = followed(db, request)
    return frozenset(map(topics.key, names))


def offered(
    db: Database, taxonomy: Taxonomy, request: Request
) -> list[tuple[str, int]]:
    """Return the topics the chat may choose, with their number of articles, most articles first.

    They are the topics that articles carry, those of the operator's file, and those that the chat
    follows already. A tap does not change their order: the keyboard must not move under the finger.
    """
    chat = chat_of(db, request)
    chat_number = chat.id if chat else None
    counts: dict[str, tuple[str, int]] = {}
    others = list(taxonomy.written())
    for topic in follows.overview(db, chat_number):
        if _is_shown(db, taxonomy, topic):
            counts[topic.key] = (topic.name, topic.articles)
        elif topic.followed:
            others.append(topic.name)
    for name in others:
        counts.setdefault(topics.key(name), (name, 0))
    return list(counts.values())


def known(db: Database, taxonomy: Taxonomy, request: Request) -> list[str]:
    """Return the names of the topics that the chat's words may name.

    Before there is any article, the samples' topics are among them, though none is shown.
    """
    topics_offered = offered(db, taxonomy, request)
    names = [name for name, _ in topics_offered]
    if not articles.any_(db):
        names += [topic.name for topic in taxonomy if topic.sample]
    return names


def named(db: Database, taxonomy: Taxonomy, code: str) -> str | None:
    """Return the topic with the code of a button or link; None if there is none any more."""
    row = follows.by_code(db, code)
    if row:
        return row.name
    for topic in taxonomy:
        if topics.code(topic.name) == code:
            return topic.name
    return None


def latest(db: Database, names: list[str], most: int) -> list[Stored]:
    """Return the newest visible articles of any of the topics, newest first."""
    newest: dict[int, Stored] = {}
    for name in names:
        row = follows.by_name(db, name)
        if row is None:
            continue
        for stored in article_lists.latest(db, row.id, most):
            newest[stored.id] = stored
    found = sorted(newest.values(), key=_age, reverse=True)
    return found[:most]


def article_at(db: Database, words: str) -> Stored | None:
    """Return the article that readers can find at an address, with or without its scheme."""
    text = words.strip().strip("<>")
    if not _can_be_address(text):
        return None
    if "://" not in text:
        text = f"https://{text}"
    number = articles.at_address(db, text)
    if number is None:
        return None
    kept = articles.successor(db, number)
    stored = articles.get(db, kept)
    if stored is None or stored.held or stored.withdrawn or stored.copy_of:
        return None
    return stored


def _can_be_address(text: str) -> bool:
    if len(text) > urls.LONGEST:
        return False
    return "." in text and " " not in text


def is_all(words: str) -> bool:
    """Return True for words that mean every topic."""
    return topics.key(words) in _ALL


def _is_shown(db: Database, taxonomy: Taxonomy, topic: follows.Topic) -> bool:
    """Return True for a topic that articles carry; a sample's has to be named by one of them."""
    if topic.articles == 0:
        return False
    if not taxonomy.is_sample(topic.name):
        return True
    return follows.is_listed(db, topic.id)


def _age(stored: Stored) -> tuple[object, int]:
    """Return what articles are ordered by, as in `article_lists.latest`."""
    return stored.effective_date, stored.id
