"""Sample words for replies to readers, and for the short answers to taps."""

from __future__ import annotations

from bot.rendering.samples.articles import BARE_LINE, LINE, Samples
from bot.rendering.taps import TapLine

SAMPLES: Samples = {
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
            "for_editors": ["republish", "status"],
        },
        {
            "commands": [{"name": "help", "args": "", "does": "help"}],
            "more": 0,
            "is_editor": False,
            "for_editors": [],
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
    "replies/unknown_command": (
        {"command": "/x", "nearest": ""},
        {"command": "/latst", "nearest": "latest"},
    ),
    "replies/not_understood": tuple(
        {"sort": sort} for sort in ("text", "forward", "sticker", "other")
    ),
    "replies/too_many": ({"seconds": 1}, {"seconds": 150}),
    "replies/group_admins_only": ({},),
    "replies/group_hides_members": ({},),
    "replies/went_wrong": ({},),
    "replies/notice": tuple(
        {"kind": kind, "topic": topic, "back": bool(topic)}
        for kind in TapLine
        for topic in ("AI", "")
    ),
}
