"""Sample words for the replies to /republish."""

from __future__ import annotations

from bot.rendering.samples.articles import BARE_LINE, LINE, Samples

_REPUBLISHED = {
    "article": LINE,
    "file": "a&b.md",
    "edition": 2,
    "channels": 1,
    "where": "News & more (@news)",
    "former": "",
    "former_channels": 0,
    "seconds": 5,
}
_BECAME = {
    "name": "News & more (@news)",
    "reason": "lost the right to post",
    "link": "https://t.me/news/5",
    "until": "22 Aug 2021, 21:02 UTC",
}
_CONFIRM = {
    "article": LINE,
    "own": "a&b.md",
    "file": "b.md",
    "reason": "",
    "first": BARE_LINE,
    "first_file": "c.md",
    "waits": "",
    "date": "22 Aug 2021, 21:02 UTC",
    "posted": True,
    "where": "News & more (@news)",
}

SAMPLES: Samples = {
    "replies/republished": (
        _REPUBLISHED,
        _REPUBLISHED
        | {"edition": 1, "channels": 2, "where": "@a and @b", "seconds": 0},
        _REPUBLISHED
        | {"article": BARE_LINE, "file": "", "channels": 0, "where": "", "seconds": 0},
        _REPUBLISHED | {"edition": 0, "channels": 0, "where": "", "seconds": 0},
        _REPUBLISHED | {"former": "Old (@old)", "former_channels": 1},
        _REPUBLISHED
        | {"channels": 0, "where": "", "former": "@a and @b", "former_channels": 2},
    ),
    "replies/undone": (
        {
            "article": LINE,
            "file": "a&b.md",
            "undone": "News (@news)",
            "late": "",
            "sending": "",
        },
        {"article": LINE, "file": "", "undone": "", "late": "@a and @b", "sending": ""},
        {"article": LINE, "file": "", "undone": "@a", "late": "@b", "sending": "@c"},
    ),
    "replies/republish_expired": (
        {"article": LINE, "file": "a&b.md"},
        {"article": BARE_LINE, "file": ""},
    ),
    "replies/republish_rejected": (
        {"files": [{"path": "a&b.md", "reason": "has no title"}], "more": 0},
        {"files": [{"path": "a&b.md", "reason": "has no title"}] * 2, "more": 1},
    ),
    "replies/republish_became": (
        {
            "article": LINE,
            "file": "a&b.md",
            "edition": 2,
            "posts": [
                _BECAME | {"state": state}
                for state in ("posted", "waiting", "checking", "failed")
            ],
            "more": 1,
            "posted": True,
            "waiting": True,
        },
        {
            "article": LINE,
            "file": "",
            "edition": 1,
            "posts": [
                _BECAME | {"state": "waiting", "reason": "", "link": "", "until": ""}
            ],
            "more": 0,
            "posted": False,
            "waiting": True,
        },
    ),
    "replies/republish_choose": (
        {
            "words": "<x>",
            "found": [
                {"line": LINE, "file": "a&b.md"},
                {"line": BARE_LINE, "file": ""},
            ],
            "more": 1,
        },
    ),
    "replies/republish_confirm": (
        _CONFIRM,
        _CONFIRM | {"reason": "has no title", "where": ""},
        *(
            _CONFIRM
            | {"file": "", "own": "", "first": None, "posted": False, "waits": waits}
            for waits in ("editor", "draft", "future", "bulk", "restored")
        ),
    ),
    "replies/republish_not_found": (
        {"words": "<x>", "nearest": [{"line": LINE, "file": "a&b.md"}], "more": 0},
        {"words": "x", "nearest": [], "more": 1},
    ),
    "replies/republish_usage": ({},),
}
