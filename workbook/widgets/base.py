"""What all our anywidgets share: a stable text form, and one live copy per cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import anywidget

VIEW = "application/vnd.jupyter.widget-view+json"

_SHOWN_IN: dict[str, tuple[str, list[Widget]]] = {}  # by cell: its last run and its widgets


class Widget(anywidget.AnyWidget):  # type: ignore[misc]
    """An anywidget whose text/plain is its `plain` text, the same on every machine and run.

    anywidget's own holds an address, which nbval would compare.
    """

    @property
    def plain(self) -> str:
        """The widget in words, for front ends without widgets."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.plain

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": self.plain, VIEW: view}, {}


def joined(*names: str) -> str:
    """The texts of files beside this one as one text: an anywidget's script or style is one."""
    return "\n".join(Path(__file__).with_name(name).read_text("utf-8") for name in names)


W = TypeVar("W", bound=Widget)


def placed(widget: W) -> W:
    """Close the widgets of this cell's last run, so that saved notebooks do not pile them up."""
    if place := _place():
        cell, run = place
        last, shown = _SHOWN_IN.get(cell, (run, []))
        if last != run:
            for old in shown:
                old.close()
            shown = []
        _SHOWN_IN[cell] = (run, [*shown, widget])
    return widget


def _place() -> tuple[str, str] | None:
    """The cell that is running and this run of it, as far as the front end tells."""
    try:
        from IPython.core.getipython import get_ipython

        parent = get_ipython().get_parent()
        return str(parent["metadata"]["cellId"]), str(parent["header"]["msg_id"])
    except (ImportError, AttributeError, KeyError, TypeError):
        return None
