"""Recording files: one article for one story, whatever its files do, and every post once (design §5)."""

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
from bot.domain.delivery import Unknown
from bot.domain.identity import Verdict
from bot.ingest import recorder
from bot.planning import opening
from bot.publish import editions
from bot.store import articles, files, follows, outbox
from bot.store.database import number
from tests.support.examples import examples
from tests.support.newsroom import AT, FIRST, SECOND, Newsroom, article, newsroom

A, B, C = "https://one.example/story", "https://two.example/story", "https://three.example/story"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Newsroom]:
    room = newsroom(tmp_path / "paperboy.db")
    room.open_channel("@news")
    room.later(minutes=1)
    yield room
    room.sound()
    room.db.close()


# --- a new story ------------------------------------------------------------------------------------------------------


def test_a_new_article_goes_to_the_channels_that_admit_it_and_to_who_follows_its_topics(desk: Newsroom) -> None:
    desk.open_channel("@vision", names=("computer vision",))
    desk.open_channel("@sports", names=("sports",))
    desk.open_channel("@best", quality=50)
    desk.reader(7, "AI")
    desk.reader(8, "sports")
    desk.later(seconds=1)
    recorded = desk.tell("a.md", article(url=A, topics=("CV",), quality=49))
    assert (recorded.verdict, recorded.changed) == (Verdict.NEW, True)
    assert desk.deliver() == [("@news", FIRST), ("@vision", FIRST), ("R7", FIRST)]  # AI is implied by the taxonomy
    assert desk.deliver() == []


def test_topics_are_written_in_the_taxonomys_spelling_each_once(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A, topics=("cv", "Computer Vision", "robots")))
    assert desk.stored(one).article.topics == ("Computer Vision", "robots")
    assert follows.keys_of(desk.db, one) == {"computer vision", "robots", "ai"}


def test_an_article_comes_back_from_the_store_as_it_was_told(desk: Newsroom) -> None:
    told = article(
        url=A, aliases=("https://amp.one.example/story", B), excerpt="Two\n\nparagraphs <b>", provider="Org",
        published=AT - timedelta(days=3), topics=("AI", "robots"), image="https://one.example/i.png",
        quality=80, heat=-3, kind="video", unpublished=True,
    )  # fmt: skip
    found = desk.stored(desk.number("a.md", told))
    assert found.article == replace(told, aliases=tuple(sorted(one for one in told.aliases if one != told.identity)))
    assert found.fingerprint == told.fingerprint
    assert found.path == "a.md"


def test_a_batch_is_recorded_oldest_story_first(desk: Newsroom) -> None:
    read = [
        desk.read("z.md", article("Three", C)),
        desk.read("y.md", article("Two", B, published=AT - timedelta(days=1))),
        desk.read("x.md", article("One", A, published=AT - timedelta(days=2))),
    ]
    recorder.record(desk.db, read, desk.rules, desk.at)
    assert [title for _, title in desk.deliver()] == ["One", "Two", "Three"]


def test_a_batch_is_recorded_whole_or_not_at_all(desk: Newsroom) -> None:
    broken = replace(article("Two", B), title=None)
    with pytest.raises(Exception, match=r"NOT NULL|NoneType|argument"):
        recorder.record(desk.db, [desk.read("a.md", article(url=A)), desk.read("b.md", broken)], desk.rules, desk.at)
    assert number(desk.db, "SELECT count(*) FROM articles") == 0
    assert number(desk.db, "SELECT count(*) FROM deliveries") == 0
    assert not desk.db.conn.in_transaction


def test_a_story_dated_tomorrow_is_as_old_as_its_recording(desk: Newsroom) -> None:
    desk.rules = replace(desk.rules, future=Future.POST)
    desk.tell("a.md", article("Tomorrow", A, published=desk.at + timedelta(days=300)))
    desk.later(hours=1)
    desk.tell("b.md", article("Now", B, published=desk.at))
    assert desk.titles() == ["Now", "Tomorrow"]


# --- rejected files ---------------------------------------------------------------------------------------------------


def test_a_rejected_file_is_news_once_for_each_reason(desk: Newsroom) -> None:
    assert desk.tell("a.md", "has no title").reason == "has no title"
    assert desk.tell("a.md", "has no title").reason == ""
    assert desk.tell("a.md", "has no address").reason == "has no address"
    assert [(one.path, one.reason) for one in files.rejected(desk.db)] == [("a.md", "has no address")]


def test_a_file_that_breaks_keeps_its_article_and_is_that_article_again_when_mended(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.tell("a.md", "is cut off")
    assert desk.titles() == [FIRST]
    again = desk.tell("a.md", article("Another title for the very same story", A))
    assert (again.verdict, again.article, again.changed) == (Verdict.OWN, one, True)
    assert files.count_rejected(desk.db) == 0


# --- one identity, several files --------------------------------------------------------------------------------------


def test_a_second_file_of_an_article_is_recorded_and_not_shown(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    other = desk.tell("b.md", article("Another headline for it", A.replace("https", "http") + "/?utm_source=x"))
    assert (other.verdict, other.article, other.changed) == (Verdict.OTHER, one, False)
    assert desk.titles() == [FIRST]
    assert files.of_article(desk.db, one) == ["a.md", "b.md"]


def test_what_only_the_second_file_knows_of_addresses_leads_to_the_article_too(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.tell("b.md", article(url=A, aliases=(B,)))
    third = desk.tell("c.md", article("Told under its second address", B))
    assert (third.verdict, third.article) == (Verdict.OTHER, one)


def test_an_address_added_to_a_file_that_is_otherwise_the_same_leads_to_its_article(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    assert desk.tell("a.md", article(url=A, aliases=(B,))).changed is False
    assert desk.tell("b.md", article("The same at the other address", B)).article == one


def test_when_the_owner_is_gone_the_next_living_file_owns_the_article_and_is_read_again(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.tell("b.md", article(SECOND, A))
    mark = files.some(desk.db, ["b.md"])["b.md"]
    for _ in range(2):
        recorder.miss(desk.db, ["a.md"])
    assert desk.stored(one).path == "b.md"
    assert files.some(desk.db, ["b.md"])["b.md"] != mark
    assert desk.tell("b.md", article(SECOND, A)).verdict is Verdict.OWN
    assert desk.titles() == [SECOND]


def test_when_the_owner_breaks_the_other_file_takes_over(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    desk.tell("b.md", article(url=A))
    desk.tell("a.md", "is cut off")
    assert desk.tell("b.md", article(SECOND, A)).verdict is Verdict.OWN
    assert desk.titles() == [SECOND]


def test_a_renamed_file_is_the_same_article_and_posts_nothing(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.deliver()
    assert desk.number("b.md", article(url=A)) == one
    for _ in range(2):
        recorder.miss(desk.db, ["a.md"])
    assert desk.stored(one).path == "b.md"
    assert desk.deliver() == []


# --- a file that changes its story ------------------------------------------------------------------------------------


def test_a_file_that_moves_its_story_keeps_the_article_and_the_old_address_leads_to_it(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.deliver()
    moved = desk.tell("a.md", article(FIRST.upper() + "!", B))
    assert (moved.verdict, moved.article) == (Verdict.MOVED, one)
    assert desk.stored(one).article.identity == article(url=B).identity
    assert desk.tell("b.md", article("Who still tells it at the old place", A)).article == one
    assert desk.deliver() == []


def test_a_second_file_that_moves_the_story_leads_there_too(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.tell("b.md", article(url=A))
    assert desk.tell("b.md", article(url=B)).verdict is Verdict.OTHER
    assert desk.tell("c.md", article("At the second file's new address", B)).article == one
    assert desk.stored(one).article.url == A


def test_a_file_rewritten_with_a_new_title_at_a_new_address_is_another_article(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    other = desk.tell("a.md", article(SECOND, B))
    assert other.verdict is Verdict.NEW
    assert other.article != one
    assert desk.stored(one).path == ""
    assert sorted(title for _, title in desk.deliver()) == sorted([FIRST, SECOND])


def test_a_file_rewritten_to_tell_another_files_story_leaves_both_stories_alone(desk: Newsroom) -> None:
    one, other = desk.number("latest.md", article(url=A)), desk.number("b.md", article(SECOND, B))
    desk.deliver()
    told = desk.tell("latest.md", article(SECOND, B))
    assert (told.verdict, told.article) == (Verdict.OTHER, other)
    assert desk.stored(one).article.title == FIRST
    assert sorted(desk.titles()) == sorted([FIRST, SECOND])
    desk.later(hours=1)
    assert desk.deliver() == []
    assert desk.revise() == []


def test_a_file_that_flips_fourteen_times_between_two_copies_is_one_post_and_few_edits(desk: Newsroom) -> None:
    """The real history holds such a file; with one title it is one article all along."""
    copies = [article(url=A, provider="One"), article(url=B, provider="Two")]
    numbers = set()
    for flip in range(15):
        numbers.add(desk.number("a.md", copies[flip % 2]))
        desk.posted += desk.revise()
        desk.deliver()
        desk.later(minutes=5)
        desk.posted += desk.revise()
    assert len(numbers) == 1
    assert desk.posted.count(("@news", FIRST)) == 1 + 3  # the post; each form is shown at most twice
    assert desk.states(numbers.pop()) == {"@news": "sent"}


def test_a_file_that_flips_fourteen_times_between_two_titles_posts_each_once(desk: Newsroom) -> None:
    copies = [article(FIRST, A), article(SECOND, B)]
    for flip in range(15):
        desk.tell("a.md", copies[flip % 2])
        desk.deliver()
        desk.later(minutes=5)
        assert desk.revise() == []
    assert desk.posted == [("@news", FIRST), ("@news", SECOND)]


# --- two articles that turn out to be one -----------------------------------------------------------------------------


def two_posted(desk: Newsroom) -> tuple[int, int]:
    one, other = desk.number("a.md", article(url=A)), desk.number("b.md", article(SECOND, B))
    desk.deliver()
    return one, other


@pytest.mark.parametrize("path", ["a.md", "b.md"])
def test_two_articles_that_become_one_post_nothing(desk: Newsroom, path: str) -> None:
    one, other = two_posted(desk)
    told = article(FIRST, B) if path == "a.md" else article(SECOND, A)
    merged = desk.tell(path, told)
    assert (merged.verdict, merged.article) == (Verdict.MERGED, one)
    assert len(desk.titles()) == 1
    assert desk.stored(other).copy_of == one
    assert articles.at_address(desk.db, A) == one
    assert articles.at_address(desk.db, B) == one
    assert desk.deliver() == []


def test_a_merged_article_can_take_any_of_its_addresses_afterwards(desk: Newsroom) -> None:
    one, _ = two_posted(desk)
    recorder.miss(desk.db, ["b.md"])
    recorder.miss(desk.db, ["b.md"])
    for url in (B, A, C, B, A):
        assert desk.number("a.md", article(url=url)) == one
        assert desk.stored(one).article.url == url
    assert desk.deliver() == []


def test_a_merged_article_is_no_copy_an_editor_could_post(desk: Newsroom) -> None:
    _, other = two_posted(desk)
    desk.tell("a.md", article(FIRST, B))
    assert articles.apart(desk.db) == ([], [])
    assert articles.successor(desk.db, other) == 1


def test_a_merge_leaves_every_chat_with_the_posts_it_has_and_asks_for_none_again(desk: Newsroom) -> None:
    desk.open_channel("@law", names=("law",))
    one = desk.number("a.md", article(url=A))
    other = desk.number("b.md", article(SECOND, B, topics=("law",)))
    desk.deliver()
    assert desk.states(other) == {"@news": "sent", "@law": "sent"}
    recorder.miss(desk.db, ["b.md"])
    recorder.miss(desk.db, ["b.md"])
    desk.tell("a.md", article(FIRST, B, topics=("law",)))  # now @law admits it too, but had it as the other
    assert desk.states(one) == {"@news": "sent", "@law": "sent"}
    assert desk.deliver() == []
    desk.later(hours=1)
    assert sorted(desk.revise()) == [("@law", FIRST), ("@news", FIRST)]


def test_a_merge_before_the_second_went_out_lets_only_the_first_stand(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.deliver()
    other = desk.number("b.md", article(SECOND, B))
    desk.tell("a.md", article(FIRST, B))
    assert desk.states(other) == {"@news": "skipped"}
    assert desk.states(one) == {"@news": "sent"}
    assert desk.deliver() == []


def test_a_merge_before_the_first_went_out_lets_only_the_second_stand(desk: Newsroom) -> None:
    """The older waits, the newer was sent in the meantime: the story is there."""
    one, other = desk.number("a.md", article(url=A)), desk.number("b.md", article(SECOND, B))
    (sent,) = (found for found in waiting(desk) if found.delivery.article == other)
    desk.send(sent)
    desk.tell("a.md", article(FIRST, B))
    assert desk.states(one) == {"@news": "sent"}
    assert desk.deliver() == []


def waiting(desk: Newsroom) -> list[outbox.Addressed]:
    """Every delivery that is due, were each article alone."""
    found = []
    while more := outbox.due(desk.db, desk.at):
        found += more
        for one in more:
            outbox.set_state(desk.db, one.delivery.id, outbox.State.DOUBTFUL)
    for one in found:
        outbox.set_state(desk.db, one.delivery.id, outbox.State.PENDING)
    return found


def test_a_merge_brings_followers_the_story_once(desk: Newsroom) -> None:
    desk.reader(7, "AI", "law")
    desk.reader(8, "law")
    desk.later(seconds=1)
    one = desk.number("a.md", article(url=A, topics=("AI",)))
    desk.deliver()
    desk.tell("b.md", article(SECOND, B, topics=("law",)))
    desk.tell("a.md", article(FIRST, B, topics=("AI",)))
    desk.deliver()
    assert desk.posted.count(("R7", FIRST)) + desk.posted.count(("R7", SECOND)) == 1
    assert desk.states(one)["R7"] == "sent"


def test_a_merge_goes_on_with_followers_that_were_still_to_be_planned(desk: Newsroom) -> None:
    """The older was a copy and brought nobody anything; the newer had only begun to."""
    desk.reader(7, "AI")
    desk.later(seconds=1)
    desk.tell("first.md", article(SECOND, C))
    desk.deliver()
    older = desk.number("a.md", article(SECOND, A, topics=("AI",)))
    desk.tell("b.md", article(FIRST, B, topics=("AI",)))
    assert desk.tell("a.md", article(SECOND, B, topics=("AI",))).article == older
    assert sorted(desk.deliver()) == [("@news", SECOND), ("R7", SECOND)]


def test_a_merged_article_counts_its_editions_from_the_higher_of_the_two(desk: Newsroom) -> None:
    one, other = two_posted(desk)
    editions.republish(desk.db, other, desk.at, desk.rules.channels)
    desk.deliver()
    desk.tell("a.md", article(FIRST, B))
    assert editions.republish(desk.db, one, desk.at, desk.rules.channels) == editions.Republished(
        3, (desk.rules.channels[0].chat,)
    )


# --- the same story twice ---------------------------------------------------------------------------------------------


def test_an_equal_title_within_thirty_days_is_a_copy_recorded_and_not_posted(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A, published=AT - timedelta(days=29)))
    copy = desk.tell("b.md", article("«Thirty organisations» unite, against FACIAL recognition!", B))
    assert copy.verdict is Verdict.COPY
    assert desk.stored(copy.article).copy_of == one
    assert [title for _, title in desk.deliver()] == [FIRST]
    assert desk.titles() == [FIRST]
    assert [(later.id, first.id) for later, first in articles.apart(desk.db)[1]] == [(copy.article, one)]


def test_an_equal_title_after_thirty_days_is_news(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A, published=AT - timedelta(days=31)))
    assert desk.tell("b.md", article(FIRST, B)).verdict is Verdict.NEW


def test_a_short_title_is_too_common_to_tell_a_story_by(desk: Newsroom) -> None:
    desk.tell("a.md", article("Morning briefing for Monday", A))
    assert desk.tell("b.md", article("Morning briefing for Monday", B)).verdict is Verdict.NEW


def test_the_search_for_copies_can_be_turned_off(desk: Newsroom) -> None:
    desk.rules = replace(desk.rules, same_title=timedelta(0))
    desk.tell("a.md", article(url=A))
    assert desk.tell("b.md", article(url=B)).verdict is Verdict.NEW


def test_the_third_of_a_title_is_a_copy_of_the_first_and_not_of_the_second(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.tell("b.md", article(url=B))
    assert desk.stored(desk.tell("c.md", article(url=C)).article).copy_of == one


def test_a_withdrawn_story_does_not_make_its_retelling_a_copy(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A, removed=True))
    assert desk.tell("b.md", article(url=B)).verdict is Verdict.NEW


def test_copies_of_two_merged_articles_are_copies_of_the_one_that_is_kept(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.tell("b.md", article(SECOND, B))
    copy = desk.number("c.md", article(SECOND, C))
    desk.tell("a.md", article(FIRST, B))
    assert desk.stored(copy).copy_of == one


def test_two_copies_that_turn_out_to_be_one_stay_a_copy(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    copies = [desk.number("b.md", article(url=B)), desk.number("c.md", article(url=C))]
    assert desk.tell("c.md", article(url=B)).verdict is Verdict.MERGED
    assert {desk.stored(copies[0]).copy_of} == {one}
    assert articles.successor(desk.db, copies[1]) == copies[0]
    assert desk.deliver() == [("@news", FIRST)]


# --- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_readers_see_edits_every_post_once_changes_are_gathered(desk: Newsroom) -> None:
    desk.reader(7, "AI")
    desk.tell("a.md", article(url=A, topics=("AI",)))
    desk.deliver()
    desk.later(seconds=1)
    assert desk.tell("a.md", article(SECOND, A, topics=("AI",))).changed
    assert desk.revise() == []
    desk.later(seconds=60)
    assert sorted(desk.revise()) == [("@news", SECOND), ("R7", SECOND)]
    assert desk.revise() == []


@pytest.mark.parametrize("change", [{"heat": 9}, {"kind": "video"}, {"quality": 99}])
def test_a_change_nobody_sees_edits_nothing(desk: Newsroom, change: dict[str, int]) -> None:
    one = desk.number("a.md", article(url=A))
    desk.deliver()
    assert desk.tell("a.md", article(url=A, **change)).changed is False
    desk.later(hours=1)
    assert desk.revise() == []
    assert desk.deliver() == []
    assert desk.stored(one).article == article(url=A, **change)


def test_a_change_that_is_taken_back_before_the_edit_edits_nothing(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    desk.deliver()
    desk.tell("a.md", article(SECOND, A))
    desk.tell("a.md", article(FIRST, A))
    desk.later(hours=1)
    assert desk.revise() == []


def test_a_post_that_waits_goes_out_as_the_article_is_then(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    desk.tell("a.md", article(SECOND, A))
    assert desk.deliver() == [("@news", SECOND)]
    desk.later(hours=1)
    assert desk.revise() == []


def test_a_change_while_the_post_is_on_its_way_edits_it_afterwards(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    sending(desk)
    desk.tell("a.md", article(SECOND, A))
    land(desk)
    desk.later(minutes=2)
    assert desk.revise() == [("@news", SECOND)]


def sending(desk: Newsroom) -> None:
    (one,) = outbox.due(desk.db, desk.at)
    stored = desk.stored(one.delivery.article)
    outbox.begin(desk.db, {one.delivery.id: ({"text": stored.article.title}, stored.fingerprint)}, desk.at)


def land(desk: Newsroom, outcome: outbox.Settlement | None = None) -> None:
    found = outbox.rows(desk.db, "SELECT * FROM deliveries WHERE state = 'sending'")
    settled = outcome or outbox.Settlement(state=outbox.State.SENT, message=55)
    outbox.settle(desk.db, [(outbox.delivery_of(one), settled) for one in found], desk.at)


def test_quality_that_rises_lets_the_article_into_the_channels_it_was_too_poor_for(desk: Newsroom) -> None:
    desk.open_channel("@best", quality=50)
    desk.tell("a.md", article(url=A, quality=10))
    assert desk.deliver() == [("@news", FIRST)]
    desk.tell("a.md", article(url=A, quality=60))
    assert desk.deliver() == [("@best", FIRST)]
    desk.tell("a.md", article(url=A, quality=20))
    desk.tell("a.md", article(url=A, quality=60))
    assert desk.deliver() == []


def test_a_topic_added_brings_the_article_to_who_followed_it_when_it_was_recorded(desk: Newsroom) -> None:
    desk.reader(7, "law")
    desk.later(seconds=1)
    desk.tell("a.md", article(url=A, topics=("AI",)))
    desk.later(seconds=1)
    desk.reader(8, "law")
    desk.tell("a.md", article(url=A, topics=("AI", "Law")))
    assert [chat for chat, _ in desk.deliver()] == ["@news", "R7"]


def test_a_channel_that_began_later_is_not_given_old_articles_that_change(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A, quality=1))
    desk.deliver()
    desk.later(hours=1)
    desk.open_channel("@young")
    desk.tell("a.md", article(SECOND, A, quality=2))
    assert desk.deliver() == []


def both_posted(desk: Newsroom) -> tuple[int, int]:
    """Two articles that were both posted, and turn out to be one; the second's channel had none of the first."""
    desk.open_channel("@best", quality=5)
    desk.later(seconds=1)
    one = desk.number("a.md", article(url=A))
    two = desk.number("b.md", article(SECOND, B, quality=9, excerpt="In other words."))
    desk.deliver()
    desk.tell("a.md", article(SECOND, A))
    assert desk.tell("a.md", article(SECOND, B)).verdict is Verdict.MERGED
    return one, two


def test_posts_that_pass_to_another_article_show_it(desk: Newsroom) -> None:
    one, two = both_posted(desk)
    desk.later(minutes=2)
    assert ("@best", SECOND) in desk.revise()
    assert desk.states(one) == {"@news": "sent", "@best": "sent"}
    assert desk.states(two) == {"@news": "sent"}


def test_a_withdrawal_takes_the_second_post_of_a_story_back_too(desk: Newsroom) -> None:
    one, two = both_posted(desk)
    desk.later(minutes=2)
    desk.revise()
    told = article(SECOND, B, quality=9)
    desk.tell("b.md", replace(told, removed=True))
    desk.tell("a.md", replace(told, removed=True))
    assert sorted(desk.revise()) == [("@best", ""), ("@news", ""), ("@news", "")]
    desk.tell("a.md", told)
    desk.tell("b.md", told)
    desk.later(minutes=2)
    assert desk.deliver() == desk.revise() == []
    assert set((desk.states(one) | desk.states(two)).values()) == {"withdrawn"}


# --- age --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def young(desk: Newsroom) -> Newsroom:
    desk.rules = replace(desk.rules, max_age=timedelta(days=2))
    desk.reader(7, "AI")
    desk.later(seconds=1)
    return desk


def test_an_article_of_too_great_an_age_is_recorded_and_skipped(young: Newsroom) -> None:
    one = young.number("a.md", article(url=A, topics=("AI",), published=young.at - timedelta(days=3)))
    assert young.deliver() == []
    assert young.states(one) == {"@news": "skipped"}
    young.tell("b.md", article(SECOND, B, topics=("AI",), published=young.at - timedelta(days=1)))
    assert young.deliver() == [("@news", SECOND), ("R7", SECOND)]
    assert young.titles() == [SECOND, FIRST]


def test_an_article_without_a_date_is_as_old_as_its_recording(young: Newsroom) -> None:
    young.tell("a.md", article(url=A, topics=("AI",)))
    assert len(young.deliver()) == 2


def test_what_the_source_publishes_after_all_but_too_late_is_skipped_and_an_editor_may_still_post_it(
    young: Newsroom,
) -> None:
    young.rules = replace(young.rules, hold=True)
    told = article(url=A, topics=("AI",), unpublished=True, published=young.at)
    other = article(SECOND, B, topics=("AI",), unpublished=True, published=young.at)
    one, two = young.number("a.md", told), young.number("b.md", other)
    young.later(days=3)
    young.tell("a.md", replace(told, unpublished=False))
    assert young.deliver() == []
    assert young.states(one) == {"@news": "skipped"}
    opening.release(young.db, two, young.rules, young.at)
    assert young.deliver() == [("@news", SECOND), ("R7", SECOND)]


def test_an_old_article_that_gains_a_topic_is_still_not_posted(young: Newsroom) -> None:
    young.open_channel("@vision", names=("computer vision",))
    young.later(seconds=1)
    told = article(url=A, published=young.at - timedelta(days=3))
    one = young.number("a.md", told)
    young.tell("a.md", replace(told, topics=("CV",)))
    assert young.deliver() == []
    assert young.states(one) == {"@news": "skipped", "@vision": "skipped"}


# --- withdrawal -------------------------------------------------------------------------------------------------------


def test_a_withdrawn_article_takes_its_posts_back_and_cancels_what_waits(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A, topics=("AI",)))
    desk.deliver()
    desk.open_channel("@more")
    outbox.open_(desk.db, one, [desk.rules.channels[-1].chat], lane=outbox.Lane.CHANNEL, edition=1, rank=AT, at=desk.at)
    desk.tell("a.md", article(url=A, topics=("AI",), removed=True))
    assert desk.deliver() == []
    assert desk.revise() == [("@news", "")]
    assert set(desk.states(one).values()) == {"withdrawn"}
    assert desk.titles() == []


def test_an_article_that_comes_withdrawn_is_never_posted_until_it_is_back(desk: Newsroom) -> None:
    desk.reader(7, "AI")
    desk.later(seconds=1)
    desk.tell("a.md", article(url=A, topics=("AI",), removed=True))
    assert desk.deliver() == []
    desk.tell("a.md", article(url=A, topics=("AI",)))
    assert desk.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_an_article_that_is_back_before_its_posts_were_taken_keeps_them(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.deliver()
    desk.tell("a.md", article(url=A, removed=True))
    desk.tell("a.md", article(SECOND, A))
    desk.later(hours=1)
    assert desk.revise() == [("@news", SECOND)]
    assert desk.states(one) == {"@news": "sent"}


def test_what_changed_as_it_was_withdrawn_is_shown_when_it_is_back(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    desk.deliver()
    desk.tell("a.md", article(SECOND, A, removed=True))
    desk.tell("a.md", article(SECOND, A))
    desk.later(hours=1)
    assert desk.revise() == [("@news", SECOND)]


def test_followers_not_yet_planned_when_it_was_withdrawn_are_planned_when_it_is_back(desk: Newsroom) -> None:
    desk.reader(7, "AI")
    desk.later(seconds=1)
    desk.tell("a.md", article(url=A, topics=("AI",)))
    desk.tell("a.md", article(url=A, topics=("AI",), removed=True))
    assert desk.deliver() == []
    desk.tell("a.md", article(url=A, topics=("AI",)))
    assert desk.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_a_post_on_its_way_when_its_article_is_withdrawn_is_taken_back_once_it_is_there(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    sending(desk)
    desk.tell("a.md", article(url=A, removed=True))
    land(desk)
    assert desk.revise() == [("@news", "")]


def test_a_post_that_did_not_get_through_is_not_tried_again_once_its_article_is_withdrawn(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    sending(desk)
    desk.tell("a.md", article(url=A, removed=True))
    land(desk, outbox.Settlement(state=outbox.State.PENDING, not_before=desk.at))
    assert desk.states(one) == {"@news": "withdrawn"}
    assert desk.deliver() == []


@pytest.mark.parametrize("before", [True, False])
def test_a_readers_post_in_doubt_is_not_sent_again_once_its_article_is_withdrawn(desk: Newsroom, before: bool) -> None:
    desk.reader(7, "law")
    desk.later(seconds=1)
    one = desk.number("a.md", article(url=A, topics=("law",)))
    desk.deliver(Unknown("the line was cut"))
    if before:
        desk.tell("a.md", article(url=A, topics=("law",), removed=True))
    (doubtful,) = outbox.rows(desk.db, "SELECT id FROM deliveries WHERE lane <> 0")
    outbox.set_state(desk.db, doubtful["id"], outbox.State.PENDING)
    if not before:
        desk.tell("a.md", article(url=A, topics=("law",), removed=True))
    assert desk.states(one)["R7"] == "withdrawn"
    desk.later(hours=1)
    assert desk.deliver() == []


def test_what_was_due_and_is_withdrawn_before_it_begins_does_not_begin(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    (one,) = outbox.due(desk.db, desk.at)
    desk.tell("a.md", article(url=A, removed=True))
    assert outbox.begin(desk.db, {one.delivery.id: ({}, "form")}, desk.at) == set()


# --- articles that wait for an editor ---------------------------------------------------------------------------------


@pytest.fixture
def holding(desk: Newsroom) -> Newsroom:
    desk.rules = replace(desk.rules, hold=True)
    desk.reader(7, "AI")
    desk.later(seconds=1)
    return desk


def unpublished(url: str = A, **more: object) -> Article:
    return article(url=url, topics=("AI",), unpublished=True, **more)


def test_an_unpublished_article_is_posted_unless_it_is_to_be_held(desk: Newsroom) -> None:
    desk.tell("a.md", unpublished())
    assert desk.deliver() == [("@news", FIRST)]


def test_a_held_article_is_invisible_until_it_is_released(holding: Newsroom) -> None:
    one = holding.number("a.md", unpublished())
    assert holding.states(one) == {"@news": "held"}
    assert holding.deliver() == []
    assert holding.titles() == []
    assert [held.id for held in articles.apart(holding.db)[0]] == [one]
    assert opening.release(holding.db, one, holding.rules, holding.at)
    assert holding.deliver() == [("@news", FIRST), ("R7", FIRST)]
    assert not opening.release(holding.db, one, holding.rules, holding.at)


def test_the_source_itself_releases_what_it_publishes_after_all(holding: Newsroom) -> None:
    holding.tell("a.md", unpublished())
    holding.tell("a.md", article(url=A, topics=("AI",)))
    assert holding.deliver() == [("@news", FIRST), ("R7", FIRST)]


def test_a_held_article_that_was_withdrawn_and_is_back_still_waits(holding: Newsroom) -> None:
    one = holding.number("a.md", unpublished())
    holding.tell("a.md", unpublished(removed=True))
    assert not opening.release(holding.db, one, holding.rules, holding.at)
    holding.tell("a.md", unpublished())
    assert holding.states(one) == {"@news": "held"}
    assert holding.deliver() == []


def test_a_held_copy_that_is_released_is_still_a_copy(holding: Newsroom) -> None:
    holding.tell("a.md", article(url=A))
    holding.deliver()
    copy = holding.number("b.md", unpublished(B))
    assert articles.apart(holding.db)[0] == []
    assert opening.release(holding.db, copy, holding.rules, holding.at)
    assert holding.deliver() == []


# --- files that are gone ----------------------------------------------------------------------------------------------


def test_a_file_missing_twice_is_forgotten_and_its_article_stays_as_it_is(desk: Newsroom) -> None:
    one = desk.number("a.md", article(url=A))
    desk.deliver()
    assert recorder.miss(desk.db, ["a.md"]) == []
    assert recorder.miss(desk.db, ["a.md"]) == [one]
    assert files.known(desk.db) == []
    assert desk.titles() == [FIRST]
    assert desk.tell("a.md", article(url=A)).verdict is Verdict.OWN
    assert desk.deliver() == []


def test_a_file_that_was_missing_and_is_back_is_read_again_and_counts_as_never_gone(desk: Newsroom) -> None:
    desk.tell("a.md", article(url=A))
    mark = files.some(desk.db, ["a.md"])["a.md"]
    recorder.miss(desk.db, ["a.md"])
    assert files.some(desk.db, ["a.md"])["a.md"] != mark
    assert files.some(desk.db, ["a.md"])["a.md"] != mark
    desk.tell("a.md", article(url=A))
    assert recorder.miss(desk.db, ["a.md"]) == []


# --- a channel's start ------------------------------------------------------------------------------------------------


def some(desk: Newsroom, count: int) -> None:
    for day in range(count):
        published = AT - timedelta(days=count - day)
        told = article(f"Story {day}", f"https://one.example/{day}", published=published, quality=day)
        desk.tell(f"{day}.md", told)


def test_a_channel_starts_with_the_newest_and_the_rest_is_skipped_for_ever(tmp_path: Path) -> None:
    desk = newsroom(tmp_path / "paperboy.db")
    desk.open_channel("@news", begun=False)
    some(desk, 5)
    assert desk.begin(2) == 2
    assert [title for _, title in desk.deliver()] == ["Story 3", "Story 4"]
    assert desk.begin(2) == 0
    desk.later(days=1)
    desk.tell("0.md", article("Story 0 told anew", "https://one.example/0", quality=99))
    assert desk.deliver() == []


@pytest.mark.parametrize(("newest", "titles"), [(0, 0), (3, 3), (9, 5), (None, 5)])
def test_a_start_is_as_long_as_the_setting_says(desk: Newsroom, newest: int | None, titles: int) -> None:
    some(desk, 5)
    desk.deliver()
    desk.later(hours=1)
    desk.open_channel("@young", begun=False)
    assert desk.begin(newest) == titles
    assert len(desk.deliver()) == titles


def test_each_channel_has_a_start_of_its_own_by_its_own_filters(desk: Newsroom) -> None:
    some(desk, 5)
    desk.deliver()
    desk.open_channel("@best", begun=False, quality=2)
    desk.begin(2)
    assert desk.deliver() == [("@best", "Story 3"), ("@best", "Story 4")]


def test_copies_and_withdrawn_articles_start_no_channel_and_held_ones_wait(desk: Newsroom) -> None:
    desk.rules = replace(desk.rules, hold=True)
    desk.tell("a.md", article(url=A))
    desk.tell("b.md", article(url=B))
    desk.tell("c.md", article(SECOND, C, removed=True))
    held = desk.number("d.md", article("Held", "https://one.example/d", unpublished=True))
    desk.deliver()
    desk.open_channel("@young", begun=False)
    desk.begin(None)
    assert desk.deliver() == [("@young", FIRST)]
    assert "@young" not in desk.states(held)
    opening.release(desk.db, held, desk.rules, desk.at)
    assert sorted(desk.deliver()) == [("@news", "Held"), ("@young", "Held")]


# --- whatever happens -------------------------------------------------------------------------------------------------

TITLES = (FIRST, SECOND, "Short one")
told = st.builds(
    lambda title, url, other, removed, unpublished, quality: article(
        title, url, aliases=(other,) if other else (), removed=removed, unpublished=unpublished, quality=quality
    ),
    st.sampled_from(TITLES),
    st.sampled_from((A, B, C)),
    st.sampled_from(("", A, B, C)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2),
)
step = st.one_of(
    st.tuples(st.just("tell"), st.sampled_from(("a.md", "b.md", "c.md")), told),
    st.tuples(st.just("miss"), st.sampled_from(("a.md", "b.md", "c.md")), st.none()),
    st.tuples(st.just("deliver"), st.just(""), st.none()),
    st.tuples(st.just("release"), st.just(""), st.none()),
)


@examples(75)
@given(steps=st.lists(step, max_size=14), hold=st.booleans())
def test_no_history_of_a_folder_breaks_the_store_or_posts_an_article_twice(
    steps: list[tuple[str, str, Article]], hold: bool
) -> None:
    desk = newsroom()
    desk.rules = replace(desk.rules, hold=hold)
    desk.open_channel("@news")
    desk.open_channel("@best", quality=1)
    known: set[str] = set()
    for what, path, told in steps:
        desk.later(seconds=90)
        if what == "tell":
            desk.tell(path, told)
            known.add(path)
        elif what == "miss" and path in known:
            recorder.miss(desk.db, [path])
        elif what == "release":
            for held in articles.apart(desk.db)[0]:
                opening.release(desk.db, held.id, desk.rules, desk.at)
        else:
            desk.deliver()
            desk.revise()
    desk.sound()
    desk.deliver()
    desk.later(minutes=2)
    desk.revise()
    for chat in ("@news", "@best"):
        titles = [title for where, title in desk.posted if where == chat]
        assert len(titles) <= number(desk.db, "SELECT count(*) FROM articles")
    seen = number(desk.db, "SELECT count(*) FROM deliveries GROUP BY article, chat ORDER BY 1 DESC LIMIT 1")
    assert seen <= 1
    living = "SELECT count(*) FROM deliveries d JOIN articles a ON a.id = d.article WHERE a.withdrawn AND d.state = ?"
    assert number(desk.db, living, ("sent",)) == 0
    assert number(desk.db, living, ("pending",)) == 0
    desk.db.close()
