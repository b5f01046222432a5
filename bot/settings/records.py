"""Every setting: type, default, limits. Reads no file and words no problem for a person."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.domain.chat import OnDoubt

PREFIX = "PAPERBOY_"
_TOKEN = re.compile(r"[0-9]{5,16}:[A-Za-z0-9_-]{30,64}")
_CHAT_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}")


def _not_empty(path: object) -> object:
    if path == "":  # it would be taken for the working directory
        raise ValueError("is empty")
    return path


_Path = Annotated[Path, BeforeValidator(_not_empty)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Telegram(_Section):
    """The bot's account and who edits."""

    token: SecretStr = SecretStr("")
    api_base_url: str = "https://api.telegram.org"
    admins: frozenset[Annotated[int, Field(gt=0)]] = frozenset()
    paid_broadcast: bool = False

    @field_validator("token")
    @classmethod
    def _token_has_its_shape(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value().strip()
        if text and not _TOKEN.fullmatch(text):
            raise ValueError(
                "is not a bot token: @BotFather gives one like 123456789:AAExampleExampleExample…"
            )
        return SecretStr(text)

    @field_validator("api_base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
            raise ValueError("must be an http or https address")
        return url.rstrip("/")


class Feed(_Section):
    """The folder of articles."""

    folder: _Path = Path("data/articles")
    patterns: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "**/*.md",
        "**/*.markdown",
        "**/*.txt",
    )
    interval_seconds: float = Field(30.0, ge=0.1, le=86_400)
    settle_seconds: float = Field(0.5, ge=0, le=60)
    first_run: Annotated[int, Field(ge=0)] | Literal["all"] = 10
    unpublished: Literal["post", "hold"] = "post"
    drafts: Literal["skip", "hold"] = "skip"
    future: Literal["wait", "post", "skip"] = "wait"
    bulk_above: int = Field(20, ge=0, le=1_000_000)
    max_file_bytes: int = Field(1_000_000, ge=1_000)
    same_title_days: int = Field(30, ge=0, le=3_650)
    max_age_days: int = Field(0, ge=0, le=36_500)
    on_file_removed: Literal["keep", "withdraw"] = "keep"

    @field_validator("patterns")
    @classmethod
    def _stays_inside(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            if not pattern:
                raise ValueError("holds an empty pattern")
            if pattern.startswith("/") or ".." in pattern.split("/"):
                raise ValueError(f"{pattern} leads out of the folder")
        return patterns

    @field_validator("first_run", mode="before")
    @classmethod
    def _counts_or_is_all(cls, first_run: object) -> object:
        if isinstance(first_run, bool) or not re.fullmatch(
            r"[0-9]{1,9}|all", str(first_run)
        ):
            raise ValueError('must be a number, 0 or more, or "all"')
        return first_run

    @property
    def newest(self) -> int | None:
        """How many articles a new channel starts with; None for all."""
        return None if self.first_run == "all" else self.first_run

    @property
    def bulk(self) -> int | None:
        """How many old articles may arrive at once and be posted; None: however many."""
        return None if self.first_run == "all" else self.bulk_above

    @property
    def max_age(self) -> timedelta | None:
        """How old an article may be to be posted; None: however old it is."""
        return timedelta(days=self.max_age_days) if self.max_age_days else None

    @property
    def chose_start(self) -> bool:
        """Whether the operator set `first_run`, be it to its default."""
        return "first_run" in self.model_fields_set


class Store(_Section):
    """The database."""

    database: _Path = Path("data/paperboy.db")


class Buttons(StrEnum):
    """Where a post's links stand: to the article and to follow its topics."""

    #: Buttons under the post. Telegram gives a channel post with buttons no comments.
    KEYBOARD = "keyboard"
    #: Links at the end of the text.
    TEXT = "text"
    #: Nowhere.
    NONE = "none"


class Picture(StrEnum):
    """How a post shows its article's picture."""

    #: In the preview of the link.
    PREVIEW = "preview"
    #: As a photo, with the words as its caption.
    PHOTO = "photo"


class Channel(_Section):
    """A channel, group or forum topic that gets posts."""

    chat: str
    topics: tuple[str, ...] = ()
    min_quality: int = 0
    thread: int = Field(0, ge=0)
    buttons: Buttons = Buttons.KEYBOARD
    on_doubt: OnDoubt = OnDoubt.RESEND

    @field_validator("chat", mode="before")
    @classmethod
    def _names_a_chat(cls, chat: object) -> object:
        text = str(chat).strip() if isinstance(chat, str | int) else ""
        if not _CHAT_NAME.fullmatch(text) and not re.fullmatch(
            r"-?[1-9][0-9]{0,18}", text
        ):
            raise ValueError(
                'needs the channel\'s name or number: chat = "@my_channel" or "-1001234567890"'
            )
        return text


class Pace(_Section):
    """How fast messages go out."""

    messages_per_second: float = Field(28.0, ge=0.001, le=10_000)
    per_chat_seconds: float = Field(1.0, ge=0, le=3_600)
    per_group_minute: int = Field(19, ge=1, le=100_000)


class Delivery(_Section):
    """How attempts are treated."""

    doubt_seconds: float = Field(60.0, ge=0, le=86_400)
    edit_seconds: float = Field(60.0, ge=0, le=86_400)
    picture: Picture = Picture.PREVIEW
    commands_per_minute: int = Field(30, ge=1, le=10_000)
    undo_seconds: float = Field(5.0, ge=0, le=3_600)


class Readers(_Section):
    """What readers may do."""

    max_follows: int = Field(200, ge=1, le=10_000)


class Web(_Section):
    """Health, metrics and webhook."""

    listen: str = ""
    public_url: str = ""
    secret: SecretStr = SecretStr("")

    @field_validator("listen")
    @classmethod
    def _has_a_port(cls, listen: str) -> str:
        if listen and not re.fullmatch(r"\S+:[0-9]{1,5}", listen):
            raise ValueError('needs an address and a port, like "127.0.0.1:8080"')
        return listen

    @field_validator("public_url")
    @classmethod
    def _is_https(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
            raise ValueError("must be an https address without ? and #")
        return url.rstrip("/")

    @field_validator("secret")
    @classmethod
    def _is_telegrams(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret.get_secret_value()):
            raise ValueError("may hold letters, digits, - and _ only, up to 256")
        return secret


class Log(_Section):
    """What the bot writes to stderr as it works."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"


class Settings(BaseSettings):
    """Everything an operator can decide."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        case_sensitive=False,
    )

    telegram: Telegram = Telegram()
    feed: Feed = Feed()
    store: Store = Store()
    channels: tuple[Channel, ...] = ()
    pace: Pace = Pace()
    delivery: Delivery = Delivery()
    readers: Readers = Readers()
    web: Web = Web()
    log: Log = Log()

    @model_validator(mode="after")
    def _channels_differ(self) -> Settings:
        rows = [(channel.chat.casefold(), channel.thread) for channel in self.channels]
        for row in rows:
            if rows.count(row) > 1:
                raise ValueError(
                    f"channels: {row[0]} is there twice with the same thread; join the two blocks"
                )
        return self

    @classmethod
    def settings_customise_sources(  # noqa: D102 - a hook: variables win over the file
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return env_settings, InitSettingsSource(
            settings_cls, getattr(init_settings, "init_kwargs", {})
        )


class _TelegramUnused(Telegram):
    @field_validator("token")
    @classmethod
    def _token_has_its_shape(cls, token: SecretStr) -> SecretStr:
        return SecretStr("")


class SettingsWithoutToken(Settings):
    """Settings for a command that needs no token: the token is ignored, whatever it is."""

    telegram: _TelegramUnused = _TelegramUnused()
