"""What a file tells: the relation's whole table, and when two stories are one, two, or instalments of a column."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Related, Story, story
from bot.domain.identity import (
    EarlierStory,
    Known,
    Relation,
    are_instalments,
    are_two,
    first_of,
    is_same_story,
    judge,
    match,
    new_or_copy,
    same_title,
)
from bot.domain.rereading import reads_alike
from tests.support.newsroom import AT, FIRST, SECOND, article

PATH = "a.md"


def relation(
    *,
    previous: int | None = None,
    match: int | None = None,
    owner: str = "",
    title: bool = False,
) -> Relation:
    return judge(
        previous=previous,
        match=match,
        owner=owner or None,
        path=PATH,
        is_same_story=title,
    )


def test_a_story_nobody_told_is_new() -> None:
    assert relation() is Relation.NEW


def test_a_title_that_was_told_at_another_address_is_a_copy() -> None:
    assert new_or_copy(3) is Relation.COPY
    assert new_or_copy(None) is Relation.NEW


def test_a_known_address_without_a_living_file_is_taken_over() -> None:
    assert relation(match=1) is Relation.OWN


def test_a_known_address_of_another_files_is_recorded_only() -> None:
    assert relation(match=1, owner="b.md") is Relation.OTHER


def test_a_file_tells_its_own_article_again_whatever_its_title_is_now() -> None:
    assert relation(previous=1, match=1, owner=PATH, title=False) is Relation.OWN
    assert relation(previous=1, match=1, owner=PATH, title=True) is Relation.OWN


def test_a_story_that_moves_keeps_its_article() -> None:
    assert relation(previous=1, title=True, owner=PATH) is Relation.MOVED


def test_a_story_that_moves_in_a_file_that_does_not_own_it_is_recorded_only() -> None:
    assert relation(previous=1, title=True, owner="b.md") is Relation.OTHER


def test_only_a_new_title_at_a_new_address_makes_a_rewritten_file_another_article() -> (
    None
):
    assert relation(previous=1) is Relation.NEW


def test_a_story_that_moves_to_another_articles_address_makes_the_two_one() -> None:
    assert relation(previous=1, match=2, title=True) is Relation.MERGED
    assert relation(previous=2, match=1, title=True, owner="b.md") is Relation.MERGED


def test_a_file_rewritten_to_tell_another_known_story_joins_nothing() -> None:
    assert relation(previous=1, match=2) is Relation.OWN
    assert relation(previous=1, match=2, owner="b.md") is Relation.OTHER


numbers = st.none() | st.integers(1, 3)


@given(
    previous=numbers,
    match=numbers,
    owner=st.sampled_from(["", PATH, "b.md"]),
    title=st.booleans(),
)
def test_nothing_known_is_ever_told_as_new(
    previous: int | None, match: int | None, owner: str, title: bool
) -> None:
    found = relation(previous=previous, match=match, owner=owner, title=title)
    assert found is not Relation.COPY
    if found is Relation.NEW:
        assert match is None
        assert previous is None or not title
    if found is Relation.MERGED:
        assert previous is not None
        assert match not in (None, previous)
    if found is Relation.OTHER:
        assert owner == "b.md"


@pytest.mark.parametrize("one", list(Relation))
def test_every_verdict_is_reached(one: Relation) -> None:
    reached = {
        relation(),
        new_or_copy(1),
        relation(match=1),
        relation(match=1, owner="b.md"),
        relation(previous=1, title=True),
        relation(previous=1, match=2, title=True),
    }
    assert one in reached


# --- whether a file goes on with its story ----------------------------------------------------------------------------

BRIEF = "The morning brief of 12 March for the whole town"


@pytest.mark.parametrize(
    ("title", "other", "goes_on"),
    [
        (FIRST, FIRST.upper(), True),
        (FIRST, "RE-TRANSMISSION: " + FIRST, True),
        (FIRST, FIRST.replace("unite", "untie"), True),
        (FIRST, FIRST.replace("against", "agaist"), True),
        (FIRST, "Parliament votes on a new law for data centres", False),
        (BRIEF, BRIEF.replace("12", "13"), False),
        ("Short one", "Short two", False),
        ("Short one", "short ONE", True),
    ],
)
def test_a_file_goes_on_with_its_story_under_its_title_or_a_corrected_one(
    title: str, other: str, goes_on: bool
) -> None:
    assert (
        is_same_story(article(title, published=AT), article(other, published=AT))
        is goes_on
    )


def test_a_title_that_is_only_alike_needs_the_same_day_and_the_same_source_or_words() -> (
    None
):
    before = article(FIRST, published=AT, provider="One", excerpt="What happened.")
    alike = FIRST.replace("against", "agaist")
    assert is_same_story(before, article(alike, published=AT, provider="One"))
    assert is_same_story(
        before, article(alike, published=AT, provider="Two", excerpt="What happened.")
    )
    assert not is_same_story(before, article(alike, published=AT, provider="Two"))
    assert not is_same_story(
        before, article(alike, published=AT - timedelta(days=1), provider="One")
    )
    assert not is_same_story(article(FIRST), article(alike, published=AT))


# --- one address, two stories -----------------------------------------------------------------------------------------

PAGE = "https://host.example/letter"
#: Two letters at one address in which nothing is the same.
LETTER = Story(
    PAGE,
    PAGE,
    "Letter 41: the harbour freezes",
    "The ice came early this year.",
    "Host",
    "2026-11-01",
)
NEXT = Story(
    PAGE,
    PAGE,
    "Letter 42: a thaw at last",
    "Boats move again, slowly.",
    "Host",
    "2026-11-08",
)


@pytest.mark.parametrize(
    ("change", "two"),
    [
        ({}, True),
        ({"title": LETTER.title}, False),
        ({"title": "LETTER 41 — the Harbour freezes!"}, False),
        ({"title": "Host: Letter 41: the harbour freezes"}, False),
        ({"title": "Letter 41: the harbour freezess"}, False),
        ({"title": "Letter 42: the harbour freezes"}, True),
        ({"title": "Letter 4"}, True),
        ({"day": LETTER.day}, False),
        ({"day": ""}, False),
        ({"excerpt": ""}, False),
        ({"excerpt": "The ice came early"}, False),
        ({"excerpt": "The ice came early this yaer."}, False),
        ({"url": PAGE + "#v2", "day": LETTER.day, "excerpt": LETTER.excerpt}, True),
        ({"url": PAGE + "#comments", "day": LETTER.day}, False),
        ({"url": PAGE + "#v2", "title": LETTER.title}, False),
    ],
)
def test_two_stories_at_one_address_differ_in_title_day_and_excerpt_or_in_fragment_and_title(
    change: dict[str, str], two: bool
) -> None:
    assert are_two(LETTER, NEXT._replace(**change)) is two


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ("第41期 港口的消息", "第42期 港口的消息", True),
        ("港口消息", "今日港口消息", False),
        ("第4期", "第41期", True),
    ],
)
def test_titles_without_spaces_agree_where_one_holds_the_other(
    one: str, other: str, two: bool
) -> None:
    assert are_two(LETTER._replace(title=one), NEXT._replace(title=other)) is two


WORDS = st.sampled_from(
    [
        "",
        "Letter 41",
        "Letter 42",
        FIRST,
        FIRST + " now",
        "港口的消息",
        "Boats move again, slowly.",
    ]
)
STORIES = st.builds(
    Story,
    identity=st.sampled_from([PAGE, PAGE + "?a=1", "https://host.example/other"]),
    url=st.sampled_from([PAGE, PAGE + "#a", PAGE + "#b"]),
    title=WORDS,
    excerpt=WORDS,
    provider=st.sampled_from(["", "Host", "HOST", "Other"]),
    day=st.sampled_from(["", "2026-11-01", "2026-11-08"]),
)


@given(STORIES, STORIES)
def test_whether_two_stories_are_two_does_not_hang_on_which_came_first(
    one: Story, other: Story
) -> None:
    assert are_two(one, other) is are_two(other, one)
    assert are_instalments(one, other) is are_instalments(other, one)
    assert not are_two(one, one)
    assert not are_instalments(one, one)


# --- a column ---------------------------------------------------------------------------------------------------------

COLUMN = Story(
    "https://host.example/c/1",
    "",
    "What the week was like at our desk",
    "On ice.",
    "Host",
    "2026-11-01",
)
INSTALMENT = COLUMN._replace(
    identity="https://host.example/c/2", excerpt="On boats.", day="2026-11-08"
)


@pytest.mark.parametrize(
    ("change", "is_column"),
    [
        ({}, True),
        ({"provider": "HOST"}, True),
        ({"provider": "Another"}, False),
        ({"identity": "https://host.example/c/1?page=2"}, False),
        ({"identity": "https://mirror.example/c/1"}, False),
        ({"day": COLUMN.day}, False),
        ({"day": ""}, False),
        ({"excerpt": COLUMN.excerpt}, False),
        ({"excerpt": ""}, False),
    ],
)
def test_an_instalment_of_a_column_has_all_but_outlet_and_title_of_its_own(
    change: dict[str, str], is_column: bool
) -> None:
    assert are_instalments(COLUMN, INSTALMENT._replace(**change)) is is_column


def test_a_column_that_another_outlet_carries_is_none() -> None:
    before = [EarlierStory(1, 0, COLUMN)]
    assert first_of(INSTALMENT, 7, before, {"host"}) is None
    assert first_of(INSTALMENT, 7, before, {"host", "another"}) == 1
    assert first_of(INSTALMENT, 7, [], {"another"}) is None


def test_a_copy_is_a_copy_of_the_nearest_instalment() -> None:
    before = [EarlierStory(1, 0, COLUMN), EarlierStory(2, 7, INSTALMENT)]
    assert first_of(INSTALMENT._replace(provider="Another"), 8, before, {"host"}) == 2
    assert first_of(COLUMN._replace(provider="Another"), 1, before, {"host"}) == 1
    assert (
        first_of(
            COLUMN._replace(identity="https://host.example/c/9"), 6, before, {"host"}
        )
        == 1
    )


def test_a_file_written_anew_for_each_instalment_of_a_column_tells_another_story_each_time() -> (
    None
):
    one = article(
        FIRST,
        "https://host.example/c/1",
        published=AT,
        excerpt="On ice.",
        provider="Host",
    )
    other = article(
        FIRST,
        "https://host.example/c/2",
        published=AT + timedelta(7),
        excerpt="On boats.",
        provider="Host",
    )
    assert not is_same_story(one, other)
    assert is_same_story(
        one, article(FIRST, "https://host.example/c/2", published=AT, provider="Host")
    )


# --- which of the articles at an address ------------------------------------------------------------------------------


def matched(
    told: Story,
    *known: tuple[int, Story],
    previous: int | None = None,
    goes_on: bool = False,
    living: set[int] | None = None,
) -> int | None:
    there = [[Known(number, one) for number, one in known]]
    has_other_file = (living or set()).__contains__
    return match(
        told,
        previous=previous,
        is_same_story=goes_on,
        at_addresses=there,
        has_other_file=has_other_file,
    )


def test_a_file_goes_on_with_its_own_of_several_articles_at_an_address() -> None:
    assert matched(LETTER, (2, NEXT), (1, LETTER), previous=1, living={2}) == 1
    assert matched(NEXT, (2, NEXT), (1, LETTER), living={1, 2}) == 2
    assert matched(LETTER, (2, LETTER), (1, LETTER), previous=1) == 1
    assert matched(LETTER, (2, LETTER), (1, LETTER)) == 1


def test_a_file_that_is_rewritten_keeps_its_article_unless_another_file_tells_it() -> (
    None
):
    assert matched(NEXT, (1, LETTER), previous=1) == 1
    assert matched(NEXT, (1, LETTER), previous=1, living={1}) is None


def test_another_story_takes_the_place_of_one_that_no_file_tells_any_more_if_that_is_alone() -> (
    None
):
    third = NEXT._replace(
        title="Letter 43: spring", excerpt="Swallows.", day="2026-11-15"
    )
    assert matched(NEXT, (1, LETTER)) == 1
    assert matched(NEXT, (1, LETTER), living={1}) is None
    assert matched(third, (2, NEXT), (1, LETTER), living={2}) is None
    assert matched(NEXT, (1, LETTER), previous=5, goes_on=True) is None


@given(
    STORIES,
    st.lists(STORIES, max_size=4),
    st.sets(st.integers(0, 3)),
    st.none() | st.integers(0, 3),
    st.booleans(),
)
def test_a_match_is_one_of_the_articles_there_and_never_another_living_story(
    told: Story,
    stories: list[Story],
    living: set[int],
    previous: int | None,
    goes_on: bool,
) -> None:
    known = list(enumerate(stories))
    found = matched(told, *known, previous=previous, goes_on=goes_on, living=living)
    assert found is None or found < len(stories)
    if found is not None and are_two(stories[found], told):
        assert found not in living
        assert all(are_two(one, told) for one in stories)
    if found is None:
        assert all(are_two(one, told) for one in stories)


def test_a_related_link_leads_to_the_article_of_its_title_among_those_at_its_address() -> (
    None
):
    assert same_title("Anything", [("Letter 41", 1)]) == 1
    assert same_title("Letter 41", [("Letter 41", 1), ("Letter 42", 2)]) == 1
    assert same_title("Letter 40", [("Letter 41", 1), ("Letter 42", 2)]) is None
    assert same_title("Letter 40", ()) is None


# --- two versions of ours, one file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({}, True),
        ({"excerpt": "What happened to the video element, and why."}, True),
        (
            {"excerpt": "What happened to the <video> element, and <![CDATA[why.]]>"},
            True,
        ),
        ({"image": "https://host.example/i.png"}, True),
        ({"published": AT + timedelta(hours=13)}, True),
        ({"title": FIRST.replace("unite", "untie")}, False),
        ({"excerpt": "What became of the element, and why."}, False),
        ({"url": "https://host.example/b"}, False),
        ({"topics": ("AI", "law")}, True),
        ({"topics": ("law",)}, False),
        ({"published": AT + timedelta(days=3)}, False),
        ({"published": None}, False),
        ({"provider": "Another Outlet"}, False),
    ],
)
def test_what_two_versions_of_ours_may_read_from_one_file(
    change: dict[str, object], alike: bool
) -> None:
    before = article(
        FIRST,
        "https://host.example/a",
        excerpt="What happened to the element, and why.",
        provider="The Outlet",
        published=AT,
        topics=("AI",),
    )
    after = replace(before, **change)
    assert reads_alike(before, after) is alike
    assert story(before).title == FIRST


@pytest.mark.parametrize(
    ("field", "missing"),
    [
        ("published", None),
        ("provider", "host.example"),
        ("excerpt", ""),
        ("topics", ()),
        ("image", None),
        ("related", ()),
    ],
)
def test_a_field_that_a_newer_version_understands_was_in_the_file_before(
    field: str, missing: object
) -> None:
    """What a version that did not know the field put in its place."""
    after = article(
        FIRST,
        "https://host.example/a",
        excerpt="What happened to the element, and why.",
        provider="The Outlet",
        published=AT,
        topics=("AI",),
        image="https://host.example/i.png",
        related=(
            Related(identity="o.example/r", url="https://o.example/r", title="Related"),
        ),
    )
    before = replace(after, **{field: missing})
    assert reads_alike(before, after)
    assert not reads_alike(before, replace(after, title=SECOND))


def test_a_file_that_says_what_it_said_stays_with_its_article() -> None:
    """It was taken for another file's article once; that stands, whatever the rules say of the two stories today."""

    def stays(*, is_unchanged: bool) -> int | None:
        known, others = [[Known(1, LETTER)]], {1}.__contains__
        return match(
            NEXT,
            previous=1,
            is_same_story=True,
            is_unchanged=is_unchanged,
            at_addresses=known,
            has_other_file=others,
        )

    assert stays(is_unchanged=True) == 1
    assert stays(is_unchanged=False) is None
