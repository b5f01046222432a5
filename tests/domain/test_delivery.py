"""Deliveries: each outcome has one fate, and an article goes to the channels that admit it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import delivery
from bot.domain.delivery import (
    MENDS,
    MUTED_SECONDS,
    RIGHTS_SECONDS,
    Channel,
    Delivery,
    Gone,
    Lane,
    Migrated,
    Outcome,
    Refused,
    Revoked,
    Sent,
    Settlement,
    State,
    Unknown,
    Wait,
    settle,
)
from bot.domain.notices import Alert

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def attempt(*, lane: Lane = Lane.CHANNEL, mend: str = "", attempts: int = 1) -> Delivery:
    return Delivery(
        id=1, article=2, chat=3, edition=1, lane=lane, state=State.SENDING, attempts=attempts, mend=mend, payload={}
    )


READER = attempt(lane=Lane.FOLLOWER)


# --- settle -----------------------------------------------------------------------------------------------------------

FATES: dict[str, tuple[Outcome, Delivery, Settlement]] = {
    "taken": (Sent(42), attempt(), Settlement(state=State.SENT, message=42)),
    "taken without a number": (Sent(0), READER, Settlement(state=State.SENT, message=0)),
    "taken in a simpler form: the editors are told": (
        Sent(42),
        attempt(mend="plain"),
        Settlement(state=State.SENT, message=42, alert=Alert.SIMPLIFIED),
    ),
    "too fast for an hour: the editors are told": (
        Wait(3_600, "too many requests", flood=True),
        attempt(),
        Settlement(
            state=State.PENDING,
            reason="too many requests",
            not_before=after(3_600),
            pause_chat=after(3_600),
            alert=Alert.PAUSED,
        ),
    ),
    "too fast: the whole chat waits as long as Telegram says": (
        Wait(35, "too many requests", flood=True),
        attempt(attempts=9),
        Settlement(state=State.PENDING, reason="too many requests", not_before=after(35), pause_chat=after(35)),
    ),
    "the network failed before the call: this delivery alone waits": (
        Wait(5, "no connection"),
        attempt(),
        Settlement(state=State.PENDING, reason="no connection", not_before=after(5)),
    ),
    "the network failed for the third time: longer": (
        Wait(5, "no connection"),
        attempt(attempts=3),
        Settlement(state=State.PENDING, reason="no connection", not_before=after(20)),
    ),
    "a reader's group mutes the bot: its own matter": (
        Wait(RIGHTS_SECONDS, "not enough rights", lost_rights=True),
        READER,
        Settlement(
            state=State.PENDING,
            reason="not enough rights",
            not_before=after(RIGHTS_SECONDS),
            pause_chat=after(RIGHTS_SECONDS),
        ),
    ),
    "a reader's group mutes the bot for long: tried less often": (
        Wait(RIGHTS_SECONDS, "not enough rights", lost_rights=True),
        attempt(lane=Lane.FOLLOWER, attempts=20),
        Settlement(
            state=State.PENDING,
            reason="not enough rights",
            not_before=after(MUTED_SECONDS),
            pause_chat=after(MUTED_SECONDS),
        ),
    ),
    "a forum's thread is closed: that thread waits": (
        Wait(RIGHTS_SECONDS, "closed", lost_rights=True, only_thread=True),
        READER,
        Settlement(
            state=State.PENDING,
            reason="closed",
            not_before=after(RIGHTS_SECONDS),
            pause_chat=after(RIGHTS_SECONDS),
            only_thread=True,
        ),
    ),
    "a reader's thread was deleted: nothing goes to another thread instead": (
        Refused("no such thread", "no_thread", of_chat=True),
        READER,
        Settlement(state=State.GONE, reason="no such thread", park="no such thread", only_thread=True),
    ),
    "a reader's group allows no pictures: without one, and nobody else hears": (
        Refused("no pictures", "text", of_chat=True),
        READER,
        Settlement(state=State.PENDING, reason="no pictures", mend="text", not_before=AT),
    ),
    "a pause of an hour: the editors hear": (
        Wait(3600, "too many requests", flood=True),
        attempt(),
        Settlement(
            state=State.PENDING,
            reason="too many requests",
            not_before=after(3600),
            pause_chat=after(3600),
            alert=Alert.PAUSED,
        ),
    ),
    "a right was lost: the channel waits and the editors hear": (
        Wait(RIGHTS_SECONDS, "not enough rights", lost_rights=True),
        attempt(attempts=4),
        Settlement(
            state=State.PENDING,
            reason="not enough rights",
            not_before=after(RIGHTS_SECONDS),
            pause_chat=after(RIGHTS_SECONDS),
            alert=Alert.RIGHTS,
        ),
    ),
    "refused with a mend: once more, at once": (
        Refused("can't parse entities", mend="plain"),
        attempt(),
        Settlement(
            state=State.PENDING,
            reason="can't parse entities",
            not_before=AT,
            mend="plain",
        ),
    ),
    "refused with another mend: both are applied": (
        Refused("button_url_invalid", mend="no_keyboard"),
        attempt(mend="plain"),
        Settlement(
            state=State.PENDING,
            reason="button_url_invalid",
            not_before=AT,
            mend="plain no_keyboard",
        ),
    ),
    "refused in spite of its mend: for good": (
        Refused("can't parse entities", mend="plain"),
        attempt(mend="no_keyboard plain"),
        Settlement(state=State.REFUSED, reason="can't parse entities", alert=Alert.REFUSED),
    ),
    "refused without a mend: for good": (
        Refused("message text is empty"),
        attempt(),
        Settlement(state=State.REFUSED, reason="message text is empty", alert=Alert.REFUSED),
    ),
    "a reader left: parked": (
        Gone("bot was blocked by the user"),
        READER,
        Settlement(state=State.GONE, reason="bot was blocked by the user", park="bot was blocked by the user"),
    ),
    "a reader of digests left: parked": (
        Gone("user is deactivated"),
        attempt(lane=Lane.DIGEST),
        Settlement(state=State.GONE, reason="user is deactivated", park="user is deactivated"),
    ),
    "kicked from a channel: its post is promised, so it waits": (
        Gone("bot was kicked from the channel chat"),
        attempt(),
        Settlement(
            state=State.PENDING,
            reason="bot was kicked from the channel chat",
            not_before=after(RIGHTS_SECONDS),
            pause_chat=after(RIGHTS_SECONDS),
            alert=Alert.GONE,
        ),
    ),
    "the group moved: at once, to its new number": (
        Migrated(-1002222222222),
        attempt(),
        Settlement(state=State.PENDING, moved_to=-1002222222222, reason="the group has a new number"),
    ),
    "the answer was lost: in doubt, and left alone for a while": (
        Unknown("timed out"),
        attempt(),
        Settlement(state=State.DOUBTFUL, reason="timed out", not_before=after(60)),
    ),
    "the token was revoked: nothing was sent, nothing is lost": (
        Revoked("unauthorized"),
        attempt(),
        Settlement(state=State.PENDING, reason="unauthorized"),
    ),
}


@pytest.mark.parametrize(("outcome", "tried", "fate"), FATES.values(), ids=FATES.keys())
def test_each_answer_has_its_fate(outcome: Outcome, tried: Delivery, fate: Settlement) -> None:
    assert settle(outcome, tried, AT) == fate


def test_the_table_of_fates_names_every_outcome() -> None:
    assert {type(outcome) for outcome, _, _ in FATES.values()} == set(get_args(Outcome))


def test_doubt_lasts_as_long_as_the_settings_say() -> None:
    assert settle(Unknown("timed out"), attempt(), AT, doubt_seconds=7.5).not_before == after(7.5)


REASON = st.text(min_size=1, max_size=20)
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Sent, st.integers(0)),
    st.builds(Wait, st.floats(0, 86_400), REASON, st.booleans(), st.booleans()),
    st.builds(Refused, REASON, st.sampled_from(["", *MENDS])),
    st.builds(Gone, REASON),
    st.builds(Migrated, st.integers(max_value=-1)),
    st.builds(Unknown, REASON),
    st.builds(Revoked, REASON),
)
TRIED = st.builds(
    attempt,
    lane=st.sampled_from(Lane),
    attempts=st.integers(1, 1_000_000),
    mend=st.lists(st.sampled_from(MENDS), unique=True).map(" ".join),
)


@given(OUTCOMES, TRIED)
def test_nothing_sent_is_ever_pending_and_nothing_unsent_is_ever_sent(outcome: Outcome, tried: Delivery) -> None:
    settled = settle(outcome, tried, AT)
    assert (settled.state is State.SENT) == isinstance(outcome, Sent)
    assert (settled.state is State.DOUBTFUL) == isinstance(outcome, Unknown)
    assert (settled.message is not None) == isinstance(outcome, Sent)


@given(OUTCOMES, TRIED)
def test_an_attempt_leaves_sending_and_never_waits_in_the_past(outcome: Outcome, tried: Delivery) -> None:
    settled = settle(outcome, tried, AT)
    assert settled.state not in (State.SENDING, State.HELD, State.SKIPPED, State.WITHDRAWN)
    assert settled.not_before is None or settled.not_before >= AT
    assert settled.pause_chat is None or settled.pause_chat == settled.not_before
    assert settled.state is State.SENT or settled.reason


@given(OUTCOMES, TRIED)
def test_only_readers_are_parked_and_a_channels_post_is_given_up_only_when_telegram_refuses_it(
    outcome: Outcome, tried: Delivery
) -> None:
    settled = settle(outcome, tried, AT)
    if tried.lane is Lane.CHANNEL:
        assert not settled.park
        assert settled.state is not State.GONE
        assert (settled.state is State.REFUSED) <= isinstance(outcome, Refused)
    else:
        assert bool(settled.park) == (settled.state is State.GONE)


@given(st.lists(st.sampled_from(MENDS), min_size=len(MENDS) + 1, max_size=40))
def test_refusals_end_because_each_mend_is_tried_once(mends: list[str]) -> None:
    tried = attempt()
    for calls, mend in enumerate(mends, 1):
        settled = settle(Refused("no", mend), tried, AT)
        if settled.state is State.REFUSED:
            assert calls <= len(MENDS) + 1
            return
        tried = attempt(mend=settled.mend)
        assert sorted(tried.mend.split()) == sorted(set(tried.mend.split()))
    pytest.fail("refused for ever")


@given(st.floats(0, 86_400), st.integers(0, 10**9))
def test_the_network_is_given_more_time_each_time_up_to_five_minutes(seconds: float, attempts: int) -> None:
    """And never less than the answer asked for."""
    waited = delivery.backoff(seconds, attempts)
    assert seconds <= waited <= max(seconds, 300.0)
    assert waited <= delivery.backoff(seconds, attempts + 1)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (8, 300), (10**9, 300)]
)
def test_a_wait_of_five_seconds_doubles(attempts: int, seconds: float) -> None:
    assert delivery.backoff(5, attempts) == seconds


# --- plan and first_run -----------------------------------------------------------------------------------------------


def channel(chat: int = 1, topics: tuple[str, ...] = (), min_quality: int = 0, begun: int | None = 7) -> Channel:
    return Channel(chat=chat, topics=frozenset(topics), min_quality=min_quality, begun=begun)


@pytest.mark.parametrize(
    ("wants", "topics", "quality", "admitted"),
    [
        (channel(), (), 0, True),
        (channel(), ("ai",), 0, True),
        (channel(), (), -1, False),
        (channel(topics=("ai",)), ("ai", "space"), 0, True),
        (channel(topics=("ai", "health")), ("health",), 0, True),
        (channel(topics=("ai",)), ("space",), 0, False),
        (channel(topics=("ai",)), (), 0, False),
        (channel(min_quality=50), ("ai",), 50, True),
        (channel(min_quality=50), ("ai",), 49, False),
        (channel(topics=("ai",), min_quality=50), ("ai",), 49, False),
        (channel(topics=("ai",), min_quality=50), ("space",), 160, False),
        (channel(min_quality=-5), (), -5, True),
    ],
)
def test_a_channel_admits_by_topic_and_quality(
    wants: Channel, topics: tuple[str, ...], quality: int, admitted: bool
) -> None:
    assert wants.admits(topics, quality) is admitted
    assert delivery.plan([wants], topics, quality) == ((wants.chat,) if admitted else ())


def test_topics_may_come_as_an_iterator_and_serve_every_channel() -> None:
    wanting = [channel(chat, ("ai",)) for chat in (5, 3, 9)]
    assert delivery.plan(iter(wanting), iter(["space", "ai"]), 0) == (5, 3, 9)


@pytest.mark.parametrize(
    ("begun", "planned"),
    [(6, (1,)), (8, ()), (None, ())],
    ids=["later", "before it began", "it has not begun"],
)
def test_an_article_recorded_before_a_channels_start_is_none_of_its_business(
    begun: int | None, planned: tuple[int, ...]
) -> None:
    assert delivery.plan([channel(begun=begun)], (), 0, 7) == planned


@pytest.mark.parametrize(
    ("candidates", "newest", "skipped", "posted"),
    [
        ([1, 2, 3, 4], 2, [1, 2], [3, 4]),
        ([1, 2, 3, 4], 4, [], [1, 2, 3, 4]),
        ([1, 2, 3, 4], 10, [], [1, 2, 3, 4]),
        ([1, 2, 3, 4], 0, [1, 2, 3, 4], []),
        ([1, 2, 3, 4], None, [], [1, 2, 3, 4]),
        ([], 10, [], []),
        ([], 0, [], []),
        ([], None, [], []),
    ],
)
def test_a_start_posts_the_newest_and_skips_the_rest(
    candidates: list[int], newest: int | None, skipped: list[int], posted: list[int]
) -> None:
    assert delivery.first_run(candidates, newest) == (skipped, posted)


@given(st.lists(st.integers(), max_size=30), st.one_of(st.none(), st.integers(0, 40)))
def test_a_start_loses_and_reorders_nothing(candidates: list[int], newest: int | None) -> None:
    skipped, posted = delivery.first_run(candidates, newest)
    assert [*skipped, *posted] == candidates
    assert newest is None or len(posted) == min(newest, len(candidates))


def test_a_readers_delivery_is_doubtful_once_and_unconfirmed_after_its_repeat() -> None:
    """A channel's post stays doubtful however often an answer was lost: it is searched for."""
    reader = Delivery(id=1, article=1, chat=1, edition=1, lane=Lane.FOLLOWER, state=State.SENDING)
    lost = replace(reader, lost=delivery.REPEATS)
    assert settle(Unknown("cut"), reader, AT).state is State.DOUBTFUL
    assert settle(Unknown("cut"), lost, AT).state is State.UNCONFIRMED
    assert settle(Unknown("cut"), replace(lost, lane=Lane.CHANNEL), AT).state is State.DOUBTFUL
