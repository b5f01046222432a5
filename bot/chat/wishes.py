"""What readers' wishes change in the store: pieces of work for one commit, with results that can be recorded as JSON.

Writes no reply. Each is run by `Office.once`, so that an update that comes twice changes things once.
"""

from __future__ import annotations

from typing import Any

from bot import topics
from bot.article import Stored
from bot.chat.asked import Asked
from bot.store import articles, chats, follows
from bot.store.chats import Chat
from bot.store.database import Database
from bot.topics import Taxonomy

#: Payload of a deep link: the topic's code, and the delivery it was under, which makes each keyboard its own.
_FOLLOW = "f"
Result = dict[str, Any]


def start(db: Database, taxonomy: Taxonomy, asked: Asked) -> Result:
    """Let a reader in, or in again, and follow the topic that a link under a post names, if it does."""
    letter, _, rest = asked.words.partition("-")
    topic = named(db, taxonomy, rest.partition("-")[0]) if letter == _FOLLOW else None
    chat, back = arrive(db, asked)
    new = topic is not None and _follow(db, chat, topic, asked)
    return {"back": back, "topic": topic or "", "new": new, "follows": followed(db, asked)}


def follow(db: Database, taxonomy: Taxonomy, asked: Asked) -> Result:
    """Follow the topics that the words name; say which were new, which were not, and what named none."""
    found = taxonomy.find(asked.words, known(db, taxonomy, asked))
    added: list[str] = []
    already: list[str] = []
    back = False
    if found.topics:
        chat, back = arrive(db, asked)
        for name in found.topics:
            (added if _follow(db, chat, name, asked) else already).append(name)
    total = len(followed(db, asked))
    told = {"unknown": found.unknown, "nearest": found.nearest, "total": total, "back": back}
    return {"added": added, "already": already, **told}


def follow_one(db: Database, asked: Asked, topic: str) -> Result:
    """Follow a tapped topic."""
    chat, back = arrive(db, asked)
    new = _follow(db, chat, topic, asked)
    return {"topic": topic, "on": True, "changed": new, "total": len(followed(db, asked)), "back": back}


def unfollow_one(db: Database, asked: Asked, topic: str) -> Result:
    """Stop following a tapped topic."""
    gone = bool(_unfollow(db, asked, [topic]))
    return {"topic": topic, "on": False, "changed": gone, "total": len(followed(db, asked))}


def toggle(db: Database, asked: Asked, topic: str) -> Result:
    """Follow a tapped topic, or stop following it."""
    on = topics.key(topic) in {topics.key(name) for name in followed(db, asked)}
    return (unfollow_one if on else follow_one)(db, asked, topic)


def unfollow(db: Database, taxonomy: Taxonomy, asked: Asked) -> Result:
    """Stop following the topics that the words name."""
    found = taxonomy.find(asked.words, followed(db, asked))
    names = _unfollow(db, asked, list(found.topics))
    return {"names": names, "follows": followed(db, asked)}


def stop(db: Database, asked: Asked) -> Result:
    """Send a reader nothing more; the topics are kept. A chat of the settings gets its posts all the same."""
    chat = _chat(db, asked)
    if chat is not None and not chat.setting:
        chats.set_state(db, chat.id, "stopped", "the reader wished it")
    if chat is not None and chat.setting:
        return {"names": _unfollow(db, asked, followed(db, asked))}
    return {"follows": len(followed(db, asked))}


def arrive(db: Database, asked: Asked) -> tuple[Chat, bool]:
    """Return the reader's row, reachable from now on, and whether it was not before."""
    chat = chats.reader(db, asked.chat_id, kind=asked.kind, username=asked.username, title=asked.title, at=asked.at)
    away = chat.state != "active"
    if away:
        chats.set_state(db, chat.id, "active")
    return chat, away


def unpark(db: Database, asked: Asked) -> None:
    """Note that a reader who was out of reach writes to us again; who stopped stays stopped."""
    chat = _chat(db, asked)
    if chat is not None and chat.state == "parked":
        chats.set_state(db, chat.id, "active")


def unpark_unless_start(db: Database, asked: Asked) -> None:
    """Do as `unpark`; /start itself wants to know who comes back."""
    if asked.command != "start":
        unpark(db, asked)


def stopped(db: Database, asked: Asked) -> bool:
    """Say whether the chat's reader wished that nothing comes."""
    chat = _chat(db, asked)
    return chat is not None and chat.state == "stopped"


def followed(db: Database, asked: Asked) -> list[str]:
    """Return the names of the topics that the chat follows."""
    chat = _chat(db, asked)
    return [topic.name for topic in follows.of_chat(db, chat.id)] if chat else []


def offered(db: Database, taxonomy: Taxonomy, asked: Asked) -> list[tuple[str, int]]:
    """Return the topics that the chat may choose from with the number of their articles, those with most first.

    They are what articles carry, what the operator wrote, and what the chat follows already. A tap changes no place:
    the keyboard must not move under the finger.
    """
    chat = _chat(db, asked)
    found = follows.overview(db, chat.id if chat else None)
    counts = {topic.key: (topic.name, topic.articles) for topic in found if _is_shown(db, taxonomy, topic)}
    for name in (*taxonomy.written(), *(topic.name for topic in found if topic.followed)):
        counts.setdefault(topics.key(name), (name, 0))
    return list(counts.values())


def known(db: Database, taxonomy: Taxonomy, asked: Asked) -> list[str]:
    """Return the names of the topics that the chat's words may mean.

    Before there is any article, the samples' topics are among them, though none is shown.
    """
    samples = [] if articles.any_(db) else [topic.name for topic in taxonomy if topic.sample]
    return [*(name for name, _ in offered(db, taxonomy, asked)), *samples]


def named(db: Database, taxonomy: Taxonomy, code: str) -> str | None:
    """Return the name of the topic with the code of a button or link; None when nothing has it any more."""
    row = follows.by_code(db, code)
    return row.name if row else next((one.name for one in taxonomy if topics.code(one.name) == code), None)


def latest(db: Database, names: list[str], most: int) -> list[Stored]:
    """Return the newest visible articles of any of the topics, newest first."""
    found: dict[int, Stored] = {}
    for name in names:
        row = follows.by_name(db, name)
        found |= {one.id: one for one in articles.latest(db, row.id, most)} if row else {}
    return sorted(found.values(), key=_age, reverse=True)[:most]


def _is_shown(db: Database, taxonomy: Taxonomy, topic: follows.Topic) -> bool:
    """Return True for a topic that articles carry; a sample's has to be named by one of them."""
    return topic.articles > 0 and (not taxonomy.is_sample(topic.name) or follows.is_listed(db, topic.id))


def _age(one: Stored) -> tuple[object, int]:
    """Return what articles are ordered by, as the store does."""
    return min(one.article.published or one.recorded, one.recorded), one.id


def _chat(db: Database, asked: Asked) -> Chat | None:
    return chats.by_number(db, asked.chat_id)


def _follow(db: Database, chat: Chat, name: str, asked: Asked) -> bool:
    return follows.follow(db, chat.id, follows.topic(db, name).id, asked.at)


def _unfollow(db: Database, asked: Asked, names: list[str]) -> list[str]:
    """Remove follows; return the names of those there were."""
    chat = _chat(db, asked)
    rows = [(name, follows.by_name(db, name)) for name in names]
    return [name for name, row in rows if chat and row and follows.unfollow(db, chat.id, row.id)]
