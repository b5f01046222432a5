"""Markup: what Telegram counts and refuses, held against TDLib's own parser."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rendering import fitting, markup
from tests.support import judge
from tests.support.examples import examples


@pytest.mark.parametrize(
    "html",
    [
        "plain & simple &lt;so&gt; &quot;it&quot; &#39;goes&#x27; &nbsp; &#0; &#x110000; &copy",
        '<b>x<a href="https://a.example">a</a>y</b>',
        "<b>a<i>b<u>c<s>d<tg-spoiler>e</tg-spoiler></s></u></i></b>",
        '<a href="https://a.example/?b=1&amp;c=2">&amp;</a>',
        '<code class="x">a.md</code> <pre>b.md</pre>',
        '<span class="tg-spoiler">x</span> <blockquote>q</blockquote> <blockquote expandable>q</blockquote>',
        "#tag $USD @someone /start README.md a@b.example https://x.example 12:34 4242 4242 4242 4242",
        "<b>one #tag and README.md in bold</b>",
        "<B>upper</B>",
    ],
)
def test_what_telegram_takes_is_measured_as_it_counts(html: str) -> None:
    text, entities, units = judge.validate(html)
    marked = markup.measure(html)
    assert (marked.text, marked.units) == (text, units)
    assert len(entities) <= marked.entities


@pytest.mark.parametrize(
    ("html", "count"), [("<b>x<a href='https://a.b'>", None), ("<b>a<i>b</i>c</b>", 4)]
)
def test_split_styles_are_counted_apart(html: str, count: int | None) -> None:
    if count is None:
        with pytest.raises(
            markup.MarkupError
        ):  # single quotes: Telegram takes them, our templates need not
            markup.measure(html)
    else:
        assert markup.measure(html).entities == count


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        ("5 < 6", ""),
        ("<p>x</p>", "p"),
        ("a<br>b", "br"),
        ("a<br/>b", ""),
        ("<b>x", "b"),
        ("<b>x</i>", "i"),
        ("x</b>", "b"),
        ("<span>x</span>", "span"),
        ("<!-- no -->", ""),
        ("x &#xD800;", ""),
    ],
)
def test_what_telegram_refuses_is_refused(html: str, tag: str) -> None:
    with pytest.raises(judge.Refused):
        judge.validate(html)
    with pytest.raises(markup.MarkupError) as refused:
        markup.measure(html)
    assert refused.value.tag == tag


def test_a_link_without_address_is_refused_since_telegram_would_link_its_words() -> (
    None
):
    with pytest.raises(markup.MarkupError):
        markup.measure("<a>x.example</a>")


# Like `prose.repair`, which what is rendered went through, the alphabet leaves out what Telegram strips.
_WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Cn", "Zl", "Zp", "Mn"]),
    max_size=80,
)


@examples(300)
@given(_WORDS)
@example("a & b &amp; <c> \"d\" 'e' &#38; &lt;")
def test_escaped_words_are_read_as_they_were(words: str) -> None:
    shown = "x" + markup.escape(words) + "x"
    assert judge.validate(shown)[0] == markup.measure(shown).text == f"x{words}x"


_ALONE = [
    "#tag",
    "@name",
    "/cmd",
    "a.com",
    "README.md",
    "1:23",
    "$USD",
    "x@y.org",
    "#a#b",
    "…",
    "4242424242424242",
]
_FOUND = st.lists(st.sampled_from(_ALONE), max_size=12)


@examples(300)
@given(
    _FOUND,
    st.sampled_from([" ", "", "\n", ", ", "x"]),
    st.sampled_from(["{}", "<b>{}</b>", "<i>a<b>{}</b></i>"]),
)
def test_what_telegram_finds_by_itself_is_never_counted_too_low(
    words: list[str], between: str, frame: str
) -> None:
    html = frame.format("x " + markup.escape(between.join(words)))
    assert len(judge.validate(html)[1]) <= markup.measure(html).entities


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_largest_that_fits_is_found(most: int, room: int) -> None:
    assert fitting.largest(lambda number: number <= room, most) == min(most, room)


def test_the_largest_is_found_in_few_tries() -> None:
    tries: list[int] = []
    fitting.largest(lambda number: tries.append(number) or number <= 777_777, 1_000_000)  # type: ignore[func-returns-value]
    assert len(tries) < 25
