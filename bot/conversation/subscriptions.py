"""What a chat follows: the changes in the store, by commands and by buttons. Writes no reply.

Each is run by `Context.change`, in one commit with its result: an update that arrives twice
changes things once.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.conversation.chat_standing import arrive, missed_in
from bot.conversation.context import Context
from bot.conversation.request import Request
from bot.conversation.results import (
    Attempted,
    Awaited,
    Choice,
    Followed,
    FollowOutcome,
    Names,
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
from bot.domain.topics import Matches, Taxonomy
from bot.store import follows, standings, updates
from bot.store.chats import Chat
from bot.store.database import Database

#: First part of a deep link's payload. Then come the topic's code and the delivery that the link
#: was under, so that no two keyboards are equal.
_FOLLOW = "f"


# --- By a command ---------------------------------------------------------------------------------


def start(db: Database, context: Context, request: Request) -> Started:
    """Make a reader's chat active; follow the topic if the link under a post was tapped."""
    topic = _linked_topic(db, context.taxonomy, request.words)
    chat, back = arrive(db, request)
    outcome = None
    if topic:
        outcome = _follow(db, context, request, chat, topic)
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


def follow(db: Database, context: Context, request: Request) -> Followed:
    """Follow the topics that the words name; return the new ones, the others, and unknown words.

    Unknown words are offered: a topic that no article carries can be awaited.
    """
    matches = _matches(db, context.taxonomy, request)
    attempted = _follow_all(db, context, request, matches.topics)
    awaitable = _awaitable(matches.unknown)
    return Followed(
        **dict(attempted),
        unknown=matches.unknown,
        nearest=matches.nearest,
        awaitable=awaitable,
        offer=awaitable or attempted.added,
        chat=_place(request),
    )


def _matches(db: Database, taxonomy: Taxonomy, request: Request) -> Matches:
    """Return the topics that the words name: all of them for `all`, if none is called so."""
    words = request.words
    names = known(db, taxonomy, request)
    if is_all(words) and not taxonomy.named(words, names):
        return Matches(tuple(names), (), ())
    return taxonomy.find(words, names)


def offer(
    db: Database, context: Context, request: Request, unknown: Iterable[str]
) -> Awaited:
    """Offer topics that nothing carries yet."""
    awaitable = _awaitable(unknown)
    return Awaited(awaitable=awaitable, offer=awaitable, chat=_place(request))


def unfollow(db: Database, context: Context, request: Request) -> Unfollowed:
    """Stop following the topics that the words name."""
    names: Iterable[str] = followed(db, request)
    matches = context.taxonomy.find(request.words, names)
    if matches.topics or not is_all(request.words):
        names = matches.topics
    removed = _unfollow(db, request, names)
    return Unfollowed(
        names=removed,
        follows=followed(db, request),
        offer=removed,
        chat=_place(request),
    )


def stop(db: Database, context: Context, request: Request) -> Stopped:
    """Stop a reader's chat; its topics are kept.

    A chat named in the settings gets its posts all the same.
    """
    names = followed(db, request)
    chat = chat_of(db, request)
    if chat and chat.setting:
        removed = _unfollow(db, request, names)
        return Stopped(names=removed, offer=removed, chat=_place(request))
    if chat:
        standings.set_state(db, chat.id, Standing.STOPPED, "the reader asked for it")
    return Stopped(follows=len(names))


def can_be_awaited(name: str) -> bool:
    """Return True for a valid name of a topic: up to 64 characters, with a letter or digit."""
    if not topics.key(name):
        return False
    return len(plain_text.repair(name)) <= hashtag.LONGEST_TAG


# --- By a button ----------------------------------------------------------------------------------


def follow_one(db: Database, context: Context, request: Request, topic: str) -> Choice:
    """Follow a tapped topic."""
    chat, back = arrive(db, request)
    outcome = _follow(db, context, request, chat, topic)
    full = outcome is FollowOutcome.FULL
    return Choice(
        topic=topic,
        on=not full,
        full=full,
        total=len(followed(db, request)),
        back=back,
    )


def unfollow_one(
    db: Database, context: Context, request: Request, topic: str
) -> Choice:
    """Stop following a tapped topic."""
    _unfollow(db, request, [topic])
    total = len(followed(db, request))
    return Choice(topic=topic, on=False, full=False, total=total)


def toggle(db: Database, context: Context, request: Request, topic: str) -> Choice:
    """Follow a tapped topic, or stop following it."""
    key = topics.key(topic)
    change = unfollow_one if key in followed_keys(db, request) else follow_one
    return change(db, context, request, topic)


def follow_offered(
    db: Database, context: Context, request: Request, update: int
) -> Followed | None:
    """Follow what the reply to an earlier update of this chat offered; None if it is not known."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    attempted = _follow_all(db, context, request, names)
    return Followed(**dict(attempted), offer=attempted.added, chat=_place(request))


def unfollow_offered(
    db: Database, context: Context, request: Request, update: int
) -> Unfollowed | None:
    """Stop following what an earlier update of this chat followed; None if it is not known."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    removed = _unfollow(db, request, names)
    return Unfollowed(names=removed, follows=followed(db, request))


def _offered_by(db: Database, request: Request, update: int) -> Names | None:
    """Return the topics that the reply to an update offered, if it was for this chat."""
    result = updates.result(db, update)
    if not isinstance(result, dict):
        return None
    reply = Offer.model_validate(result)
    if reply.chat != _place(request):
        return None
    return reply.offer


# --- Both -----------------------------------------------------------------------------------------


def _follow_all(
    db: Database, context: Context, request: Request, names: Names
) -> Attempted:
    """Follow topics by name, as many as there is room for."""
    by_outcome: dict[str, list[str]] = {outcome: [] for outcome in FollowOutcome}
    back = False
    if names:
        chat, back = arrive(db, request)
    for name in names:
        outcome = _follow(db, context, request, chat, name)
        by_outcome[outcome].append(name)
    total = len(followed(db, request))
    return Attempted(**by_outcome, total=total, back=back)


def _follow(
    db: Database, context: Context, request: Request, chat: Chat, name: str
) -> FollowOutcome:
    row = follows.topic(db, name)
    if follows.is_followed(db, chat.id, row.id):
        return FollowOutcome.ALREADY
    if follows.count_of(db, chat.id) >= context.max_follows:
        return FollowOutcome.FULL
    follows.follow(db, chat.id, row.id, request.at)
    return FollowOutcome.ADDED


def _unfollow(db: Database, request: Request, names: Iterable[str]) -> Names:
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


def _awaitable(unknown: Iterable[str]) -> Names:
    return tuple(filter(can_be_awaited, unknown))


def _place(request: Request) -> tuple[int, int]:
    """Return the chat and thread that a result is for."""
    return request.chat_id, request.thread
