"""Every reply to readers, word for word, as a person and as a group read it: look at tests/golden/replies.txt."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.conversation import commands
from bot.domain.article import Article, Stored
from bot.domain.delivery import Payload
from bot.domain.fulltext import parsed
from bot.domain.topics import Taxonomy
from bot.rendering import replies, search_replies, topic_replies
from bot.rendering.taps import TapAnswer, TapLine
from bot.rendering.templates import Templates
from tests.support import judge
from tests.support.paths import GOLDEN

REPLIES = GOLDEN / "replies.txt"
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def article(number: int, title: str) -> Stored:
    url = f"https://news.example/{number}"
    made = Article(
        identity=url,
        url=url,
        title=title,
        provider="The Tide",
        published=AT,
        topics=("Space",),
    )
    return Stored(id=number, article=made, recorded=AT)


FERRY, SEALS = (
    article(1, "Night ferries run on moonlight"),
    article(2, "Seals learn the ferry timetable"),
)


def everything(t: Templates) -> Iterator[tuple[str, Payload]]:
    yield "/start, a newcomer", replies.welcome(t, suggestions=["Space", "Oceans"])
    yield "/start, before there are topics", replies.welcome(t)
    yield "/start, following", replies.welcome(t, follows=["Space", "Oceans"])
    yield "/start from a post", replies.welcome_following(t, "Space")
    yield (
        "/start from a post, followed already",
        replies.welcome_following(t, "Space", already=True),
    )
    yield "/start from a post, back", replies.welcome_following(t, "Space", back=True)
    yield "/start after /stop, nothing missed", replies.resumed(t, ["Space"])
    yield "/start after /stop, one missed", replies.resumed(t, ["Space"], [FERRY], 1)
    yield (
        "/start after /stop, twelve missed",
        replies.resumed(t, ["Space"], [FERRY, SEALS], 12),
    )
    yield "/start after /stop, following nothing", replies.resumed(t, [])
    yield "/help", replies.commands_help(t, commands.described(is_editor=False))
    yield (
        "/topic",
        topic_replies.topic_keyboard(
            t, [f"Topic {number}" for number in range(12)], ["Topic 1"]
        ),
    )
    yield "/topic, before there are topics", topic_replies.topic_keyboard(t, [], [])
    yield "/topic, Done", topic_replies.topics_done(t, ["Space"])
    yield "/topic, Done, following nothing", topic_replies.topics_done(t, [])
    yield "/topic Space", topic_replies.following(t, ["Space"], total=1)
    yield "/topic Space, again", topic_replies.following(t, [], ["Space"], total=1)
    yield (
        "/topic Space, back",
        topic_replies.following(t, ["Space"], total=2, back=True),
    )
    several = {
        "unknown": ["Ocaens", "Cooking"],
        "nearest": ["Oceans"],
        "awaitable": ["Ocaens", "Cooking"],
    }
    yield (
        "/topic Space, AI, Ocaens, Cooking",
        topic_replies.following(t, ["Space"], ["AI"], total=2, **several),
    )  # type: ignore[arg-type]
    yield (
        "/topic Space, Oceans, no room",
        topic_replies.following(t, ["Space"], total=200, full=["Oceans"], limit=200),
    )
    yield (
        "/topic all",
        topic_replies.following(
            t, [f"Topic {number}" for number in range(14)], total=14, update=7
        ),
    )
    yield "/topic Oceans, no room", topic_replies.follows_full(t, 200)
    yield (
        "/topic Cooking",
        topic_replies.unknown_topic(t, "Cooking", awaitable=["Cooking"]),
    )
    yield (
        "/topic Ocaens",
        topic_replies.unknown_topic(t, "Ocaens", ["Oceans"], awaitable=["Ocaens"]),
    )
    yield "/topic, too long a name", topic_replies.unknown_topic(t, "x" * 65)
    yield (
        "/topics",
        topic_replies.topic_list(t, ["Space"], [("Space", 1), ("Oceans", 12)]),
    )
    yield (
        "/topics, stopped",
        topic_replies.topic_list(t, ["Space"], [("Space", 1)], stopped=True),
    )
    yield "/topics, following nothing", topic_replies.topic_list(t, [], [("Space", 1)])
    yield "/topics, before there are topics", topic_replies.topic_list(t, [], [])
    yield "/untopic", topic_replies.not_following(t, "", ["Space"])
    yield "/untopic, following nothing", topic_replies.not_following(t)
    yield "/untopic Space", topic_replies.unfollowed(t, ["Space"], left=1)
    yield "/untopic Space, the last", topic_replies.unfollowed(t, ["Space"], left=0)
    yield "/untopic Cooking", topic_replies.not_following(t, "Cooking", ["Space"])
    yield "/latest", replies.latest(t, [FERRY, SEALS])
    yield "/latest, following", replies.latest(t, [FERRY], follows=True)
    yield "/latest Space", replies.latest(t, [FERRY], "Space", followed=False)
    yield "/latest, nothing", replies.nothing_yet(t, follows=False)
    yield (
        "/latest, nothing on the topics followed",
        replies.nothing_yet(t, follows=True),
    )
    yield "/latest Oceans, nothing", replies.nothing_yet(t, "Oceans", follows=False)
    yield (
        "/latest Oceans, nothing, followed",
        replies.nothing_yet(t, "Oceans", follows=True),
    )
    yield "/search ferry", search_replies.search_results(t, "ferry", [FERRY, SEALS])
    yield (
        "/search ships, page 2",
        search_replies.search_results(
            t, "ships", [FERRY], query=parsed("river"), key="1", page=1, more=True
        ),
    )
    yield (
        "/search fery",
        search_replies.search_results(
            t, "fery", [FERRY], query=parsed("ferry"), instead="ferry"
        ),
    )
    yield "/search", search_replies.nothing_found(t)
    yield "/search -crane", search_replies.nothing_found(t, "-crane")
    yield "/search *", search_replies.nothing_found(t, "*")
    yield "/search zeppelin", search_replies.nothing_found(t, "zeppelin")
    yield "zeppelin", search_replies.nothing_found(t, "zeppelin", typed=False)
    yield "ocaens", search_replies.nothing_found(t, "ocaens", ["Oceans"], typed=False)
    yield "an article's address", search_replies.found_article(t, FERRY, ["Space"])
    yield (
        "an article's address, its topics followed",
        search_replies.found_article(t, FERRY, []),
    )
    yield "/stop", replies.stopped(t, 2)
    yield "/stop, one topic", replies.stopped(t, 1)
    yield "/stop, no topic", replies.stopped(t, 0)
    yield "/foo", replies.unknown_command(t, "/foo")
    yield "/topic 🙂", topic_replies.unknown_topic(t, "🙂")
    for sort in ("text", "forward", "sticker", "other"):
        yield f"no words: {sort}", replies.not_understood(t, sort)
    yield "too many commands", replies.too_many(t, 30)
    yield "a member of a group", replies.group_admins_only(t)
    yield "a group that hides its members", replies.group_hides_members(t)
    yield "a fault", replies.went_wrong(t)


def told(payload: Payload) -> str:
    rows = payload.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    buttons = [
        "[ " + " ][ ".join(button["text"] for button in row) + " ]" for row in rows
    ]
    return "\n".join([judge.payload(payload)[0], *buttons])


def book() -> str:
    """Return every reply to a person; of those to a group, the ones that differ."""
    person, group, thread = (
        Templates(None, Taxonomy()).spoken_to(audience)
        for audience in ("", "group", "thread")
    )
    pages = []
    for (name, one), (_, several), (_, few) in zip(
        everything(person), everything(group), everything(thread), strict=True
    ):
        assert told(few).replace("thread", "group") == told(several)
        pages.append(f"=== {name}\n\n{told(one)}")
        if told(several) != told(one):
            pages.append(f"=== {name}, in a group\n\n{told(several)}")
    for kind in TapLine:
        answer = TapAnswer(kind, "Space" if kind is not TapLine.FULL else "200")
        lines = {replies.tap_line(templates, answer) for templates in (person, group)}
        pages.append(f"=== a tap: {kind}\n\n" + "\n".join(sorted(lines)))
    return "\n\n\n".join(pages) + "\n"


def test_every_reply_reads_as_it_was_last_looked_at() -> None:
    """With PAPERBOY_GOLDEN=1 the file is written anew; then look at the difference as a native reader would."""
    found = book()
    if os.environ.get("PAPERBOY_GOLDEN"):
        REPLIES.write_text(found, encoding="utf-8")
    kept = REPLIES.read_text(encoding="utf-8")
    assert not "\n".join(
        difflib.unified_diff(kept.splitlines(), found.splitlines(), lineterm="", n=1)
    )
