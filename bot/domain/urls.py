"""Web addresses: which may be shown, and when two are the same. Fetches nothing.

Parsing follows the WHATWG URL standard, as browsers do (ada). `link` gives what a reader may open;
`canonical` gives the identity of an article (docs/architecture.md, Identity).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import ada_url

#: Longer addresses are cut off by clients and proxies; none in the field comes near.
LONGEST = 2048

_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_[ce]id|mkt_tok|"
    r"_hs(enc|mi)|__hs\w+|vero_id|oly_(anon|enc)_id|s_cid|ncid|cmpid|cmp|ocid|wt\.mc_id|ref_src|ref_url|"
    r"spm|scm|_ga|_gl|trk|trkcampaign|sr_share|smid|soc_src|soc_trk",
    re.IGNORECASE,
)
_AMP_PARAMETERS = re.compile(r"(amp|amp_js_v|usqp|outputtype)$", re.IGNORECASE)
# An AMP cache's copy, https://x.cdn.ampproject.org/c/s/host/path, and Google's viewer,
# https://google.com/amp/s/host/path.
_AMP_CACHE = re.compile(
    r"https?://[\w-]+\.cdn\.ampproject\.org/[civr]/(?:s/)?([^/]+\.[^/]+/.*)",
    re.IGNORECASE,
)
_AMP_VIEWER = re.compile(
    r"https?://(?:www\.)?google\.[a-z.]{2,6}/amp/(?:s/)?([^/]+\.[^/]+/.*)",
    re.IGNORECASE,
)
_AMPERSAND = re.compile(r"&(amp;)+", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
# What the standard's parser gives back as it is: most addresses of the field. Scheme, host, path,
# query.
_LABEL = r"(?!xn--)[a-z0-9]++(?:-++[a-z0-9]++)*+"
_PLAIN = re.compile(
    rf"https?://((?:{_LABEL}\.)++[a-z]{{2,}}+)((?:/[\w~-][\w.~-]*+)++/?+|/)(?:\?([\w.~=&%+-]++))?+",
    re.ASCII,
)
# An AMP copy of an AMP copy is as deep as the field goes.
_ROUNDS = 8
# Percent-encoding (RFC 3986 §2.1), and what stands for itself without it (§2.3).
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
)
# Subdomains that serve the pages of the domain behind them.
_SAME_SITE = ("www.", "amp.")
# Fragments that name no part of a page that an article could be: they say where readers come from,
# lead to what every page has, or mark words on it (`#:~:text=`).
_NO_PART = re.compile(
    rf"(?:{_TRACKING.pattern}|xtor|echobox|ftag|sr|ref|at_\w+)=.*|top|content|main|comments|respond|disqus_thread",
    re.IGNORECASE,
)
_DIRECTIVE = ":~:"


def link(text: object) -> str | None:
    """Return `text` as an address that a reader may open; None where it is not one.

    That is http(s) with a dotted host, percent-encoded.
    """
    if not isinstance(text, str) or len(text) > 2 * LONGEST:
        return None
    if _match_plain(text):
        return text
    # Written for HTML by their source, now and then twice.
    text = _AMPERSAND.sub("&", text.strip())
    if not text[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        url = ada_url.URL(_SPACES.sub(" ", text))
    except ValueError:
        return None
    if url.username or url.password or not _is_dotted(url.hostname):
        return None
    href = str(url.href)
    without_scheme = href.partition(":")[2]
    return href if len(without_scheme) <= LONGEST else None


def _is_dotted(host: str) -> bool:
    """Return True for a host of two labels or more; a dot at the end is none of them."""
    labels = host.removesuffix(".").split(".")
    return len(labels) > 1 and all(labels)


def canonical(text: object) -> str | None:
    """Return the identity of the address `text`, or None when it is no web address.

    Normalised as RFC 3986 §6 says: scheme and host in lower case, no default port, no dot segments,
    `%7E` as `~`, `%c3` as `%C3`. Then http = https, and without `www.`, fragment, trailing slash,
    tracking parameters and AMP form. Other query parameters stay, in their order.
    """
    return both(text)[1]


def fragment(text: object) -> str:
    """Return the part of a page that an address names behind its `#`, normalised, or empty."""
    href = link(text)
    if href is None:
        return ""
    part = href.partition("#")[2].partition(_DIRECTIVE)[0]
    for name in filter(None, part.split("&")):
        if not _NO_PART.fullmatch(name):
            return _decoded(part)
    return ""


def path(identity: str) -> str:
    """Return the path of an identity, without its host and its query."""
    without_query = identity.partition("?")[0]
    path = without_query.removeprefix("https://").partition("/")[2]
    return f"/{path}"


def both(text: object) -> tuple[str | None, str | None]:
    """Return what `link` and `canonical` give for the address `text`."""
    plain = _match_plain(text)
    href = plain[0] if plain else link(text)
    if href is None:
        return None, None
    plain = plain or _PLAIN.fullmatch(href)
    if plain is None:
        return href, _identity(href)
    identity = _plain_identity(plain)
    return href, identity or _identity(href)


def _match_plain(text: object) -> re.Match[str] | None:
    """Return the match of an address that the parser would give back as it is; else None."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    return _PLAIN.fullmatch(text)


def host(address: str) -> str:
    """Return the host of an address that `link` gave, without a leading www., for showing."""
    return _parts(address)[0].removeprefix("www.")


def _plain_identity(plain: re.Match[str]) -> str | None:
    """Return the identity of an address that needs no parser.

    None where it may be a copy of another page.
    """
    host, path, query = plain.groups()
    host = _without_subdomain(host)
    if host.startswith(_SAME_SITE) or host.endswith("ampproject.org"):
        return None
    if "amp" in path.lower():
        return None
    return _joined(host, path, query)


def _joined(host: str, path: str, query: str | None) -> str:
    """Return an identity: without a slash at the end, and with what its query says of the page."""
    address = f"https://{host}{path}".rstrip("/")
    if not query:
        return address
    parameters = _page_parameters(query)
    return f"{address}?{parameters}" if parameters else address


def _identity(href: str) -> str:
    """Return the identity of any address that `link` gave."""
    for _ in range(_ROUNDS):
        plainer = link(_plainer(href)) or href
        if plainer == href:
            break
        href = plainer
    return _without_lone_slash(href)


def _plainer(href: str) -> str:
    """Return `href` one step nearer to its identity; repeated until nothing changes."""
    original = _original(href)
    if original:
        return original
    host, port, path, query = _parts(href)
    host = _without_subdomain(host.removesuffix("."))
    if port not in ("", "80", "443"):
        host = f"{host}:{port}"
    return _joined(host, _without_amp(_decoded(path)), query)


def _original(href: str) -> str | None:
    """Return the address of the page that an AMP cache or viewer shows a copy of, or None."""
    copy = _AMP_CACHE.match(href) or _AMP_VIEWER.match(href)
    return link(f"https://{copy[1]}") if copy else None


def _without_subdomain(host: str) -> str:
    """Return `host` without one leading `www.` or `amp.`, where a domain stands behind it."""
    if host.count(".") < 2:
        return host
    return host[4:] if host.startswith(_SAME_SITE) else host


def _decoded(part: str) -> str:
    """Return a path, query or fragment with its percent-encoding normalised.

    Beside a stray `%` nothing is decoded, since the two could become an encoding that was never
    written.
    """
    if "%" not in part:
        return part
    if _MALFORMED.search(part):
        return _ENCODED.sub(_upper, part)
    return _ENCODED.sub(_plain_character, part)


def _upper(encoded: re.Match[str]) -> str:
    return encoded[0].upper()


def _plain_character(encoded: re.Match[str]) -> str:
    digits = encoded[0][1:]
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else _upper(encoded)


def _parts(href: str) -> tuple[str, str, str, str]:
    """Return host, port, path and query of an address that `link` gave."""
    plain = _PLAIN.fullmatch(href)
    if plain:
        host, path, query = plain.groups("")
        return host, "", path, query
    url = ada_url.URL(href)
    query = url.search.removeprefix("?")
    return url.hostname, url.port, url.pathname, query


def _without_lone_slash(href: str) -> str:
    """Return `href` without the slash that the URL standard puts behind a lone host."""
    address, mark, query = href.partition("?")
    return address.rstrip("/") + mark + query


def _without_amp(path: str) -> str:
    """Return `path` without an AMP marker.

    That is a first or last segment `amp`, or an ending `.amp` or `.amp.html`.
    """
    if "amp" not in path:
        return path
    path = re.sub(r"\.amp(\.html)?/?$", r"\1", path)
    path = re.sub(r"/amp/?$", "/", path)
    return re.sub(r"^/amp/", "/", path)


def _page_parameters(query: str) -> str:
    """Return the parameters of `query` that choose a page, normalised, in their order."""
    kept = []
    for pair in filter(None, query.split("&")):
        name = unquote(pair.partition("=")[0])
        if not _TRACKING.fullmatch(name) and not _AMP_PARAMETERS.fullmatch(name):
            kept.append(pair)
    return _decoded("&".join(kept))
