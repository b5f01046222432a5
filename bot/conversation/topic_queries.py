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
    return chat is not None and chat.state is Standing.STOPPED


def followed(db: Database, request: Request) -> list[str]:
    """Return the names of the topics that the chat follows."""
    chat = chat_of(db, request)
    return [topic.name for topic in follows.of_chat(db, chat.id)] if chat else []


def offered(
    db: Database, taxonomy: Taxonomy, request: Request
) -> list[tuple[str, int]]:
    """Return the topics the chat may choose, with their number of articles, most articles first.

    They are the topics that articles carry, those of the operator's file, and those that the chat
    follows already. A tap does not change their order: the keyboard must not move under the finger.
    """
    chat = chat_of(db, request)
    all_topics = follows.overview(db, chat.id if chat else None)
    counts = {}
    for topic in all_topics:
        if _is_shown(db, taxonomy, topic):
            counts[topic.key] = (topic.name, topic.articles)
    follows_names = [topic.name for topic in all_topics if topic.followed]
    for name in (*taxonomy.written(), *follows_names):
        counts.setdefault(topics.key(name), (name, 0))
    return list(counts.values())


def known(db: Database, taxonomy: Taxonomy, request: Request) -> list[str]:
    """Return the names of the topics that the chat's words may mean.

    Before there is any article, the samples' topics are among them, though none is shown.
    """
    names = [name for name, _ in offered(db, taxonomy, request)]
    if not articles.any_(db):
        names += [topic.name for topic in taxonomy if topic.sample]
    return names


def named(db: Database, taxonomy: Taxonomy, code: str) -> str | None:
    """Return the topic with the code of a button or link; None if there is none any more."""
    if row := follows.by_code(db, code):
        return row.name
    return next(
        (topic.name for topic in taxonomy if topics.code(topic.name) == code), None
    )


def latest(db: Database, names: list[str], most: int) -> list[Stored]:
    """Return the newest visible articles of any of the topics, newest first."""
    newest: dict[int, Stored] = {}
    for name in names:
        if row := follows.by_name(db, name):
            newest |= {
                stored.id: stored for stored in article_lists.latest(db, row.id, most)
            }
    return sorted(newest.values(), key=_age, reverse=True)[:most]


def article_at(db: Database, words: str) -> Stored | None:
    """Return the article that readers can find at an address, with or without its scheme."""
    text = words.strip().strip("<>")
    if " " in text or "." not in text or len(text) > urls.LONGEST:
        return None
    number = articles.at_address(db, text if "://" in text else f"https://{text}")
    if number is None:
        return None
    stored = articles.get(db, articles.successor(db, number))
    if stored is None or stored.held or stored.withdrawn or stored.copy_of:
        return None
    return stored


def is_all(words: str) -> bool:
    """Return True for words that mean every topic."""
    return topics.key(words) in _ALL


def _is_shown(db: Database, taxonomy: Taxonomy, topic: follows.Topic) -> bool:
    """Return True for a topic that articles carry; a sample's has to be named by one of them."""
    return topic.articles > 0 and (
        not taxonomy.is_sample(topic.name) or follows.is_listed(db, topic.id)
    )


def _age(stored: Stored) -> tuple[object, int]:
    """Return what articles are ordered by, as in `article_lists.latest`."""
    return stored.effective_date, stored.id
