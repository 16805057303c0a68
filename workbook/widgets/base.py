"""What all our anywidgets share: a stable text form, and one live copy per cell."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import anywidget
import traitlets

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


_REMEMBERED = 50  # replies that can be given again: many more than a browser waits for


class Asked(Widget):
    """A widget whose browser side asks something (`{"type", "seq", ...}`) and waits for `reply`.

    A message that comes again (the browser heard no reply) is not done again: the state and the
    first reply are sent once more.

    `__init__` opens the line to the browser and sends all state. What it shows first has to be set
    by then: a change right after it is a message, and on a slow machine such a message is dropped
    (see `overhear` in forms_base.js), which would leave the output empty.
    """

    reply = traitlets.Dict().tag(sync=True)

    _from_browser: ClassVar[tuple[str, ...]] = ()  # traits that only the browser sets

    def __init__(self, **traits: Any) -> None:
        # Messages come in beside the learner's running cell.
        self._lock = threading.RLock()
        self._replies: dict[str, dict[str, Any]] = {}
        super().__init__(**traits)
        self.on_msg(lambda _widget, content, _buffers: self.handle(content))

    def handle(self, message: Mapping[str, Any]) -> None:
        """Act on one message of the browser and reply; of type ping, just reply. Never raises."""
        with self._lock:
            seq = str(message.get("seq"))
            if seq in self._replies:
                self.reply = self._replies[seq]
                names = {name for name in self.keys if not name.startswith("_")}
                self.send_state(names.difference(self._from_browser))
                return
            reply = {"seq": message.get("seq"), **self._act_on(message)}
            if message.get("seq") and message.get("type") != "ping":
                self._replies[seq] = reply
                for old in list(self._replies)[:-_REMEMBERED]:
                    del self._replies[old]
            self.reply = reply

    def _act_on(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the message asks; the fields of its reply."""
        raise NotImplementedError

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take from the browser what is its own. A view that overhears messages counts them as its
        own changes and sends them back, by then perhaps outdated."""
        super().set_state({k: v for k, v in sync_data.items() if k in self._from_browser})

    def _handle_msg(self, msg: Mapping[str, Any]) -> None:
        """ipywidgets holds back and compares state on the widget itself, which is not safe when two
        threads do it at once (a cell's and JupyterLab's for widgets): a reply was lost."""
        with self._lock:
            super()._handle_msg(msg)


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
