"""Which pandas moves a piece of code uses, so that no lesson asks for one that was not taught."""

from __future__ import annotations

import ast
from functools import lru_cache

BASIC = frozenset({"load", "[]", "filter", "len", "count", "value_counts", "nunique", "columns"})
"""The moves of lesson 00: read a table, select, filter, count."""

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


def used(code: str) -> set[str]:
    """Moves in Python code: methods and accessors of pandas, and Python's compound statements."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and node.attr in _pandas():
            found.add(node.attr)
        if (word := SYNTAX.get(type(node))) is not None:
            found.add(word)
    return found


@lru_cache(maxsize=1)
def _pandas() -> frozenset[str]:
    import pandas as pd
    from pandas.api.typing import DataFrameGroupBy, SeriesGroupBy

    kinds = (pd.DataFrame, pd.Series, DataFrameGroupBy, SeriesGroupBy, pd.Index)
    names = {name for kind in kinds for name in dir(kind) if not name.startswith("_")}
    top = {"concat", "cut", "qcut", "to_datetime", "Timedelta", "crosstab", "pivot_table", "merge"}
    return frozenset(names | top)
