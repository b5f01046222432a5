"""Photos: what Telegram accepts and how it shows it. Fetches nothing: a URL is trusted."""

from __future__ import annotations

import struct
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from bot.sandbox import links
from bot.sandbox.refusals import Refusal, bad

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Json
    from bot.sandbox.world import World

#: Bytes of an upload (Bot API, sendPhoto).
LARGEST: Final = 10 * 1024 * 1024
#: Width and height together, in pixels; and how many times longer than wide.
WIDEST: Final = 10_000
NARROWEST: Final = 20
_ASSUMED: Final = (1280, 720)
_PREFIX: Final = "AgACAgQAAxkDAAI"


def read(world: World, fields: Fields, name: str = "photo") -> tuple[list[Json], str]:
    """Return the sizes of the photo a call sends, and its source. Raises Refusal 400 or 413."""
    value = fields.text(name)
    attached = value.removeprefix("attach://")
    upload = fields.files.get(name if attached == value else attached)
    if upload is not None:
        return [_kept(world, upload)], f"upload:{name}"
    if not value:
        raise bad("there is no photo in the request")
    return [_named(world, value)], value


def _kept(world: World, upload: bytes) -> Json:
    if len(upload) > LARGEST:
        raise Refusal(413, "Request Entity Too Large")
    width, height = size(upload)
    if width + height > WIDEST or max(width, height) > NARROWEST * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    number = _PREFIX + blake2b(upload, digest_size=20).hexdigest()
    world.files[number] = upload
    return _shown(number, width, height, len(upload))


def _named(world: World, value: str) -> Json:
    if value.startswith(_PREFIX) and len(value) == len(_PREFIX) + 40:
        width, height = size(world.files[value]) if value in world.files else _ASSUMED
        return _shown(value, width, height, len(world.files.get(value, b"")))
    if "://" not in value and "." not in value:
        raise bad("wrong file identifier/HTTP URL specified")
    try:
        address = links.checked(value, http_only=True)
    except links.WrongAddress:
        raise bad("wrong HTTP URL specified") from None
    return _shown(
        _PREFIX + blake2b(address.encode(), digest_size=20).hexdigest(), *_ASSUMED, 0
    )


def _shown(number: str, width: int, height: int, bytes_: int) -> Json:
    shown: Json = {"file_id": number, "file_unique_id": number[-16:]}
    shown |= {"width": width, "height": height}
    if bytes_:
        shown["file_size"] = bytes_
    return shown


def size(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, GIF, WebP or JPEG. Raises Refusal 400 otherwise."""
    if picture.startswith(b"\x89PNG\r\n\x1a\n") and len(picture) >= 24:
        return struct.unpack(">II", picture[16:24])
    if picture[:4] == b"GIF8" and len(picture) >= 10:
        return struct.unpack("<HH", picture[6:10])
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return _ASSUMED
    if picture[:2] == b"\xff\xd8":
        return _jpeg(picture)
    raise bad("IMAGE_PROCESS_FAILED")


def _jpeg(picture: bytes) -> tuple[int, int]:
    """Return the size in the frame header, found segment by segment (ITU T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        kind = picture[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", picture[at + 2 : at + 4])[0])
    raise bad("IMAGE_PROCESS_FAILED")
