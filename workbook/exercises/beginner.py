"""Plain words for the errors that beginners meet most.

`explain` is pure: error name, message, the cell's code and the names in use give one short
text, or None where plain words would be a guess.
"""

from __future__ import annotations

import builtins
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import workbook

COURSE = frozenset({*workbook.__all__, "progress"})
OURS = frozenset(
    {"BrokenTableError", "ExportError", "FunnelError", "LeakageError", "UnknownTableError"}
)
"""Errors of the course itself: their message is in plain words already."""

SYNONYMS = {"average": "mean", "avg": "mean", "distinct": "nunique", "count_values": "value_counts"}

MODULES = {"pd": "pandas", "np": "numpy", "plt": "matplotlib.pyplot"}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a kernel reports it, with what is needed to explain it.

    known: names in use; columns: those of all tables, each once; tables: a table's name -> its own
    labels: a Series' name -> its labels, if they are texts
    conditions: names of columns of True and False
    ours: the course itself raised it on purpose, in plain words already
    """

    name: str
    text: str
    code: str = ""
    known: Sequence[str] = field(default_factory=tuple)
    columns: Sequence[str] = field(default_factory=tuple)
    ours: bool = False
    tables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conditions: Sequence[str] = field(default_factory=tuple)


def explain(failure: Failure) -> str | None:
    """What happened and what to do, in one to three short sentences; None if not known."""
    if failure.ours or failure.name in OURS:
        return failure.text
    for names, pattern, answer in _RULES:
        if failure.name in names and (found := re.search(pattern, failure.text)):
            return answer(failure, found)
    return None


def _near(word: str, among: Iterable[str], cutoff: float = 0.6) -> str | None:
    among = list(among)
    close = difflib.get_close_matches(word, among, n=1, cutoff=cutoff)
    folded = {other.lower(): other for other in among}
    return folded.get(word.lower()) or (close[0] if close else None)


def _name_error(failure: Failure, found: re.Match[str]) -> str:
    name = found[1]
    if key := re.search(r"\b(?:check|hint|solution)\(([\w-]*-[\w-]*)\)", failure.code):
        return f'The key is a text and needs quotes: `"{key[1]}"`.'
    if name in COURSE or name in MODULES:
        return (
            f"`{name}` is not there yet. Was the kernel restarted? Run the cells with `import` at "
            "the top of this notebook once more, then this cell."
        )
    if name in ("true", "false", "none", "null"):
        right = {"true": "True", "false": "False"}.get(name, "None")
        return f"Python writes it with a capital letter: `{right}`."
    near = _near(name, [*failure.known, *COURSE], 0.75) or _near(name, dir(builtins), 0.85)
    if near and near.lower() == name.lower():
        return f"There is no `{name}`, but a `{near}`: capital letters count."
    meant = f" Did you mean `{near}`?" if near else ""
    return (
        f'There is no `{name}` yet.{meant} Is it a text? Then it needs quotes: `"{name}"`. Is it '
        "a name from a cell above? Run that cell first (after a restart, all of them)."
    )


def _key_error(failure: Failure, found: re.Match[str]) -> str:
    key = found[1].strip()
    if "Ellipsis" in key:
        return "A blank is still there: replace `...` by your answer."
    if key.startswith("(") and "," in key:
        return "For several columns use two pairs of brackets: a list inside, `df[[..., ...]]`."
    if key in ("True", "False"):
        return (
            "This compares two texts with each other. A condition takes a column of the table: "
            '`table[table["column"] == "value"]`.'
        )
    name = key.strip("'\"")
    asked = re.search(rf"(\w+)\s*\[+\s*['\"]{re.escape(name)}['\"]", failure.code)
    if asked and asked[1] in failure.conditions:
        return (
            f"`{asked[1]}` is a column of True and False, no table. For the rows where it is True "
            f"put it into the brackets of its table: `table[{asked[1]}]`."
        )
    if labels := failure.labels.get(_named_before(failure, name, failure.labels)):
        near = _near(name, labels)
        return f"There is no label `{name}` here. " + (
            f"The nearest is `{near}`." if near else f"There are {_listed(labels)}."
        )
    table = _named_before(failure, name, failure.tables)
    own = failure.tables.get(table, ())
    if near := _near(name, own, 0.75):
        return f"`{table}` has no column `{name}`. The nearest that it has is `{near}`."
    if name in failure.columns:
        here = f": `{table}` has {_listed(own)}." if own else ". Which one is before the bracket?"
        return f"`{name}` is a column of another table here, not of this one{here}"
    if own:
        return (
            f"`{table}` has no column `{name}`. It has {_listed(own)}. (To pick rows by a value, "
            f'use a condition: `{table}[{table}["column"] == "value"]`.)'
        )
    if near := _near(name, failure.columns):
        return f"There is no column or label `{name}`. The nearest that exists is `{near}`."
    if failure.columns:
        some = _listed(failure.columns)
        return f"There is no column or label `{name}`. The tables here have: {some}."
    return f"There is no column or label `{name}`. Look at the table's `.columns`."


def _not_in_axis(failure: Failure, found: re.Match[str]) -> str:
    labels = re.findall(r"'([^']+)'", found[1])
    if labels and all(label in failure.columns for label in labels):
        return (
            "`.drop` takes out rows by their labels. To take out a column, name it so: "
            "`.drop(columns=[...])`. For rows chosen by a condition, hand over their labels: "
            "`table[condition].index`."
        )
    if re.match(r"(True|False)\b", found[1]):
        return (
            "`.drop` takes labels of rows, not a condition. Hand over the labels of the rows that "
            "meet it: `table[condition].index`."
        )
    if "columns=" in failure.code and labels:
        return _key_error(failure, re.match("(.*)", labels[0]))  # type: ignore[arg-type]
    return "`.drop` takes labels of rows that are there: look at the table's `.index`."


def _named_before(failure: Failure, label: str, things: Mapping[str, Sequence[str]]) -> str:
    """Which of the `things` (name -> what it holds) the code asks for `label`; "" if none.

    It is the last one without it that is named before it, in the line that names it.
    """
    quoted = re.compile(rf"['\"]{re.escape(label)}['\"]")
    for line in failure.code.splitlines():
        found = quoted.search(line)
        before: list[str] = re.findall(r"\w+", line[: found.start()]) if found else []
        if named := [word for word in before if label not in things.get(word, (label,))]:
            return named[-1]
    return ""


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f"`{column}`" for column in columns[:12])


def _syntax(failure: Failure, found: re.Match[str]) -> str:
    code = failure.code
    if re.search(r"\d\s*%\s*(#.*)?$", code, re.MULTILINE):
        return "A number in Python has no percent sign: write the number alone."
    if code.count("(") > code.count(")"):
        return "A parenthesis is open: count `(` and `)`, one `)` is missing."
    if code.count("[") > code.count("]"):
        return "A bracket is open: count `[` and `]`, one `]` is missing."
    if code.count("{") > code.count("}"):
        return "A brace is open: count `{` and `}`, one `}` is missing."
    if re.search(r"^\s*['\"]\w+['\"]\s*:[^(]*[^=!<>(]=(?!=)", code, re.MULTILINE):
        return "To compare, write two equal signs: `==`."
    if re.search(r"^\s*(if|for|while|def|else|elif)\b[^:#]*$", code, re.MULTILINE):
        return "A line that starts with `if`, `for` or `def` ends with a colon `:`."
    return (
        "Python cannot read this line. Look at the place the arrow points to, and just before "
        "it: a missing comma, quote or bracket?"
    )


def _attribute(failure: Failure, found: re.Match[str]) -> str:
    kind, name = found[1], found[2]
    if name in ("len", "length"):
        return "`len` stands before what it counts: `len(...)`."
    if kind in ("DataFrame", "Series"):
        import pandas

        public = [word for word in dir(getattr(pandas, kind)) if not word.startswith("_")]
        move = SYNONYMS.get(name) or _near(name, public, 0.85)
        column = _near(name, failure.columns) if kind == "DataFrame" and not move else None
        if column:
            return f'A column is taken with brackets and quotes: `table["{column}"]`.'
        if move := move or _near(name, public):
            return f"There is no `.{name}`. Did you mean `.{move}`?"
    if kind in ("ellipsis", "EllipsisType"):
        return "A blank is still there: replace `...` by your answer."
    if kind == "dict":
        return f'A value of a dictionary is taken with brackets and quotes: `["{name}"]`.'
    if kind == "list":
        return (
            f"A list has no `{name}`: the things in it do. Take them one by one, with "
            "`for thing in the_list`."
        )
    if kind == "NoneType":
        return "The value before the dot is `None`: did the line above return nothing?"
    return f"A value of type {kind} has no `{name}`. Is it the value you think it is?"


def _say(text: str) -> Callable[[Failure, re.Match[str]], str]:
    return lambda failure, found: text.format(*found.groups())


def _equal_signs(failure: Failure, found: re.Match[str]) -> str:
    if re.search(r"[{,]\s*(['\"])[^'\"]*\1\s*=(?!=)", failure.code):
        return 'In a dictionary a colon stands between a name and its value: `{"a": 5, "b": 7}`.'
    return "To compare, write two equal signs: `==`. A single `=` gives a name to a value."


_SYNTAX = ("SyntaxError", "_IncompleteInputError")
_RULES: list[tuple[tuple[str, ...], str, Callable[[Failure, re.Match[str]], str]]] = [
    (("NameError",), r"name '(\w+)' is not defined", _name_error),
    (("KeyError",), r"^Index\(\['([^']+)'", _key_error),
    (("KeyError",), r"(?s)\[(.*)\] not found in axis", _not_in_axis),
    (("KeyError",), r"\[(.*)\] not in index", _say(
        "There is no column or label {0}. Look at the table's `.columns`, or at its labels.")),
    (("KeyError",), r"None of", _say(
        "None of these columns exists. Look at the table's `.columns`.")),
    (("KeyError",), r"(?s)(.*)", _key_error),
    (_SYNTAX, r"(?i)maybe you meant '=='|perhaps you meant \"==\"|cannot assign to", _equal_signs),
    (_SYNTAX, r"'(.)' was never closed|incomplete input", _syntax),
    (_SYNTAX, r"unmatched '(.)'|closing parenthesis '(.)'", _say(
        "There is one closing bracket too many, or it is of another kind than the opening one.")),
    (_SYNTAX, r"expected ':'", _say(
        "A line that starts with `if`, `for` or `def` ends with a colon `:`.")),
    (_SYNTAX, r"unterminated .*string|EOL while scanning", _say(
        "A text is not closed: it needs the same quote, `\"` or `'`, before and after it.")),
    (_SYNTAX, r"invalid character '[\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb]'", _say(
        "These quotes are the curly ones of a text program. Type straight ones: `\"`.")),
    (_SYNTAX, r"'return' outside function", _say(
        "`return` belongs to a function: indent it, by four spaces, below the line with `def`.")),
    (_SYNTAX, r"leading zeros", _say(
        "A date, a key or another name with numbers in it is a text: it needs quotes.")),
    (_SYNTAX, r"':' expected after dictionary key", _say(
        "In a dictionary each name is followed by a colon and its value: `{{\"cart\": 70.5}}`.")),
    (_SYNTAX, r"Missing parentheses in call", _say(
        "Python calls with parentheses: `print(...)`.")),
    (_SYNTAX, r"Perhaps you forgot a comma|invalid syntax", _syntax),
    (("IndentationError", "TabError"), r"expected an indented block", _say(
        "The line after a colon `:` must be indented, by four spaces.")),
    (("IndentationError", "TabError"), r"", _say(
        "The spaces at the beginning of the line are wrong: lines of one block start at the "
        "same place, and a first line starts at the left edge.")),
    (("AttributeError",), r"'(\w+)' object has no attribute '(\w+)'", _attribute),
    (("AttributeError",), r"module '([\w.]+)' has no attribute '(\w+)'", _say(
        "`{0}` has no `{1}`. Check the spelling.")),
    (("TypeError",), r"'(DataFrame|Series|list|dict|str)' object is not callable", _say(
        "A {0} takes square brackets, not parentheses: `[...]`.")),
    (("TypeError",), r"'(?:numpy\.)?(?:int|float)\d*' object is not callable", _say(
        "Two things stand side by side without a sign between them. To multiply, write `*`.")),
    (("TypeError",), r"isin\(\) takes 2 positional|passed to isin\(\)", _say(
        "`.isin` takes one list, in brackets: `.isin([...])`.")),
    (("TypeError",), r"'(?:method|builtin_function_or_method|function)' object is not subscr",
     _say("A function is called with parentheses, `()`. A bracket can only follow them.")),
    (("TypeError",), r"'(method|builtin_function_or_method|function)'|function object", _say(
        "The parentheses after a function's name are missing: it must be called, `name()`.")),
    (("TypeError",), r"tuple indices must be integers", _say(
        "That is no table but a few values in a row. One of them is taken by its place, `[0]`, or "
        "by its name after a dot if it has one, such as `.low` of an interval.")),
    (("TypeError",), r"list indices must be integers", _say(
        "That is a list of things, so a name does not lead into it. Take the things one by one, "
        "with `for thing in the_list`, and ask each for the name.")),
    (("TypeError",), r"'(?:numpy\.)?(?:int|float)\d*' object is not subscr", _say(
        "That name holds one number, no table: nothing can be taken out of it. Was it set to "
        "something else in between?")),
    (("TypeError",), r"bad operand type for unary ~|__invert__", _say(
        "`~` turns a whole condition around, so the condition stands in parentheses: "
        "`~(table[\"column\"] == \"value\")`.")),
    (("TypeError",), r"string indices must be integers", _say(
        "That is a text, so a name does not lead into it. Does a loop run over a dictionary? It "
        "gives the names in it, one by one.")),
    (("TypeError",), r"'NoneType' object is not subscr|NoneType|not iterable.*None", _say(
        "One of the values is `None`, which is nothing. Does a function end without `return`, or "
        "does a field stay empty?")),
    (("TypeError",), r"\.(drop_duplicates|sort_values|drop|nunique|value_counts)\(\) takes .*but",
     _say("Several columns go in as one list, in square brackets: `.{0}([\"...\", \"...\"])`.")),
    (("ValueError",), r"level name (\w+) is not the name of the index", _say(
        "Several columns go in as one list, in square brackets: "
        "`.groupby([\"...\", \"{0}\"])`.")),
    (("TypeError",), r"takes (?:from \d+ to )?\d+ positional arguments? but", _say(
        "The function takes fewer values than stand between its parentheses.")),
    (("TypeError",), r"ellipsis", _say(
        "A blank is still there: replace `...` by your answer.")),
    (("TypeError",), r"operation '\w*sub' not supported for dtype 'str' with dtype 'str'", _say(
        "Two columns of texts cannot be subtracted from each other. Numbers of rows can, "
        "`len(...)`, and so can sets of values, `set(...)`.")),
    (("ValueError",), r"Unable to coerce to Series|Lengths of operands do not match", _say(
        "A set or list cannot be subtracted from a table or from a column. To leave out rows by "
        "a list of values, filter: `table[~table[\"column\"].isin(...)]`.")),
    (("TypeError",), r"can only concatenate str|unsupported operand.*'str'|must be str"
                     r"|for dtype 'str'|can't multiply sequence", _say(
        "A text and a number cannot be calculated together. Is there a number in quotes, or a "
        "column of texts where its count is meant (`len(...)`, `.nunique()`)?")),
    (("TypeError",), r"object of type '(?:int|float)' has no len", _say(
        "That is one number already. `len(...)` counts the rows of a table or of a column.")),
    (("TypeError",), r"Invalid comparison between dtype=datetime", _say(
        "A column of times is compared with something that is no date. A date is a text such as "
        "`\"2025-11-04\"`.")),
    (("TypeError",), r"Invalid comparison between dtype=str", _say(
        "That column holds texts, even if they look like numbers. What it is compared with needs "
        "quotes.")),
    (("TypeError",), r"Invalid comparison between dtype=(?:int|float)|'[<>]=?' not supported", _say(
        "A number is compared with a text. Numbers stand without quotes.")),
    (("TypeError",), r"with string dtype|does not support reduction|Could not convert", _say(
        "That column holds texts. To count them, use `len(...)`, `.nunique()` or "
        "`.value_counts()`.")),
    (("TypeError",), r"cannot perform __\w+__ with this index type", _say(
        "A whole table cannot be calculated with. Is its number of rows meant, `len(...)`, or "
        "one of its columns?")),
    (("TypeError",), r"missing \d+ required positional argument", _say(
        "The function needs more between its parentheses.")),
    (("TypeError",), r"unexpected keyword argument '(\w+)'", _say(
        "The function knows no argument `{0}`. Check its spelling.")),
    (("ValueError",), r"truth value of a (\w+) is ambiguous", _say(
        "`and`, `or`, `not`, `if` do not work on a whole column. Two conditions are joined by "
        "`&` (and) or `|` (or), each in its own parentheses; `~(...)` turns a condition around.")),
    (("TypeError",), r"unhashable type: 'Series'|not a container|Series.*unhashable", _say(
        "`in` does not ask a whole column. `.isin(...)` asks, value by value, whether it occurs "
        "in another column; `~` before that turns the answer around.")),
    (("IndexingError",), r"(?i)unalignable boolean", _say(
        "The condition has other rows than the table that it filters: it was made of another "
        "table, or of heaps. Filter the very thing that the condition was made of.")),
    (("NotImplementedError",), r"(?:eq|ne) not implemented for <class '(\w+)'", _say(
        "`==` compares a column with one value. To ask whether each value is one of several, use "
        "`.isin([...])`; `~` before that turns the answer around.")),
    (("ValueError",), r"keep must be", _say(
        '`keep` is `"first"`, `"last"` or `False`, which keeps none of them.')),
    (("ValueError",), r"Lengths must match", _say(
        "A column and a list of another length cannot be compared by `==`. To ask whether each "
        "value is in the list, use `.isin([...])`.")),
    (("ValueError",), r"identically-labeled", _say(
        "The two columns belong to different tables, so Python cannot put them side by side. "
        "`.isin(...)` asks whether a value occurs in the other column.")),
    (("ZeroDivisionError",), r"", _say(
        "The denominator is 0: nothing was counted. Look at it before you divide.")),
    (("ModuleNotFoundError", "ImportError"), r"No module named '([\w.]+)'", _say(
        "`{0}` is not installed here, or misspelled. Was JupyterLab started with "
        "`python -m workbook lab`?")),
    (("FileNotFoundError",), r"", _say(
        "There is no such file. The shop's tables come with `load(\"name\")`, without a path.")),
    (("IndexError",), r"invalid index to scalar", _say(
        "That name holds one number, no table: nothing can be taken out of it. Was it set to "
        "something else in between?")),
    (("IndexError",), r"out of", _say(
        "There are fewer rows or items than you asked for. Python counts from 0.")),
]  # fmt: skip
