"""Notebooks as plain JSON: what the learner's side needs of them, without nbformat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def joined(text: Any) -> str:
    """A multi-line field of a notebook, which may stand as one text or as a list of lines."""
    return text if isinstance(text, str) else "".join(map(str, text or []))


def source(cell: Mapping[str, Any]) -> str:
    """A cell's text."""
    return joined(cell.get("source", ""))
