"""One address, two stories; a column; and what an upgrade of ours leaves alone.

The rules are in docs/architecture.md, Identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import settings
from bot.domain.article import Article
from bot.domain.identity import Relation
from bot.domain.record import pack
from bot.ingest import recorder
from bot.planning.rules import Read, Recorded
from bot.publish import composing, verification
from bot.store import post_places
from bot.store.database import row, rows, write
from tests.support.newsroom import (
    AT,
    FIRST,
    SECOND,
    TAXONOMY,
    Newsroom,
    article,
    first_named,
    open_newsroom,
)

A, B, PAGE = (
    "https://one.example/story",
    "https://two.example/story",
    "https://host.example/letter",
)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with closing((room := open_newsroom()).db):
        room.open_channel("@news")
        room.later(minutes=1)
        room.disk = set()
        yield room
        room.sound()
        found = verification.verify(
            room.db, (), TAXONOMY, room.at, running=False
        ).findings
        assert [one for one in found if one.kind != "late"] == []


def record(newsroom: Newsroom, path: str, told: Article | str) -> Recorded:
    """A file is written and read."""
    assert isinstance(newsroom.disk, set)
    newsroom.disk.add(path)
    return newsroom.record(path, told)


def letter(number: int, url: str = PAGE, **more: Any) -> Article:
    """A letter of a newsletter that stands at one address, whatever its number."""
    told = {
        "excerpt": f"{['Ice', 'Boats', 'Thaw', 'Gulls'][number % 4]} in the harbour, and what of it."
    } | more
    return article(
        f"Letter {number}",
        url,
        published=AT + timedelta(days=7 * (number - 43)),
        **told,
    )


# --- one address, two stories -----------------------------------------------------------------------------------------


def test_every_letter_of_a_newsletter_at_one_address_is_posted(
    newsroom: Newsroom,
) -> None:
    for number in (40, 41, 42):
        assert (
            record(newsroom, f"l{number}.md", letter(number)).relation is Relation.NEW
        )
        newsroom.deliver()
    assert newsroom.posted == [
        ("@news", "Letter 40"),
        ("@news", "Letter 41"),
        ("@news", "Letter 42"),
    ]
    for number in (42, 40, 41):
        again = record(newsroom, f"l{number}.md", letter(number))
        assert (again.relation, again.changed) == (Relation.OWN, False)
    assert newsroom.deliver() == []


def test_every_letter_is_posted_when_all_of_them_come_at_once_in_any_order(
    newsroom: Newsroom,
) -> None:
    read = [newsroom.read(f"l{number}.md", letter(number)) for number in (42, 40, 41)]
    recorder.record(newsroom.db, read, newsroom.rules, newsroom.at, lambda path: True)
    assert newsroom.deliver() == [
        ("@news", "Letter 40"),
        ("@news", "Letter 41"),
        ("@news", "Letter 42"),
    ]


def test_parts_of_a_changelog_are_stories_of_their_own(newsroom: Newsroom) -> None:
    log = "https://host.example/changelog"
    for number in (1, 2):
        record(
            newsroom,
            f"v{number}.md",
            article(
                f"Version 3.{number}",
                f"{log}#v3-{number}",
                published=AT,
                excerpt="New.",
            ),
        )
    assert sorted(newsroom.deliver()) == [
        ("@news", "Version 3.1"),
        ("@news", "Version 3.2"),
    ]
    assert {
        first_named(newsroom, f"{log}#v3-{number}").article.title for number in (1, 2)
    } == {  # type: ignore[union-attr]
        "Version 3.1",
        "Version 3.2",
    }


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ({"title": "Letter 41, once more"}, False),
        ({"published": letter(41).published}, True),
        ({"excerpt": letter(41).excerpt}, True),
    ],
)
def test_a_second_file_that_agrees_is_the_same_story(
    newsroom: Newsroom, change: dict[str, Any], is_told: bool
) -> None:
    """A file at a known address that agrees in title, day or excerpt is its story; the editors hear of it."""
    first = record(newsroom, "a.md", letter(41)).article
    told = record(newsroom, "b.md", replace(letter(42), **change))
    assert (told.relation, told.article, told.repeats) == (
        Relation.OTHER,
        first,
        first if is_told else None,
    )
    assert record(newsroom, "b.md", replace(letter(42), **change)).repeats is None
    assert newsroom.deliver() == [("@news", "Letter 41")]
    found = rows(newsroom.db, "SELECT * FROM notices WHERE key = 'same_address:b.md'")
    assert len(found) == is_told
    assert record(newsroom, "b.md", letter(42)).relation is Relation.NEW
    assert newsroom.deliver() == [("@news", "Letter 42")]
    assert (
        rows(newsroom.db, "SELECT * FROM notices WHERE key = 'same_address:b.md'") == []
    )


def test_an_editor_finds_a_letter_by_its_file_and_the_newest_by_the_address(
    newsroom: Newsroom,
) -> None:
    for number in (41, 42, 40):
        record(newsroom, f"l{number}.md", letter(number))
    for number in (40, 41, 42):
        found = first_named(newsroom, f"l{number}.md")
        assert found is not None
        assert found.article.title == f"Letter {number}"
    found = first_named(newsroom, PAGE)
    assert found is not None
    assert found.article.title == "Letter 40"  # the last recorded


def test_a_living_file_is_one_on_disk_and_not_a_row(newsroom: Newsroom) -> None:
    assert isinstance(newsroom.disk, set)
    first = record(newsroom, "l41.md", letter(41)).article
    newsroom.deliver()
    newsroom.disk.remove("l41.md")  # no scan has missed it yet
    moved = record(newsroom, "letter.md", letter(42))
    assert (moved.relation, moved.article) == (Relation.OWN, first)
    newsroom.later(minutes=2)
    assert newsroom.deliver() == []
    assert newsroom.revise() == [("@news", "Letter 42")]


def test_a_file_that_can_not_be_read_for_the_moment_is_on_disk_all_the_same(
    newsroom: Newsroom,
) -> None:
    record(newsroom, "l41.md", letter(41))
    record(newsroom, "l41.md", "is cut off")
    assert record(newsroom, "l42.md", letter(42)).relation is Relation.NEW
    assert record(newsroom, "l41.md", letter(41)).relation is Relation.OWN
    assert len(newsroom.deliver()) == 2


def test_a_renamed_file_owns_its_article_at_once(newsroom: Newsroom) -> None:
    assert isinstance(newsroom.disk, set)
    one = record(newsroom, "a.md", article(url=A)).article
    newsroom.disk.remove("a.md")
    assert record(newsroom, "b.md", article(url=A)).relation is Relation.OWN
    assert newsroom.stored(one).path == "b.md"
    for _ in range(2):
        recorder.record_missing(newsroom.db, ["a.md"])


def test_a_file_that_leaves_a_story_to_another_file_of_it_is_posted_as_what_it_tells_now(
    newsroom: Newsroom,
) -> None:
    one = record(newsroom, "a.md", letter(41)).article
    record(newsroom, "b.md", letter(41))
    newsroom.deliver()
    assert record(newsroom, "a.md", letter(42)).relation is Relation.NEW
    assert newsroom.stored(one).path == "b.md"
    assert newsroom.deliver() == [("@news", "Letter 42")]
    newsroom.later(minutes=2)
    assert newsroom.revise() == []


def test_a_story_that_moves_to_an_address_of_others_joins_none_of_them(
    newsroom: Newsroom,
) -> None:
    record(newsroom, "l41.md", letter(41))
    record(newsroom, "l42.md", letter(42, "https://host.example/letters/42"))
    newsroom.deliver()
    assert record(newsroom, "l42.md", letter(42)).relation is Relation.MOVED
    assert record(newsroom, "l41.md", letter(41)).relation is Relation.OWN
    assert newsroom.deliver() == []
    assert sorted(newsroom.titles()) == ["Letter 41", "Letter 42"]


def test_two_spellings_of_an_address_are_one_page_and_the_link_is_shown_as_it_is(
    newsroom: Newsroom,
) -> None:
    shown = "https://www.host.example/%d8%a7"
    one = record(newsroom, "a.md", article(url=shown)).article
    other = record(
        newsroom, "b.md", article("Under another title", "https://host.example/%D8%A7")
    )
    assert (other.relation, other.article) == (Relation.OTHER, one)
    assert newsroom.stored(one).article.url == shown


def test_a_related_link_leads_to_the_post_of_its_own_story_among_those_at_one_address(
    newsroom: Newsroom,
) -> None:
    for number in (41, 42):
        record(newsroom, f"l{number}.md", letter(number))
    newsroom.deliver()
    there = post_places.by_identity(
        newsroom.db, newsroom.rules.channels[0].chat, [letter(41).identity]
    )
    assert {title for title, _ in there[letter(41).identity]} == {
        "Letter 41",
        "Letter 42",
    }
    assert composing.same_title("Letter 42", there[letter(41).identity]) == 102


# --- a column ---------------------------------------------------------------------------------------------------------

COLUMN = "What the week was like at our desk"
EXCERPTS = [
    "Ice",
    "Boats",
    "Thaw",
    "Gulls",
    "Bread",
    "Elections",
    "Football",
    "Paint",
    "Silence",
    "Goodbye",
]


def instalment(number: int, provider: str = "Host", **more: Any) -> Article:
    told = {
        "url": f"https://host.example/c/{number}",
        "excerpt": f"{EXCERPTS[number]} was all we spoke of.",
    } | more
    return article(
        COLUMN,
        provider=provider,
        published=AT - timedelta(days=7 * (9 - number)),
        **told,
    )


@pytest.mark.parametrize("at_once", [True, False])
def test_every_instalment_of_a_column_is_posted(
    newsroom: Newsroom, at_once: bool
) -> None:
    told = {f"c{number}.md": instalment(number) for number in range(10)}
    if at_once:
        recorder.record(
            newsroom.db,
            [newsroom.read(path, one) for path, one in told.items()],
            newsroom.rules,
            newsroom.at,
        )
    else:
        for path, one in told.items():
            record(newsroom, path, one)
    assert len(newsroom.deliver()) == 10


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "Another"},
        {"url": "https://host.example/c/1?utm=2"},
        {"published": instalment(1).published},
        {"excerpt": instalment(1).excerpt},
        {"excerpt": ""},
    ],
)
def test_a_copy_of_a_column_stays_a_copy(
    newsroom: Newsroom, change: dict[str, Any]
) -> None:
    first = record(newsroom, "c1.md", instalment(1)).article
    told = instalment(2)
    url = change.get("url", told.url)
    copy = record(
        newsroom,
        "c2.md",
        replace(told, **change | {"url": url, "identity": article(url=url).identity}),
    )
    assert (copy.relation, copy.repeats) == (Relation.COPY, first)
    assert newsroom.deliver() == [("@news", COLUMN)]


def test_a_title_that_another_outlet_carried_is_no_column_afterwards(
    newsroom: Newsroom,
) -> None:
    record(newsroom, "c1.md", instalment(1))
    assert record(newsroom, "x.md", instalment(2, "Another")).relation is Relation.COPY
    assert record(newsroom, "c3.md", instalment(3)).relation is Relation.COPY


def test_a_column_whose_file_is_written_anew_each_week_is_posted_each_week(
    newsroom: Newsroom,
) -> None:
    for number in range(4):
        assert (
            record(newsroom, "column.md", instalment(number)).relation is Relation.NEW
        )
        newsroom.deliver()
    assert newsroom.posted == [("@news", COLUMN)] * 4
    newsroom.later(minutes=2)
    assert newsroom.revise() == []


def test_a_long_title_in_a_script_without_spaces_tells_a_copy(
    newsroom: Newsroom,
) -> None:
    title = "三十個組織聯手反對人臉識別技術"
    first = record(newsroom, "a.md", article(title, A)).article
    assert record(newsroom, "b.md", article(f"「{title}」", B)).repeats == first


# --- articles that turn out to be one ---------------------------------------------------------------------------------


def test_a_copy_that_moves_to_its_withdrawn_storys_address_brings_the_story_back(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    record(newsroom, "a.md", article(url=A, topics=("AI",), removed=True))
    record(newsroom, "a.md", article(url=A, topics=("AI",)))
    record(newsroom, "c.md", article(url=B, topics=("AI",)))
    record(newsroom, "a.md", article(url=A, topics=("AI",), removed=True))
    record(newsroom, "c.md", article(url=A, topics=("AI",)))
    assert sorted(newsroom.deliver()) == [("@news", FIRST), ("R7", FIRST)]


def test_what_neither_of_two_joined_articles_ever_posted_is_posted_when_the_story_is_back(
    newsroom: Newsroom,
) -> None:
    record(newsroom, "a.md", article(url=A, removed=True, unpublished=True))
    record(newsroom, "first.md", article(SECOND, "https://three.example/story"))
    record(newsroom, "c.md", article(SECOND, B))
    newsroom.deliver()
    assert record(newsroom, "c.md", article(SECOND, A)).relation is not Relation.NEW
    found = verification.verify(
        newsroom.db,
        [settings.Channel(chat="@news")],
        TAXONOMY,
        newsroom.at,
        running=False,
    ).findings
    assert list(found) == []


# --- what an upgrade leaves alone -------------------------------------------------------------------------------------


def as_before(
    newsroom: Newsroom, number: int | None, form: str = "0123456789abcdef"
) -> None:
    """Make an article's fingerprint one that the first edition wrote."""
    write(
        newsroom.db,
        "UPDATE forms SET form = ? WHERE delivery IN (SELECT id FROM deliveries WHERE article = ?)",
        (form, number or 0),
    )
    write(
        newsroom.db,
        "UPDATE deliveries SET form = ? WHERE article = ? AND form <> ''",
        (form, number or 0),
    )
    write(
        newsroom.db,
        "UPDATE articles SET fingerprint = ? WHERE id = ?",
        (form, number or 0),
    )


def read_again(newsroom: Newsroom, told: Article, size: int) -> Recorded:
    """The file `a.md`, of so many bytes, is read once more."""
    (recorded,) = recorder.record(
        newsroom.db,
        [Read("a.md", (size, newsroom.marks, 1), pack(told))],
        newsroom.rules,
        newsroom.at,
    )
    newsroom.marks += 1
    return recorded


@pytest.fixture
def posted(newsroom: Newsroom) -> Newsroom:
    """An article of 100 bytes that the first edition posted."""
    read_again(newsroom, article(url=A, excerpt="What happened to the element."), 100)
    newsroom.deliver()
    as_before(newsroom, 1)
    newsroom.later(minutes=5)
    return newsroom


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"excerpt": "What happened to the video element."},
        {"image": "https://one.example/i.png"},
        {"published": AT},
        {"provider": "An outlet under a key that it did not know"},
        {"heat": 9},
    ],
)
def test_the_first_reading_after_an_upgrade_edits_nothing(
    posted: Newsroom, change: dict[str, Any]
) -> None:
    told = article(url=A, excerpt="What happened to the element.")
    again = read_again(posted, replace(told, **change), 100)
    assert (again.relation, again.changed) == (Relation.OWN, False)
    posted.later(hours=1)
    assert posted.revise() == posted.deliver() == []
    assert posted.stored(1).fingerprint == replace(told, **change).fingerprint
    read_again(posted, replace(told, **change), 101)
    read_again(posted, replace(told, title=SECOND, **change), 102)
    posted.later(hours=1)
    assert posted.revise() == [("@news", SECOND)]


def test_a_date_that_a_file_gets_within_one_version_edits_its_posts(
    posted: Newsroom,
) -> None:
    told = article(url=A, excerpt="What happened to the element.")
    read_again(posted, told, 100)
    assert read_again(posted, replace(told, published=AT), 100).changed
    posted.later(hours=1)
    assert posted.revise() == [("@news", FIRST)]


def test_a_file_renamed_at_an_upgrade_is_read_as_it_was(posted: Newsroom) -> None:
    told = article(url=A, excerpt="What happened to the video element.")
    renamed = Read("b.md", (100, posted.marks, 2), pack(told))
    (again,) = recorder.record(
        posted.db, [renamed], posted.rules, posted.at, {"b.md"}.__contains__
    )
    assert (again.relation, again.changed) == (Relation.OWN, False)
    posted.later(hours=1)
    assert posted.revise() == posted.deliver() == []


@pytest.mark.parametrize(
    "names",
    [
        ("41x.md", "42.md"),
        ("42.md", "41x.md"),
        ("42x.md", "41x.md"),
        ("41x.md", "42x.md"),
    ],
)
def test_a_renamed_file_keeps_its_post(
    newsroom: Newsroom, names: tuple[str, str]
) -> None:
    """Whichever is read first; a repeat that takes over would edit the post."""
    letters = {
        number: article(
            f"Letter {number} about the {animal} of the year",
            PAGE,
            published=AT - timedelta(days=days),
            excerpt=animal * 5,
        )
        for number, animal, days in (("41", "otter", 14), ("42", "heron", 7))
    }

    def reads(*paths: str) -> None:
        for path in paths:
            told = Read(
                path,
                (int(path[:2]), newsroom.marks, newsroom.marks),
                pack(letters[path[:2]]),
            )
            recorder.record(
                newsroom.db,
                [told],
                newsroom.rules,
                newsroom.at,
                (newsroom.disk or set()).__contains__,
            )
            newsroom.marks += 1

    newsroom.disk = {"41.md"}
    reads("41.md")
    newsroom.deliver()
    as_before(newsroom, 1)
    write(
        newsroom.db,
        "INSERT INTO files (path, size, mtime_ns, inode, article, since, story) VALUES ('42.md', 42, 9, 9, 1, 0, '?')",
    )
    newsroom.disk = {*names}
    reads(*names)
    reads(
        *sorted(names, reverse=True)
    )  # what was put off is read again by the next scan
    newsroom.later(hours=1)
    assert newsroom.revise() == newsroom.deliver() == []
    assert newsroom.stored(1).path == "41x.md"


@pytest.mark.parametrize(
    ("change", "size"),
    [
        ({"title": FIRST.replace("unite", "untie")}, 100),
        ({"excerpt": "What happened to the element, and to the video."}, 120),
        ({"topics": ("AI",)}, 110),
        ({"image": "https://one.example/i.png"}, 140),
    ],
)
def test_what_its_source_changed_while_the_bot_was_down_is_edited_after_an_upgrade(
    posted: Newsroom, change: dict[str, Any], size: int
) -> None:
    told = replace(article(url=A, excerpt="What happened to the element."), **change)
    assert read_again(posted, told, size).changed
    posted.later(hours=1)
    assert posted.revise() == [("@news", told.title)]


def test_a_post_that_was_to_be_edited_before_an_upgrade_still_is(
    posted: Newsroom,
) -> None:
    told = article(url=A, excerpt="What happened to the element.")
    write(posted.db, "UPDATE deliveries SET form = 'an older one', edit_due = 0")
    read_again(posted, told, 100)
    posted.later(hours=1)
    assert posted.revise() == [("@news", FIRST)]


def test_an_upgrade_gives_a_source_that_flips_no_further_edits(
    posted: Newsroom,
) -> None:
    write(posted.db, "UPDATE forms SET times = 2")
    write(posted.db, "UPDATE deliveries SET form = 'an older one'")
    read_again(posted, article(url=A, excerpt="What happened to the element."), 100)
    read_again(
        posted, article(url=A, excerpt="What happened to the element.", quality=3), 101
    )
    posted.later(hours=1)
    assert posted.revise() == []
    assert (
        row(posted.db, "SELECT form FROM forms")["form"] == posted.stored(1).fingerprint
    )  # type: ignore[index]
