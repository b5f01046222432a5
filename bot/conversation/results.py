"""What a change did, as it is recorded with its update: typed here, JSON in the database.

Changes nothing. A field that is not set is not written. An update that arrives again gets the
result that was recorded, perhaps by an earlier version: names and values stay as they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

#: Names of topics or of channels.
Names = tuple[str, ...]


class Result(BaseModel):
    """What a change did."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    def as_json(self) -> dict[str, Any]:
        """Return the result as it is recorded."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


# --- Of readers -----------------------------------------------------------------------------------


class FollowOutcome(StrEnum):
    """What an attempt to follow a topic did."""

    #: The chat follows it from now on.
    ADDED = "added"
    #: The chat followed it already.
    ALREADY = "already"
    #: Nothing: the chat follows as many topics as one chat may.
    FULL = "full"


class Missed(Result):
    """What a reader who is back missed."""

    #: How many articles.
    count: int = 0
    #: The newest of them, by row number.
    newest: tuple[int, ...] = ()


class Started(Result):
    """What /start did."""

    #: It brought a reader back who had stopped.
    back: bool
    #: The topic of the link that was tapped; None without one.
    topic: str | None
    #: What became of the topic.
    outcome: FollowOutcome | None = Field(alias="came")
    #: All topics that the chat follows now.
    follows: Names
    missed: Missed


class Choice(Result):
    """What a tap on one topic did."""

    topic: str
    #: The chat follows the topic now.
    on: bool
    #: The chat follows as many topics as one chat may, and not this one.
    full: bool
    #: How many topics the chat follows now.
    total: int
    #: It brought a reader back who had stopped.
    back: bool = False


class Offer(Result):
    """What the reply to an update offers a chat, whatever else its result says."""

    #: Names of topics.
    offer: Names = ()
    #: The chat and thread.
    chat: tuple[int, int] | None = None


class Attempted(Result):
    """What an attempt to follow several topics did: each name is in one of the first three."""

    added: Names
    already: Names
    full: Names
    #: How many topics the chat follows now.
    total: int
    #: It brought a reader back who had stopped.
    back: bool


class Followed(Attempted):
    """What a command or button that follows topics did."""

    #: Words that name no topic.
    unknown: Names = ()
    #: Topics with similar names.
    nearest: Names = ()
    #: Those of the unknown words that can be followed before there is an article.
    awaitable: Names = ()
    offer: Names = ()
    chat: tuple[int, int] | None = None


class Awaited(Result):
    """What a command offers that followed nothing."""

    awaitable: Names
    offer: Names
    chat: tuple[int, int]


class Unfollowed(Result):
    """What a command or button that stops following did."""

    #: The topics that the chat followed until now.
    names: Names
    #: The topics that it still follows.
    follows: Names = ()
    offer: Names = ()
    chat: tuple[int, int] | None = None


class Stopped(Result):
    """What /stop did."""

    #: The topics that a channel of the settings followed until now; None for a reader's chat.
    names: Names | None = None
    offer: Names = ()
    chat: tuple[int, int] | None = None
    #: How many topics a reader's chat keeps.
    follows: int = 0


# --- Of editors -----------------------------------------------------------------------------------


class Asked(Result):
    """What an editor is asked before an article is posted (`publish.confirmation`)."""

    file: str
    reason: str
    posted: bool
    value: str
    #: Names of the channels that get the article.
    channels: Names


class Posted(Result):
    """What a command or button that posts an article did; nothing set: there was nothing to do."""

    #: The articles that the words name, by row number, if it is not exactly one.
    found: tuple[int, ...] = ()
    #: Files of that name that are not articles: path and reason.
    rejected: tuple[tuple[str, str], ...] = ()
    #: The row number of the one article.
    number: int | None = None
    #: The article of which it is a copy, by row number.
    first: int | None = None
    #: What is asked first; nothing is posted yet.
    asks: Asked | None = None
    edition: int = 0
    #: The article waited, and does not any more.
    changed: bool = False
    #: Names of the channels that get the article.
    chats: Names = ()
    #: Names of the channels that had the article and are not in the settings any more.
    former: Names = ()
    #: What the Undo button carries; "": there is none.
    undo: str = ""
    #: The article has expired and is not posted.
    expired: bool = False


class Undone(Result):
    """What became of an edition that an editor takes back: names of channels."""

    undone: Names
    #: It is posted there.
    late: Names
    #: It is being sent there.
    sending: Names

    @property
    def anywhere(self) -> bool:
        """Whether there was such an edition in any channel."""
        return bool(self.undone or self.late or self.sending)
