"""What readers' wishes change in the store: pieces of work for one commit, with results that can be recorded as JSON.

Writes no reply. Each is run by `Context.once`, so that an update that comes twice changes things once.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from bot.conversation.request import Request
from bot.domain import plain_text, topics, urls
from bot.domain.article import Stored
from bot.domain.chat import Standing
from bot.domain.topics import Taxonomy
from bot.store import articles, away, chats, follows, updates
from bot.store.chats import Chat
from bot.store.database import Database

#: Payload of a deep link: the topic's code, and the delivery it was under, which makes each keyboard its own.
_FOLLOW = "f"
#: Words that mean every topic, where none is called so.
_ALL = frozenset(("all", "everything", "all topics", "alles", "todo"))
Result = dict[str, Any]


class _Follow(Enum):
    """What became of the wish to follow a topic."""

    ADDED = "added"
    ALREADY = "already"
    #: The chat follows as many topics as one may.
    FULL = "full"


def start(db: Database, taxonomy: Taxonomy, request: Request, limit: int) -> Result:
    """Let a reader in, or in again, and follow the topic that a link under a post names, if it does."""
    letter, _, rest = request.words.partition("-")
    topic = named(db, taxonomy, rest.partition("-")[0]) if letter == _FOLLOW else None
    chat, back = arrive(db, request)
    came = _follow(db, chat, topic, request, limit) if topic else None
    told = {"back": back, "topic": topic or "", "came": came.value if came else "", "follows": followed(db, request)}
    return told | {"missed": _missed(db, chat)}


def follow(db: Database, taxonomy: Taxonomy, request: Request, limit: int) -> Result:
    """Follow the topics that the words name; say which were new, which were not, and what named none.

    What named none is offered: a topic that no article carries can be awaited.
    """
    names = known(db, taxonomy, request)
    everything = is_all(request.words) and not taxonomy.named(request.words, names)
    found = topics.Found(tuple(names), (), ()) if everything else taxonomy.find(request.words, names)
    done = _follow_all(db, request, found.topics, limit)
    awaited = [word for word in found.unknown if can_be_awaited(word)]
    told = {"unknown": found.unknown, "nearest": found.nearest, "awaitable": awaited}
    return done | told | {"all": everything, "offer": awaited or done["added"], "chat": _place(request)}


def offer(db: Database, request: Request, unknown: Iterable[str]) -> Result:
    """Offer topics that nothing carries yet."""
    awaited = [word for word in unknown if can_be_awaited(word)]
    return {"awaitable": awaited, "offer": awaited, "chat": _place(request)}


def follow_offered(db: Database, request: Request, update: int, limit: int) -> Result | None:
    """Follow what the answer to an earlier update of this chat offered; None where that is not known any more."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    done = _follow_all(db, request, names, limit)
    return done | {"offer": done["added"], "chat": _place(request)}


def unfollow_offered(db: Database, request: Request, update: int) -> Result | None:
    """Stop following what an earlier update of this chat followed; None where that is not known any more."""
    names = _offered_by(db, request, update)
    if names is None:
        return None
    return {"names": _unfollow(db, request, names), "follows": followed(db, request)}


def follow_one(db: Database, request: Request, topic: str, limit: int) -> Result:
    """Follow a tapped topic."""
    chat, back = arrive(db, request)
    came = _follow(db, chat, topic, request, limit)
    on = came is not _Follow.FULL
    return {"topic": topic, "on": on, "full": not on, "total": len(followed(db, request)), "back": back}


def unfollow_one(db: Database, request: Request, topic: str) -> Result:
    """Stop following a tapped topic."""
    _unfollow(db, request, [topic])
    return {"topic": topic, "on": False, "full": False, "total": len(followed(db, request))}


def toggle(db: Database, request: Request, topic: str, limit: int) -> Result:
    """Follow a tapped topic, or stop following it."""
    if topics.key(topic) in {topics.key(name) for name in followed(db, request)}:
        return unfollow_one(db, request, topic)
    return follow_one(db, request, topic, limit)


def unfollow(db: Database, taxonomy: Taxonomy, request: Request) -> Result:
    """Stop following the topics that the words name."""
    before = followed(db, request)
    found = taxonomy.find(request.words, before).topics
    names = _unfollow(db, request, before if is_all(request.words) and not found else found)
    return {"names": names, "follows": followed(db, request), "offer": names, "chat": _place(request)}


def stop(db: Database, request: Request) -> Result:
    """Send a reader nothing more; the topics are kept. A chat of the settings gets its posts all the same."""
    chat = _chat(db, request)
    if chat is not None and not chat.setting:
        chats.set_state(db, chat.id, Standing.STOPPED, "the reader asked for it")
    if chat is not None and chat.setting:
        names = _unfollow(db, request, followed(db, request))
        return {"names": names, "offer": names, "chat": _place(request)}
    return {"follows": len(followed(db, request))}


def arrive(db: Database, request: Request) -> tuple[Chat, bool]:
    """Return the reader's row, reachable from now on, and whether it was not before."""
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
        chats.set_state(db, chat.id, Standing.ACTIVE)
    return chat, back


def unpark(db: Database, request: Request) -> None:
    """Note that a reader who was out of reach writes to us again; who stopped stays stopped."""
    chat = _chat(db, request)
    if chat is not None and chat.state is Standing.PARKED:
        chats.set_state(db, chat.id, Standing.ACTIVE)


def unpark_unless_start(db: Database, request: Request) -> None:
    """Do as `unpark`; /start itself wants to know who comes back."""
    if request.command != "start":
        unpark(db, request)


def missed_by(db: Database, request: Request) -> Result:
    """Return what a reader who is back has missed and was not told of yet; no count: nothing."""
    chat = _chat(db, request)
    return _missed(db, chat) if chat and chat.state is Standing.ACTIVE else {}


def told_missed(db: Database, request: Request) -> None:
    """Write that a reader who is back was told what they missed; one who left again meanwhile is told once more."""
    if chat := _chat(db, request):
        chats.told_missed(db, chat.id)


def stopped(db: Database, request: Request) -> bool:
    """Say whether the chat's reader wished that nothing comes."""
    chat = _chat(db, request)
    return chat is not None and chat.state is Standing.STOPPED


def followed(db: Database, request: Request) -> list[str]:
    """Return the names of the topics that the chat follows."""
    chat = _chat(db, request)
    return [topic.name for topic in follows.of_chat(db, chat.id)] if chat else []


def offered(db: Database, taxonomy: Taxonomy, request: Request) -> list[tuple[str, int]]:
    """Return the topics that the chat may choose from with the number of their articles, those with most first.

    They are what articles carry, what the operator wrote, and what the chat follows already. A tap changes no place:
    the keyboard must not move under the finger.
    """
    chat = _chat(db, request)
    found = follows.overview(db, chat.id if chat else None)
    counts = {topic.key: (topic.name, topic.articles) for topic in found if _is_shown(db, taxonomy, topic)}
    for name in (*taxonomy.written(), *(topic.name for topic in found if topic.followed)):
        counts.setdefault(topics.key(name), (name, 0))
    return list(counts.values())


def known(db: Database, taxonomy: Taxonomy, request: Request) -> list[str]:
    """Return the names of the topics that the chat's words may mean.

    Before there is any article, the samples' topics are among them, though none is shown.
    """
    samples = [] if articles.any_(db) else [topic.name for topic in taxonomy if topic.sample]
    return [*(name for name, _ in offered(db, taxonomy, request)), *samples]


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


def article_at(db: Database, words: str) -> Stored | None:
    """Return the article that readers can find at an address, with or without its scheme."""
    text = words.strip().strip("<>")
    if " " in text or "." not in text or len(text) > urls.LONGEST:
        return None
    number = articles.at_address(db, text if "://" in text else f"https://{text}")
    found = articles.get(db, articles.successor(db, number)) if number is not None else None
    return found if found and not (found.held or found.withdrawn or found.copy_of) else None


def is_all(words: str) -> bool:
    """Return True for words that mean every topic."""
    return topics.key(words) in _ALL


def can_be_awaited(name: str) -> bool:
    """Return True for what can be the name of a topic to come: 64 characters at most, a letter or digit among them."""
    return bool(topics.key(name)) and len(plain_text.repair(name)) <= topics.LONGEST_TAG


def _is_shown(db: Database, taxonomy: Taxonomy, topic: follows.Topic) -> bool:
    """Return True for a topic that articles carry; a sample's has to be named by one of them."""
    return topic.articles > 0 and (not taxonomy.is_sample(topic.name) or follows.is_listed(db, topic.id))


def _age(one: Stored) -> tuple[object, int]:
    """Return what articles are ordered by, as the store does."""
    return one.effective_date, one.id


def _chat(db: Database, request: Request) -> Chat | None:
    return chats.by_number(db, request.chat_id, request.thread)


def _place(request: Request) -> list[int]:
    """Return whose answer a result is for."""
    return [request.chat_id, request.thread]


def _offered_by(db: Database, request: Request, update: int) -> list[str] | None:
    """Return the topics that the answer to an update offered, if it was for this chat."""
    result = updates.result(db, update)
    if not isinstance(result, dict) or result.get("chat") != _place(request):
        return None
    return list(result.get("offer", ()))


def _missed(db: Database, chat: Chat) -> Result:
    """Return what a reader missed while away; where that is nothing, nothing has to be told."""
    if chat.away is None:
        return {}
    numbers = away.missed(db, chat.id, chat.away)
    if not numbers:
        chats.told_missed(db, chat.id)
    return {"count": len(numbers), "newest": numbers[: away.SHOWN]} if numbers else {}


def _follow_all(db: Database, request: Request, names: Iterable[str], limit: int) -> Result:
    """Follow topics by name, as many as there is room for."""
    done: dict[_Follow, list[str]] = {came: [] for came in _Follow}
    back = False
    wanted = list(names)
    if wanted:
        chat, back = arrive(db, request)
        for name in wanted:
            done[_follow(db, chat, name, request, limit)].append(name)
    return {came.value: those for came, those in done.items()} | {"total": len(followed(db, request)), "back": back}


def _follow(db: Database, chat: Chat, name: str, request: Request, limit: int) -> _Follow:
    row = follows.topic(db, name)
    if follows.is_followed(db, chat.id, row.id):
        return _Follow.ALREADY
    if follows.count_of(db, chat.id) >= limit:
        return _Follow.FULL
    follows.follow(db, chat.id, row.id, request.at)
    return _Follow.ADDED


def _unfollow(db: Database, request: Request, names: Iterable[str]) -> list[str]:
    """Remove follows; return the names of those there were."""
    chat = _chat(db, request)
    rows = [(name, follows.by_name(db, name)) for name in names]
    return [name for name, row in rows if chat and row and follows.unfollow(db, chat.id, row.id)]
