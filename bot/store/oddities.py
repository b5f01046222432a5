"""Rows that should not exist, by kind. Finds none: see `audit`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OddityKind(StrEnum):
    """What is wrong with a row. Operators' scripts read the values."""

    #: The file is damaged.
    DAMAGED = "damaged"
    #: A row refers to one that does not exist.
    POINTS_NOWHERE = "points nowhere"
    #: An edition was sent twice to a chat.
    TWICE = "twice"
    #: Two deliveries have one message number.
    SAME_MESSAGE = "same message"
    #: A sent delivery has no message number.
    NO_NUMBER = "no number"
    #: What was sent is not recorded.
    NO_PAYLOAD = "no payload"
    #: A delivery waits for long, and nothing holds it.
    LATE = "late"
    #: A delivery was being sent when the last run ended.
    LEFT_SENDING = "left sending"
    #: A delivery is at a wrong place of its queue.
    OUT_OF_LINE = "out of line"
    #: A doubtful delivery is not searched for.
    DOUBT_FORGOTTEN = "doubt forgotten"
    #: A post shows an earlier form, and no edit is planned.
    OLD_FORM = "old form"
    #: A post shows a withdrawn article.
    NOT_TAKEN_BACK = "not taken back"
    #: A delivery of a withdrawn article waits.
    WITHDRAWN_WAITS = "withdrawn waits"
    #: A delivery and its article disagree on whether it waits.
    HELD_WAITS_NOT = "held waits not"
    #: An article is hidden though it should not be, or the reverse.
    HIDDEN_WRONGLY = "hidden wrongly"
    #: An article waits that was merged into another.
    JOINED_WAITS = "joined waits"
    #: A delivery is to be edited that was not sent.
    REVISED_UNSENT = "revised unsent"
    #: A delivery is of an edition that was never opened.
    UNOPENED_EDITION = "unopened edition"
    #: No address leads to an article.
    NO_ADDRESS = "no address"
    #: An article's own address does not lead to it.
    ADDRESS_LOST = "address lost"
    #: An article is a copy of a copy, or of itself.
    COPY_OF_A_COPY = "copy of a copy"
    #: An article's owner is not a known file.
    OWNER_GONE = "owner gone"
    #: A file holds an article that no file owns.
    NO_OWNER = "no owner"
    #: A hidden article is being planned for followers.
    FANOUT_OF_NOTHING = "fan-out of nothing"
    #: Followers have no delivery of an article.
    UNSERVED = "unserved"
    #: An earlier version passed over followers of an article.
    MISSED = "missed"
    #: A channel has no delivery of an article that it should have.
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Oddity:
    """A row that should not exist, by what it is about; a detail may be empty."""

    kind: OddityKind
    article: int | None = None
    chat: int | None = None
    delivery: int | None = None
    detail: str = ""
