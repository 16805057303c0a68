"""The explorer of lesson 01: the same 20 actions, five business models, and which labels move.

Everything it can show lies in synced traits before it is shown, and the browser does the rest:
it needs no Python handler, so it also works in a notebook that was reopened without a kernel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import traitlets

from workbook.widgets.base import Widget, placed

BASE = "shop"
"""The model that labels are compared with: its sheet is the one that the learner knows."""

WORDS = {"macro": "Macro", "micro": "Micro", "neither": "Neither"}
# A sign and words, so that no color is needed to tell the labels apart.
SIGNS = {
    "primary": ("★", "Macro"),
    "path": ("◆", "Micro, on the path"),
    "own": ("◇", "Micro, beside the path"),
}
_NEITHER = ("–", "Neither")


def states(
    actions: pd.DataFrame, sheets: pd.DataFrame, labels: pd.DataFrame
) -> list[dict[str, Any]]:
    """One state per business model: its name, its fact sheet, and a row for every action.

    `actions` has `action_id`, `short` and `action`; `sheets` has `model`, `name`, `kind`, `fact`
    and `text`; `labels` has `model`, `action_id`, `label`, `reason` and `why`. A row's `moved` is
    the label under `BASE` in words if it differs, else "". Raises KeyError if a model lacks one of
    the actions.
    """
    found = {(row["model"], row["action_id"]): row for row in _rows(labels)}
    result = []
    for model in sheets["model"].drop_duplicates():
        sheet = sheets[sheets["model"] == model]
        rows = []
        for action in _rows(actions):
            here, base = found[model, action["action_id"]], found[BASE, action["action_id"]]
            sign, words = SIGNS.get(here["reason"], _NEITHER)
            before, now = WORDS[base["label"]], WORDS[here["label"]]
            rows.append(
                {
                    "sign": sign,
                    "label": words,
                    "why": here["why"],
                    "moved": before if before != now else "",
                    "said": f"{action['short']}, {before} to {now}",
                }
            )
        result.append(
            {
                "key": model,
                "name": sheet["name"].iloc[0],
                "kind": sheet["kind"].iloc[0],
                "facts": sheet[["fact", "text"]].to_numpy().tolist(),
                "rows": rows,
                "news": news(sheet["name"].iloc[0], model == BASE, rows),
            }
        )
    return result


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]


def news(name: str, is_base: bool, rows: list[dict[str, Any]]) -> str:
    """What changed against `BASE`, in a sentence for the live region."""
    if is_base:
        return f"{name}: the labels as they stand in the shop's own dispute."
    moved = [row["said"] for row in rows if row["moved"]]
    return f"{name}: {len(moved)} labels moved: " + "; ".join(moved) + "."


class ModelExplorer(Widget):
    """Radio buttons for the business model above a table of actions; made by `model_explorer()`."""

    _esm = Path(__file__).with_name("explorer_models.js")
    _css = Path(__file__).with_name("explorer_models.css")

    actions = traitlets.List(traitlets.Unicode()).tag(sync=True)
    models = traitlets.List(traitlets.Dict()).tag(sync=True)
    chosen = traitlets.Unicode(BASE).tag(sync=True)

    @property
    def plain(self) -> str:
        """Every action with its label under each model."""
        lines = ["Explorer: the same actions under five business models"]
        for index, action in enumerate(self.actions):
            by_model = (f"{m['name']}: {m['rows'][index]['label']}" for m in self.models)
            lines.append(f"  {action}. {'; '.join(by_model)}")
        return "\n".join(lines)


def model_explorer() -> ModelExplorer:
    """The explorer on the tables `actions`, `business_models` and `action_labels`."""
    from workbook.data import load

    actions = load("actions")
    explorer = ModelExplorer(
        actions=actions["action"].tolist(),
        models=states(actions, load("business_models"), load("action_labels")),
    )
    return placed(explorer)
