"""What notices, /status and `paperboy status` show, as plain data. Counts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.arrival import Waits


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleName:
    """What people know an article by."""

    title: str
    #: The path of its file, relative to the folder; empty when none is left.
    file: str
    url: str
    short_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One notice of an alert, its subjects by name."""

    articles: tuple[ArticleName, ...] = ()
    chats: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    #: What else it is about.
    about: str = ""
    reason: str = ""
    #: How many articles or files it is about where not all are listed; 0: those listed.
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A post that Telegram will never take."""

    #: The article's.
    short_id: str
    reason: str
    title: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """One channel's deliveries."""

    #: For scripts: its @name in the settings, or what people know it by.
    name: str
    #: What people know it by: title and @name.
    title: str = ""
    #: Deliveries by state (`delivery.State` → how many); states without any may be missing.
    deliveries: Mapping[str, int] = field(default_factory=dict)
    #: Why nothing goes out there now, or empty.
    waits: str = ""
    #: Until when nothing goes out there; None: no moment is known.
    until: datetime | None = None
    #: The latest posts that Telegram refused, newest first; `deliveries` counts all.
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedFile:
    """A file that could not become an article, or a part of which could not be read."""

    #: Relative to the folder.
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article that repeats an earlier one's title and was not posted."""

    short_id: str
    title: str
    #: The earlier article's title.
    first_title: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An article that waits for an editor."""

    short_id: str
    title: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that lasts until somebody acts."""

    #: What it is about: the database, a job.
    about: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """An article of which nobody can tell whether some readers have it."""

    short_id: str
    title: str
    #: Readers' deliveries.
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """How things stand.

    A new figure is a field here; it is filled in `publish.report` and shown in
    `rendering.status_reply`, `cli.status_view` and `web.metrics`. A notice of a kind in
    `notices.ENDING` that is not over is shown without further code.
    """

    #: When this was asked, aware UTC.
    at: datetime
    articles: int
    readers: int
    follows: int
    channels: tuple[ChannelStatus, ...] = ()
    #: Deliveries to readers' own chats, by state.
    followers: Mapping[str, int] = field(default_factory=dict)
    #: Since when the longest waiting delivery waits, or None when none does.
    oldest_waiting: datetime | None = None
    #: Files that are not articles.
    rejected: tuple[RejectedFile, ...] = ()
    #: Files whose article goes out without a field that could not be read.
    warned: tuple[RejectedFile, ...] = ()
    #: Newest first, of copies nobody posted after all.
    copies: tuple[Copy, ...] = ()
    #: Those that wait for an editor, the newest first.
    held: tuple[Held, ...] = ()
    #: How many articles wait for what, and when the next one is due that is dated to come.
    waits: Mapping[Waits, int] = field(default_factory=dict)
    next_date: datetime | None = None
    #: What was decided about a bulk arrival without an editor, or empty.
    undecided: str = ""
    #: Newest first.
    unconfirmed: tuple[Unconfirmed, ...] = ()
    #: What is stuck or needs somebody, except channels and the folder, which have fields above.
    troubles: tuple[Trouble, ...] = ()
    folder: str = ""
    #: Why the folder can't be read now, or empty.
    problem: str = ""
    #: Whether the system reports changes of the folder; else it is scanned at intervals.
    watched: bool = False
    #: The end of the last scan, or None before the first.
    scanned: datetime | None = None
    #: Whether a bot has this database now; None where the bot itself is asked.
    running: bool | None = None
    #: When the bot that runs, or ran last, began.
    started: datetime | None = None
    #: When the last post went out to a channel, and its article's title.
    posted: datetime | None = None
    posted_title: str = ""
