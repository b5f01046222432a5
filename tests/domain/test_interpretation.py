"""Settlements: each outcome has one fate, for a send, an edit, a reply, a notice and a probe."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import REPEATS, Delivery, Lane, State
from bot.domain.edit_interpretation import after_edit
from bot.domain.interpretation import (
    MUTED_SECONDS,
    OF_CHAT,
    RIGHTS_SECONDS,
    after_deletion,
    after_membership_query,
    after_notice,
    after_probe,
    after_reply,
    after_send,
    backoff,
)
from bot.domain.notices import Alert
from bot.domain.outcome import (
    FALLBACKS,
    Delay,
    Fallback,
    Gone,
    Migrated,
    Outcome,
    Refusal,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
    reason_of,
)
from bot.domain.settlement import (
    DeletionSettlement,
    EditAction,
    EditSettlement,
    EditState,
    MembershipAnswer,
    NoticeSettlement,
    ProbeAnswer,
    ProbeSettlement,
    ReplySettlement,
    Settlement,
)

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def attempt(
    *,
    lane: Lane = Lane.CHANNEL,
    fallbacks: tuple[Fallback, ...] = (),
    attempts: int = 1,
) -> Delivery:
    return Delivery(
        id=1,
        article=2,
        chat=3,
        edition=1,
        lane=lane,
        state=State.SENDING,
        attempts=attempts,
        fallbacks=fallbacks,
        payload={},
    )


READER = attempt(lane=Lane.FOLLOWER)


# --- after a send -----------------------------------------------------------------------------------------------------

FATES: dict[str, tuple[Outcome, Delivery, Settlement]] = {
    "taken": (Sent(42), attempt(), Settlement(state=State.SENT, message=42)),
    "taken without a number": (
        Sent(0),
        READER,
        Settlement(state=State.SENT, message=0),
    ),
    "taken in a simpler form: the editors are told": (
        Sent(42),
        attempt(fallbacks=(Fallback.PLAIN,)),
        Settlement(state=State.SENT, message=42, alert=Alert.SIMPLIFIED),
    ),
    "too fast for an hour: the editors are told": (
        Wait(3_600, "too many requests", Delay.FLOOD),
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
        Wait(35, "too many requests", Delay.FLOOD),
        attempt(attempts=9),
        Settlement(
            state=State.PENDING,
            reason="too many requests",
            not_before=after(35),
            pause_chat=after(35),
        ),
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
        Wait(RIGHTS_SECONDS, "not enough rights", Delay.RIGHTS),
        READER,
        Settlement(
            state=State.PENDING,
            reason="not enough rights",
            not_before=after(RIGHTS_SECONDS),
            pause_chat=after(RIGHTS_SECONDS),
        ),
    ),
    "a reader's group mutes the bot for long: tried less often": (
        Wait(RIGHTS_SECONDS, "not enough rights", Delay.RIGHTS),
        attempt(lane=Lane.FOLLOWER, attempts=20),
        Settlement(
            state=State.PENDING,
            reason="not enough rights",
            not_before=after(MUTED_SECONDS),
            pause_chat=after(MUTED_SECONDS),
        ),
    ),
    "a forum's thread is closed: that thread waits": (
        Wait(RIGHTS_SECONDS, "closed", Delay.THREAD_CLOSED),
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
        Refused("no such thread", Refusal.NO_THREAD),
        READER,
        Settlement(
            state=State.GONE, reason="no such thread", parks=True, only_thread=True
        ),
    ),
    "a reader's group allows no pictures: without one, and nobody else hears": (
        Refused("no pictures", Refusal.NO_PICTURES),
        READER,
        Settlement(
            state=State.PENDING,
            reason="no pictures",
            fallbacks=(Fallback.TEXT,),
            not_before=AT,
        ),
    ),
    "a pause of an hour: the editors hear": (
        Wait(3600, "too many requests", Delay.FLOOD),
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
        Wait(RIGHTS_SECONDS, "not enough rights", Delay.RIGHTS),
        attempt(attempts=4),
        Settlement(
            state=State.PENDING,
            reason="not enough rights",
            not_before=after(RIGHTS_SECONDS),
            pause_chat=after(RIGHTS_SECONDS),
            alert=Alert.RIGHTS,
        ),
    ),
    "refused with a fallback: once more, at once": (
        Refused("can't parse entities", Refusal.MARKUP),
        attempt(),
        Settlement(
            state=State.PENDING,
            reason="can't parse entities",
            not_before=AT,
            fallbacks=(Fallback.PLAIN,),
        ),
    ),
    "refused with another fallback: both are applied": (
        Refused("button_url_invalid", Refusal.KEYBOARD),
        attempt(fallbacks=(Fallback.PLAIN,)),
        Settlement(
            state=State.PENDING,
            reason="button_url_invalid",
            not_before=AT,
            fallbacks=(Fallback.PLAIN, Fallback.NO_KEYBOARD),
        ),
    ),
    "refused in spite of its fallback: for good": (
        Refused("can't parse entities", Refusal.MARKUP),
        attempt(fallbacks=(Fallback.NO_KEYBOARD, Fallback.PLAIN)),
        Settlement(
            state=State.REFUSED, reason="can't parse entities", alert=Alert.REFUSED
        ),
    ),
    "refused without a fallback: for good": (
        Refused("message text is empty"),
        attempt(),
        Settlement(
            state=State.REFUSED, reason="message text is empty", alert=Alert.REFUSED
        ),
    ),
    "a reader left: parked": (
        Gone("bot was blocked by the user"),
        READER,
        Settlement(state=State.GONE, reason="bot was blocked by the user", parks=True),
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
        Settlement(
            state=State.PENDING,
            moved_to=-1002222222222,
            reason="the group has a new number",
        ),
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
def test_each_answer_has_its_fate(
    outcome: Outcome, tried: Delivery, fate: Settlement
) -> None:
    assert after_send(outcome, tried, AT) == fate


def test_doubt_lasts_as_long_as_the_settings_say() -> None:
    assert after_send(
        Unknown("timed out"), attempt(), AT, doubt_seconds=7.5
    ).not_before == after(7.5)


def test_a_readers_delivery_is_doubtful_once_and_unconfirmed_after_its_repeat() -> None:
    """A channel's post stays doubtful however often an answer was lost: it is searched for."""
    reader = Delivery(
        id=1, article=1, chat=1, edition=1, lane=Lane.FOLLOWER, state=State.SENDING
    )
    lost = replace(reader, lost=REPEATS)
    assert after_send(Unknown("cut"), reader, AT).state is State.DOUBTFUL
    assert after_send(Unknown("cut"), lost, AT).state is State.UNCONFIRMED
    assert (
        after_send(Unknown("cut"), replace(lost, lane=Lane.CHANNEL), AT).state
        is State.DOUBTFUL
    )


REASON = st.text(min_size=1, max_size=20)
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Sent, st.integers(0)),
    st.builds(Wait, st.floats(0, 86_400), REASON, st.sampled_from(Delay)),
    st.builds(Refused, REASON, st.sampled_from(Refusal)),
    st.builds(Gone, REASON),
    st.builds(Migrated, st.integers(max_value=-1)),
    st.builds(Unknown, REASON),
    st.builds(Revoked, REASON),
)
TRIED = st.builds(
    attempt,
    lane=st.sampled_from(Lane),
    attempts=st.integers(1, 1_000_000),
    fallbacks=st.lists(st.sampled_from(Fallback), unique=True).map(tuple),
)


@given(OUTCOMES, TRIED)
def test_nothing_sent_is_ever_pending_and_nothing_unsent_is_ever_sent(
    outcome: Outcome, tried: Delivery
) -> None:
    settled = after_send(outcome, tried, AT)
    assert (settled.state is State.SENT) == isinstance(outcome, Sent)
    assert (settled.state is State.DOUBTFUL) == isinstance(outcome, Unknown)
    assert (settled.message is not None) == isinstance(outcome, Sent)


@given(OUTCOMES, TRIED)
def test_an_attempt_leaves_sending_and_never_waits_in_the_past(
    outcome: Outcome, tried: Delivery
) -> None:
    settled = after_send(outcome, tried, AT)
    assert settled.state not in (
        State.SENDING,
        State.HELD,
        State.SKIPPED,
        State.WITHDRAWN,
    )
    assert settled.not_before is None or settled.not_before >= AT
    assert settled.pause_chat is None or settled.pause_chat == settled.not_before
    assert settled.state is State.SENT or settled.reason


@given(OUTCOMES, TRIED)
def test_only_readers_are_parked_and_a_channels_post_is_given_up_only_when_telegram_refuses_it(
    outcome: Outcome, tried: Delivery
) -> None:
    settled = after_send(outcome, tried, AT)
    if tried.lane is Lane.CHANNEL:
        assert not settled.parks
        assert settled.state is not State.GONE
        assert (settled.state is State.REFUSED) <= isinstance(outcome, Refused)
    else:
        assert bool(settled.parks) == (settled.state is State.GONE)


@given(st.lists(st.sampled_from([*FALLBACKS]), min_size=len(Fallback) + 1, max_size=40))
def test_refusals_end_because_each_fallback_is_tried_once(
    causes: list[Refusal],
) -> None:
    tried = attempt()
    for calls, cause in enumerate(causes, 1):
        settled = after_send(Refused("no", cause), tried, AT)
        if settled.state is State.REFUSED:
            assert calls <= len(Fallback) + 1
            return
        assert settled.fallbacks is not None
        tried = attempt(fallbacks=settled.fallbacks)
        assert len(tried.fallbacks) == len(set(tried.fallbacks))
    pytest.fail("refused for ever")


@given(st.floats(0, 86_400), st.integers(0, 10**9))
def test_the_network_is_given_more_time_each_time_up_to_five_minutes(
    seconds: float, attempts: int
) -> None:
    """And never less than the answer asked for."""
    waited = backoff(seconds, attempts)
    assert seconds <= waited <= max(seconds, 300.0)
    assert waited <= backoff(seconds, attempts + 1)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 5), (1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (8, 300), (10**9, 300)],
)
def test_a_wait_of_five_seconds_doubles(attempts: int, seconds: float) -> None:
    assert backoff(5, attempts) == seconds


# --- after an edit ----------------------------------------------------------------------------------------------------

EDIT_FATES: dict[str, tuple[Outcome, Delivery, EditAction, EditSettlement]] = {
    "taken": (
        Sent(1),
        attempt(),
        EditAction.EDIT,
        EditSettlement(state=EditState.DONE),
    ),
    "deleted": (
        Sent(1),
        attempt(),
        EditAction.DELETE,
        EditSettlement(state=EditState.DONE),
    ),
    "a note was left: the editors are told": (
        Sent(1),
        attempt(),
        EditAction.LEAVE_NOTE,
        EditSettlement(state=EditState.DONE, alert=Alert.NOTE_LEFT),
    ),
    "the network: this edit alone waits": (
        Wait(5, "no connection"),
        attempt(attempts=9),
        EditAction.EDIT,
        EditSettlement(
            state=EditState.DUE, reason="no connection", not_before=after(5)
        ),
    ),
    "a closed thread: the thread waits and the channel's editors are told": (
        Wait(900, "closed", Delay.THREAD_CLOSED),
        attempt(),
        EditAction.EDIT,
        EditSettlement(
            state=EditState.DUE,
            reason="closed",
            not_before=after(900),
            pauses_chat=True,
            only_thread=True,
            alert=Alert.RIGHTS,
        ),
    ),
    "somebody deleted the post": (
        Refused("no such message", Refusal.MESSAGE_MISSING),
        attempt(),
        EditAction.DELETE,
        EditSettlement(state=EditState.POST_GONE, reason="somebody deleted the post"),
    ),
    "refused with a fallback: once more": (
        Refused("bad markup", Refusal.MARKUP),
        attempt(fallbacks=(Fallback.NO_KEYBOARD,)),
        EditAction.EDIT,
        EditSettlement(
            state=EditState.DUE,
            reason="bad markup",
            not_before=AT,
            fallbacks=(Fallback.NO_KEYBOARD, Fallback.PLAIN),
        ),
    ),
    "a deletion is refused: a note instead": (
        Refused("too old", Refusal.NOT_DELETABLE),
        attempt(),
        EditAction.DELETE,
        EditSettlement(
            state=EditState.DUE,
            reason="too old",
            not_before=AT,
            fallbacks=(Fallback.KEEP,),
        ),
    ),
    "refused for good: the post stays": (
        Refused("bad markup", Refusal.MARKUP),
        attempt(fallbacks=(Fallback.PLAIN,)),
        EditAction.EDIT,
        EditSettlement(
            state=EditState.GIVEN_UP, reason="bad markup", alert=Alert.EDIT_REFUSED
        ),
    ),
    "a reader left: parked": (
        Gone("blocked"),
        READER,
        EditAction.EDIT,
        EditSettlement(
            state=EditState.DUE,
            reason="blocked",
            not_before=after(RIGHTS_SECONDS),
            parks=True,
        ),
    ),
    "a channel is gone: it waits": (
        Gone("kicked"),
        attempt(),
        EditAction.EDIT,
        EditSettlement(
            state=EditState.DUE,
            reason="kicked",
            not_before=after(RIGHTS_SECONDS),
            pauses_chat=True,
            alert=Alert.GONE,
        ),
    ),
    "the group moved: at once": (
        Migrated(-5),
        attempt(),
        EditAction.EDIT,
        EditSettlement(state=EditState.DUE, moved_to=-5),
    ),
    "the answer was lost: made again, which does no harm": (
        Unknown("cut"),
        attempt(),
        EditAction.EDIT,
        EditSettlement(state=EditState.DUE, reason="cut", not_before=after(10)),
    ),
    "the token was revoked: made again": (
        Revoked("no"),
        attempt(),
        EditAction.EDIT,
        EditSettlement(state=EditState.DUE, reason="no", not_before=after(10)),
    ),
}


@pytest.mark.parametrize(
    ("outcome", "post", "action", "fate"), EDIT_FATES.values(), ids=EDIT_FATES.keys()
)
def test_each_answer_to_an_edit_has_its_fate(
    outcome: Outcome, post: Delivery, action: EditAction, fate: EditSettlement
) -> None:
    assert after_edit(outcome, post, action, AT) == fate


# --- after a reply, a notice and a probe ------------------------------------------------------------------------------

OTHERS: dict[
    str, tuple[Outcome, ReplySettlement, NoticeSettlement, ProbeSettlement]
] = {
    "sent": (
        Sent(1),
        ReplySettlement(),
        NoticeSettlement(),
        ProbeSettlement(ProbeAnswer.DONE),
    ),
    "a short pause": (
        Wait(0.5, "soon", Delay.FLOOD),
        ReplySettlement(again_in=0.5),
        NoticeSettlement(again_in=1.0),
        ProbeSettlement(ProbeAnswer.LATER, "soon", 1.0),
    ),
    "a long pause": (
        Wait(3_600, "later", Delay.FLOOD),
        ReplySettlement(),
        NoticeSettlement(again_in=900),
        ProbeSettlement(ProbeAnswer.LATER, "later", 3_600),
    ),
    "refused with a fallback": (
        Refused("bad markup", Refusal.MARKUP),
        ReplySettlement(again_in=0, fallback=Fallback.PLAIN),
        NoticeSettlement(again_in=900, is_refused=True, fallback=Fallback.PLAIN),
        ProbeSettlement(ProbeAnswer.REFUSED, "bad markup"),
    ),
    "no such message": (
        Refused("no", Refusal.MESSAGE_MISSING),
        ReplySettlement(),
        NoticeSettlement(again_in=900, is_refused=True),
        ProbeSettlement(ProbeAnswer.MISSING, "no"),
    ),
    "not to be forwarded": (
        Refused("no", Refusal.PROTECTED),
        ReplySettlement(),
        NoticeSettlement(again_in=900, is_refused=True),
        ProbeSettlement(ProbeAnswer.PROTECTED, "no"),
    ),
    "gone": (
        Gone("blocked"),
        ReplySettlement(parks=True),
        NoticeSettlement(again_in=900, is_refused=True),
        ProbeSettlement(ProbeAnswer.GONE, "blocked", RIGHTS_SECONDS),
    ),
    "moved": (
        Migrated(-5),
        ReplySettlement(again_in=0, moved_to=-5),
        NoticeSettlement(again_in=10),
        ProbeSettlement(ProbeAnswer.LATER, "the group has a new number"),
    ),
    "lost": (
        Unknown("cut"),
        ReplySettlement(),
        NoticeSettlement(again_in=10),
        ProbeSettlement(ProbeAnswer.LATER, "cut"),
    ),
    "revoked": (
        Revoked("no"),
        ReplySettlement(),
        NoticeSettlement(again_in=10),
        ProbeSettlement(ProbeAnswer.LATER, "no"),
    ),
}


@pytest.mark.parametrize(
    ("outcome", "reply", "notice", "probe"), OTHERS.values(), ids=OTHERS.keys()
)
def test_each_answer_to_a_reply_a_notice_and_a_probe_has_its_fate(
    outcome: Outcome,
    reply: ReplySettlement,
    notice: NoticeSettlement,
    probe: ProbeSettlement,
) -> None:
    assert (after_reply(outcome), after_notice(outcome), after_probe(outcome)) == (
        reply,
        notice,
        probe,
    )


DELETIONS = {
    "deleted": (Sent(0), DeletionSettlement(is_deleted=True)),
    "refused": (Refused("no"), DeletionSettlement()),
    "pause": (Wait(4, "slow"), DeletionSettlement(again_in=4)),
    "long pause": (Wait(900, "slow"), DeletionSettlement(again_in=10)),
    "gone": (Gone("blocked"), DeletionSettlement(again_in=1)),
    "moved": (Migrated(-5), DeletionSettlement(again_in=1)),
    "lost": (Unknown("cut"), DeletionSettlement(again_in=1)),
    "revoked": (Revoked("no"), DeletionSettlement(again_in=1)),
}


@pytest.mark.parametrize(
    ("outcome", "expected"), DELETIONS.values(), ids=DELETIONS.keys()
)
def test_a_copy_is_deleted_again_unless_telegram_refuses(
    outcome: Outcome, expected: DeletionSettlement
) -> None:
    assert after_deletion(outcome) == expected


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (Wait(5, "not an admin", Delay.ADMIN_REQUIRED), MembershipAnswer.HIDDEN),
        (Refused("hidden", Refusal.MEMBERS_HIDDEN), MembershipAnswer.HIDDEN),
        (Refused("not found"), MembershipAnswer.NO_MEMBER),
        (Gone("kicked"), MembershipAnswer.NO_MEMBER),
        (Sent(0), MembershipAnswer.NO_MEMBER),
        (Wait(5, "flood", Delay.FLOOD), MembershipAnswer.LATER),
        (Migrated(-5), MembershipAnswer.LATER),
        (Unknown("lost"), MembershipAnswer.LATER),
        (Revoked("revoked"), MembershipAnswer.LATER),
    ],
)
def test_who_asked_is_no_admin_unless_telegram_can_not_say(
    outcome: Outcome, answer: MembershipAnswer
) -> None:
    """A group that hides its members is known apart from a group that does not know somebody."""
    assert after_membership_query(outcome) is answer


def test_every_table_of_fates_names_every_outcome() -> None:
    """An outcome that is added needs its row for a send, an edit, a reply, a notice and a probe."""
    for table in (FATES, EDIT_FATES, OTHERS, DELETIONS):
        assert {type(row[0]) for row in table.values()} == set(get_args(Outcome))


def test_editors_hear_of_a_simpler_form_unless_the_readers_chat_asked_for_it() -> None:
    """A reader's chat without pictures is its own matter; markup that can't be read is the article's."""
    (of_chat, *_) = OF_CHAT
    theirs, ours = (
        attempt(lane=Lane.FOLLOWER, fallbacks=(one,))
        for one in (of_chat, Fallback.PLAIN)
    )
    assert after_send(Sent(1), theirs, AT).alert is None
    assert after_send(Sent(1), ours, AT).alert is Alert.SIMPLIFIED


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Sent(1), ""),
        (Migrated(-5), "the group has a new number"),
        (Gone("blocked"), "blocked"),
    ],
)
def test_why_a_call_failed_is_told_in_words(outcome: Outcome, reason: str) -> None:
    """A call that did what it was for has no reason."""
    assert reason_of(outcome) == reason


@pytest.mark.parametrize(
    "outcome", [row[0] for row in OTHERS.values()], ids=OTHERS.keys()
)
def test_every_outcome_but_sent_has_a_reason_in_words(outcome: Outcome) -> None:
    assert bool(reason_of(outcome)) is not isinstance(outcome, Sent)
