"""Which pandas moves a piece of code uses, so that no lesson asks for one that was not taught."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

GROUPS: dict[str, frozenset[str]] = {
    "read": frozenset({"load"}),
    "select": frozenset({"[]", "columns"}),
    "filter": frozenset({"filter"}),
    "count": frozenset({"len", "count", "value_counts", "nunique"}),
}
"""Moves that are taught together, by the name that a lesson's header may use for them."""

SYNTAX: dict[type[ast.AST], str] = {
    ast.FunctionDef: "def",
    ast.Lambda: "lambda",
    ast.For: "for",
    ast.While: "while",
    ast.ListComp: "comprehension",
    ast.SetComp: "comprehension",
    ast.DictComp: "comprehension",
    ast.GeneratorExp: "comprehension",
    ast.If: "if",
    ast.With: "with",
    ast.Try: "try",
}
_CALLS = {"load", "len"}


def named(words: Iterable[str]) -> set[str]:
    """The moves that a header names, each group replaced by what is in it."""
    return {move for word in words for move in GROUPS.get(word, {word})}


def used(code: str) -> set[str]:
    """Moves in Python code: methods and accessors of pandas, square brackets, reading and
    counting, and Python's compound statements.

    Brackets around a condition, `log[log["event"] == "purchase"]`, are the move "filter".
    """
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and node.attr in _pandas():
            found.add(node.attr)
        if isinstance(node, ast.Subscript):
            found.add("filter" if _is_condition(node.slice) else "[]")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & _CALLS
        if (word := SYNTAX.get(type(node))) is not None:
            found.add(word)
    return found


def _is_condition(node: ast.AST) -> bool:
    """Whether what stands in brackets picks rows: a comparison, `.isin(...)`, or a mix of them."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitAnd | ast.BitOr)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert)
    return isinstance(node, ast.Compare | ast.Call)


@lru_cache(maxsize=1)
def _pandas() -> frozenset[str]:
    import pandas as pd
    from pandas.api.typing import DataFrameGroupBy, SeriesGroupBy

    kinds = (pd.DataFrame, pd.Series, DataFrameGroupBy, SeriesGroupBy, pd.Index)
    names = {name for kind in kinds for name in dir(kind) if not name.startswith("_")}
    top = {"concat", "cut", "qcut", "to_datetime", "Timedelta", "crosstab", "pivot_table", "merge"}
    return frozenset(names | top)
