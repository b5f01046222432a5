"""What a chat follows, and whether it gets anything: the changes in the store. Writes no reply.

Work that changes something is run by `Context.once`, in one commit with its JSON-able result: an
update that arrives twice changes things once.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from bot.conversation.request import Request
from bot.conversation.topic_queries import chat_of, followed, is_all, known, named
from bot.domain import hashtag, plain_text, topics
from bot.domain.chat import Standing
from bot.domain.topics import Taxonomy
from bot.store import away, chats, follows, standings, updates
from bot.store.chats import Chat
from bot.store.database import Database

#: Payload of a deep link: the topic's code, and the delivery it was under, which makes each
#: keyboard its own.
_FOLLOW = "f"
Result = dict[str, Any]


class _Follow(Enum):
    """What an attempt to follow a topic did. Stored by value."""

    #: The chat follows it from now on.
    ADDED = "added"
    #: The chat followed it already.
    ALREADY = "already"
    #: Nothing: the chat follows as many topics as one chat may.
    FULL = "full"


def start(db: Database, taxonomy: Taxonomy, request: Request, limit: int) -> Result:
    """Make a reader's chat active; follow the topic if the link under a post was tapped."""
    topic = _linked_topic(db, taxonomy, request.words)
    chat, back = arrive(db, request)
    outcome = _follow(db, chat, topic, request, limit) if topic else None
    return {
        "back": back,
        "topic": topic,
        "came": outcome.value if outcome else None,
        "follows": followed(db, request),
        "missed": _missed(db, chat),
    }


def _linked_topic(db: Database, taxonomy: Taxonomy, payload: str) -> str | None:
    """Return the name of the topic in the payload of a deep link, or None."""
    letter, _, rest = payload.partition("-")
    return named(db, taxonomy, rest.partition("-")[0]) if letter == _FOLLOW else None


def follow(db: Database, taxonomy: Taxonomy, request: Request, limit: int) -> Result:
    """Follow the topics that the words name; return the new ones, the others, and unknown words.

    Unknown words are offered: a topic that no article carries can be awaited.
    """
    names = known(db, taxonomy, request)
    everything = is_all(request.words) and not taxonomy.named(request.words, names)
    found = (
        topics.Matches(tuple(names), (), ())
        if everything
        else taxonomy.find(request.words, names)
    )
    done = _follow_all(db, request, found.topics, limit)
    awaitable = _awaitable(found.unknown)
    return {
        **done,
        "unknown": found.unknown,
        "nearest": found.nearest,
        "awaitable": awaitable,
        "offer": awaitable or done["added"],
        "chat": _place(request),
    }


def offer(db: Database, request: Request, unknown: Iterable[str]) -> Result:
    """Offer topics that nothing carries yet."""
    awaitable = _awaitable(unknown)
    return {"awaitable": awaitable, "offer": awaitable, "chat": _place(request)}


def follow_offered(
    db: Database, request: Request, update: int, limit: int
) -> Result | None:
    """Follow what the reply to an earlier update of this chat offered; None if it is not known."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    done = _follow_all(db, request, names, limit)
    return done | {"offer": done["added"], "chat": _place(request)}


def unfollow_offered(db: Database, request: Request, update: int) -> Result | None:
    """Stop following what an earlier update of this chat followed; None if it is not known."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    return {"names": _unfollow(db, request, names), "follows": followed(db, request)}


def follow_one(db: Database, request: Request, topic: str, limit: int) -> Result:
    """Follow a tapped topic."""
    chat, back = arrive(db, request)
    on = _follow(db, chat, topic, request, limit) is not _Follow.FULL
    return {
        "topic": topic,
        "on": on,
        "full": not on,
        "total": len(followed(db, request)),
        "back": back,
    }


def unfollow_one(db: Database, request: Request, topic: str) -> Result:
    """Stop following a tapped topic."""
    _unfollow(db, request, [topic])
    return {
        "topic": topic,
        "on": False,
        "full": False,
        "total": len(followed(db, request)),
    }


def toggle(db: Database, request: Request, topic: str, limit: int) -> Result:
    """Follow a tapped topic, or stop following it."""
    if topics.key(topic) in {topics.key(name) for name in followed(db, request)}:
        return unfollow_one(db, request, topic)
    return follow_one(db, request, topic, limit)


def unfollow(db: Database, taxonomy: Taxonomy, request: Request) -> Result:
    """Stop following the topics that the words name."""
    before = followed(db, request)
    named_topics = taxonomy.find(request.words, before).topics
    everything = is_all(request.words) and not named_topics
    names = _unfollow(db, request, before if everything else named_topics)
    return {
        "names": names,
        "follows": followed(db, request),
        "offer": names,
        "chat": _place(request),
    }


def stop(db: Database, request: Request) -> Result:
    """Stop a reader's chat; its topics are kept.

    A chat of the settings gets its posts all the same.
    """
    chat = chat_of(db, request)
    if chat is not None and chat.setting:
        names = _unfollow(db, request, followed(db, request))
        return {"names": names, "offer": names, "chat": _place(request)}
    if chat is not None:
        standings.set_state(db, chat.id, Standing.STOPPED, "the reader asked for it")
    return {"follows": len(followed(db, request))}


def arrive(db: Database, request: Request) -> tuple[Chat, bool]:
    """Return the reader's chat, active from now on, and whether it was not before."""
    chat = chats.reader(
        db,
        request.chat_id,
        thread=request.thread,
        kind=request.kind,
        username=request.username,
        title=request.title,
        at=request.at,
    )
    back = chat.state is not Standing.ACTIVE
    if back:
        standings.set_state(db, chat.id, Standing.ACTIVE)
    return chat, back


def unpark(db: Database, request: Request) -> None:
    """Make a parked reader's chat active, as the reader wrote to the bot.

    A chat that was stopped stays stopped.
    """
    chat = chat_of(db, request)
    if chat is not None and chat.state is Standing.PARKED:
        standings.set_state(db, chat.id, Standing.ACTIVE)


def missed_by(db: Database, request: Request) -> Result:
    """Return what a reader who is back missed and was not told yet; empty if nothing."""
    chat = chat_of(db, request)
    return _missed(db, chat) if chat and chat.state is Standing.ACTIVE else {}


def told_missed(db: Database, request: Request) -> None:
    """Record that a reader who is back was told what they missed.

    A reader who left again in the meantime is told once more.
    """
    if chat := chat_of(db, request):
        standings.told_missed(db, chat.id)


def can_be_awaited(name: str) -> bool:
    """Return True for a valid name of a topic: up to 64 characters, with a letter or digit."""
    return (
        bool(topics.key(name)) and len(plain_text.repair(name)) <= hashtag.LONGEST_TAG
    )


def _awaitable(unknown: Iterable[str]) -> list[str]:
    return [word for word in unknown if can_be_awaited(word)]


def _place(request: Request) -> list[int]:
    """Return the chat and thread that a result is for."""
    return [request.chat_id, request.thread]


def _offered_by(db: Database, request: Request, update: int) -> list[str] | None:
    """Return the topics that the reply to an update offered, if it was for this chat."""
    result = updates.result(db, update)
    if not isinstance(result, dict) or result.get("chat") != _place(request):
        return None
    return list(result.get("offer", ()))


def _missed(db: Database, chat: Chat) -> Result:
    """Return what a reader missed while away; if nothing, record that nothing has to be told."""
    if chat.away is None:
        return {}
    numbers = away.missed(db, chat.id, chat.away)
    if not numbers:
        standings.told_missed(db, chat.id)
        return {}
    return {"count": len(numbers), "newest": numbers[: away.SHOWN]}


def _follow_all(
    db: Database, request: Request, names: Iterable[str], limit: int
) -> Result:
    """Follow topics by name, as many as there is room for."""
    by_outcome: dict[str, list[str]] = {outcome.value: [] for outcome in _Follow}
    back = False
    names = list(names)
    if names:
        chat, back = arrive(db, request)
        for name in names:
            outcome = _follow(db, chat, name, request, limit)
            by_outcome[outcome.value].append(name)
    return {**by_outcome, "total": len(followed(db, request)), "back": back}


def _follow(
    db: Database, chat: Chat, name: str, request: Request, limit: int
) -> _Follow:
    row = follows.topic(db, name)
    if follows.is_followed(db, chat.id, row.id):
        return _Follow.ALREADY
    if follows.count_of(db, chat.id) >= limit:
        return _Follow.FULL
    follows.follow(db, chat.id, row.id, request.at)
    return _Follow.ADDED


def _unfollow(db: Database, request: Request, names: Iterable[str]) -> list[str]:
    """Remove follows; return the names of those there were."""
    chat = chat_of(db, request)
    if chat is None:
        return []
    removed = []
    for name in names:
        topic = follows.by_name(db, name)
        if topic and follows.unfollow(db, chat.id, topic.id):
            removed.append(name)
    return removed
