"""Sample words for notices to editors and for the reply to /status."""

from __future__ import annotations

from bot.domain.notices import Alert, Decision
from bot.rendering.samples.articles import LINE, Samples

_REFUSAL = {
    "short_id": "1a",
    "title": "A & B",
    "file": "a&b.md",
    "reason": "message text is empty",
}
_CHANNEL = {
    "name": "@example",
    "sent": 3,
    "waiting": 1,
    "doubtful": 1,
    "unconfirmed": 1,
    "refused": 1,
    "waits": "lost the right to post",
    "until": "22 Aug 2021, 21:02 UTC",
    "refusals": [_REFUSAL],
}
_REPORT = {
    "articles": 12,
    "readers": 2,
    "follows": 3,
    "folder": "data/articles",
    "watched": True,
}
_NAMED = {"title": "A & B", "url": "https://example.org/a?b=1&c=2", "file": "a&b.md"}
_FULL_ENTRY = {
    "articles": [_NAMED],
    "files": [],
    "chats": ["The Tide (@tide)", "A & B"],
    "about": "",
    "reason": "Telegram said & no",
}
_BARE_ENTRY = {
    "articles": [],
    "files": ["a&b.md"],
    "chats": [],
    "about": "",
    "reason": "",
}
_CHAT_ENTRY = {
    "articles": [],
    "files": [],
    "chats": ["A & B"],
    "about": "",
    "reason": "kicked",
}
_RELEASED = {"article": LINE, "file": "a&b.md", "where": "News (@news)"}
_ARTICLE = {"short_id": "1z", "title": "A & B", "first": "A & B", "file": "a&b.md"}

SAMPLES: Samples = {
    "replies/copy_posted": (_RELEASED, _RELEASED | {"file": "", "where": ""}),
    "replies/released": (_RELEASED, _RELEASED | {"file": "", "where": ""}),
    "replies/status": (
        {
            "report": _REPORT
            | {"held": [_ARTICLE], "copies": [_ARTICLE], "warned": [1, 2]},
            "problem": "data/articles: is not there",
            "troubles": [
                {
                    "about": "The database & more",
                    "reason": "is full",
                    "since": "22 Aug 2021, 21:02",
                }
            ],
            "warned": [
                {
                    "path": "a&b.md",
                    "reason": "line 3: quality: “high” is not a number, so it was left out",
                }
            ],
            "channels": [
                _CHANNEL,
                _CHANNEL
                | {
                    "refused": 0,
                    "doubtful": 0,
                    "unconfirmed": 0,
                    "waits": "",
                    "until": "",
                    "refusals": [],
                },
            ],
            "followers": _CHANNEL,
            "waiting_since": "22 Aug 2021, 21:02",
            "scanned": "22 Aug 2021, 21:02",
            "waits": "3 drafts · 1 waits for 5 May",
            "undecided": "30 older articles arrived at once",
            "unconfirmed": [{"title": "A & B", "count": 1}, {"title": "C", "count": 2}],
            "held": [_ARTICLE],
            "copies": [_ARTICLE],
            "rejected": [{"path": "a&b.md", "reason": "has no title"}],
            "more": 1,
        },
        {
            "report": _REPORT
            | {"watched": False, "held": [], "copies": [], "warned": []},
            "problem": "",
            "troubles": [],
            "warned": [],
            "channels": [],
            "followers": _CHANNEL | {"refused": 0, "unconfirmed": 0, "refusals": []},
            "waiting_since": "",
            "scanned": "",
            "waits": "",
            "undecided": "",
            "unconfirmed": [],
            "held": [],
            "copies": [],
            "rejected": [],
            "more": 0,
        },
    ),
    "replies/decided": tuple(
        {
            "decision": decision.value,
            "count": len(articles),
            "articles": articles,
            "more": 0,
        }
        for decision in Decision
        for articles in ([], [_NAMED], [_NAMED, _NAMED | {"file": ""}])
    ),
    "replies/already_decided": (
        {
            "by": "Eddie (@eddie)",
            "choice": "Post it",
            "date": "22 Aug 2021, 21:02 UTC",
            "what": "<b>It is on its way</b>",
        },
        {"by": "You", "choice": "", "date": "22 Aug 2021, 21:02 UTC", "what": ""},
        {"by": "", "choice": "", "date": "", "what": ""},
    ),
    "replies/alert": tuple(
        {
            "kind": kind.value,
            "over": over,
            "count": max(len(entries), 1),
            "where": where,
            "about": where,
            "entries": entries,
            "more": len(where),
            "asks": not over,
        }
        for kind in Alert
        for over in (True, False)
        for where, entries in (
            ("", []),
            ("The Tide (@tide)", [_FULL_ENTRY]),
            ("@a and @b", [_FULL_ENTRY, _BARE_ENTRY, _CHAT_ENTRY]),
        )
    ),
}
