"""What a handler works with: the store, the templates, the messenger, the settings.

Decides nothing and sends nothing itself: see `permission` and `sending`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

from bot.botapi.client import Messenger
from bot.clock import Clock
from bot.conversation.reply_queue import ReplyQueue
from bot.conversation.request import Request
from bot.conversation.results import Result
from bot.domain.delivery import Channel
from bot.domain.topics import Taxonomy
from bot.rendering.templates import Templates
from bot.store import updates
from bot.store.database import Database
from bot.store.thread import Store

P = ParamSpec("P")
R = TypeVar("R", bound=Result)
T = TypeVar("T")
#: What a handler changes in the store; see `Context.change`.
Work = Callable[Concatenate[Database, "Context", Request, P], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything the handlers of one bot share."""

    store: Store
    messenger: Messenger
    templates: Templates
    taxonomy: Taxonomy
    clock: Clock
    #: The editors' user ids.
    admins: frozenset[int]
    bot_username: str
    #: Called when there may be something new to deliver.
    wake: Callable[[], None]
    #: The channels of the settings; app may change the list.
    channels: Sequence[Channel] = ()
    commands_per_minute: int = 30
    #: How long a republished article waits, so that it can be undone.
    undo: timedelta = timedelta()
    #: Called with the number of an editor who pressed Start.
    editor_started: Callable[[int], None] = lambda editor: None
    #: The replies that are being sent.
    reply_queue: ReplyQueue = field(default_factory=ReplyQueue)
    #: How many topics a chat may follow.
    max_follows: int = 200
    #: Returns what only the running bot knows of its folder, for /status.
    folder_status: Callable[[], Mapping[str, Any]] = dict
    #: The time zone of dates in replies to readers.
    tz: tzinfo = field(default=UTC)
    #: The time zone of times in replies to editors.
    editors_tz: tzinfo = field(default=UTC)

    def is_editor(self, request: Request) -> bool:
        """Return True if an editor asked, in private.

        Editors are known by number: anybody can take a name.
        """
        return request.private and request.user in self.admins

    def templates_for(self, request: Request) -> Templates:
        """Return the templates, speaking to a person, a group or a thread of a forum."""
        return self.templates.spoken_to(request.audience)

    async def once(
        self,
        request: Request,
        work: Callable[Concatenate[Database, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `work(db, …)` once for the update and return its result: a number, a list, None.

        If it ran before, return the recorded result.
        """

        def bound(db: Database) -> T:
            return work(db, *args, **kwargs)

        result: T = await self.store(updates.once, request.update, request.at, bound)
        return result

    @overload
    async def change(
        self,
        request: Request,
        kind: type[R],
        work: Work[P, R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R: ...
    @overload
    async def change(
        self,
        request: Request,
        kind: type[R],
        work: Work[P, R | None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R | None: ...
    async def change(
        self,
        request: Request,
        kind: type[R],
        work: Work[P, R | None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R | None:
        """Run `work(db, context, request, …)` once for the update and return its result, a `kind`.

        If it ran before, return the recorded result.
        """

        def recorded(db: Database) -> dict[str, Any] | None:
            result = work(db, self, request, *args, **kwargs)
            return None if result is None else result.as_json()

        value = await self.once(request, recorded)
        return None if value is None else kind.model_validate(value)
