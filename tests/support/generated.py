"""Generated values of a file's fields, and texts full of what Telegram treats specially. Not a test by itself."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.domain import plain_text

WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *(
                "AI",
                "5 < 6",
                "â€œx",
                "&amp;amp;",
                "no",
                "~",
                "2021-08-22T21:02:00Z",
                "2021-08-22",
                "1:30",
                "-1",
                ".nan",
                "54",
            ),
            *(
                "https://host.example/a",
                "http://o.example/b c?x=1&amp;y=2",
                "javascript:x",
                "true",
                "false",
                "\u202e",
                "\x85",
            ),
        ]
    ),
)
KEYS = st.sampled_from(
    [
        *(
            "title",
            "name",
            "excerpt",
            "webUrl",
            "originalUrl",
            "ampWebUrl",
            "cdnAmpWebUrl",
            "publishedDateTime",
            "topics",
        ),
        *(
            "images",
            "related",
            "provider",
            "quality",
            "heat",
            "type",
            "published",
            "removed",
            "secured",
            "content",
        ),
        *("handler", "url", "width", "height", "domain"),
    ]
)
SCALARS = (
    WORDS
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=6)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | SCALARS, inner, max_size=5)
    ),
    max_leaves=12,
)
FIELDS = st.dictionaries(KEYS, VALUES, max_size=9).map(
    lambda values: {
        "title": "A quiet harbour",
        "webUrl": "https://host.example/a",
        **values,
    }
)


# What people and machines write: anything, and much of what Telegram treats specially.
_SPICE = [
    "&",
    "<b>",
    '"',
    "#tag",
    "@name",
    "/cmd",
    "/stop",
    "$CASH",
    "(/help@your_bot)",
    "https://a.example/@x/y)#tag",
    "a.com",
    "README.md",
    "1:23",
    "👨‍👩‍👧",
    "\u200c",
    "é",
    "&amp;",
    "𝔘",
    "می‌",
]
_BITS = st.text(max_size=12) | st.lists(st.sampled_from(_SPICE), max_size=6).map(
    " ".join
)


def words(most: int) -> st.SearchStrategy[str]:
    """Text as the feed lets it through: repaired, up to `most` characters, often short, sometimes huge."""
    return st.tuples(_BITS, st.sampled_from([1, 1, 1, 30, most])).map(
        lambda drawn: plain_text.repair(
            (drawn[0] + " ") * min(drawn[1], most // (len(drawn[0]) + 1) + 1)
        )[:most].strip()
    )
