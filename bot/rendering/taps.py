"""The names of the short answers to a tapped button; the template `replies/notice` words them."""

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
