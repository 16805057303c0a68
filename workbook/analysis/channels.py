"""Which of GA4's default channel groups a session's source and medium fall into."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple, overload

import pandas as pd

_NOT_SET = "(not set)"
_UNASSIGNED = "Unassigned"


def _sites(names: str) -> str:
    """A pattern for the bare names and their usual addresses: google, www.google.co.uk."""
    return rf"(?:(?:www|m|l|lm|search)\.)?(?:{names})(?:\.[a-z]{{2,3}}){{0,2}}"


_PAID = r".*cp.*|ppc|retargeting|paid.*"
_SEARCH = _sites("aol|baidu|bing|duckduckgo|ecosia|google|msn|naver|qwant|yahoo|yandex")
# Short names stand without an address: ig.com is no social network.
_SOCIAL = r"fb|fb\.me|ig|lnkd\.in|t\.co|" + _sites(
    "facebook|instagram|linkedin|messenger|pinterest|quora|reddit|snapchat|tiktok|tumblr|twitter"
    "|whatsapp"
)
_VIDEO = _sites("dailymotion|hulu|netflix|twitch|vimeo|youtube")
_SHOPPING = "google shopping|" + _sites("alibaba|amazon|ebay|etsy|shopify|stripe|walmart")
_EMAIL = "email|e-mail|e_mail|e mail"


class _Rule(NamedTuple):
    """Patterns for the whole source and medium; `both` must match, or else one is enough."""

    channel: str
    source: str | None
    medium: str | None
    both: bool = False


_RULES = (
    _Rule("Direct", r"\(direct\)", r"\(none\)|\(not set\)", both=True),
    _Rule("Paid Shopping", _SHOPPING, _PAID, both=True),
    _Rule("Paid Search", _SEARCH, _PAID, both=True),
    _Rule("Paid Social", _SOCIAL, _PAID, both=True),
    _Rule("Paid Video", _VIDEO, _PAID, both=True),
    _Rule("Display", None, "display|banner|expandable|interstitial|cpm"),
    _Rule("Paid Other", None, _PAID),
    _Rule("Organic Shopping", _SHOPPING, None),
    _Rule("Organic Social", _SOCIAL, "social|social[- ]network|social[- ]media|sm"),
    _Rule("Organic Video", _VIDEO, ".*video.*"),
    _Rule("Organic Search", _SEARCH, "organic"),
    _Rule("Referral", None, "referral|app|link"),
    _Rule("Email", _EMAIL, _EMAIL),
    _Rule("Affiliates", None, "affiliate"),
    _Rule("Audio", None, "audio"),
    _Rule("SMS", "sms", "sms"),
    _Rule("Mobile Push Notifications", "firebase", ".*push|.*mobile.*|.*notification.*"),
)
CHANNEL_GROUPS = (*(rule.channel for rule in _RULES), _UNASSIGNED)


@overload
def default_channel_group(source: str | None, medium: str | None) -> str: ...
@overload
def default_channel_group(source: pd.Series[Any], medium: pd.Series[Any]) -> pd.Series[Any]: ...
def default_channel_group(source: Any, medium: Any) -> Any:
    """GA4's default channel group of a source and medium; of two Series, a Series `channel_group`.

    The rules in order, of which the first that matches wins. A pattern must match the whole name;
    capitals do not matter. "Paid medium" is `.*cp.*|ppc|retargeting|paid.*`: cpc, cpm, paid_social.

    1.  Direct: source (direct) and medium (none) or (not set).
    2.  Paid Shopping, Paid Search, Paid Social, Paid Video, in this order: a source on GA4's list
        of such sites, and a paid medium.
    3.  Display: medium display, banner, expandable, interstitial or cpm.
    4.  Paid Other: a paid medium, from any other source.
    5.  Organic Shopping: a source on the list of shopping sites.
    6.  Organic Social: a source on the list of social sites, or medium social, social-network,
        social-media, social network, social media or sm.
    7.  Organic Video: a source on the list of video sites, or a medium with "video" in it.
    8.  Organic Search: a source on the list of search sites, or medium organic.
    9.  Referral: medium referral, app or link.
    10. Email: source or medium email, e-mail, e_mail or "e mail". Not newsletter.
    11. Affiliates: medium affiliate. Not affiliates.
    12. Audio: medium audio.
    13. SMS: source or medium sms.
    14. Mobile Push Notifications: medium that ends in "push" or has "mobile" or "notification" in
        it, or source firebase.
    15. Unassigned: all else.

    What is missing (None, NaN, an empty text) is "(not set)", that is unknown. Only rule 1 names
    it, and asks for a source "(direct)" too: an unknown source is never Direct.

    Simplified: GA4's lists name over 800 sites, these the large ones only (a site's bare name or
    usual address). What needs more than source and medium is left out: Cross-network and the
    shopping rules by campaign name, and what linked ad accounts (Google Ads, Display & Video 360)
    report beside the UTM tags.

    Raises ValueError for what is neither text nor missing, and for Series of unlike index.
    Source: Google, "[GA4] Default channel group", manual traffic (2025).
    """
    columns = [isinstance(given, pd.Series) for given in (source, medium)]
    if not any(columns):
        return _group(_name("source", source), _name("medium", medium))
    if not all(columns) or not source.index.equals(medium.index):
        raise ValueError("source and medium are two texts, or two columns of one table.")
    found = [
        _group(_name("source", one), _name("medium", other))
        for one, other in zip(source, medium, strict=True)
    ]
    return pd.Series(found, index=source.index, name="channel_group", dtype="str")


@lru_cache(maxsize=4096)
def _group(source: str, medium: str) -> str:
    for rule in _RULES:
        met = [
            re.fullmatch(pattern, name) is not None
            for pattern, name in ((rule.source, source), (rule.medium, medium))
            if pattern is not None
        ]
        if all(met) if rule.both else any(met):
            return rule.channel
    return _UNASSIGNED


def _name(what: str, value: Any) -> str:
    if isinstance(value, str):
        return value.lower() or _NOT_SET
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return _NOT_SET
    raise ValueError(f"{what} is a text such as 'google'; {value!r:.40} is none.")
