"""Addresses: which ones Telegram accepts as links, and in which spelling. Fetches nothing.

The rules are the observable ones of TDLib 1.8 (LinkManager::get_checked_link).
"""

from __future__ import annotations

import re
from typing import Final

_AUTHORITY: Final = re.compile(
    r"(?P<user>[^@/?#]*@)?(?P<host>\[[^\]]*\]|[^:/?#]*)(?P<port>:[^/?#]*)?(?P<rest>.*)",
    re.S,
)
_NOT_IN_HOST: Final = re.compile(r"[\x00-\x20\"#%/<>?@\[\\\]^`{|}\x7f]")
_OWN_SCHEMES: Final = ("tg:", "ton:", "tonsite:")


class WrongAddress(ValueError):
    """Not an address; the message is Telegram's."""


def checked(address: str, *, http_only: bool = False) -> str:
    """Return an address as Telegram stores it: scheme and host in lower case, `http://` if missing.

    Raises WrongAddress.
    """
    scheme = address.partition("//")[0].lower()
    if address.lower().startswith(_OWN_SCHEMES):
        if http_only:
            raise WrongAddress("Only HTTP links are allowed")
        return scheme + address[len(scheme) :]
    if "://" not in address[:16].partition("/")[0] + "://" * (
        scheme in ("http:", "https:")
    ):
        scheme, rest = "http:", address
    elif scheme not in ("http:", "https:"):
        raise WrongAddress("Unsupported URL protocol")
    else:
        rest = address[len(scheme) + 2 :]
    return f"{scheme}//{_authority(rest)}"


def _authority(rest: str) -> str:
    """Return what follows the two slashes, checked and spelt as in Telegram."""
    parts = _AUTHORITY.fullmatch(rest)
    if parts is None or not parts["host"]:
        raise WrongAddress("URL host is empty")
    host = parts["host"].lower()
    _check_port(parts["port"])
    if not host.startswith("["):
        if _NOT_IN_HOST.search(host):
            raise WrongAddress("Unallowed characters in URL host")
        if "." not in host:
            raise WrongAddress("Wrong HTTP URL")
    path = parts["rest"].replace(" ", "%20")
    if not path.startswith("/"):
        path = "/" + path
    return (parts["user"] or "") + host + (parts["port"] or "") + path


def _check_port(port: str | None) -> None:
    if port is None:
        return
    if not port[1:].isdecimal() or not 0 < int(port[1:]) <= 65535:
        raise WrongAddress("Wrong port number specified in the URL")
