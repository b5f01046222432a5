"""Replies: what to do next, how to undo, lists that end, buttons that mean what they say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain import topics
from bot.domain.article import Article, Stored
from bot.domain.delivery import Payload, State
from bot.domain.notices import ENDING, Alert, Decision
from bot.domain.topics import Taxonomy
from bot.rendering import (
    alerts,
    inert,
    keyboards,
    replies,
    republish_replies,
    search_replies,
    status_reply,
    topic_replies,
)
from bot.rendering.keyboards import Act, Tap
from bot.rendering.report import (
    ArticleName,
    ChannelStatus,
    Copy,
    Entry,
    Held,
    Refusal,
    RejectedFile,
    StatusReport,
    Trouble,
)
from bot.rendering.taps import TapAnswer, TapLine
from bot.rendering.templates import Templates
from tests.support import judge

T = Templates(None, Taxonomy())
AT = datetime(2021, 8, 22, 23, 2, tzinfo=UTC)


def stored(number: int, **about: object) -> Stored:
    url = f"https://example.org/{number}"
    about = {
        "title": f"Title <{number}>",
        "provider": "Gazette",
        "published": AT,
    } | about
    return Stored(
        id=number, article=Article(identity=url, url=url, **about), recorded=AT
    )  # type: ignore[arg-type]


def read(payload: Payload) -> str:
    """What a person reads; U+2060, which keeps words from coming alive, is not seen."""
    return judge.payload(payload)[0].replace(inert.JOINER, "")


def taps(payload: Payload) -> dict[str, Tap | None]:
    rows = payload.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    return {
        one["text"]: keyboards.read(one["callback_data"]) for row in rows for one in row
    }


def follow(name: str) -> Tap:
    return Tap(Act.FOLLOW, topics.code(name))


def unfollow(name: str) -> Tap:
    return Tap(Act.UNFOLLOW, topics.code(name))


def test_a_newcomer_is_greeted_with_topics_to_tap() -> None:
    payload = replies.welcome(T, suggestions=["AI", "Robotics"])
    assert taps(payload) == {
        "AI": follow("AI"),
        "Robotics": follow("Robotics"),
        "All topics": Tap(Act.PAGE, page=0),
    }
    assert "/topic AI" in read(payload)


def test_who_comes_back_is_told_what_they_follow() -> None:
    assert "You follow AI, Robotics and Space." in read(
        replies.welcome(T, follows=["AI", "Robotics", "Space"])
    )


def test_many_names_end_in_how_many_more_there_are() -> None:
    text = read(topic_replies.topics_done(T, [f"T{number}" for number in range(14)]))
    assert "T8, T9 and 4 more" in text
    assert "T10" not in text


def test_a_follow_from_a_post_can_be_undone_with_a_tap() -> None:
    assert taps(replies.welcome_following(T, "AI"))["Undo"] == unfollow("AI")
    assert "already follow AI" in read(replies.welcome_following(T, "AI", already=True))


def test_a_follow_can_be_undone_topic_by_topic() -> None:
    assert taps(topic_replies.following(T, ["AI"], total=3)) == {"Undo": unfollow("AI")}
    two = topic_replies.following(T, ["AI", "C++"], ["Space"], total=3)
    assert taps(two) == {"Undo AI": unfollow("AI"), "Undo C++": unfollow("C++")}
    assert "You already followed Space." in read(two)


def test_more_than_three_follows_or_unfollows_are_undone_by_one_button() -> None:
    four = ["AI", "C++", "Space", "Water"]
    assert taps(topic_replies.following(T, four, total=4, update=7)) == {
        "Undo": Tap(Act.UNFOLLOW_OFFERED, "7")
    }
    assert taps(topic_replies.unfollowed(T, four, left=0, update=7)) == {
        "Undo": Tap(Act.FOLLOW_OFFERED, "7")
    }


def test_an_address_that_no_article_has_is_not_answered_like_words() -> None:
    told = read(search_replies.nothing_found(T, "https://a.example/b", typed=False))
    assert "no article with the address https://a.example/b" in told
    assert "fewer" not in told


def test_quotation_marks_are_not_doubled_in_the_heading_of_results() -> None:
    assert "Results for “seals”" in read(search_replies.search_results(T, "seals", []))
    assert 'Results for "harbour crane"' in read(
        search_replies.search_results(T, '"harbour crane"', [])
    )


def test_half_known_words_offer_the_nearest_beside_the_undo() -> None:
    payload = topic_replies.following(
        T, ["AI"], total=1, unknown=["<blorb>"], nearest=["Blob"]
    )
    assert taps(payload) == {"Undo": unfollow("AI"), "Blob": follow("Blob")}
    assert "nothing on <blorb> yet" in read(payload)


def test_unknown_words_are_quoted_short_and_repaired() -> None:
    text = read(
        topic_replies.unknown_topic(T, "<b>\u202eevil\u0000 &amp; " + "x" * 9_000)
    )
    assert "nothing on <b>evil & x" in text
    assert len(text) < 250


def test_the_keyboard_ticks_what_is_followed_and_turns_pages() -> None:
    names = [f"Topic {number}" for number in range(25)]
    first, second, last = (
        topic_replies.topic_keyboard(T, names, ["topic 11"], page)
        for page in (0, 1, 99)
    )
    assert len(taps(first)) == 12
    assert taps(second)["✓ Topic 11"] == Tap(Act.TOGGLE, topics.code("Topic 11"), 1)
    assert (taps(second)["‹ Back"], taps(second)["More ›"]) == (
        Tap(Act.PAGE, page=0),
        Tap(Act.PAGE, page=2),
    )
    assert taps(last)["Topic 24"] == Tap(Act.TOGGLE, topics.code("Topic 24"), 2)
    assert "More ›" not in taps(last)
    assert "Page 3 of 3" in read(last)
    assert taps(last)["Done"] == Tap(Act.DONE)


def test_the_keyboard_of_no_topics_says_when_there_will_be_some() -> None:
    assert "no topics yet" in read(topic_replies.topic_keyboard(T, [], []))


def test_the_list_of_topics_counts_articles_and_ends() -> None:
    text = read(
        topic_replies.topic_list(
            T, ["AI"], [("AI", 1), *((f"T{number}", number) for number in range(900))]
        )
    )
    assert "✓ AI — 1 article\n" in text
    assert "• T2 — 2 articles" in text
    assert re.search(r"… and 861 more\n", text)


def test_an_unfollow_can_be_undone() -> None:
    assert taps(topic_replies.unfollowed(T, ["AI"], left=2)) == {"Undo": follow("AI")}
    assert "You still follow 2 topics. Tap Undo" in read(
        topic_replies.unfollowed(T, ["AI"], left=2)
    )
    assert "no topics now" in read(topic_replies.unfollowed(T, ["AI", "B"], left=0))


def test_untopic_without_a_match_offers_what_is_followed() -> None:
    assert taps(topic_replies.not_following(T, "blorb", ["AI"])) == {
        "Unfollow AI": unfollow("AI")
    }
    assert "Tap the topic" in read(topic_replies.not_following(T, "", ["AI"]))
    assert "nothing to stop" in read(topic_replies.not_following(T))


def test_latest_is_one_message_of_at_most_ten_linked_titles() -> None:
    payload = replies.latest(
        T, [stored(number) for number in range(14)], "AI", followed=False
    )
    text, entities, _ = judge.payload(payload)
    assert judge.kinds(entities).count("TextUrl") == 10
    assert "• Title <9>\nGazette · 22 Aug 2021\n\n" in text
    assert taps(payload) == {"Follow AI": follow("AI")}


def test_latest_says_whether_it_is_of_the_readers_topics() -> None:
    assert read(replies.latest(T, [stored(1)], follows=True)).startswith(
        "Latest on your topics\n"
    )
    assert read(replies.latest(T, [stored(1)])).startswith("Latest\n")
    assert "the newest on all your topics" in read(
        replies.latest(T, [stored(1)], "AI", follows=True)
    )
    assert "the newest on every topic" in read(
        replies.latest(T, [stored(1)], "AI", followed=False)
    )


def test_dates_in_lists_are_the_readers() -> None:
    assert "23 Aug 2021" in read(
        replies.latest(T, [stored(1)], tz=ZoneInfo("Europe/Athens"))
    )
    assert "23 Aug 2021" in read(
        search_replies.search_results(T, "x", [stored(1)], tz=ZoneInfo("Europe/Athens"))
    )


def test_a_list_of_bare_articles_has_no_dangling_dot() -> None:
    text = read(
        search_replies.search_results(
            T, "title", [stored(1, provider="", published=None)]
        )
    )
    assert "• Title <1>\nexample.org\n\n" in text


def test_stop_tells_the_way_back() -> None:
    assert "Your 2 topics are kept. /start brings them back" in read(
        replies.stopped(T, 2)
    )
    assert "Your topic is kept. /start brings it back" in read(replies.stopped(T, 1))


def test_help_lists_the_commands_it_is_given() -> None:
    text = read(
        replies.commands_help(
            T, [("topic", "[words]", "follow & choose"), ("stop", "", "pause")]
        )
    )
    assert "/topic [words] — follow & choose\n/stop — pause\n" in text
    assert "editor" not in text


def test_an_unknown_command_is_told_where_all_are() -> None:
    assert "I don't know /foo. /help" in read(replies.unknown_command(T, "/foo"))


def test_a_topic_without_articles_can_be_followed_from_there_unless_it_is() -> None:
    assert "Follow Oceans" in taps(replies.nothing_yet(T, "Oceans", follows=False))
    followed = replies.nothing_yet(T, "Oceans", follows=True)
    assert taps(followed) == {}
    assert "You follow it" in read(followed)


def test_one_suggestion_is_spoken_of_as_one() -> None:
    assert "this one?" in read(topic_replies.unknown_topic(T, "Helth", ["Health"]))
    assert "one of these?" in read(
        topic_replies.unknown_topic(T, "x", ["AI", "Health"])
    )
    assert "this one?" in read(
        republish_replies.republish_not_found(T, "titel", [stored(71)])
    )


def test_who_comes_back_by_following_is_told_that_everything_comes_again() -> None:
    for payload in (
        topic_replies.following(T, ["AI"], total=3, back=True),
        replies.welcome_following(T, "AI", back=True),
    ):
        assert (
            "Good to have you back: articles on all your topics come to this chat again."
            in read(payload)
        )
    assert (
        replies.tap_line(T, TapAnswer(TapLine.FOLLOWED, "AI", back=True))
        == "You follow AI now, and articles come to this chat again"
    )
    assert replies.tap_line(T, TapAnswer(TapLine.FOLLOWED, "AI")) == "You follow AI now"


@pytest.mark.parametrize("seconds", [1, 30, 90, 61 * 60])
def test_a_pause_is_told_in_whole_units(seconds: int) -> None:
    said = {1: "a second", 30: "30 seconds", 90: "2 minutes", 3660: "61 minutes"}[
        seconds
    ]
    assert f"wait {said} and" in read(replies.too_many(T, seconds))


@pytest.mark.parametrize("kind", TapLine)
def test_every_notice_is_a_plain_line_for_a_tap(kind: TapLine) -> None:
    line = replies.tap_line(T, TapAnswer(kind, "<C & A> " * 60))
    assert 5 < len(line) <= replies.NOTICE_UNITS
    assert "&lt;" not in line
    assert "\n" not in line


# --- Editors ----------------------------------------------------------------------------------------------------------


def test_a_republish_names_edition_and_channels() -> None:
    def told(edition: int, *channels: str, **more: Any) -> Payload:
        return republish_replies.republished(T, stored(5), edition, channels, **more)

    assert "Edition 2 of Title <5> is on its way to News, @a and B." in read(
        told(2, "News", "@a", "B")
    )
    payload = told(2, "News (@news)", seconds=4.2, value="5.2.1")
    assert (
        "Edition 2 of Title <5> goes to News (@news) in 5 seconds: until then, Undo takes it back."
        in read(payload)
    )
    assert taps(payload) == {"Undo": Tap(Act.DECIDE, "5.2.1", decision=Decision.UNDO)}
    assert "nothing was sent" in read(told(2))
    assert "for the first time" in read(told(1, "News"))
    assert "withdrawn" in read(told(0))


def test_an_undo_says_what_was_taken_back_and_what_was_too_late() -> None:
    text = read(republish_replies.undone(T, stored(5), ["News"], ["@a"]))
    assert "Taken back: Title <5> does not go to News." in text
    assert "It was already sent to @a." in text
    assert "Title <5> was already sent to @a." in read(
        republish_replies.undone(T, stored(5), [], ["@a"])
    )


def test_an_article_not_found_offers_the_nearest_by_id() -> None:
    payload = republish_replies.republish_not_found(T, "titel", [stored(71)])
    assert taps(payload) == {"1z · Title <71>": Tap(Act.REPUBLISH, "1z")}
    assert "• Title <71> · id 1z" in read(payload)


REPORT = StatusReport(
    at=AT,
    articles=12,
    readers=1,
    follows=3,
    channels=(
        ChannelStatus(
            name="@news",
            deliveries={
                State.SENT: 9,
                State.PENDING: 1,
                State.DOUBTFUL: 1,
                State.REFUSED: 2,
            },
            refusals=(
                Refusal(
                    short_id="1a",
                    title="A & B",
                    file="a.md",
                    reason="there are no <words> in it",
                ),
            ),
        ),
        ChannelStatus(
            name="-1001", title="The News", waits="lost the right to post", until=AT
        ),
    ),
    followers={State.SENT: 4, State.UNCONFIRMED: 2},
    warned=(
        RejectedFile(path="w.md", reason="line 3: quality: “high” is not a number"),
    ),
    troubles=(Trouble(about="The database", reason="is full", since=AT),),
    oldest_waiting=AT,
    rejected=tuple(
        RejectedFile(path=f"a&b/{number}.md", reason="has no title")
        for number in range(25)
    ),
    copies=(Copy(short_id="1z", title="Again", first_title="Once"),),
    held=(Held(short_id="2a", title="Waits"),),
    watched=True,
    scanned=AT,
)


def test_status_tells_how_things_stand() -> None:
    text = read(status_reply.status(T, REPORT))
    assert "12 articles · 1 reader · 3 follows\n" in text
    assert "The folder is watched; last scan 22 Aug 2021, 23:02 UTC." in text
    assert "@news: 9 sent, 2 waiting, 1 of them in doubt, 2 refused\n" in text
    assert "Last refused: A & B (a.md) · id 1a: there are no <words> in it\n" in text
    until = "Waits until 22 Aug 2021, 23:02 UTC: lost the right to post\n"
    assert f"The News: 0 sent, 0 waiting\n{until}" in text
    assert "-1001" not in text
    assert "The database: is full (since 22 Aug 2021, 23:02 UTC)" in text
    assert "w.md: line 3: quality: “high” is not a number" in text
    assert (
        "Followers: 4 sent, 0 waiting, 2 unconfirmed\nThe oldest message has waited since 22 Aug 2021, 23:02 UTC."
        in text
    )
    assert "• a&b/0.md: has no title\n" in text
    assert "… and 15 more" in text


def test_status_posts_what_is_held_or_a_copy_with_a_tap() -> None:
    assert taps(status_reply.status(T, REPORT)) == {
        "Post 2a: Waits": Tap(Act.RELEASE, "2a"),
        "Post copy 1z: Again": Tap(Act.COPY, "1z"),
    }


def test_status_of_an_empty_paperboy_says_what_is_missing() -> None:
    text = read(
        status_reply.status(T, StatusReport(at=AT, articles=0, readers=0, follows=0))
    )
    assert "not scanned yet" in text


def test_status_says_what_is_so_now_when_the_folder_is_away() -> None:
    away = StatusReport(
        at=AT,
        articles=0,
        readers=0,
        follows=0,
        problem="data/articles: is not there",
        scanned=AT,
    )
    text = read(status_reply.status(T, away, tz=timezone(timedelta(hours=2), "CEST")))
    assert "I can't read the folder now: data/articles: is not there." in text
    assert "Last scan 23 Aug 2021, 01:02 CEST." in text


def test_status_of_a_paperboy_without_channels_says_so() -> None:
    text = read(
        status_reply.status(T, StatusReport(at=AT, articles=0, readers=0, follows=0))
    )
    assert "No channel is set" in text


@pytest.mark.parametrize("kind", Alert)
def test_every_alert_names_channel_article_file_and_reason(kind: Alert) -> None:
    named = ArticleName(
        title="A & B", file="a.md", url="https://example.org/", short_id="1z"
    )
    entry = Entry(
        articles=(named,), chats=("News (@news & co)",), reason="Bad Request: <no>"
    )
    text = read(alerts.alert(T, kind, [entry]))
    assert "A & B (a.md)" in text
    assert "Reason: Bad Request: <no>" in text
    assert "Reason" not in read(alerts.alert(T, kind, [Entry()]))


@pytest.mark.parametrize("kind", sorted(ENDING))
def test_an_all_clear_says_what_is_over(kind: Alert) -> None:
    of_a_channel = kind in (Alert.RIGHTS, Alert.GONE, Alert.UNKNOWN, Alert.PAUSED)
    entry = (
        Entry(chats=("News (@news)",)) if of_a_channel else Entry(about="Sending posts")
    )
    assert (entry.about or entry.chats[0]) in read(
        alerts.alert(T, kind, [entry], over=True)
    )
    assert of_a_channel == (
        "a channel" in read(alerts.alert(T, kind, [Entry()], over=True))
    )


def test_an_alert_of_several_posts_sets_them_apart() -> None:
    """Several posts are set apart in an alert, which names the channel once where there is only one."""

    def told(title: str, chat: str) -> Entry:
        name = ArticleName(
            title=title, file="", url="https://example.org/", short_id="1z"
        )
        return Entry(articles=(name,), chats=(chat,), reason="too long")

    text = read(alerts.alert(T, Alert.REFUSED, [told("A", "News"), told("B", "News")]))
    assert text.endswith("• A\nReason: too long\n\n• B\nReason: too long")
    text = read(alerts.alert(T, Alert.REFUSED, [told("A", "News"), told("B", "Sport")]))
    assert text.endswith("• A, News\nReason: too long\n\n• B, Sport\nReason: too long")


def test_a_way_of_posting_that_fails_until_somebody_acts_is_told_as_that() -> None:
    text = read(
        alerts.alert(
            T, Alert.SIMPLIFIED, [Entry(chats=("News",), reason="the topic is gone")]
        )
    )
    assert "Correct the settings" in text
    assert "article's file" not in text


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["Space", "Oceans", "AI"], [["Space", "Oceans"], ["AI"]]),
        (
            ["Read the article", "Follow Computer Vision"],
            [["Read the article", "Follow Computer Vision"]],
        ),
        (
            ["AI", "Natural Language Processing", "Sea"],
            [["AI"], ["Natural Language Processing"], ["Sea"]],
        ),
        (["渡" * 11, "池" * 11], [["渡" * 11, "池" * 11]]),
        (["渡" * 12, "池" * 11], [["渡" * 12], ["池" * 11]]),
        (["✓ " + "x" * 22, "y" * 22], [["✓ " + "x" * 22, "y" * 22]]),
    ],
)
def test_two_buttons_stand_in_a_row_where_a_phone_shows_all_of_both(
    labels: list[str], rows: list[list[str]]
) -> None:
    made = keyboards.in_rows([{"text": label} for label in labels])
    assert [[one["text"] for one in row] for row in made] == rows


def test_a_files_name_in_a_reason_or_in_what_was_typed_is_no_address() -> None:
    copies = alerts.alert(
        T, Alert.COPIES, [Entry(reason="it repeats “A” (b & c/d.md), not e.md")]
    )
    asked = republish_replies.republish_not_found(T, "a.md")
    chosen = republish_replies.choose(T, "a.md", [stored(1)])
    for payload in (copies, asked, chosen):
        assert "Url" not in judge.kinds(judge.payload(payload)[1])
    assert "it repeats “A” (b & c/d.md), not e.md" in read(copies)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["a"], "/a."),
        (["a", "b"], "/a and /b."),
        (["a", "b", "c"], "/a, /b and /c."),
    ],
)
def test_help_names_the_commands_that_only_editors_have(
    names: list[str], shown: str
) -> None:
    payload = replies.commands_help(T, [("help", "", "this")], for_editors=names)
    assert f"You are an editor: only editors have {shown}" in read(payload)
    assert "editor" not in read(replies.commands_help(T, [("help", "", "this")]))
