"""The pages of Google's help that questions rest on, as links.

A question's `source` names them by number ("Google Analytics Help 9355666, Property (read 2026)");
their addresses follow from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_CENTERS = {
    "Google Analytics Help": "analytics",
    "Google Ads Help": "google-ads",
    "Search Console Help": "webmasters",
    "Google Merchant Center Help": "merchants",
}
_NAMED = re.compile(rf"(?P<center>{'|'.join(_CENTERS)})|(?P<number>\b\d{{6,9}}\b)")
_ANOTHER = r"(?:and )?\d{6}"
_TITLE = re.compile(
    rf", (?!{'|'.join(_CENTERS)}|{_ANOTHER})([^;()]+?)(?=,? and \d{{6}}|, {_ANOTHER}|\s?[;(]|$)"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a help center: how it is called ("Google Analytics Help: Property") and where it
    is."""

    title: str
    link: str


def pages(source: str) -> list[Page]:
    """The pages that a source names, in its order."""
    found = []
    for center, number, rest in _numbers(source):
        title = _TITLE.match(rest)
        found.append(Page(f"{center}: {title[1] if title else number}", _link(center, number)))
    return found


def main_page(sources: Iterable[str]) -> Page | None:
    """The page that most of these sources name, the first of equals; None if they name none."""
    named = [page for source in sources for page in pages(source)]
    with_title_last = sorted(reversed(named), key=lambda page: not page.title[-1].isdigit())
    titles = {page.link: page for page in with_title_last}
    often = Counter(page.link for page in named).most_common(1)
    return titles[often[0][0]] if often else None


def named(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a text has the number of a page (start, end), and the page's address."""
    for center, number, rest in _numbers(text):
        end = len(text) - len(rest)
        yield end - len(number), end, _link(center, number)


def _numbers(text: str) -> Iterator[tuple[str, str, str]]:
    """Each page's number with the center that was named last before it, and the text after it."""
    center = ""
    for found in _NAMED.finditer(text):
        if found["center"]:
            center = found["center"]
        elif center:
            yield center, found["number"], text[found.end() :]


def _link(center: str, number: str) -> str:
    return f"https://support.google.com/{_CENTERS[center]}/answer/{number}"
