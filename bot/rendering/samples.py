"""Sample words for every template, so that a broken one is found at the start.

Each template has a full sample and a bare one: with every part, and without those that can be
missing. Tests hold the names to those that the modules of replies, posts and notices give.
"""

from __future__ import annotations

from typing import Any, get_args

from bot.domain.notices import Alert, Decision
from bot.rendering import republish_samples
from bot.rendering.republish_samples import BARE_LINE, LINE
from bot.rendering.taps import Line

_RELATED = {
    "title": "A & B",
    "url": "https://t.me/c/1/2",
    "provider": "Example",
    "posted": True,
}
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

Sample = dict[str, Any]

SAMPLES: dict[str, tuple[Sample, ...]] = {
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
    "replies/welcome": (
        {"follows": ["AI", "C & A"], "suggestions": []},
        {"follows": [], "suggestions": ["AI"]},
        {"follows": [], "suggestions": []},
    ),
    "replies/welcome_following": (
        {"topic": "C & A", "already": True, "back": True},
        {"topic": "AI", "already": False, "back": False},
    ),
    "replies/help": (
        {
            "commands": [{"name": "topic", "args": "name", "does": "follow"}],
            "more": 1,
            "is_editor": True,
        },
        {
            "commands": [{"name": "help", "args": "", "does": "help"}],
            "more": 0,
            "is_editor": False,
        },
    ),
    "replies/following": (
        {
            "added": ["AI"],
            "already": ["B"],
            "total": 2,
            "unknown": ["x"],
            "nearest": ["y"],
            "awaitable": 1,
            "full": ["Z"],
            "limit": 200,
            "back": True,
        },
        {
            "added": [],
            "already": ["B"],
            "total": 1,
            "unknown": [],
            "nearest": [],
            "awaitable": 0,
            "full": [],
            "limit": 200,
            "back": False,
        },
    ),
    "replies/follows_full": ({"limit": 200},),
    "replies/unknown_topic": (
        {"words": "<x>", "nearest": ["AI"], "awaitable": 2, "longest": 64},
        {"words": "x", "nearest": [], "awaitable": 0, "longest": 64},
        {"words": "?", "nearest": [], "awaitable": 0, "longest": 0},
    ),
    "replies/topic_keyboard": (
        {"topics": 12, "total": 1, "page": 1, "pages": 2},
        {"topics": 0, "total": 0, "page": 1, "pages": 1},
    ),
    "replies/topics_done": ({"follows": ["AI"]}, {"follows": []}),
    "replies/topic_list": (
        {
            "follows": ["AI"],
            "topics": [{"name": "AI", "articles": 1, "followed": True}],
            "more": 2,
            "stopped": True,
        },
        {"follows": [], "topics": [], "more": 0, "stopped": False},
    ),
    "replies/unfollowed": (
        {"names": ["AI"], "left": 1},
        {"names": ["AI", "B"], "left": 0},
    ),
    "replies/not_following": (
        {"words": "x", "follows": ["AI"]},
        {"words": "", "follows": []},
    ),
    "replies/latest": (
        {"articles": [LINE, BARE_LINE], "more": 1, "topic": "AI", "follows": True},
        {"articles": [BARE_LINE], "more": 0, "topic": "", "follows": False},
    ),
    "replies/nothing_yet": (
        {"topic": "AI", "follows": True},
        {"topic": "", "follows": False},
    ),
    "replies/search_results": (
        {
            "articles": [LINE | {"snippet": "a piece"}],
            "more": 1,
            "words": "<x>",
            "instead": "y",
            "page": 2,
        },
        {"articles": [BARE_LINE], "more": 0, "words": "x", "instead": "", "page": 1},
    ),
    "replies/found_article": (
        {"article": LINE, "topics": 1},
        {"article": BARE_LINE, "topics": 0},
    ),
    "replies/nothing_found": (
        {"words": "<x>", "nearest": ["AI"], "typed": True, "leaves_out": False},
        {"words": "x", "nearest": [], "typed": False, "leaves_out": False},
        {"words": "-x", "nearest": [], "typed": True, "leaves_out": True},
        {"words": "", "nearest": [], "typed": True, "leaves_out": False},
    ),
    "replies/stopped": ({"follows": 2}, {"follows": 0}),
    "replies/resumed": (
        {"follows": ["AI"], "count": 2, "articles": [LINE], "more": 0},
        {"follows": [], "count": 0, "articles": [], "more": 0},
    ),
    "replies/only_in_private": ({"command": "/status", "where": "A & B"},),
    "replies/unknown_command": ({"command": "/x"},),
    "replies/not_understood": tuple(
        {"sort": sort} for sort in ("text", "forward", "sticker", "other")
    ),
    "replies/too_many": ({"seconds": 1}, {"seconds": 150}),
    "replies/group_admins_only": ({},),
    "replies/group_hides_members": ({},),
    "replies/went_wrong": ({},),
    "replies/notice": tuple(
        {"kind": kind, "topic": topic, "back": bool(topic)}
        for kind in get_args(Line)
        for topic in ("AI", "")
    ),
    **republish_samples.SAMPLES,
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
