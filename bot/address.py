"""Web addresses: which may be shown, and when two are the same. Fetches nothing.

Parsing follows the WHATWG URL standard, as browsers do (ada). `link` gives what a reader may open; `canonical` gives
the identity of an article (design §5).
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
_AMP_CACHE = re.compile(r"^[\w-]+\.cdn\.ampproject\.org$")
_HAS_SPACE = re.compile(r"\s+")


def link(text: object) -> str | None:
    """Return `text` as an address a reader may open: http(s) with a dotted host, percent-encoded; else None."""
    if not isinstance(text, str):
        return None
    text = text.strip().replace("&amp;", "&")  # written for HTML by their source
    if not text.lower().startswith(("http://", "https://")) or len(text) > LONGEST:
        return None
    try:
        url = ada_url.URL(_HAS_SPACE.sub(" ", text))
    except ValueError:
        return None
    host = url.hostname
    if "." not in host.strip(".") or url.username or url.password:
        return None
    href = str(url.href)
    return href if len(href) <= LONGEST else None


def canonical(text: object) -> str | None:
    """Return the identity of the address `text`, or None when it is no web address.

    http = https; host in lower case without a default port; no fragment, trailing slash, tracking parameters or AMP
    form. Other query parameters stay, in their order.
    """
    href = link(text)
    if href is None:
        return None
    url = ada_url.URL(_outside_amp_cache(href))
    host = url.hostname.rstrip(".")
    port = f":{url.port}" if url.port not in ("", "80", "443") else ""
    path = _without_amp(url.pathname).rstrip("/")
    if host.startswith("amp.") and host.count(".") > 1:
        host = host[4:]
    query = "&".join(_kept(url.search[1:]))
    return f"https://{host}{port}{path}" + (f"?{query}" if query else "")


def host(address: str) -> str:
    """Return the host of an address that `link` gave, without a leading www., for showing."""
    return str(ada_url.URL(address).hostname).removeprefix("www.")


def _outside_amp_cache(href: str) -> str:
    """Return the original of an AMP cache's copy: `x.cdn.ampproject.org/c/s/host/path` → `https://host/path`."""
    url = ada_url.URL(href)
    if not _AMP_CACHE.match(url.hostname):
        return href
    inner = re.match(r"^/[civr]/(s/)?([^/]+\.[^/]+)(/.*)?$", url.pathname)
    if inner is None:
        return href
    found = link(f"https://{inner[2]}{inner[3] or ''}{url.search}")
    return found or href


def _without_amp(path: str) -> str:
    """Return `path` without an AMP marker: a first or last segment `amp`, or an ending `.amp` / `.amp.html`."""
    path = re.sub(r"\.amp(\.html)?/?$", r"\1", path)
    path = re.sub(r"/amp/?$", "/", path)
    return re.sub(r"^/amp/", "/", path)


def _kept(query: str) -> list[str]:
    """Return the parameters of `query` that choose a page, as they stand."""
    kept = []
    for pair in query.split("&"):
        name = unquote(pair.partition("=")[0])
        if pair and not _TRACKING.fullmatch(name) and not _AMP_PARAMETERS.fullmatch(name):
            kept.append(pair)
    return kept
