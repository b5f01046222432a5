"""Which messages the notices for an editor become, and their words. Sends nothing.

Notices of one kind that wait together become one message. A notice with choices is a message of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.delivery import Payload
from bot.domain.notices import Alert
from bot.planning import naming
from bot.rendering import alerts, layout
from bot.rendering.report import Entry
from bot.rendering.templates import Templates
from bot.store.database import Database
from bot.store.notices import Waiting

#: Notices with choices, of one kind, that one editor gets within `notifier.QUIET`.
QUESTIONS = 5
#: The alert, and whether its incident is over.
Kind = tuple[Alert, bool]


def by_kind(waiting: Iterable[Waiting]) -> dict[Kind, list[Waiting]]:
    """Return what waits by kind, the kind that has waited longest first."""
    kinds: dict[Kind, list[Waiting]] = {}
    for one in waiting:
        kind = one.notice.alert, one.over
        same = kinds.setdefault(kind, [])
        same.append(one)
    return kinds


def group(same: Sequence[Waiting], before: Sequence[datetime]) -> list[list[Waiting]]:
    """Return the messages that notices of one kind become now; the others must wait.

    Notices with choices are sent one by one, the others together. before: when the editor was sent
    notices of this kind lately.
    """
    together: list[Waiting] = []
    questions: list[list[Waiting]] = []
    for one in same:
        if one.over or not one.notice.choices:
            together.append(one)
        else:
            questions.append([one])
    room = max(QUESTIONS - len(before), 0)
    messages = questions[:room]
    if together and not before:
        messages.insert(0, together)
    return messages


def worded(db: Database, templates: Templates, message: Sequence[Waiting]) -> Payload:
    """Return the call that sends one message."""
    entries: list[Entry] = []
    for one in message:
        if len(entries) < layout.LISTED:
            entry = naming.entry(db, one.notice)
        else:
            entry = Entry(count=one.notice.weight)
        entries.append(entry)
    first = message[0]
    return alerts.alert(
        templates,
        first.notice.alert,
        entries,
        over=first.over,
        choices=first.notice.choices,
    )
