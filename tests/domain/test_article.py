"""Articles: what makes a change, what copies are found by, and the order of what is related."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import article
from bot.domain.article import FINGERPRINT_VERSION, Article, Related, is_of_this_version
from tests.support.examples import examples

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
STORY = Article(
    identity="https://host.example/a",
    url="https://host.example/a",
    title="Six words make a good title",
    excerpt="Something happened.",
    provider="The Paper",
    published=NOON,
    topics=("AI", "Energy"),
    image="https://host.example/a.png",
)
MANY = examples(200)


def related(number: int, *, quality: int = 0, title: str = "") -> Related:
    url = f"https://other.example/{number}"
    return Related(
        identity=url, url=url, title=title or f"Story number {number}", quality=quality
    )


@MANY
@given(st.integers(-1, 200), st.integers(-1, 500), st.integers(-11, 11), st.booleans())
def test_scores_marks_and_the_time_of_day_are_no_change(
    quality: int, heat: int, hours: int, mark: bool
) -> None:
    later = replace(
        STORY,
        quality=quality,
        heat=heat,
        published=NOON + timedelta(hours=hours),
        unpublished=mark,
    )
    assert later.fingerprint == STORY.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another title"},
        {"excerpt": "Something else."},
        {"url": "https://host.example/b"},
        {"provider": "The Other Paper"},
        {"published": NOON + timedelta(days=1)},
        {"published": None},
        {"topics": ("AI",)},
        {"image": None},
        {"related": (related(1),)},
    ],
)
def test_whatever_a_reader_sees_is_a_change(change: dict[str, object]) -> None:
    assert replace(STORY, **change).fingerprint != STORY.fingerprint


@MANY
@given(
    st.permutations([related(1), related(2), related(3)]),
    st.lists(st.integers(0, 160), min_size=3, max_size=3),
)
def test_the_order_of_related_articles_is_no_change(
    order: list[Related], scores: list[int]
) -> None:
    first = replace(STORY, related=(related(1), related(2), related(3)))
    other = replace(
        STORY,
        related=tuple(
            replace(one, quality=score)
            for one, score in zip(order, scores, strict=True)
        ),
    )
    assert other.fingerprint == first.fingerprint


@MANY
@given(st.text(), st.text())
def test_a_fingerprint_is_a_version_and_sixteen_digits_of_any_text(
    title: str, excerpt: str
) -> None:
    found = replace(STORY, title=title, excerpt=excerpt).fingerprint
    version, _, digits = found.partition(":")
    assert version == FINGERPRINT_VERSION
    assert len(digits) == 16
    int(digits, 16)
    assert is_of_this_version(found)
    assert not is_of_this_version(digits)  # as the first edition wrote them


def test_a_title_of_six_words_tells_a_story_and_a_shorter_one_does_not() -> None:
    assert STORY.title_key == "six words make a good title"
    assert (
        replace(STORY, title="“Six” words: MAKE a good title!").title_key
        == STORY.title_key
    )
    assert replace(STORY, title="Only five words in here").title_key == ""


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("Six words MAKE a good title!", True),
        ("RE-TRANSMISSION: Six words make a good title", True),
        ("/R E P E A T -- Six words make a good title/", True),
        ("Six wrods maek a good tilte", True),
        ("Six word make a good title", False),
        ("Six words make a good title 12", False),
        ("Retransmission of six words make a good title", False),
    ],
)
def test_a_story_is_known_again_when_a_newswire_repeats_or_corrects_it(
    title: str, same: bool
) -> None:
    assert (replace(STORY, title=title).story_key == STORY.story_key) is same


@pytest.mark.parametrize(
    ("title", "is_told"),
    [
        ("三十個組織聯手反對人臉識別", True),
        ("三十個組織聯手", False),
        ("議会がデータセンターの新しい法律を採決", True),
        ("สภาลงมติกฎหมายใหม่เรื่องศูนย์ข้อมูล", True),
        ("АБВГДЕЖЗИЙКЛМН", False),
        ("GPT-5發布：十二項新功能一次看懂", True),
    ],
)
def test_in_scripts_without_spaces_twelve_characters_tell_a_story(
    title: str, is_told: bool
) -> None:
    assert bool(replace(STORY, title=title).title_key) is is_told
    assert bool(replace(STORY, title=title).story_key) is is_told


def test_in_scripts_without_spaces_the_order_of_characters_counts() -> None:
    one, other = (
        replace(STORY, title=title).story_key
        for title in ("中國隊在決賽中擊敗日本代表隊", "日本代表隊在決賽中擊敗中國隊")
    )
    assert one != other


def test_numbers_are_no_slips_and_short_titles_tell_no_story() -> None:
    assert replace(STORY, title="The town had 12 fires in May").story_key != ""
    one, other = (
        replace(STORY, title=f"The town had {number} fires in May").story_key
        for number in ("12", "21")
    )
    assert one != other
    assert (
        replace(STORY, title="Re-Transmission: only five words in here").story_key == ""
    )


@MANY
@given(st.integers(0, 2**62))
def test_a_short_id_names_its_row(number: int) -> None:
    text = article.short_id(number)
    if len(text) <= 12:
        assert article.from_short_id(text) == number
        assert article.from_short_id(f" {text.upper()} ") == number


@pytest.mark.parametrize("text", ["", " ", "-1", "1.5", "ü", "a" * 13, "١"])
def test_what_is_no_short_id_names_no_row(text: str) -> None:
    assert article.from_short_id(text) is None


def test_a_row_number_below_zero_has_no_short_id() -> None:
    with pytest.raises(ValueError, match="negative"):
        article.short_id(-1)


def test_related_articles_stand_by_falling_quality_and_ties_as_listed() -> None:
    listed = [related(1, quality=5), related(2, quality=50), related(3, quality=5)]
    assert [one.url[-1] for one in article.in_order(listed, frozenset())] == [
        "2",
        "1",
        "3",
    ]


def test_related_articles_come_once_by_address_and_by_title_and_without_the_article() -> (
    None
):
    listed = [
        related(1, quality=1),
        related(1, quality=9, title="The better copy"),
        related(2, title="the BETTER copy!"),
        related(3),
        related(4, title=STORY.title.upper()),
    ]
    kept = article.in_order(listed, frozenset({"https://other.example/3"}), STORY.title)
    assert [(one.url[-1], one.quality) for one in kept] == [("1", 9)]


@MANY
@given(
    st.lists(
        st.builds(related, st.integers(0, 9), quality=st.integers(-5, 5)), max_size=20
    )
)
def test_ordering_what_is_in_order_changes_nothing(listed: list[Related]) -> None:
    kept = article.in_order(listed, frozenset())
    assert article.in_order(list(kept), frozenset()) == kept
