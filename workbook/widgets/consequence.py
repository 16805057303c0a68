"""After a decision: the shop runs with what was chosen, and shows what came of it."""

from __future__ import annotations

import html
from typing import Any

from workbook import progress
from workbook.questions import bank
from workbook.widgets.cards import Card, present


def consequence(question_id: str) -> None:
    """Run the shop with the choice locked in a decision, and show the profit of it.

    The choice is read from the record. Without one, or for a decision that changes nothing in
    the shop, one line says so. Never raises.
    """
    try:
        question = bank.get(question_id)
    except bank.BankError as fault:
        present(Card("info", str(fault)))
        return
    options = getattr(question, "options", [])
    if not any(option.policy for option in options):
        present(Card("info", f"`{question_id}` is no decision that the shop can be run with."))
        return
    chosen = decided(question_id)
    if chosen is None or not 0 <= chosen < len(options):
        present(
            Card("info", "Lock your decision in the form above, then run this cell: the shop runs "
                 "the same 13 weeks again with what you chose.")
        )  # fmt: skip
        return
    from workbook.shop.policy import Policy
    from workbook.shop.what_if import compare

    option = options[chosen]
    effect = compare(Policy(**(option.policy or {})))
    margins = {
        other.text: compare(Policy(**other.policy)).margin if other.policy else 0.0
        for other in options
    }
    present(_Outcome(option.text, effect.table, margins))


def decided(question_id: str) -> int | None:
    """The place of the option that was locked, from the record."""
    for event in progress.events():
        if event["kind"] == "decision" and event["item"] == question_id:
            answer = event.get("answer")
            choice = answer.get("choice") if isinstance(answer, dict) else answer
            return choice if isinstance(choice, int) else None
    return None


def dollars(value: float) -> str:
    """A gain or loss in whole dollars: "+$5,347"."""
    return f"{'+' if value >= 0 else '-'}${abs(value):,.0f}"


class _Outcome:
    """The two worlds side by side, and the margin of every choice."""

    def __init__(self, chosen: str, table: Any, others: dict[str, float]) -> None:
        self.chosen, self.table, self.others = chosen, table, others

    def __repr__(self) -> str:
        lines = [f"• You chose: {self.chosen}", self.NOTE]
        lines += [" | ".join(row) for row in self._rows()]
        lines += [f"{name}: {dollars(value)} of margin" for name, value in self._ranked()]
        return "\n".join(lines)

    NOTE = (
        "These persons, these 13 weeks, once, with only this one thing changed, from eight weeks "
        "before them on. The explanation in the form gives the average of many shops, so the "
        "numbers differ by luck. The cost of building is in neither. A choice that changes nothing "
        "in the shop adds nothing."
    )

    def _rows(self) -> list[list[str]]:
        return [
            [str(name), f"{row.iloc[0]:,.0f}", f"{row.iloc[1]:,.0f}", f"{row.iloc[2]:+,.0f}"]
            for name, row in self.table.iterrows()
        ]

    def _ranked(self) -> list[tuple[str, float]]:
        return sorted(self.others.items(), key=lambda pair: -pair[1])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        units = {"revenue": "revenue, $", "margin": "margin, $", "carts": "visits with a cart",
                 "checkouts": "visits with a checkout"}  # fmt: skip
        left = 'style="text-align:left"'
        head = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in self.table)
        body = "".join(
            f'<tr><th scope="row" {left}>{units.get(name, name)}</th>'
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + "</tr>"
            for name, *cells in self._rows()
        )
        ranked = "".join(
            f"<li>{html.escape(name)}: {dollars(value)}"
            + (" (your choice)" if name == self.chosen else "")
            + "</li>"
            for name, value in self._ranked()
        )
        page = (
            f'<div style="color:var(--jp-ui-font-color1,#1f1f1f)"><p>{self.NOTE}</p><table>'
            f'<caption style="caption-side:top;text-align:left;font-weight:bold;color:inherit">'
            f"You chose: {html.escape(self.chosen)}. The same 13 weeks, run again</caption>"
            f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>Margin that each choice would have added:</p><ol>{ranked}</ol></div>"
        )
        return {"text/html": page, "text/plain": repr(self)}
