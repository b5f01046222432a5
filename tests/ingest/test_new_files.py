"""Recording a batch at once means what recording its files one at a time means, whatever the files describe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article, Related
from bot.domain.identity import Relation
from bot.ingest import recorder
from bot.ingest.new_files import NewFiles
from bot.planning.rules import Read, Recorded
from bot.store.database import rows
from tests.support.examples import examples
from tests.support.newsroom import (
    FIRST,
    SECOND,
    Newsroom,
    article,
    first_page,
    open_newsroom,
)

A, B, C = (f"https://{name}.example/story" for name in ("one", "two", "three"))
FileOfBatch = tuple[str, Article | str, int]

URLS = st.sampled_from(
    [
        f"https://{name}.example/{path}"
        for name in ("one", "two")
        for path in ("story", "story#part", "col/1", "col/2")
    ]
)
TITLES = st.sampled_from(
    [
        FIRST,
        f"RE-TRANSMISSION: {FIRST}",
        "Thirty organisations untie against facial recognition",
        "Thirty organisations unite against facial recognitions",
        SECOND,
        "Short one",
    ]
)
TOPICS = st.sampled_from(
    [(), ("AI",), ("CV", "AI"), ("Computer Vision", "C++"), ("Robots", "robots", "…")]
)
RELATED = (
    Related(identity=B, url=B, title=SECOND, quality=3),
    Related(identity=C, url=C, title="Another"),
)


@st.composite
def _file_of_batch(draw: st.DrawFn) -> FileOfBatch:
    """A file: its path, what it describes, and its age in days; or the reason why it is none."""
    path, days = draw(st.sampled_from("abcdefg")) + ".md", draw(st.integers(0, 40))
    if draw(st.integers(0, 9)) == 0:
        return path, "has no title", days
    more: dict[str, Any] = {
        "aliases": tuple(filter(None, [draw(st.none() | URLS)])),
        "quality": draw(st.integers(0, 2)),
        "removed": draw(st.integers(0, 9)) == 0,
        "unpublished": draw(st.booleans()),
        "topics": draw(TOPICS),
        "related": draw(st.sampled_from([(), RELATED])),
        "excerpt": draw(st.sampled_from(["", "One.", "Two."])),
        "provider": draw(st.sampled_from(["One", "ONE", "Two"])),
    }
    return (
        path,
        article(draw(TITLES), draw(URLS), **more),
        draw(st.sampled_from([days, days, -1])),
    )


BATCHES = st.lists(
    st.lists(_file_of_batch(), min_size=1, max_size=12), min_size=1, max_size=3
)
Recording = Callable[[Newsroom, list[Read]], list[Recorded]]


def _at_once(newsroom: Newsroom, read: list[Read]) -> list[Recorded]:
    return recorder.record(newsroom.db, read, newsroom.rules, newsroom.at)


def _one_at_a_time(newsroom: Newsroom, read: list[Read]) -> list[Recorded]:
    return [
        made
        for one in _in_order(newsroom, read)
        for made in recorder.record(newsroom.db, [one], newsroom.rules, newsroom.at)
    ]


def _each_decided_alone(newsroom: Newsroom, read: list[Read]) -> list[Recorded]:
    """As if there were no shorter way for what is new."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(NewFiles, "take", lambda self, one: False)
        return _at_once(newsroom, read)


def _in_order(newsroom: Newsroom, read: list[Read]) -> list[Read]:
    now = int(newsroom.at.timestamp() * 1000)
    age = {
        id(one): now
        if not one.record or one.record.published is None
        else one.record.published
        for one in read
    }
    return sorted(read, key=lambda one: (age[id(one)], one.path))


@given(batches=BATCHES, hold=st.booleans(), old=st.booleans())
@examples(60)
def test_a_batch_is_what_its_filesare_one_at_a_time(
    batches: list[list[FileOfBatch]], hold: bool, old: bool
) -> None:
    ways = (_at_once, _one_at_a_time, _each_decided_alone)
    at_once, one_at_a_time, alone = (_outcome(way, batches, hold, old) for way in ways)
    assert at_once == one_at_a_time
    assert at_once == alone


def _outcome(
    way: Recording, batches: Sequence[Sequence[FileOfBatch]], hold: bool, old: bool
) -> list[Any]:
    """Return all that is there after batches were recorded one way, with a visit to the store in between as the bot makes it."""
    with closing((newsroom := open_newsroom()).db):
        newsroom.rules = replace(
            newsroom.rules, hold=hold, max_age=timedelta(days=20) if old else None
        )
        newsroom.open_channel("@news")
        newsroom.open_channel("@vision", names=("Computer Vision",))
        newsroom.open_channel("@best", quality=1)
        newsroom.reader(7, "AI")
        seen: list[Any] = []
        for batch in batches:
            newsroom.later(hours=1)
            seen.append(
                way(
                    newsroom,
                    [
                        newsroom.read(path, _dated(newsroom, content, days))
                        for path, content, days in batch
                    ],
                )
            )
            newsroom.plan()
            seen.append(_everything(newsroom))
        newsroom.sound()
        return seen


def _dated(newsroom: Newsroom, content: Article | str, days: int) -> Article | str:
    if isinstance(content, str) or days < 0:
        return content
    return replace(
        content, published=newsroom.at - timedelta(days=days, microseconds=days)
    )


def _everything(newsroom: Newsroom) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that recording writes, deliveries by their key: their order is nobody's business."""
    asked = {
        "articles": "SELECT * FROM articles ORDER BY id",
        "aliases": "SELECT * FROM aliases ORDER BY identity",
        "related": "SELECT * FROM related ORDER BY article, position",
        "files": "SELECT * FROM files ORDER BY path",
        "topics": "SELECT * FROM topics ORDER BY id",
        "carried": "SELECT * FROM article_topics ORDER BY article, topic",
        "deliveries": "SELECT article, chat, edition, lane, rank, state, edit_due FROM deliveries ORDER BY 1, 2, 3",
    }
    return {
        name: [tuple(one) for one in rows(newsroom.db, sql)]
        for name, sql in asked.items()
    }


def _record(
    newsroom: Newsroom, *files: tuple[str, Article | str]
) -> dict[str, Relation | None]:
    recorded = _at_once(newsroom, [newsroom.read(path, one) for path, one in files])
    return {one.path: one.relation for one in recorded}


def _articles(newsroom: Newsroom) -> list[str]:
    return [
        one["identity"]
        for one in rows(newsroom.db, "SELECT identity FROM articles ORDER BY id")
    ]


def test_two_copies_of_each_other_in_one_batch_are_a_story_and_its_copy(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@news")
    assert _record(
        newsroom, ("b.md", article(FIRST, B)), ("a.md", article(FIRST, A))
    ) == {
        "a.md": Relation.NEW,
        "b.md": Relation.COPY,
    }
    assert newsroom.deliver() == [("@news", FIRST)]


def test_one_address_twice_in_one_batch_is_one_article(newsroom: Newsroom) -> None:
    batch = (("a.md", article(FIRST, A)), ("b.md", article(SECOND, B, aliases=(A,))))
    assert _record(newsroom, *batch) == {"a.md": Relation.NEW, "b.md": Relation.OTHER}
    assert len(_articles(newsroom)) == 1


def test_a_file_that_ties_two_new_stories_together(newsroom: Newsroom) -> None:
    """A new file with the addresses of two new stories of its batch does not merge them."""
    batch = [
        ("a.md", article(FIRST, A)),
        ("b.md", article(SECOND, B)),
        ("c.md", article("A third", C, aliases=(A, B))),
    ]
    assert _record(newsroom, *batch)["c.md"] is Relation.OTHER
    assert len(_articles(newsroom)) == 2


def test_what_comes_after_a_changed_file_in_a_batch_is_compared_with_its_new_title(
    newsroom: Newsroom,
) -> None:
    """The run of new stories before it is written first, those after it see what it wrote."""
    newsroom.record("b.md", article(SECOND, B, excerpt="old"))
    verdicts = _record(
        newsroom,
        ("a.md", article("A third", A)),
        ("b.md", article(FIRST, B)),
        ("c.md", article(FIRST, C, quality=1)),
    )
    assert verdicts == {
        "a.md": Relation.NEW,
        "b.md": Relation.OWN,
        "c.md": Relation.COPY,
    }


def test_everything_of_a_batch_can_be_searched_for(newsroom: Newsroom) -> None:
    _record(
        newsroom,
        ("a.md", article(FIRST, A)),
        ("b.md", article(SECOND, B, provider="The Harbour Paper")),
    )
    _record(newsroom, ("b.md", article("Nothing that was there before", B)))
    assert [one.article.title for one in first_page(newsroom.db, "facial")] == [FIRST]
    assert (
        first_page(newsroom.db, "parliament")
        == first_page(newsroom.db, "harbour")
        == []
    )
    assert len(first_page(newsroom.db, "before")) == 1
    newsroom.sound()


def test_no_cursor_is_put_before_followers_where_nobody_follows_anything(
    newsroom: Newsroom,
) -> None:
    _record(newsroom, ("a.md", article(FIRST, A, topics=("Robots",))))
    assert rows(newsroom.db, "SELECT article FROM fanouts") == []
    newsroom.reader(7, "AI")
    _record(newsroom, ("b.md", article(SECOND, B, topics=("CV",))))
    assert [
        one["article"] for one in rows(newsroom.db, "SELECT article FROM fanouts")
    ] == [2]
    assert newsroom.deliver() == [("R7", SECOND)]


def test_a_cursor_without_topics_serves_the_article_that_it_is_joined_to(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(7, "AI")
    day = newsroom.at - timedelta(days=1)
    _record(
        newsroom,
        ("a.md", article(FIRST, B, topics=("AI",), removed=True, published=day)),
        ("b.md", article(FIRST, A, published=day)),
        ("a.md", article(FIRST, A, topics=("AI",))),
    )
    assert newsroom.deliver() == [("R7", FIRST)]
