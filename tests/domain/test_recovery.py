"""Where a lost post can be, and what proves that one is it: by example and by property."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.candidates import BEYOND, MOST, Bounds, Candidates, numbers_between
from bot.domain.outcome import (
    Delay,
    Gone,
    Migrated,
    Outcome,
    Refusal,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
)
from bot.domain.recognition import Target, folded
from bot.domain.recovery import (
    ALIKE,
    NO_KEYBOARD,
    ForwardProbe,
    Found,
    KeyboardProbe,
    Later,
    NotFound,
    RightsProbe,
    Search,
)

CHANNEL, ME, EDITOR, OTHER = -1001, 7, 501, 502
KEYBOARD = {
    "inline_keyboard": [[{"text": "Follow", "url": "https://t.me/bot?start=f-x-1"}]]
}
ANOTHERS = {
    "inline_keyboard": [[{"text": "Follow", "url": "https://t.me/bot?start=f-x-2"}]]
}
WANTED = Target(chat_id=CHANNEL, me=ME, text="A tale\n\nof two", keyboard=KEYBOARD)
numbers = st.integers(1, 60)


def look(
    before: int | None = 10,
    after: int | None = None,
    *known: int,
    editors: tuple[int, ...] = (EDITOR,),
) -> Search:
    return Search(
        WANTED, Bounds(before=before, after=after, known=frozenset(known)), editors
    )


def copy_of(number: int, **changes: Any) -> dict[str, Any]:
    """A forwarded copy of the post itself."""
    origin = {"type": "channel", "chat": {"id": CHANNEL}, "message_id": number}
    return {
        "message_id": 900,
        "forward_origin": origin,
        "text": WANTED.text,
        "reply_markup": KEYBOARD,
    } | changes


def walk(one: Search, there: dict[int, dict[str, Any]]) -> tuple[Any, list[int]]:
    """Let a look see what is there; return its verdict and which numbers it asked for."""
    asked: list[int] = []
    while isinstance(step := one.next(), ForwardProbe):
        asked.append(step.message)
        if step.message in there:
            one.answered(step, Sent(900), there[step.message])
        else:
            one.answered(
                step, Refused("no such message", Refusal.MESSAGE_MISSING), None
            )
    return step, asked


# --- where it can be --------------------------------------------------------------------------------------------------


@given(
    before=st.none() | numbers,
    after=st.none() | numbers,
    known=st.frozensets(numbers),
    late=st.booleans(),
)
def test_candidates_lie_between_what_is_known(
    before: int | None, after: int | None, known: frozenset[int], late: bool
) -> None:
    between = numbers_between(
        Bounds(before=before, after=after, known=known, late=late)
    )
    found = list(islice(between, 2 * MOST))
    assert len(found) == len(set(found))
    assert not known & set(found)
    assert all(number > (before or 0) for number in found)
    assert after is None or all(number < after for number in found)


@given(
    before=st.none() | numbers,
    after=st.none() | numbers,
    known=st.frozensets(numbers),
    misses=st.booleans(),
)
def test_never_more_than_a_fixed_number_of_candidates_are_probed(
    before: int | None, after: int | None, known: frozenset[int], misses: bool
) -> None:
    left = Candidates(Bounds(before=before, after=after, known=known))
    probed = []
    while left.next is not None:
        probed.append(left.next)
        left.drop(is_missing=misses)
    assert len(probed) == len(set(probed)) <= MOST


@pytest.mark.parametrize(
    ("around", "first"),
    [
        (Bounds(before=10, after=40), 11),
        (Bounds(before=10, after=40, late=True), 39),
        (Bounds(before=None, after=40), 39),
        (Bounds(before=10), 11),
        (Bounds(), 1),
        (Bounds(floor=30), 31),
        (Bounds(floor=30, after=40), 39),
        (Bounds(floor=10, before=30), 31),
        (Bounds(before=10, known=frozenset((11, 12))), 13),
    ],
)
def test_the_likeliest_number_comes_first(around: Bounds, first: int) -> None:
    assert next(numbers_between(around)) == first
    assert Candidates(around).next == first


@given(gap=st.integers(0, BEYOND - 1))
def test_an_open_search_goes_on_over_a_few_missing_numbers(gap: int) -> None:
    number = 11 + gap
    assert walk(look(), {number: copy_of(number)}) == (
        Found(number),
        list(range(11, number + 1)),
    )


def test_an_open_search_ends_where_there_is_nothing_any_more() -> None:
    verdict, asked = walk(look(10, None, 12), {})
    assert isinstance(verdict, NotFound)
    assert asked == [
        11,
        13,
        14,
        15,
    ]  # what lies below the last known number does not count


def test_a_bounded_search_looks_everywhere() -> None:
    verdict, asked = walk(look(10, 20), {19: copy_of(19)})
    assert verdict == Found(19)
    assert asked == list(range(11, 20))


def test_there_may_be_no_room_for_it_at_all() -> None:
    assert isinstance(look(10, 11).next(), NotFound)


# --- what proves it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        {"type": "channel", "chat": {"id": CHANNEL}, "message_id": 11},
        {"type": "user", "sender_user": {"id": ME}},
        {"type": "chat", "sender_chat": {"id": CHANNEL}},
    ],
)
def test_a_copy_proves_itself_by_origin_and_words(origin: dict[str, Any]) -> None:
    assert walk(look(), {11: copy_of(11, forward_origin=origin)})[0] == Found(11)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "A tale of three"},
        {"text": ""},
        {"forward_origin": None},
        {
            "forward_origin": {
                "type": "channel",
                "chat": {"id": CHANNEL},
                "message_id": 3,
            }
        },
        {
            "forward_origin": {
                "type": "channel",
                "chat": {"id": -1002},
                "message_id": 11,
            }
        },
        {"forward_origin": {"type": "user", "sender_user": {"id": OTHER}}},
        {"forward_origin": {"type": "hidden_user", "sender_user_name": "Bot"}},
        {"reply_markup": ANOTHERS},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_anything_less_is_somebody_elses(changes: dict[str, Any]) -> None:
    assert isinstance(walk(look(), {11: copy_of(11, **changes)})[0], NotFound)


@pytest.mark.parametrize(
    "changes", [{"reply_markup": None}, {"text": None, "caption": WANTED.text}]
)
def test_a_copy_without_buttons_or_under_a_picture_will_do(
    changes: dict[str, Any],
) -> None:
    assert walk(look(), {11: copy_of(11, **changes)})[0] == Found(11)


@given(st.text())
def test_what_telegram_does_to_spaces_and_unseen_characters_changes_no_words(
    text: str,
) -> None:
    assert folded(f" {text}\u200b\r\n") == folded(text)
    assert folded(folded(text)) == folded(text)


# --- where forwarding can't be ----------------------------------------------------------------------------------------


def test_an_editor_who_can_not_be_reached_makes_way_for_the_next() -> None:
    one = look(editors=(EDITOR, OTHER))
    one.answered(one.next(), Gone("blocked"), None)  # type: ignore[arg-type]  # a step, as the look has only begun
    assert one.next() == ForwardProbe(11, OTHER)


def retouching(**options: Any) -> Search:
    one = look(**options, editors=())
    step = one.next()
    assert isinstance(step, RightsProbe)
    one.answered(step, Sent(0), {"status": "administrator", "can_edit_messages": False})
    return one


def test_protected_content_is_not_forwarded_but_touched() -> None:
    one = look(editors=(EDITOR, OTHER))
    step = one.next()
    assert isinstance(step, ForwardProbe)
    one.answered(
        step, Refused("Message has protected content", Refusal.PROTECTED), None
    )
    assert isinstance(one.next(), RightsProbe)


def test_a_message_that_is_not_modified_is_the_post() -> None:
    one = retouching()
    step = one.next()
    assert step == KeyboardProbe(11, KEYBOARD)
    one.answered(step, Sent(0), None)  # type: ignore[arg-type]  # it is a KeyboardProbe
    assert one.next() == Found(11)


def test_an_own_post_that_took_the_buttons_is_the_post_if_it_has_its_words() -> None:
    one = retouching()
    one.answered(
        KeyboardProbe(11, KEYBOARD),
        Sent(11),
        {"message_id": 11, "text": "Another", "reply_markup": KEYBOARD},
    )
    assert isinstance(one.next(), RightsProbe)
    one = retouching()
    one.answered(
        KeyboardProbe(11, KEYBOARD),
        Sent(11),
        {"message_id": 11, "text": WANTED.text, "reply_markup": KEYBOARD},
    )
    assert one.next() == Found(11)


def test_a_message_that_an_earlier_look_may_have_touched_is_laid_bare_to_be_read() -> (
    None
):
    one = retouching()
    one.answered(KeyboardProbe(11, KEYBOARD), Sent(0), None, touched=True)
    assert isinstance(one.next(), RightsProbe)
    one.answered(RightsProbe(), Sent(0), {"status": "administrator"})
    assert one.next() == KeyboardProbe(11, NO_KEYBOARD)
    one.answered(
        KeyboardProbe(11, NO_KEYBOARD),
        Sent(11),
        {"message_id": 11, "text": "Another"},
        touched=True,
    )
    one.answered(RightsProbe(), Sent(0), {"status": "administrator"})
    assert one.next() == KeyboardProbe(12, KEYBOARD)


def test_the_right_is_asked_about_again_after_each_touch() -> None:
    one = retouching()
    one.answered(KeyboardProbe(11, KEYBOARD), Refused("can't be edited"), None)
    assert isinstance(one.next(), RightsProbe)


@pytest.mark.parametrize(
    "place",
    [{"status": "administrator", "can_edit_messages": True}, {"status": "creator"}],
)
def test_who_may_edit_others_posts_touches_none(place: dict[str, Any]) -> None:
    one = look(editors=())
    one.answered(RightsProbe(), Sent(0), place)
    assert isinstance(one.next(), NotFound)


@pytest.mark.parametrize(
    "wanted", [WANTED, Target(chat_id=CHANNEL, me=ME, text="x", keyboard=None)]
)
def test_without_buttons_or_a_number_from_before_none_is_touched(
    wanted: Target,
) -> None:
    around = Bounds(before=None, after=20) if wanted.keyboard else Bounds(before=10)
    one = Search(wanted, around, ())
    one.answered(
        RightsProbe(), Sent(0), {"status": "administrator"}
    )  # the connection works
    verdict = one.next()
    assert isinstance(verdict, NotFound)
    assert not verdict.absent


@pytest.mark.parametrize(
    ("around", "absent"),
    [
        (Bounds(before=10, after=20), True),
        (Bounds(before=10), True),
        (Bounds(before=None, after=5), True),
        (Bounds(before=10, after=10 + MOST + 1), True),
        (Bounds(before=10, after=10 + MOST + 2), False),
        (Bounds(before=None, after=50), False),
        (Bounds(), False),
    ],
)
def test_a_post_is_known_to_be_absent_only_if_every_place_was_looked_at(
    around: Bounds, absent: bool
) -> None:
    verdict, _ = walk(Search(WANTED, around, (EDITOR,)), {})
    assert isinstance(verdict, NotFound)
    assert verdict.absent == absent


@pytest.mark.parametrize(
    ("came", "seconds"),
    [
        (Wait(30, "a pause", Delay.FLOOD), 30),
        (Wait(900, "no right", Delay.RIGHTS), 900),
        (Unknown("cut"), 5),
        (Migrated(-5), 5),
        (Revoked("no"), 5),
    ],
)
@pytest.mark.parametrize("way", ["forward", "touch", "rights"])
def test_what_says_nothing_puts_the_look_off(
    way: str, came: Outcome, seconds: float
) -> None:
    one = {"forward": look, "touch": retouching, "rights": lambda: look(editors=())}[
        way
    ]()
    step = one.next()
    assert isinstance(step, ForwardProbe | KeyboardProbe | RightsProbe)
    one.answered(step, came, None)
    verdict = one.next()
    assert isinstance(verdict, Later)
    assert verdict.seconds == seconds


def test_a_candidate_that_turns_out_to_be_known_is_left_out() -> None:
    """The next one is probed instead."""
    search = look()
    search.skip()
    assert search.next() == ForwardProbe(12, EDITOR)


def test_a_message_that_is_bare_already_was_changed_by_somebody_else() -> None:
    """Nothing is proved: the search is made again."""
    search = retouching()
    search.answered(KeyboardProbe(11, KEYBOARD), Sent(0), None, touched=True)
    search.answered(RightsProbe(), Sent(0), {"status": "administrator"})
    search.answered(KeyboardProbe(11, NO_KEYBOARD), Sent(0), None, touched=True)
    assert isinstance(search.next(), Later)


def test_where_the_bots_rights_are_not_told_nothing_is_touched() -> None:
    """A refusal ends the search without a finding."""
    search = look(editors=())
    search.answered(RightsProbe(), Refused("member list is inaccessible"), None)
    result = search.next()
    assert isinstance(result, NotFound)
    assert not result.absent


def test_buttons_without_an_address_tell_nothing_of_whose_keyboard_it_is() -> None:
    """Only deep links name a delivery."""
    search = look()
    plain = {
        "inline_keyboard": [
            [{"text": "More", "callback_data": "x"}, *KEYBOARD["inline_keyboard"][0]]
        ]
    }
    search.answered(
        ForwardProbe(11, EDITOR), Sent(900), copy_of(11, reply_markup=plain)
    )
    assert search.next() == Found(11)


@pytest.mark.parametrize(
    ("keyboard", "result"), [(KEYBOARD, Found(11)), (None, NotFound(ALIKE))]
)
def test_the_same_words_in_another_thread_are_told_apart_by_their_buttons_only(
    keyboard: dict[str, Any] | None, result: Found | NotFound
) -> None:
    target = replace(WANTED, in_other_thread=True)
    one = Search(target, Bounds(before=10), (EDITOR,))
    there = {11: copy_of(11, reply_markup=keyboard)}
    assert walk(one, there)[0] == result


def test_a_keyboard_that_was_set_tells_nothing_about_the_thread() -> None:
    one = Search(replace(WANTED, in_other_thread=True), Bounds(before=10), ())
    message = {"message_id": 11, "text": WANTED.text, "reply_markup": KEYBOARD}
    one.answered(KeyboardProbe(11, KEYBOARD), Sent(11), message)
    assert one.next() == NotFound(ALIKE)
