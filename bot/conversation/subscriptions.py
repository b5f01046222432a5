"""What a chat follows: the changes in the store, by commands and by buttons. Writes no reply.

Each is run by `Context.change`, in one commit with its result: an update that arrives twice
changes things once.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.conversation.chat_standing import arrive, missed_in
from bot.conversation.request import Request
from bot.conversation.results import (
    Attempted,
    Awaited,
    Choice,
    Followed,
    FollowOutcome,
    Offer,
    Started,
    Stopped,
    Unfollowed,
)
from bot.conversation.topic_queries import (
    chat_of,
    followed,
    followed_keys,
    is_all,
    known,
    named,
)
from bot.domain import hashtag, plain_text, topics
from bot.domain.chat import Standing
from bot.domain.topics import Taxonomy
from bot.store import follows, standings, updates
from bot.store.chats import Chat
from bot.store.database import Database

#: Payload of a deep link: the topic's code, and the delivery it was under, which makes each
#: keyboard its own.
_FOLLOW = "f"


# --- By a command ---------------------------------------------------------------------------------


def start(db: Database, taxonomy: Taxonomy, request: Request, limit: int) -> Started:
    """Make a reader's chat active; follow the topic if the link under a post was tapped."""
    topic = _linked_topic(db, taxonomy, request.words)
    chat, back = arrive(db, request)
    outcome = _follow(db, chat, topic, request, limit) if topic else None
    return Started(
        back=back,
        topic=topic,
        outcome=outcome,
        follows=followed(db, request),
        missed=missed_in(db, chat),
    )


def _linked_topic(db: Database, taxonomy: Taxonomy, payload: str) -> str | None:
    """Return the name of the topic in the payload of a deep link, or None."""
    letter, _, rest = payload.partition("-")
    if letter != _FOLLOW:
        return None
    code, _, _ = rest.partition("-")
    return named(db, taxonomy, code)


def follow(db: Database, taxonomy: Taxonomy, request: Request, limit: int) -> Followed:
    """Follow the topics that the words name; return the new ones, the others, and unknown words.

    Unknown words are offered: a topic that no article carries can be awaited.
    """
    names = known(db, taxonomy, request)
    if is_all(request.words) and not taxonomy.named(request.words, names):
        found = topics.Matches(tuple(names), (), ())
    else:
        found = taxonomy.find(request.words, names)
    done = _follow_all(db, request, found.topics, limit)
    awaitable = _awaitable(found.unknown)
    return Followed(
        **dict(done),
        unknown=found.unknown,
        nearest=found.nearest,
        awaitable=awaitable,
        offer=awaitable or done.added,
        chat=_place(request),
    )


def offer(db: Database, request: Request, unknown: Iterable[str]) -> Awaited:
    """Offer topics that nothing carries yet."""
    awaitable = _awaitable(unknown)
    return Awaited(awaitable=awaitable, offer=awaitable, chat=_place(request))


def unfollow(db: Database, taxonomy: Taxonomy, request: Request) -> Unfollowed:
    """Stop following the topics that the words name."""
    names = followed(db, request)
    named_topics = taxonomy.find(request.words, names).topics
    if named_topics or not is_all(request.words):
        names = list(named_topics)
    removed = _unfollow(db, request, names)
    return Unfollowed(
        names=removed,
        follows=followed(db, request),
        offer=removed,
        chat=_place(request),
    )


def stop(db: Database, request: Request) -> Stopped:
    """Stop a reader's chat; its topics are kept.

    A chat of the settings gets its posts all the same.
    """
    chat = chat_of(db, request)
    if chat and chat.setting:
        removed = _unfollow(db, request, followed(db, request))
        return Stopped(names=removed, offer=removed, chat=_place(request))
    if chat:
        standings.set_state(db, chat.id, Standing.STOPPED, "the reader asked for it")
    return Stopped(follows=len(followed(db, request)))


def can_be_awaited(name: str) -> bool:
    """Return True for a valid name of a topic: up to 64 characters, with a letter or digit."""
    if not topics.key(name):
        return False
    return len(plain_text.repair(name)) <= hashtag.LONGEST_TAG


# --- By a button ----------------------------------------------------------------------------------


def follow_one(db: Database, request: Request, topic: str, limit: int) -> Choice:
    """Follow a tapped topic."""
    chat, back = arrive(db, request)
    full = _follow(db, chat, topic, request, limit) is FollowOutcome.FULL
    total = len(followed(db, request))
    return Choice(topic=topic, on=not full, full=full, total=total, back=back)


def unfollow_one(db: Database, request: Request, topic: str) -> Choice:
    """Stop following a tapped topic."""
    _unfollow(db, request, [topic])
    total = len(followed(db, request))
    return Choice(topic=topic, on=False, full=False, total=total)


def toggle(db: Database, request: Request, topic: str, limit: int) -> Choice:
    """Follow a tapped topic, or stop following it."""
    if topics.key(topic) in followed_keys(db, request):
        return unfollow_one(db, request, topic)
    return follow_one(db, request, topic, limit)


def follow_offered(
    db: Database, request: Request, update: int, limit: int
) -> Followed | None:
    """Follow what the reply to an earlier update of this chat offered; None if it is not known."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    done = _follow_all(db, request, names, limit)
    return Followed(**dict(done), offer=done.added, chat=_place(request))


def unfollow_offered(db: Database, request: Request, update: int) -> Unfollowed | None:
    """Stop following what an earlier update of this chat followed; None if it is not known."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    removed = _unfollow(db, request, names)
    return Unfollowed(names=removed, follows=followed(db, request))


def _offered_by(db: Database, request: Request, update: int) -> tuple[str, ...] | None:
    """Return the topics that the reply to an update offered, if it was for this chat."""
    result = updates.result(db, update)
    if not isinstance(result, dict):
        return None
    offered = Offer.model_validate(result)
    return offered.offer if offered.chat == _place(request) else None


# --- Both -----------------------------------------------------------------------------------------


def _follow_all(
    db: Database, request: Request, names: Iterable[str], limit: int
) -> Attempted:
    """Follow topics by name, as many as there is room for."""
    by_outcome: dict[str, list[str]] = {outcome: [] for outcome in FollowOutcome}
    back = False
    names = list(names)
    if names:
        chat, back = arrive(db, request)
        for name in names:
            outcome = _follow(db, chat, name, request, limit)
            by_outcome[outcome].append(name)
    return Attempted(**by_outcome, total=len(followed(db, request)), back=back)


def _follow(
    db: Database, chat: Chat, name: str, request: Request, limit: int
) -> FollowOutcome:
    row = follows.topic(db, name)
    if follows.is_followed(db, chat.id, row.id):
        return FollowOutcome.ALREADY
    if follows.count_of(db, chat.id) >= limit:
        return FollowOutcome.FULL
    follows.follow(db, chat.id, row.id, request.at)
    return FollowOutcome.ADDED


def _unfollow(db: Database, request: Request, names: Iterable[str]) -> tuple[str, ...]:
    """Remove follows; return the names of those there were."""
    chat = chat_of(db, request)
    if chat is None:
        return ()
    removed = []
    for name in names:
        topic = follows.by_name(db, name)
        if topic and follows.unfollow(db, chat.id, topic.id):
            removed.append(name)
    return tuple(removed)


def _awaitable(unknown: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(can_be_awaited, unknown))


def _place(request: Request) -> tuple[int, int]:
    """Return the chat and thread that a result is for."""
    return request.chat_id, request.thread
