"""Sample words for posts, and for the note that is left of a withdrawn one."""

from __future__ import annotations

from bot.rendering.samples.articles import LINE, Samples

_RELATED = {
    "title": "A & B",
    "url": "https://t.me/c/1/2",
    "provider": "Example",
    "posted": True,
}

SAMPLES: Samples = {
    "post": (
        {
            "title": LINE["title"],
            "provider": LINE["provider"],
            "date": LINE["date"],
            "excerpt": "One line & another.\n\nA third.",
            "related": (_RELATED, _RELATED | {"provider": "", "posted": False}),
            "hashtags": ("AI", "ComputerVision"),
            "url": LINE["url"],
            "kind": "article",
            "link": True,
            "follow": (
                {"topic": "C & A", "url": "https://t.me/example_bot?start=f-mlkzxh8i"},
            ),
        },
        {
            "title": "Bare",
            "provider": "",
            "date": "",
            "excerpt": "",
            "related": (),
            "hashtags": (),
            "url": "https://example.org/",
            "kind": "",
            "link": False,
            "follow": (),
        },
    ),
    "tombstone": (
        {"title": LINE["title"], "provider": LINE["provider"], "url": LINE["url"]},
    ),
}
