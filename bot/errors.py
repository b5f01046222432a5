"""Errors that a person can act on. Catches nothing.

Every error that a person can cause is a `PaperboyError`: its message says what happened, where, and
what to do, and `exit_code` is the exit code of `paperboy` (docs/architecture.md, Contract). Any
other exception is a bug.
"""

from __future__ import annotations


class PaperboyError(Exception):
    """Something a person can fix."""

    exit_code = 1


class UsageError(PaperboyError):
    """Wrong usage or settings: one line per problem. Nothing was started."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class StoreError(PaperboyError):
    """The database can't be opened, read or replaced: `what` happened, and the `fix` if known."""

    def __init__(self, what: str, fix: str = "") -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}. {fix}" if fix else what)


class DatabaseInUse(StoreError):
    """Another process holds the database (docs/architecture.md, One process per database)."""

    exit_code = 4

    def __init__(self, database: str) -> None:
        fix = (
            "Stop it first, or give this one a database of its own ([store] database)."
        )
        super().__init__(f"{database}: another Paperboy is using this database", fix)


class DatabaseLinked(StoreError):
    """The database's file has several names (hard links), so two processes could use it at once."""

    exit_code = 4

    def __init__(self, database: str, other: str) -> None:
        name = (
            f"another name, {other}, by" if other else "another name (a hard link), by"
        )
        what = f"{database}: has {name} which another Paperboy could use it"
        fix = "Delete the other name, or give this bot a copy of its own"
        super().__init__(what, f"{fix}, which `paperboy backup` makes.")


class DatabaseEmpty(StoreError):
    """The file holds no table yet: its creation was interrupted."""

    def __init__(self, database: str) -> None:
        fix = "`paperboy run` or `paperboy scan` fills it."
        super().__init__(f"{database}: is empty, not a database", fix)


class DatabaseDamaged(StoreError):
    """The file is no longer a complete SQLite database."""

    def __init__(self, database: str, detail: str) -> None:
        fix = "Restore an undamaged backup: `paperboy restore FILE`."
        super().__init__(f"{database}: is damaged ({detail})", fix)


class DatabaseForeign(StoreError):
    """The file is another program's database."""

    def __init__(self, database: str) -> None:
        what = f"{database}: is another program's database, not Paperboy's"
        super().__init__(what, "Name another file.")


class DatabaseNewer(StoreError):
    """A later version of Paperboy has changed the database, so this one can't interpret it."""

    def __init__(self, database: str, step: str) -> None:
        what = f"{database}: was written by a newer version of Paperboy (schema step {step})"
        super().__init__(
            what, "Install that version, or restore a backup made before the upgrade."
        )


class DatabaseUnreleased(StoreError):
    """A version between two releases made the database: schema steps of the same name differ."""

    def __init__(self, database: str, missing: str) -> None:
        fix = "Use the version that made it, or restore a backup that a released version made."
        maker = "a version of Paperboy that was never released"
        super().__init__(f"{database}: was made by {maker} ({missing} is missing)", fix)


class DatabaseLost(StoreError):
    """The open database is no longer the file on disk: deleted, moved or replaced while in use.

    fix: where a copy of its contents was written, or why that was not possible.
    """

    def __init__(self, database: str, fix: str) -> None:
        what = "was deleted, moved, cut or replaced while the bot was running"
        super().__init__(f"{database}: {what}", fix)


class TokenRevoked(PaperboyError):
    """Telegram refuses the token: nothing can be sent until there is a new one."""

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
    """The bot was asked to stop before it had started. Nothing went wrong."""

    exit_code = 0


class Stuck(PaperboyError):
    """The watchdog found a standstill; a supervisor should restart the bot."""

    exit_code = 7


class ArticleError(PaperboyError):
    """A file that can't become an article.

    `path` is relative to the folder; `reason` is a clause without a full stop. `unfinished`: the
    file may still be being written and should be read again before it is rejected. `line`, from
    one, is where the problem is, if that is known.
    """

    def __init__(
        self,
        path: str,
        reason: str,
        *,
        unfinished: bool = False,
        line: int | None = None,
    ) -> None:
        self.path = path
        self.reason = reason
        self.unfinished = unfinished
        self.line = line
        super().__init__(f"{path}: {reason}")


class TemplateBroken(UsageError):
    """A template does not compile or render."""
