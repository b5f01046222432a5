"""What can go wrong in words a person can act on. Decides nothing and catches nothing.

Every error that a person can cause is a `PaperboyError`. Its message says what happened, where, and what to do;
`exit_code` is what `paperboy` ends with (docs/architecture.md, Contract). Anything else that
reaches the top is a bug of ours.
"""

from __future__ import annotations


class PaperboyError(Exception):
    """Something a person can mend."""

    exit_code = 1


class UsageError(PaperboyError):
    """Wrong usage or settings: one line per problem, nothing was started."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class StoreError(PaperboyError):
    """The database can't be opened, read or replaced. `what` happened, and the `fix` if one is known."""

    def __init__(self, what: str, fix: str = "") -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}. {fix}" if fix else what)


class DatabaseInUse(StoreError):
    """Another process holds the database (docs/architecture.md, One process per database)."""

    exit_code = 4

    def __init__(self, database: str) -> None:
        fix = "Stop it first, or give this one a database of its own ([store] database)."
        super().__init__(f"{database}: another Paperboy is using this database", fix)


class DatabaseLinked(StoreError):
    """The database's file has more than one name (hard links), by which two processes could have it at once."""

    exit_code = 4

    def __init__(self, database: str, other: str) -> None:
        fix = "Delete the other name, or give this bot a copy of its own, which `paperboy backup` makes."
        name = f"another name, {other}, by which" if other else "another name (a hard link), by which"
        super().__init__(f"{database}: has {name} another Paperboy could use it", fix)


class DatabaseEmpty(StoreError):
    """The file holds no table yet: whoever was making the database was interrupted."""

    def __init__(self, database: str) -> None:
        super().__init__(f"{database}: is empty, not a database", "`paperboy run` or `paperboy scan` fills it.")


class DatabaseDamaged(StoreError):
    """The file is not a whole SQLite database any more."""

    def __init__(self, database: str, detail: str) -> None:
        fix = "Restore an undamaged backup: `paperboy restore FILE`."
        super().__init__(f"{database}: is damaged ({detail})", fix)


class DatabaseForeign(StoreError):
    """The file is another program's database."""

    def __init__(self, database: str) -> None:
        super().__init__(f"{database}: is another program's database, not Paperboy's", "Name another file.")


class DatabaseNewer(StoreError):
    """A later version of Paperboy has changed the database; we would not know what we read."""

    def __init__(self, database: str, step: str) -> None:
        fix = "Install that version, or restore a backup made before the upgrade."
        super().__init__(f"{database}: was written by a newer version of Paperboy (schema step {step})", fix)


class DatabaseUnreleased(StoreError):
    """A version between two releases made the database: its steps have our names, but what they made differs."""

    def __init__(self, database: str, missing: str) -> None:
        fix = "Use the version that made it, or restore a backup that a released version made."
        told = f"{database}: was made by a version of Paperboy that was never released ({missing} is missing)"
        super().__init__(told, fix)


class DatabaseLost(StoreError):
    """The open database is no longer the file on disk: it was deleted, moved or replaced while the bot ran.

    fix: where a copy of what it held was written, or why that was not possible.
    """

    def __init__(self, database: str, fix: str) -> None:
        super().__init__(f"{database}: was deleted, moved, cut or replaced while the bot was running", fix)


class TokenRevoked(PaperboyError):
    """Telegram no longer knows the token: nothing can be sent until there is a new one."""

    exit_code = 5

    def __init__(self) -> None:
        super().__init__(
            "Telegram refuses the token: it was revoked or mistyped. "
            "Take a new one from @BotFather and set PAPERBOY_TELEGRAM__TOKEN."
        )


class SecondPoller(PaperboyError):
    """Another process has been fetching this bot's updates for a minute."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__(
            "Another program has been reading this bot's updates for 60 seconds. "
            "Stop it, or give one of the two a bot of its own."
        )


class Stopped(PaperboyError):
    """The bot was told to stop before it had begun; nothing went wrong."""

    exit_code = 0


class Stuck(PaperboyError):
    """A watchdog found work that does not move; a supervisor should start afresh."""

    exit_code = 7


class ArticleError(PaperboyError):
    """A file that can't become an article. `path` is relative to the folder; `reason` a clause without a full stop.

    `unfinished`: the file may still be being written and should be looked at again before this counts. `line` is the
    line of the file, from one, where one is to blame.
    """

    def __init__(self, path: str, reason: str, *, unfinished: bool = False, line: int | None = None) -> None:
        self.path = path
        self.reason = reason
        self.unfinished = unfinished
        self.line = line
        super().__init__(f"{path}: {reason}")


class TemplateBroken(UsageError):
    """A template does not compile or render."""
