"""What a tap is answered with, by the names that `replies/notice.html.j2` knows. Words nothing."""

from __future__ import annotations

from typing import Literal

Line = Literal[
    "followed",
    "unfollowed",
    "full",
    "expired",
    "admins_only",
    "members_hidden",
    "too_many",
    "posted",
    "decided",
    "nothing_left",
    "too_late",
    "too_late_sending",
]
