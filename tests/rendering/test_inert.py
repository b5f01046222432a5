"""Words of articles start no command, mention or tag: Telegram's own finding (TDLib) is the judge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import recognition
from bot.rendering.inert import JOINER, inert
from tests.support import judge
from tests.support.examples import examples

ALIVE = {"BotCommand", "Mention", "Hashtag", "Cashtag"}
#: Pieces of what people write around the signs that Telegram looks for.
_PIECES = [
    *(
        "/stop",
        "/",
        "//",
        "/a@bot",
        "@name",
        "@",
        "@@",
        "#tag",
        "#",
        "#1",
        "$CASH",
        "$",
        "$5",
        "$1INCH",
        "US",
    ),
    *(
        "a",
        "Z",
        "9",
        "_",
        "é",
        "ж",
        "電",
        "می",
        "ක",
        "\u200c",
        "\u200d",
        "·",
        "²",
        "𝔘",
        "👩",
        "\u0301",
    ),
    *(
        " ",
        "\n",
        ".",
        ",",
        ":",
        ";",
        "!",
        "?",
        "'",
        '"',
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "«",
        "»",
        "-",
        "&",
    ),
    *(
        "https://",
        "http://",
        "ftp://",
        "tg://",
        "x.com",
        "www.",
        "medium.com/@name",
        "t.me/",
        "example",
        ".org",
        ".рф",
    ),
    *(
        "me@x.com",
        "user:pass@",
        ":8080",
        "?q=",
        "12:30",
        "1/2",
        "and/or",
        "C#",
        "…",
        "\u3000",
        "‚",
        "`",
        "~",
        "%20",
    ),
]
_ANY = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=JOINER),
    max_size=3,
)
WORDS = st.lists(st.sampled_from(_PIECES) | _ANY, max_size=10).map("".join)
_ADDRESSES = [
    "https://medium.example/@name/title-1#part",
    "http://user.example:8080/a/$CASH?q=@name&r=#x",
    "medium.com/@name",
    "www.example.org/#/stop",
    "t.me/name/12#c",
    "HTTPS://Example.COM/@Name",
    "ftp://files.example.net/@pub",
    "tg://resolve?domain=@name",
    "someone@mail.example.org",
    "пример.рф/@имя",
    "http://пример.испытание/#тег",
    "https://a.example/w/A_(b)/@c",
]


def alive(text: str) -> list[str]:
    """Return what would come alive in a text."""
    found = judge.found(text, [])
    return [
        judge.cut(text, one)
        for one, kind in zip(found, judge.kinds(found), strict=True)
        if kind in ALIVE
    ]


@examples(400)
@given(WORDS)
def test_nothing_comes_alive_and_no_letter_is_lost(text: str) -> None:
    shown = inert(text)
    assert alive(shown) == []
    assert shown.replace(JOINER, "") == text
    assert recognition.folded(shown) == recognition.folded(
        text
    )  # a forwarded copy is still known as the post
    assert inert(shown) == shown


@examples(300)
@given(
    WORDS,
    st.sampled_from(_ADDRESSES),
    st.sampled_from(["", ".", ",", ")", "…", "?", "»", "'s"]),
    WORDS,
)
def test_an_address_among_any_words_stays_as_it_is(
    before: str, address: str, mark: str, after: str
) -> None:
    assert address in inert(f"{before} {address}{mark} {after}")
    assert address in inert(f"{before} ({address}) {after}")
    assert address in inert(f"{before}\n“{address}”{mark} {after}")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "and/or",
            "1/2 of it",
            "24/7",
            "TCP/IP",
            "C# and F#",
            "We're #1",
            "a@b.example",
            "$5 or US$5",
            "5 @ 3",
            "/",
        ),
        *(
            "@ # $",
            "12:30–14:45",
            "https://x.example/@name#tag?a=$CASH",
            "/usr/bin/env",
            "a//b",
            "km/h",
            "größe/L",
        ),
    ],
)
def test_what_telegram_leaves_alone_is_left_alone(text: str) -> None:
    assert alive(text) == []
    assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/stop reading, @someone", "/\u2060stop reading, @\u2060someone"),
        ("#tag $CASH (/help)", "#\u2060tag $\u2060CASH (/\u2060help)"),
        ("#هوش and #ක්‍ර", "#\u2060هوش and #\u2060ක්‍ර"),
        ("https://a.example/x)#tag", "https://a.example/x)#\u2060tag"),
    ],
)
def test_the_mark_stands_behind_the_sign(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize(
    "around",
    [
        "😀",
        "é",
        "x",
        "9",
        "~",
        "@",
        "×",
        "",
        ".",
        "(",
        "[",
        "{",
        "'",
        "$",
        "%",
        "+",
        "-",
    ],
)
def test_what_only_looks_like_an_address_is_stilled(around: str) -> None:
    for text in (
        f"$A@name.com{around}",
        f"$A.{around}@name.com/{around}",
        f"{around}$A@name.com{around}",
        f"http://{around}@name.com",
        f"ftp://a{around}@name.com/x",
        f"http://u{around}$A@name.com{around}",
    ):
        assert alive(inert(text)) == [], text


def test_a_hostile_text_takes_no_long_time() -> None:
    """Long runs of the pieces: each is read once, not once for every letter."""
    for piece in (
        "a.",
        "@a",
        "a@",
        "http://",
        "x.com/",
        "(",
        "/a",
        "#",
        "$A",
        "a-",
        "1.com/)",
        "é.",
    ):
        assert inert(piece * 4_000).replace(JOINER, "") == piece * 4_000
