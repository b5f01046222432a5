"""Recording files: one article for one story, whatever its files do, and every post once.

The rules are in docs/architecture.md, Identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arrival import Future
from bot.domain.article import Article
from bot.domain.identity import Relation
from bot.domain.outcome import Unknown
from bot.ingest import recorder
from bot.planning import opening
from bot.publish import editions
from bot.store import (
    article_files,
    article_lists,
    articles,
    delivery_rows,
    files,
    follows,
    outbox,
)
from bot.store.database import number
from tests.support.examples import examples
from tests.support.newsroom import AT, FIRST, SECOND, Newsroom, article, open_newsroom

A, B, C = (
    "https://one.example/story",
    "https://two.example/story",
    "https://three.example/story",
)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    room = open_newsroom(tmp_path / "paperboy.db")
    room.open_channel("@news")
    room.later(minutes=1)
    yield room
    room.sound()
    room.db.close()


# --- a new story ------------------------------------------------------------------------------------------------------


def test_a_new_article_goes_to_the_channels_that_admit_it_and_to_who_follows_its_topics(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@vision", names=("computer vision",))
    newsroom.open_channel("@sports", names=("sports",))
    newsroom.open_channel("@best", quality=50)
    newsroom.reader(7, "AI")
    newsroom.reader(8, "sports")
    newsroom.later(seconds=1)
    recorded = newsroom.record("a.md", article(url=A, topics=("CV",), quality=49))
    assert (recorded.relation, recorded.changed) == (Relation.NEW, True)
    assert newsroom.deliver() == [
        ("@news", FIRST),
        ("@vision", FIRST),
        ("R7", FIRST),
    ]  # AI is implied by the taxonomy
    assert newsroom.deliver() == []


def test_the_log_says_at_debug_what_a_file_was_taken_for_and_why(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    one = newsroom.number("a.md", article(url=A))
    with caplog.at_level("DEBUG", "bot.ingest.meaning"):
        newsroom.record("b.md", article(url=A))
    (message,) = caplog.messages
    facts = f"article until now: None, article at its addresses: {one}, owner: a.md"
    assert message == f"b.md: other ({facts}, same story: False)"


def test_topics_are_written_in_the_taxonomys_spelling_each_once(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number(
        "a.md", article(url=A, topics=("cv", "Computer Vision", "robots"))
    )
    assert newsroom.stored(one).article.topics == ("Computer Vision", "robots")
    assert follows.keys_of(newsroom.db, one) == {"computer vision", "robots", "ai"}


def test_an_article_comes_back_from_the_store_as_it_was_read(
    newsroom: Newsroom,
) -> None:
    told = article(
        url=A, aliases=("https://amp.one.example/story", B), excerpt="Two\n\nparagraphs <b>", provider="Org",
        published=AT - timedelta(days=3), topics=("AI", "robots"), image="https://one.example/i.png",
        quality=80, heat=-3, kind="video", unpublished=True,
    )  # fmt: skip
    found = newsroom.stored(newsroom.number("a.md", told))
    assert found.article == replace(
        told, aliases=tuple(sorted(one for one in told.aliases if one != told.identity))
    )
    assert found.fingerprint == told.fingerprint
    assert found.path == "a.md"


def test_a_batch_is_recorded_oldest_story_first(newsroom: Newsroom) -> None:
    read = [
        newsroom.read("z.md", article("Three", C)),
        newsroom.read("y.md", article("Two", B, published=AT - timedelta(days=1))),
        newsroom.read("x.md", article("One", A, published=AT - timedelta(days=2))),
    ]
    recorder.record(newsroom.db, read, newsroom.rules, newsroom.at)
    assert [title for _, title in newsroom.deliver()] == ["One", "Two", "Three"]


def test_a_batch_is_recorded_whole_or_not_at_all(newsroom: Newsroom) -> None:
    broken = replace(article("Two", B), title=None)
    with pytest.raises(Exception, match=r"NOT NULL|NoneType|argument"):
        recorder.record(
            newsroom.db,
            [newsroom.read("a.md", article(url=A)), newsroom.read("b.md", broken)],
            newsroom.rules,
            newsroom.at,
        )
    assert number(newsroom.db, "SELECT count(*) FROM articles") == 0
    assert number(newsroom.db, "SELECT count(*) FROM deliveries") == 0
    assert not newsroom.db.conn.in_transaction


def test_a_story_dated_tomorrow_is_as_old_as_its_recording(newsroom: Newsroom) -> None:
    newsroom.rules = replace(newsroom.rules, future=Future.POST)
    newsroom.record(
        "a.md", article("Tomorrow", A, published=newsroom.at + timedelta(days=300))
    )
    newsroom.later(hours=1)
    newsroom.record("b.md", article("Now", B, published=newsroom.at))
    assert newsroom.titles() == ["Now", "Tomorrow"]


# --- rejected files ---------------------------------------------------------------------------------------------------


def test_a_rejected_file_is_news_once_for_each_reason(newsroom: Newsroom) -> None:
    assert newsroom.record("a.md", "has no title").reason == "has no title"
    assert newsroom.record("a.md", "has no title").reason == ""
    assert newsroom.record("a.md", "has no address").reason == "has no address"
    assert [(one.path, one.reason) for one in files.rejected(newsroom.db)] == [
        ("a.md", "has no address")
    ]


def test_a_file_that_breaks_keeps_its_article_and_is_that_article_again_when_mended(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.record("a.md", "is cut off")
    assert newsroom.titles() == [FIRST]
    again = newsroom.record("a.md", article("Another title for the very same story", A))
    assert (again.relation, again.article, again.changed) == (Relation.OWN, one, True)
    assert files.count_rejected(newsroom.db) == 0


# --- one identity, several files --------------------------------------------------------------------------------------


def test_a_second_file_of_an_article_is_recorded_and_not_shown(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    other = newsroom.record(
        "b.md",
        article(
            "Another headline for it", A.replace("https", "http") + "/?utm_source=x"
        ),
    )
    assert (other.relation, other.article, other.changed) == (
        Relation.OTHER,
        one,
        False,
    )
    assert newsroom.titles() == [FIRST]
    assert article_files.of_article(newsroom.db, one) == ["a.md", "b.md"]


def test_what_only_the_second_file_knows_of_addresses_leads_to_the_article_too(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.record("b.md", article(url=A, aliases=(B,)))
    third = newsroom.record("c.md", article("Told under its second address", B))
    assert (third.relation, third.article) == (Relation.OTHER, one)


def test_an_address_added_to_a_file_that_is_otherwise_the_same_leads_to_its_article(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    assert newsroom.record("a.md", article(url=A, aliases=(B,))).changed is False
    assert (
        newsroom.record("b.md", article("The same at the other address", B)).article
        == one
    )


def test_when_the_owner_is_gone_the_next_living_file_owns_the_article_and_is_read_again(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.record("b.md", article(SECOND, A))
    mark = files.some(newsroom.db, ["b.md"])["b.md"]
    for _ in range(2):
        recorder.record_missing(newsroom.db, ["a.md"])
    assert newsroom.stored(one).path == "b.md"
    assert files.some(newsroom.db, ["b.md"])["b.md"] != mark
    assert newsroom.record("b.md", article(SECOND, A)).relation is Relation.OWN
    assert newsroom.titles() == [SECOND]


def test_when_the_owner_breaks_the_other_file_takes_over(newsroom: Newsroom) -> None:
    newsroom.record("a.md", article(url=A))
    newsroom.record("b.md", article(url=A))
    newsroom.record("a.md", "is cut off")
    assert newsroom.record("b.md", article(SECOND, A)).relation is Relation.OWN
    assert newsroom.titles() == [SECOND]


def test_a_renamed_file_is_the_same_article_and_posts_nothing(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    assert newsroom.number("b.md", article(url=A)) == one
    for _ in range(2):
        recorder.record_missing(newsroom.db, ["a.md"])
    assert newsroom.stored(one).path == "b.md"
    assert newsroom.deliver() == []


# --- a file that changes its story ------------------------------------------------------------------------------------


def test_a_file_that_moves_its_story_keeps_the_article_and_the_old_address_leads_to_it(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    moved = newsroom.record("a.md", article(FIRST.upper() + "!", B))
    assert (moved.relation, moved.article) == (Relation.MOVED, one)
    assert newsroom.stored(one).article.identity == article(url=B).identity
    assert (
        newsroom.record(
            "b.md", article("Who still tells it at the old place", A)
        ).article
        == one
    )
    assert newsroom.deliver() == []


def test_a_second_file_that_moves_the_story_leads_there_too(newsroom: Newsroom) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.record("b.md", article(url=A))
    assert newsroom.record("b.md", article(url=B)).relation is Relation.OTHER
    assert (
        newsroom.record("c.md", article("At the second file's new address", B)).article
        == one
    )
    assert newsroom.stored(one).article.url == A


def test_a_file_rewritten_with_a_new_title_at_a_new_address_is_another_article(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    other = newsroom.record("a.md", article(SECOND, B))
    assert other.relation is Relation.NEW
    assert other.article != one
    assert newsroom.stored(one).path == ""
    assert sorted(title for _, title in newsroom.deliver()) == sorted([FIRST, SECOND])


def test_a_file_rewritten_to_tell_another_files_story_leaves_both_stories_alone(
    newsroom: Newsroom,
) -> None:
    one, other = (
        newsroom.number("latest.md", article(url=A)),
        newsroom.number("b.md", article(SECOND, B)),
    )
    newsroom.deliver()
    told = newsroom.record("latest.md", article(SECOND, B))
    assert (told.relation, told.article) == (Relation.OTHER, other)
    assert newsroom.stored(one).article.title == FIRST
    assert sorted(newsroom.titles()) == sorted([FIRST, SECOND])
    newsroom.later(hours=1)
    assert newsroom.deliver() == []
    assert newsroom.revise() == []


def test_a_file_that_flips_fourteen_times_between_two_copies_is_one_post_and_few_edits(
    newsroom: Newsroom,
) -> None:
    """The real history holds such a file; with one title it is one article all along."""
    copies = [article(url=A, provider="One"), article(url=B, provider="Two")]
    numbers = set()
    for flip in range(15):
        numbers.add(newsroom.number("a.md", copies[flip % 2]))
        newsroom.posted += newsroom.revise()
        newsroom.deliver()
        newsroom.later(minutes=5)
        newsroom.posted += newsroom.revise()
    assert len(numbers) == 1
    assert (
        newsroom.posted.count(("@news", FIRST)) == 1 + 3
    )  # the post; each form is shown at most twice
    assert newsroom.states(numbers.pop()) == {"@news": "sent"}


def test_a_file_that_flips_fourteen_times_between_two_titles_posts_each_once(
    newsroom: Newsroom,
) -> None:
    copies = [article(FIRST, A), article(SECOND, B)]
    for flip in range(15):
        newsroom.record("a.md", copies[flip % 2])
        newsroom.deliver()
        newsroom.later(minutes=5)
        assert newsroom.revise() == []
    assert newsroom.posted == [("@news", FIRST), ("@news", SECOND)]


# --- two articles that turn out to be one -----------------------------------------------------------------------------


def two_posted(newsroom: Newsroom) -> tuple[int, int]:
    one, other = (
        newsroom.number("a.md", article(url=A)),
        newsroom.number("b.md", article(SECOND, B)),
    )
    newsroom.deliver()
    return one, other


@pytest.mark.parametrize("path", ["a.md", "b.md"])
def test_two_articles_that_become_one_post_nothing(
    newsroom: Newsroom, path: str
) -> None:
    one, other = two_posted(newsroom)
    told = article(FIRST, B) if path == "a.md" else article(SECOND, A)
    merged = newsroom.record(path, told)
    assert (merged.relation, merged.article) == (Relation.MERGED, one)
    assert len(newsroom.titles()) == 1
    assert newsroom.stored(other).copy_of == one
    assert articles.at_address(newsroom.db, A) == one
    assert articles.at_address(newsroom.db, B) == one
    assert newsroom.deliver() == []


def test_a_merged_article_can_take_any_of_its_addresses_afterwards(
    newsroom: Newsroom,
) -> None:
    one, _ = two_posted(newsroom)
    recorder.record_missing(newsroom.db, ["b.md"])
    recorder.record_missing(newsroom.db, ["b.md"])
    for url in (B, A, C, B, A):
        assert newsroom.number("a.md", article(url=url)) == one
        assert newsroom.stored(one).article.url == url
    assert newsroom.deliver() == []


def test_a_merged_article_is_no_copy_an_editor_could_post(newsroom: Newsroom) -> None:
    _, other = two_posted(newsroom)
    newsroom.record("a.md", article(FIRST, B))
    assert article_lists.apart(newsroom.db) == ([], [])
    assert articles.successor(newsroom.db, other) == 1


def test_a_merge_leaves_every_chat_with_the_posts_it_has_and_asks_for_none_again(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@law", names=("law",))
    one = newsroom.number("a.md", article(url=A))
    other = newsroom.number("b.md", article(SECOND, B, topics=("law",)))
    newsroom.deliver()
    assert newsroom.states(other) == {"@news": "sent", "@law": "sent"}
    recorder.record_missing(newsroom.db, ["b.md"])
    recorder.record_missing(newsroom.db, ["b.md"])
    newsroom.record(
        "a.md", article(FIRST, B, topics=("law",))
    )  # now @law admits it too, but had it as the other
    assert newsroom.states(one) == {"@news": "sent", "@law": "sent"}
    assert newsroom.deliver() == []
    newsroom.later(hours=1)
    assert sorted(newsroom.revise()) == [("@law", FIRST), ("@news", FIRST)]


def test_a_merge_before_the_second_went_out_lets_only_the_first_stand(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    other = newsroom.number("b.md", article(SECOND, B))
    newsroom.record("a.md", article(FIRST, B))
    assert newsroom.states(other) == {"@news": "skipped"}
    assert newsroom.states(one) == {"@news": "sent"}
    assert newsroom.deliver() == []


def test_a_merge_before_the_first_went_out_lets_only_the_second_stand(
    newsroom: Newsroom,
) -> None:
    """The older waits, the newer was sent in the meantime: the story is there."""
    one, other = (
        newsroom.number("a.md", article(url=A)),
        newsroom.number("b.md", article(SECOND, B)),
    )
    (sent,) = (found for found in waiting(newsroom) if found.delivery.article == other)
    newsroom.send(sent)
    newsroom.record("a.md", article(FIRST, B))
    assert newsroom.states(one) == {"@news": "sent"}
    assert newsroom.deliver() == []


def waiting(newsroom: Newsroom) -> list[delivery_rows.Addressed]:
    """Every delivery that is due, were each article alone."""
    found = []
    while more := outbox.due(newsroom.db, newsroom.at):
        found += more
        for one in more:
            outbox.set_state(newsroom.db, one.delivery.id, outbox.State.DOUBTFUL)
    for one in found:
        outbox.set_state(newsroom.db, one.delivery.id, outbox.State.PENDING)
    return found


def test_a_merge_brings_followers_the_story_once(newsroom: Newsroom) -> None:
    newsroom.reader(7, "AI", "law")
    newsroom.reader(8, "law")
    newsroom.later(seconds=1)
    one = newsroom.number("a.md", article(url=A, topics=("AI",)))
    newsroom.deliver()
    newsroom.record("b.md", article(SECOND, B, topics=("law",)))
    newsroom.record("a.md", article(FIRST, B, topics=("AI",)))
    newsroom.deliver()
    assert (
        newsroom.posted.count(("R7", FIRST)) + newsroom.posted.count(("R7", SECOND))
        == 1
    )
    assert newsroom.states(one)["R7"] == "sent"


def test_a_merge_goes_on_with_followers_that_were_still_to_be_planned(
    newsroom: Newsroom,
) -> None:
    """The older was a copy and brought nobody anything; the newer had only begun to."""
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    newsroom.record("first.md", article(SECOND, C))
    newsroom.deliver()
    older = newsroom.number("a.md", article(SECOND, A, topics=("AI",)))
    newsroom.record("b.md", article(FIRST, B, topics=("AI",)))
    assert newsroom.record("a.md", article(SECOND, B, topics=("AI",))).article == older
    assert sorted(newsroom.deliver()) == [("@news", SECOND), ("R7", SECOND)]


def test_a_merged_article_counts_its_editions_from_the_higher_of_the_two(
    newsroom: Newsroom,
) -> None:
    one, other = two_posted(newsroom)
    editions.republish(newsroom.db, other, newsroom.at, newsroom.rules.channels)
    newsroom.deliver()
    newsroom.record("a.md", article(FIRST, B))
    assert editions.republish(
        newsroom.db, one, newsroom.at, newsroom.rules.channels
    ) == editions.Republished(3, (newsroom.rules.channels[0].chat,))


# --- the same story twice ---------------------------------------------------------------------------------------------


def test_an_equal_title_within_thirty_days_is_a_copy_recorded_and_not_posted(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A, published=AT - timedelta(days=29)))
    copy = newsroom.record(
        "b.md", article("«Thirty organisations» unite, against FACIAL recognition!", B)
    )
    assert copy.relation is Relation.COPY
    assert newsroom.stored(copy.article).copy_of == one
    assert [title for _, title in newsroom.deliver()] == [FIRST]
    assert newsroom.titles() == [FIRST]
    assert [
        (later.id, first.id) for later, first in article_lists.apart(newsroom.db)[1]
    ] == [(copy.article, one)]


def test_an_equal_title_after_thirty_days_is_news(newsroom: Newsroom) -> None:
    newsroom.record("a.md", article(url=A, published=AT - timedelta(days=31)))
    assert newsroom.record("b.md", article(FIRST, B)).relation is Relation.NEW


def test_a_short_title_is_too_common_to_tell_a_story_by(newsroom: Newsroom) -> None:
    newsroom.record("a.md", article("Morning briefing for Monday", A))
    assert (
        newsroom.record("b.md", article("Morning briefing for Monday", B)).relation
        is Relation.NEW
    )


def test_the_search_for_copies_can_be_turned_off(newsroom: Newsroom) -> None:
    newsroom.rules = replace(newsroom.rules, same_title=timedelta(0))
    newsroom.record("a.md", article(url=A))
    assert newsroom.record("b.md", article(url=B)).relation is Relation.NEW


def test_the_third_of_a_title_is_a_copy_of_the_first_and_not_of_the_second(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.record("b.md", article(url=B))
    assert (
        newsroom.stored(newsroom.record("c.md", article(url=C)).article).copy_of == one
    )


def test_a_withdrawn_story_does_not_make_its_retelling_a_copy(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A, removed=True))
    assert newsroom.record("b.md", article(url=B)).relation is Relation.NEW


def test_copies_of_two_merged_articles_are_copies_of_the_one_that_is_kept(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.record("b.md", article(SECOND, B))
    copy = newsroom.number("c.md", article(SECOND, C))
    newsroom.record("a.md", article(FIRST, B))
    assert newsroom.stored(copy).copy_of == one


def test_two_copies_that_turn_out_to_be_one_stay_a_copy(newsroom: Newsroom) -> None:
    one = newsroom.number("a.md", article(url=A))
    copies = [
        newsroom.number("b.md", article(url=B)),
        newsroom.number("c.md", article(url=C)),
    ]
    assert newsroom.record("c.md", article(url=B)).relation is Relation.MERGED
    assert {newsroom.stored(copies[0]).copy_of} == {one}
    assert articles.successor(newsroom.db, copies[1]) == copies[0]
    assert newsroom.deliver() == [("@news", FIRST)]


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_readers_see_edits_every_post_once_changes_are_gathered(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(7, "AI")
    newsroom.record("a.md", article(url=A, topics=("AI",)))
    newsroom.deliver()
    newsroom.later(seconds=1)
    assert newsroom.record("a.md", article(SECOND, A, topics=("AI",))).changed
    assert newsroom.revise() == []
    newsroom.later(seconds=60)
    assert sorted(newsroom.revise()) == [("@news", SECOND), ("R7", SECOND)]
    assert newsroom.revise() == []


@pytest.mark.parametrize("change", [{"heat": 9}, {"kind": "video"}, {"quality": 99}])
def test_a_change_nobody_sees_edits_nothing(
    newsroom: Newsroom, change: dict[str, int]
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    assert newsroom.record("a.md", article(url=A, **change)).changed is False
    newsroom.later(hours=1)
    assert newsroom.revise() == []
    assert newsroom.deliver() == []
    assert newsroom.stored(one).article == article(url=A, **change)


def test_a_change_that_is_taken_back_before_the_edit_edits_nothing(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A))
    newsroom.deliver()
    newsroom.record("a.md", article(SECOND, A))
    newsroom.record("a.md", article(FIRST, A))
    newsroom.later(hours=1)
    assert newsroom.revise() == []


def test_a_post_that_waits_goes_out_as_the_article_is_then(newsroom: Newsroom) -> None:
    newsroom.record("a.md", article(url=A))
    newsroom.record("a.md", article(SECOND, A))
    assert newsroom.deliver() == [("@news", SECOND)]
    newsroom.later(hours=1)
    assert newsroom.revise() == []


def test_a_change_while_the_post_is_on_its_way_edits_it_afterwards(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A))
    sending(newsroom)
    newsroom.record("a.md", article(SECOND, A))
    land(newsroom)
    newsroom.later(minutes=2)
    assert newsroom.revise() == [("@news", SECOND)]


def sending(newsroom: Newsroom) -> None:
    (one,) = outbox.due(newsroom.db, newsroom.at)
    stored = newsroom.stored(one.delivery.article)
    outbox.begin(
        newsroom.db,
        {one.delivery.id: ({"text": stored.article.title}, stored.fingerprint)},
        newsroom.at,
    )


def land(newsroom: Newsroom, outcome: outbox.Settlement | None = None) -> None:
    found = outbox.rows(newsroom.db, "SELECT * FROM deliveries WHERE state = 'sending'")
    settled = outcome or outbox.Settlement(state=outbox.State.SENT, message=55)
    outbox.settle(
        newsroom.db,
        [(delivery_rows.delivery_of(one), settled) for one in found],
        newsroom.at,
    )


def test_quality_that_rises_lets_the_article_into_the_channels_it_was_too_poor_for(
    newsroom: Newsroom,
) -> None:
    newsroom.open_channel("@best", quality=50)
    newsroom.record("a.md", article(url=A, quality=10))
    assert newsroom.deliver() == [("@news", FIRST)]
    newsroom.record("a.md", article(url=A, quality=60))
    assert newsroom.deliver() == [("@best", FIRST)]
    newsroom.record("a.md", article(url=A, quality=20))
    newsroom.record("a.md", article(url=A, quality=60))
    assert newsroom.deliver() == []


def test_a_topic_added_brings_the_article_to_who_followed_it_when_it_was_recorded(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(7, "law")
    newsroom.later(seconds=1)
    newsroom.record("a.md", article(url=A, topics=("AI",)))
    newsroom.later(seconds=1)
    newsroom.reader(8, "law")
    newsroom.record("a.md", article(url=A, topics=("AI", "Law")))
    assert [chat for chat, _ in newsroom.deliver()] == ["@news", "R7"]


def test_a_channel_that_began_later_is_not_given_old_articles_that_change(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A, quality=1))
    newsroom.deliver()
    newsroom.later(hours=1)
    newsroom.open_channel("@young")
    newsroom.record("a.md", article(SECOND, A, quality=2))
    assert newsroom.deliver() == []


def both_posted(newsroom: Newsroom) -> tuple[int, int]:
    """Two articles that were both posted, and turn out to be one; the second's channel had none of the first."""
    newsroom.open_channel("@best", quality=5)
    newsroom.later(seconds=1)
    one = newsroom.number("a.md", article(url=A))
    two = newsroom.number(
        "b.md", article(SECOND, B, quality=9, excerpt="In other words.")
    )
    newsroom.deliver()
    newsroom.record("a.md", article(SECOND, A))
    assert newsroom.record("a.md", article(SECOND, B)).relation is Relation.MERGED
    return one, two


def test_posts_that_pass_to_another_article_show_it(newsroom: Newsroom) -> None:
    one, two = both_posted(newsroom)
    newsroom.later(minutes=2)
    assert ("@best", SECOND) in newsroom.revise()
    assert newsroom.states(one) == {"@news": "sent", "@best": "sent"}
    assert newsroom.states(two) == {"@news": "sent"}


def test_a_withdrawal_takes_the_second_post_of_a_story_back_too(
    newsroom: Newsroom,
) -> None:
    one, two = both_posted(newsroom)
    newsroom.later(minutes=2)
    newsroom.revise()
    told = article(SECOND, B, quality=9)
    newsroom.record("b.md", replace(told, removed=True))
    newsroom.record("a.md", replace(told, removed=True))
    assert sorted(newsroom.revise()) == [("@best", ""), ("@news", ""), ("@news", "")]
    newsroom.record("a.md", told)
    newsroom.record("b.md", told)
    newsroom.later(minutes=2)
    assert newsroom.deliver() == newsroom.revise() == []
    assert set((newsroom.states(one) | newsroom.states(two)).values()) == {"withdrawn"}


# --- age --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def young(newsroom: Newsroom) -> Newsroom:
    newsroom.rules = replace(newsroom.rules, max_age=timedelta(days=2))
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    return newsroom


def test_an_article_of_too_great_an_age_is_recorded_and_skipped(
    young: Newsroom,
) -> None:
    one = young.number(
        "a.md", article(url=A, topics=("AI",), published=young.at - timedelta(days=3))
    )
    assert young.deliver() == []
    assert young.states(one) == {"@news": "skipped"}
    young.record(
        "b.md",
        article(SECOND, B, topics=("AI",), published=young.at - timedelta(days=1)),
    )
    assert young.deliver() == [("@news", SECOND), ("R7", SECOND)]
    assert young.titles() == [SECOND, FIRST]


def test_an_article_without_a_date_is_as_old_as_its_recording(young: Newsroom) -> None:
    young.record("a.md", article(url=A, topics=("AI",)))
    assert len(young.deliver()) == 2


def test_a_publication_that_is_too_late_is_skipped(young: Newsroom) -> None:
    """What its source publishes after all, but too late, is skipped; an editor may still post it."""
    young.rules = replace(young.rules, hold=True)
    told = article(url=A, topics=("AI",), unpublished=True, published=young.at)
    other = article(SECOND, B, topics=("AI",), unpublished=True, published=young.at)
    one, two = young.number("a.md", told), young.number("b.md", other)
    young.later(days=3)
    young.record("a.md", replace(told, unpublished=False))
    assert young.deliver() == []
    assert young.states(one) == {"@news": "skipped"}
    opening.release(young.db, two, young.rules.channels, young.at)
    assert young.deliver() == [("@news", SECOND), ("R7", SECOND)]


def test_an_old_article_that_gains_a_topic_is_still_not_posted(young: Newsroom) -> None:
    young.open_channel("@vision", names=("computer vision",))
    young.later(seconds=1)
    told = article(url=A, published=young.at - timedelta(days=3))
    one = young.number("a.md", told)
    young.record("a.md", replace(told, topics=("CV",)))
    assert young.deliver() == []
    assert young.states(one) == {"@news": "skipped", "@vision": "skipped"}


# --- withdrawal -------------------------------------------------------------------------------------------------------


def test_a_withdrawn_article_takes_its_posts_back_and_cancels_what_waits(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A, topics=("AI",)))
    newsroom.deliver()
    newsroom.open_channel("@more")
    outbox.open_(
        newsroom.db,
        one,
        [newsroom.rules.channels[-1].chat],
        lane=outbox.Lane.CHANNEL,
        edition=1,
        rank=AT,
        at=newsroom.at,
    )
    newsroom.record("a.md", article(url=A, topics=("AI",), removed=True))
    assert newsroom.deliver() == []
    assert newsroom.revise() == [("@news", "")]
    assert set(newsroom.states(one).values()) == {"withdrawn"}
    assert newsroom.titles() == []


def test_an_article_that_comes_withdrawn_is_never_posted_until_it_is_back(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    newsroom.record("a.md", article(url=A, topics=("AI",), removed=True))
    assert newsroom.deliver() == []
    newsroom.record("a.md", article(url=A, topics=("AI",)))
    assert newsroom.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_an_article_that_is_back_before_its_posts_were_taken_keeps_them(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    newsroom.record("a.md", article(url=A, removed=True))
    newsroom.record("a.md", article(SECOND, A))
    newsroom.later(hours=1)
    assert newsroom.revise() == [("@news", SECOND)]
    assert newsroom.states(one) == {"@news": "sent"}


def test_what_changed_as_it_was_withdrawn_is_shown_when_it_is_back(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A))
    newsroom.deliver()
    newsroom.record("a.md", article(SECOND, A, removed=True))
    newsroom.record("a.md", article(SECOND, A))
    newsroom.later(hours=1)
    assert newsroom.revise() == [("@news", SECOND)]


def test_followers_not_yet_planned_when_it_was_withdrawn_are_planned_when_it_is_back(
    newsroom: Newsroom,
) -> None:
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    newsroom.record("a.md", article(url=A, topics=("AI",)))
    newsroom.record("a.md", article(url=A, topics=("AI",), removed=True))
    assert newsroom.deliver() == []
    newsroom.record("a.md", article(url=A, topics=("AI",)))
    assert newsroom.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_a_post_on_its_way_when_its_article_is_withdrawn_is_taken_back_once_it_is_there(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A))
    sending(newsroom)
    newsroom.record("a.md", article(url=A, removed=True))
    land(newsroom)
    assert newsroom.revise() == [("@news", "")]


def test_a_post_that_did_not_get_through_is_not_tried_again_once_its_article_is_withdrawn(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    sending(newsroom)
    newsroom.record("a.md", article(url=A, removed=True))
    land(
        newsroom, outbox.Settlement(state=outbox.State.PENDING, not_before=newsroom.at)
    )
    assert newsroom.states(one) == {"@news": "withdrawn"}
    assert newsroom.deliver() == []


@pytest.mark.parametrize("before", [True, False])
def test_a_readers_post_in_doubt_is_not_sent_again_once_its_article_is_withdrawn(
    newsroom: Newsroom, before: bool
) -> None:
    newsroom.reader(7, "law")
    newsroom.later(seconds=1)
    one = newsroom.number("a.md", article(url=A, topics=("law",)))
    newsroom.deliver(Unknown("the line was cut"))
    if before:
        newsroom.record("a.md", article(url=A, topics=("law",), removed=True))
    (doubtful,) = outbox.rows(newsroom.db, "SELECT id FROM deliveries WHERE lane <> 0")
    outbox.set_state(newsroom.db, doubtful["id"], outbox.State.PENDING)
    if not before:
        newsroom.record("a.md", article(url=A, topics=("law",), removed=True))
    assert newsroom.states(one)["R7"] == "withdrawn"
    newsroom.later(hours=1)
    assert newsroom.deliver() == []


def test_what_was_due_and_is_withdrawn_before_it_begins_does_not_begin(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A))
    (one,) = outbox.due(newsroom.db, newsroom.at)
    newsroom.record("a.md", article(url=A, removed=True))
    assert (
        outbox.begin(newsroom.db, {one.delivery.id: ({}, "form")}, newsroom.at) == set()
    )


# --- articles that wait for an editor ---------------------------------------------------------------------------------


@pytest.fixture
def holding(newsroom: Newsroom) -> Newsroom:
    newsroom.rules = replace(newsroom.rules, hold=True)
    newsroom.reader(7, "AI")
    newsroom.later(seconds=1)
    return newsroom


def unpublished(url: str = A, **more: object) -> Article:
    return article(url=url, topics=("AI",), unpublished=True, **more)


def test_an_unpublished_article_is_posted_unless_it_is_to_be_held(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", unpublished())
    assert newsroom.deliver() == [("@news", FIRST)]


def test_a_held_article_is_invisible_until_it_is_released(holding: Newsroom) -> None:
    one = holding.number("a.md", unpublished())
    assert holding.states(one) == {"@news": "held"}
    assert holding.deliver() == []
    assert holding.titles() == []
    assert [held.id for held in article_lists.apart(holding.db)[0]] == [one]
    assert opening.release(holding.db, one, holding.rules.channels, holding.at)
    assert holding.deliver() == [("@news", FIRST), ("R7", FIRST)]
    assert not opening.release(holding.db, one, holding.rules.channels, holding.at)


def test_the_source_itself_releases_what_it_publishes_after_all(
    holding: Newsroom,
) -> None:
    holding.record("a.md", unpublished())
    holding.record("a.md", article(url=A, topics=("AI",)))
    assert holding.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_a_held_article_that_was_withdrawn_and_is_back_still_waits(
    holding: Newsroom,
) -> None:
    one = holding.number("a.md", unpublished())
    holding.record("a.md", unpublished(removed=True))
    assert not opening.release(holding.db, one, holding.rules.channels, holding.at)
    holding.record("a.md", unpublished())
    assert holding.states(one) == {"@news": "held"}
    assert holding.deliver() == []


def test_a_held_copy_that_is_released_is_still_a_copy(holding: Newsroom) -> None:
    holding.record("a.md", article(url=A))
    holding.deliver()
    copy = holding.number("b.md", unpublished(B))
    assert article_lists.apart(holding.db)[0] == []
    assert opening.release(holding.db, copy, holding.rules.channels, holding.at)
    assert holding.deliver() == []


# --- files that are gone ----------------------------------------------------------------------------------------------


def test_a_file_missing_twice_is_forgotten_and_its_article_stays_as_it_is(
    newsroom: Newsroom,
) -> None:
    one = newsroom.number("a.md", article(url=A))
    newsroom.deliver()
    assert recorder.record_missing(newsroom.db, ["a.md"]) == []
    assert recorder.record_missing(newsroom.db, ["a.md"]) == [one]
    assert files.known(newsroom.db) == []
    assert newsroom.titles() == [FIRST]
    assert newsroom.record("a.md", article(url=A)).relation is Relation.OWN
    assert newsroom.deliver() == []


def test_a_file_that_was_missing_and_is_back_is_read_again_and_counts_as_never_gone(
    newsroom: Newsroom,
) -> None:
    newsroom.record("a.md", article(url=A))
    mark = files.some(newsroom.db, ["a.md"])["a.md"]
    recorder.record_missing(newsroom.db, ["a.md"])
    assert files.some(newsroom.db, ["a.md"])["a.md"] != mark
    assert files.some(newsroom.db, ["a.md"])["a.md"] != mark
    newsroom.record("a.md", article(url=A))
    assert recorder.record_missing(newsroom.db, ["a.md"]) == []


# --- a channel's start ------------------------------------------------------------------------------------------------


def some(newsroom: Newsroom, count: int) -> None:
    for day in range(count):
        published = AT - timedelta(days=count - day)
        told = article(
            f"Story {day}",
            f"https://one.example/{day}",
            published=published,
            quality=day,
        )
        newsroom.record(f"{day}.md", told)


def test_a_channel_starts_with_the_newest_and_the_rest_is_skipped_for_ever(
    tmp_path: Path,
) -> None:
    newsroom = open_newsroom(tmp_path / "paperboy.db")
    newsroom.open_channel("@news", begun=False)
    some(newsroom, 5)
    assert newsroom.begin(2) == 2
    assert [title for _, title in newsroom.deliver()] == ["Story 3", "Story 4"]
    assert newsroom.begin(2) == 0
    newsroom.later(days=1)
    newsroom.record(
        "0.md", article("Story 0 told anew", "https://one.example/0", quality=99)
    )
    assert newsroom.deliver() == []


@pytest.mark.parametrize(("newest", "titles"), [(0, 0), (3, 3), (9, 5), (None, 5)])
def test_a_start_is_as_long_as_the_setting_says(
    newsroom: Newsroom, newest: int | None, titles: int
) -> None:
    some(newsroom, 5)
    newsroom.deliver()
    newsroom.later(hours=1)
    newsroom.open_channel("@young", begun=False)
    assert newsroom.begin(newest) == titles
    assert len(newsroom.deliver()) == titles


def test_each_channel_has_a_start_of_its_own_by_its_own_filters(
    newsroom: Newsroom,
) -> None:
    some(newsroom, 5)
    newsroom.deliver()
    newsroom.open_channel("@best", begun=False, quality=2)
    newsroom.begin(2)
    assert newsroom.deliver() == [("@best", "Story 3"), ("@best", "Story 4")]


def test_copies_and_withdrawn_articles_start_no_channel_and_held_ones_wait(
    newsroom: Newsroom,
) -> None:
    newsroom.rules = replace(newsroom.rules, hold=True)
    newsroom.record("a.md", article(url=A))
    newsroom.record("b.md", article(url=B))
    newsroom.record("c.md", article(SECOND, C, removed=True))
    held = newsroom.number(
        "d.md", article("Held", "https://one.example/d", unpublished=True)
    )
    newsroom.deliver()
    newsroom.open_channel("@young", begun=False)
    newsroom.begin(None)
    assert newsroom.deliver() == [("@young", FIRST)]
    assert "@young" not in newsroom.states(held)
    opening.release(newsroom.db, held, newsroom.rules.channels, newsroom.at)
    assert sorted(newsroom.deliver()) == [("@news", "Held"), ("@young", "Held")]


# --- whatever happens -------------------------------------------------------------------------------------------------

TITLES = (FIRST, SECOND, "Short one")
told = st.builds(
    lambda title, url, other, removed, unpublished, quality: article(
        title,
        url,
        aliases=(other,) if other else (),
        removed=removed,
        unpublished=unpublished,
        quality=quality,
    ),
    st.sampled_from(TITLES),
    st.sampled_from((A, B, C)),
    st.sampled_from(("", A, B, C)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2),
)
step = st.one_of(
    st.tuples(st.just("record"), st.sampled_from(("a.md", "b.md", "c.md")), told),
    st.tuples(st.just("miss"), st.sampled_from(("a.md", "b.md", "c.md")), st.none()),
    st.tuples(st.just("deliver"), st.just(""), st.none()),
    st.tuples(st.just("release"), st.just(""), st.none()),
)


@examples(75)
@given(steps=st.lists(step, max_size=14), hold=st.booleans())
def test_no_history_of_a_folder_breaks_the_store_or_posts_an_article_twice(
    steps: list[tuple[str, str, Article]], hold: bool
) -> None:
    newsroom = open_newsroom()
    newsroom.rules = replace(newsroom.rules, hold=hold)
    newsroom.open_channel("@news")
    newsroom.open_channel("@best", quality=1)
    known: set[str] = set()
    for what, path, told in steps:
        newsroom.later(seconds=90)
        if what == "record":
            newsroom.record(path, told)
            known.add(path)
        elif what == "miss" and path in known:
            recorder.record_missing(newsroom.db, [path])
        elif what == "release":
            for held in article_lists.apart(newsroom.db)[0]:
                opening.release(
                    newsroom.db, held.id, newsroom.rules.channels, newsroom.at
                )
        else:
            newsroom.deliver()
            newsroom.revise()
    newsroom.sound()
    newsroom.deliver()
    newsroom.later(minutes=2)
    newsroom.revise()
    for chat in ("@news", "@best"):
        titles = [title for where, title in newsroom.posted if where == chat]
        assert len(titles) <= number(newsroom.db, "SELECT count(*) FROM articles")
    seen = number(
        newsroom.db,
        "SELECT count(*) FROM deliveries GROUP BY article, chat ORDER BY 1 DESC LIMIT 1",
    )
    assert seen <= 1
    living = "SELECT count(*) FROM deliveries d JOIN articles a ON a.id = d.article WHERE a.withdrawn AND d.state = ?"
    assert number(newsroom.db, living, ("sent",)) == 0
    assert number(newsroom.db, living, ("pending",)) == 0
    newsroom.db.close()


@pytest.mark.parametrize("known", [False, True])
def test_what_is_recorded_with_channels_read_before_their_start_is_posted(
    newsroom: Newsroom, known: bool
) -> None:
    """A scan reads the channels once; they may begin before it records what it found."""
    newsroom.open_channel("@late", begun=False)
    if known:
        newsroom.record("a.md", article(url=A, topics=("robots",)))
    rules = newsroom.rules
    newsroom.begin(0)
    newsroom.rules = rules
    newsroom.later(seconds=1)
    newsroom.record("b.md", article(SECOND, B))
    assert ("@late", SECOND) in newsroom.deliver()
