"""Any article, any reply: whatever the words, Telegram takes what we render (hypothesis, TDLib)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot.conversation.commands import COMMANDS
from bot.domain import article as articles
from bot.domain import fulltext, plain_text
from bot.domain.article import Article, Related, Stored
from bot.domain.delivery import Payload, State
from bot.domain.notices import Alert, Decision
from bot.domain.outcome import Fallback
from bot.domain.topics import Taxonomy, Topic
from bot.rendering import (
    alerts,
    inert,
    keyboards,
    post_edits,
    post_words,
    posts,
    replies,
    republish_replies,
    search_replies,
    status_reply,
    topic_replies,
)
from bot.rendering.report import (
    ChannelStatus,
    Copy,
    Entry,
    Held,
    Refusal,
    RejectedFile,
    StatusReport,
)
from bot.rendering.republish_replies import Became, Fate
from bot.rendering.taps import TapAnswer, TapLine
from bot.rendering.templates import Templates
from bot.settings import Buttons, Picture
from tests.support import judge
from tests.support.examples import examples
from tests.support.generated import words

TAXONOMY = Taxonomy(
    [
        Topic(name="AI"),
        Topic(name="Computer Vision", parent="AI", hashtags=("CV", "vision")),
    ]
)
TEMPLATES = Templates(None, TAXONOMY)
AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
LARGE = (HealthCheck.too_slow, HealthCheck.data_too_large)


LINES = st.lists(words(4_000), max_size=3).map("\n\n".join).map(str.strip)
URLS = st.builds(
    lambda number, tail: f"https://outlet-{number}.example/{tail}",
    st.integers(0, 10**6),
    st.sampled_from(["", "a?b=1&lt=2", "x" * 2_000, "%D9%85%DB%8C"]),
)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC))
NAMES = words(60).filter(bool)
RELATED = st.builds(
    lambda url, title, provider: Related(
        identity=url, url=url, title=title, provider=provider
    ),
    URLS,
    words(400),
    words(200),
)
MANY_RELATED = st.tuples(
    st.lists(RELATED, max_size=3), st.sampled_from([1, 1, 17])
).map(lambda it: (it[0] * it[1])[:50])
TOPICS = st.tuples(st.lists(NAMES, max_size=3), st.sampled_from([1, 10])).map(
    lambda drawn: tuple(
        f"{name} {number}" for number in range(drawn[1]) for name in drawn[0]
    )
)
ARTICLES = st.builds(
    lambda url, **rest: Article(identity=url, url=url, **rest),
    URLS,
    title=words(1_000).filter(bool),
    excerpt=LINES,
    provider=words(300),
    published=MOMENTS,
    topics=TOPICS,
    image=st.none() | URLS,
    related=MANY_RELATED.map(tuple),
)
STORED = st.builds(
    lambda number, one: Stored(id=number, article=one, recorded=AT),
    st.integers(0, 10**9),
    ARTICLES,
)
TITLES = words(300)


def alive(
    payload: Payload,
    kinds: Collection[str] = ("BotCommand", "Mention", "Hashtag", "Cashtag"),
) -> list[str]:
    """Return the words of a message that Telegram makes commands, mentions and tags of, outside of links and code."""
    text, entities, _ = judge.payload(payload)
    return [judge.cut(text, one) for one in entities if judge.kinds([one])[0] in kinds]


def are_ours(payload: Payload) -> bool:
    """Say whether nothing but our own commands is alive in a reply."""
    return set(alive(payload)) <= {f"/{one.name}" for one in COMMANDS}


def stays_whole(article: Article, text: str) -> bool:
    """Say whether the title is there whole, as a title of 512 units must be."""
    text = text.replace(inert.JOINER, "")
    title = " ".join(article.title.split())
    return plain_text.units(title) > post_words.TITLE_UNITS or title in " ".join(
        text.split()
    )


@examples(80, suppress_health_check=LARGE)
@given(ARTICLES, st.sampled_from(Picture))
def test_any_article_becomes_a_post_that_telegram_takes(
    article: Article, picture: Picture
) -> None:
    payload = posts.post(
        TEMPLATES,
        article,
        bot="your_bot",
        taxonomy=TAXONOMY,
        delivery="zzzzzz",
        picture=picture,
    )
    judge.payload(payload)
    judge.payload(
        post_edits.edit(payload)["media"]
        if payload["method"] == "sendPhoto"
        else post_edits.edit(payload)
    )
    deep_links = [
        one["url"].partition("?start=")[2]
        for row in payload["reply_markup"]["inline_keyboard"]
        for one in row[-1:]
    ]
    assert all(len(link) <= 64 for link in deep_links)


@examples(60, suppress_health_check=LARGE)
@given(
    ARTICLES,
    st.sets(st.sampled_from(Fallback)),
    st.sampled_from(Picture),
    st.sampled_from(Buttons),
)
def test_any_article_is_taken_with_any_fallback_and_nothing_of_it_comes_alive_but_its_hashtags(
    article: Article, fallbacks: set[Fallback], picture: Picture, buttons: Buttons
) -> None:
    how = {"fallbacks": fallbacks, "picture": picture, "buttons": buttons}
    payload = posts.post(TEMPLATES, article, bot="b", taxonomy=TAXONOMY, **how)  # type: ignore[arg-type]
    shown = alive(payload)
    assert set(shown) <= {
        f"#{tag}" for name in article.topics for tag in TAXONOMY.hashtags(name)
    }
    assert len(shown) <= post_words.HASHTAGS
    assert alive(post_edits.tombstone(TEMPLATES, article)) == []


@examples(80, suppress_health_check=LARGE)
@given(ARTICLES, ARTICLES)
def test_any_edit_of_a_photo_is_taken(before: Article, after: Article) -> None:
    shown = [
        posts.post(TEMPLATES, one, bot="b", taxonomy=TAXONOMY, picture=Picture.PHOTO)
        for one in (before, after)
    ]
    edit = post_edits.edit(shown[1], shown[0])
    judge.payload(edit.get("media", edit) | {"reply_markup": edit["reply_markup"]})
    judge.payload(post_edits.tombstone(TEMPLATES, before))


@examples(80, suppress_health_check=LARGE)
@given(
    st.lists(NAMES, max_size=8),
    st.lists(NAMES, max_size=8),
    words(3_000),
    st.integers(-3, 10**6),
    st.booleans(),
)
def test_any_words_of_a_reader_get_a_reply_that_telegram_takes(
    some: list[str], others: list[str], typed: str, number: int, flag: bool
) -> None:
    for payload in (
        replies.welcome(TEMPLATES, follows=some if flag else (), suggestions=others),
        replies.welcome_following(TEMPLATES, typed, already=flag),
        topic_replies.following(
            TEMPLATES,
            some,
            others,
            total=number,
            unknown=[typed, *others],
            nearest=some,
        ),
        topic_replies.unknown_topic(TEMPLATES, typed, some),
        topic_replies.topic_keyboard(TEMPLATES, some * 30, others, number),
        topic_replies.topics_done(TEMPLATES, some),
        topic_replies.topic_list(
            TEMPLATES, some, [(name, number) for name in others * 30]
        ),
        topic_replies.unfollowed(TEMPLATES, some, left=number),
        topic_replies.not_following(TEMPLATES, typed, some),
        replies.nothing_yet(TEMPLATES, typed, follows=flag),
        search_replies.nothing_found(TEMPLATES, typed),
        replies.stopped(TEMPLATES, number),
        replies.resumed(TEMPLATES, some),
        replies.unknown_command(TEMPLATES, typed),
        alerts.alert(
            TEMPLATES,
            Alert.REFUSED,
            [Entry(chats=(f"{typed}!",), files=(typed,), reason=typed)] * 2,
        ),
    ):
        assert are_ours(payload)
    judge.payload(
        replies.commands_help(
            TEMPLATES,
            [(name, typed[:256], typed) for name in some],
            for_editors=some if flag else (),
        )
    )
    assert (
        len(
            replies.tap_line(TEMPLATES, TapAnswer(TapLine.FOLLOWED, typed)).encode(
                "utf-16-le"
            )
        )
        <= 400
    )


@examples(60, suppress_health_check=LARGE)
@given(
    st.lists(STORED, min_size=1, max_size=3).map(lambda some: some * 4),
    words(500),
    st.booleans(),
)
def test_any_list_of_articles_is_a_reply_that_telegram_takes(
    some: list[Stored], typed: str, flag: bool
) -> None:
    for payload in (
        replies.latest(TEMPLATES, some, typed if flag else "", followed=False),
        search_replies.search_results(TEMPLATES, typed, some),
        search_replies.search_results(
            TEMPLATES,
            typed,
            some,
            query=fulltext.parsed(typed),
            key="zz",
            page=1,
            more=True,
        ),
        search_replies.search_results(
            TEMPLATES,
            typed,
            some,
            query=fulltext.parsed(some[0].article.excerpt[:40]),
            instead=typed,
        ),
        republish_replies.republish_not_found(TEMPLATES, typed, some),
        republish_replies.choose(TEMPLATES, typed, some),
        republish_replies.became(
            TEMPLATES,
            some[0],
            2,
            [Became(f"{typed}!", fate, typed) for fate in Fate] * len(some),
        ),
        republish_replies.rejected(TEMPLATES, [(typed, typed)] * len(some)),
        republish_replies.confirm(
            TEMPLATES,
            some[0],
            file=typed if flag else "",
            reason=typed,
            first=some[-1],
            posted=flag,
            channels=[f"{typed}!"] * len(some),
            value="1.2.11.draft",
        ),
        republish_replies.republished(
            TEMPLATES, some[0], 2, [f"{typed}!"] * len(some), seconds=5, value="1.2.3"
        ),
        republish_replies.undone(TEMPLATES, some[0], [f"{typed}!"], ["News"]),
        republish_replies.copy_posted(TEMPLATES, some[0], [f"{typed}!"]),
        republish_replies.released(TEMPLATES, some[0], []),
    ):
        assert are_ours(payload)


@examples(80, suppress_health_check=LARGE)
@given(
    st.lists(st.tuples(TITLES, TITLES), max_size=5).map(lambda some: some * 8),
    st.sampled_from(list(State)),
    st.integers(0, 10**9),
    MOMENTS,
)
def test_any_status_is_a_reply_that_telegram_takes(
    pairs: list[tuple[str, str]], state: State, number: int, moment: datetime | None
) -> None:
    short = articles.short_id(number)
    report = StatusReport(
        at=AT,
        articles=number,
        readers=number,
        follows=number,
        channels=tuple(
            ChannelStatus(
                name=f"{one}!",
                deliveries={state: number},
                waits=other,
                refusals=(Refusal(short_id="1a", reason=other),),
            )
            for one, other in pairs
        ),
        followers={state: number},
        oldest_waiting=moment,
        rejected=tuple(RejectedFile(path=one, reason=other) for one, other in pairs),
        copies=tuple(
            Copy(short_id=short, title=one, first_title=other) for one, other in pairs
        ),
        held=tuple(Held(short_id=short, title=one) for one, _ in pairs),
        scanned=moment,
    )
    assert are_ours(status_reply.status(TEMPLATES, report))


@examples(80, suppress_health_check=LARGE)
@given(ARTICLES)
def test_a_title_is_never_cut_unless_it_is_full_of_entities(article: Article) -> None:
    plain = article if not any(one in article.title for one in "#@/.:$") else None
    if plain:
        payload = posts.post(TEMPLATES, plain, bot="b", taxonomy=TAXONOMY)
        assert stays_whole(plain, judge.payload(payload)[0])


PLAIN_ACTS = sorted(
    set(keyboards.Act)
    - {keyboards.Act.AGAIN, keyboards.Act.THERE, keyboards.Act.DECIDE}
)


@given(st.text(max_size=70))
def test_no_word_a_stranger_sends_as_a_button_breaks_its_reading(data: str) -> None:
    tap = keyboards.read(data)
    assert tap is None or tap.act in keyboards.Act


@given(
    st.sampled_from(PLAIN_ACTS),
    st.from_regex("[a-z0-9]{1,12}", fullmatch=True),
    st.integers(0, 99_999),
)
def test_every_button_is_read_as_it_was_written(
    act: keyboards.Act, value: str, page: int
) -> None:
    value = "" if act in (keyboards.Act.PAGE, keyboards.Act.DONE) else value
    turned = (
        page
        if act in (keyboards.Act.PAGE, keyboards.Act.TOGGLE, keyboards.Act.FOUND)
        else None
    )
    button = keyboards.tap("x", act, value, turned)
    assert keyboards.read(button["callback_data"]) == keyboards.Tap(
        act, value, turned or 0
    )


@given(
    st.sampled_from(list(Decision)),
    st.from_regex("[A-Za-z0-9._-]{0,40}", fullmatch=True),
)
def test_every_decision_fits_its_button_and_is_read_as_it_was_written(
    decision: Decision, value: str
) -> None:
    button = alerts.decide(decision, value, 3)
    assert len(button["callback_data"].encode()) <= keyboards.DATA_BYTES
    assert "{" not in button["text"]
    assert keyboards.read(button["callback_data"]) == keyboards.Tap(
        keyboards.Act.DECIDE, value, decision=decision
    )


@pytest.mark.parametrize(
    ("letter", "decision"), [("a", Decision.POST_AGAIN), ("e", Decision.IT_IS_THERE)]
)
def test_buttons_of_earlier_versions_decide_what_they_did(
    letter: str, decision: Decision
) -> None:
    assert keyboards.read(f"{letter}:1z") == keyboards.Tap(
        keyboards.Act.DECIDE, "1z", decision=decision
    )


def test_a_button_that_says_too_much_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="too long"):
        keyboards.tap("x", keyboards.Act.FOLLOW, "x" * 63)
