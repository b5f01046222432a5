"""Escapes words so that Telegram makes no command, mention, hashtag or cashtag of them.

Telegram finds these in every text; a tap on `/stop` in a title would send the command. U+2060, an
invisible character, goes behind each such sign. Addresses are left alone: their signs are part of
a link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Word joiner: no width, no line break, part of no entity.
JOINER = "\N{WORD JOINER}"

_COMMAND = r"(?<![\w/<>])/(?=[A-Za-z0-9_]{1,64}+(?![A-Za-z0-9_/<>]))"
_MENTION = r"(?<!\w)@(?=[A-Za-z0-9_]{3,32}+(?![A-Za-z0-9_]))"
#: Scripts beyond the first plane, some of which Telegram knows before Python does.
_RARE = "\U00010000-\U0001cfff\U0001d400-\U0001efff\U00020000-\U0003ffff"
_IN_HASHTAG = rf"[\w\u200c\u00b7\u0d80-\u0dff{_RARE}]"
_HASHTAG = rf"(?<![A-Za-z0-9_\u200c])#(?={_IN_HASHTAG}*(?:[^\W\d_]|[{_RARE}]))"
_CASHTAG = r"(?<![A-Za-z0-9_$])\$(?=(?:1INCH|[A-Z]{1,8}+)(?![A-Za-z0-9_$]))"
_SIGN = re.compile(f"{_COMMAND}|{_MENTION}|{_HASHTAG}|{_CASHTAG}")

# Endings of addresses that Telegram links without http://: countries, and common others.
_COUNTRIES = (
    "a[cdefgilmoqrstuwxz]|b[abdefghijmnorstvwyz]|c[acdfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrstu]|"
    "f[ijkmor]|g[abdefghilmnpqrstuwy]|h[kmnrtu]|i[delmnoqrst]|j[emop]|k[eghimnprwyz]|"
    "l[abcikrstuvy]|m[acdeghklmnopqrstuvwxyz]|n[acefgilopruz]|om|p[aefghklmnrstwy]|qa|r[eosuw]|"
    "s[abcdeghijklmnorstuvxyz]|t[cdfghjklmnortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[et]|z[amw]"
)
_OTHERS = (
    "com|org|net|edu|gov|int|mil|info|biz|name|pro|app|dev|news|blog|xyz|site|online|club|shop|"
    "store|tech|cloud|page|link|live|world|life|today|media|press|agency|digital|design|studio|"
    "art|video|wiki|guide|network|systems|software|science|health|email|chat|social|community|"
    "foundation|academy|school|events|global|international|energy|space|city|travel|group|team|"
    "center|support|top|icu|cat|asia|zip|mov|рф|укр|бел|срб"
)
_LETTER = "A-Za-z0-9À-ÖØ-öø-ɏͰ-ԯ"
_HOST = rf"(?:[{_LETTER}](?:[{_LETTER}-]{{0,62}}[{_LETTER}])?\.)+"
_ENDING = r"(?::\d{1,5})?(?:[/?#].*)?"
# The part before the @ of an address. A bracket ends it; a $ may begin a cashtag instead.
_USER, _ACCOUNT = r"[\w.+%&=-]{1,64}@", r"[^/?#@$()\[\]{}'`]+@"
_BARE = rf"(?:{_USER})?{_HOST}(?ai:{_COUNTRIES}|{_OTHERS})(?![\w-]){_ENDING}"
_APP = r"(?ai:tg|ton)://[A-Za-z0-9_-]+"
_SITE = rf"(?ai:https?|ftp|tonsite)://(?:{_ACCOUNT})?{_HOST}(?:\w{{2,}}|\d)"
_WITH_SCHEME = rf"(?:{_APP}|{_SITE}){_ENDING}"
#: A run of characters that may stand in an address.
_PIECE = re.compile(r"[^\s<>\"«»\u2000-\u200b\u200e-\u206f\u3000]+")
#: A piece that holds an address: behind opening brackets, or with a scheme behind words.
_ADDRESS = re.compile(
    rf"[(\[{{']*+({_BARE})|[^.@/#]*?(?<![A-Za-z0-9_])({_WITH_SCHEME})"
)
#: Trailing punctuation belongs to the sentence, not to the address.
_TRAILING = ".:;,('?!`"
_OPENING = {")": "(", "]": "[", "}": "{"}


def inert(text: str) -> str:
    """Return `text` with U+2060 behind each sign that would begin an entity."""
    signs = [found.start() for found in _SIGN.finditer(text) if _is_live(found)]
    if not signs:
        return text
    for start, end in _addresses(text):
        signs = [at for at in signs if not start <= at < end]
    parts = []
    start = 0
    for at in signs:
        parts.append(text[start : at + 1])
        start = at + 1
    parts.append(text[start:])
    return JOINER.join(parts)


def _is_live(sign: re.Match[str]) -> bool:
    """Return False for # and $ behind a letter or digit: they begin no tag. `²#tag` is one."""
    start = sign.start()
    if start == 0 or sign[0] in "/@":
        return True
    before = sign.string[start - 1]
    return not before.isalpha() and not before.isdecimal()


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each address that Telegram would link."""
    for piece in _PIECE.finditer(text):
        words = piece[0]
        if "." not in words and "://" not in words:
            continue
        if found := _ADDRESS.match(words):
            address = found[1] or found[2]
            end = piece.start() + found.end()
            start = end - len(address)
            yield start, start + _length(address)


def _length(address: str) -> int:
    """Return how much of an address is linked: up to an unmatched bracket or final punctuation."""
    open_brackets: list[str] = []
    for end, character in enumerate(address):
        if character in "([{":
            open_brackets.append(character)
        elif character in _OPENING and (
            not open_brackets or open_brackets.pop() != _OPENING[character]
        ):
            address = address[:end]
            break
    return len(address.rstrip(_TRAILING))
