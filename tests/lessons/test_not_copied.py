"""In each lesson at least two core exercises need more than the worked example above them.

An answer could be copied if one code cell above it, which the learner sees, holds everything that
the answer computes, with other names, numbers and columns. An answer that is nothing but values,
read off a table or decided, computes nothing that could be copied.
"""

from __future__ import annotations

import ast
import copy
from pathlib import Path

import pytest

from workbook.reference import source

LESSONS = source.sources(Path(__file__).parents[2] / "lessons")
AT_LEAST = 2


class _Wiped(ast.NodeTransformer):
    """Names of things, and constants, become one sign; functions and methods keep their names."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name("_", ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Name("_", ast.Load())  # a name in the place of a number is no other thought

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg("_")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = "_"
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func if isinstance(node.func, ast.Name) else None
        self.generic_visit(node)
        if name is not None:
            node.func = ast.Name(name.id, ast.Load())
        return node


def shape(node: ast.AST) -> str:
    """A statement or expression without its names, constants and column names."""
    return ast.dump(_Wiped().visit(copy.deepcopy(node)))


def computed(statement: ast.stmt) -> ast.AST:
    """What a statement computes: the right side of an assignment, else the statement itself."""
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr) and statement.value:
        return statement.value
    return statement


def is_values(node: ast.AST) -> bool:
    """Whether code is nothing but values: numbers, texts, and lists, sets and so on of them."""
    plain = (ast.Constant, ast.List, ast.Set, ast.Tuple, ast.Dict, ast.UnaryOp, ast.USub, ast.Load)
    return all(isinstance(part, plain) for part in ast.walk(node))


def copied_from(answer: str, cell: str) -> bool:
    """Whether a visible cell holds all that the worked answer computes."""
    asked = [computed(statement) for statement in ast.parse(answer).body]
    if all(is_values(node) for node in asked):
        return False
    try:
        body = ast.parse(cell)
    except SyntaxError:
        return False
    parts = (ast.expr, ast.stmt)
    shown = {shape(node) for node in ast.walk(body) if isinstance(node, parts)}
    return all(shape(node) in shown or is_values(node) for node in asked)


def own_thought(lesson: source.Lesson) -> list[str]:
    """The core exercises whose answer no visible code cell above them holds."""
    found, above = [], []
    for cell in lesson.seen():
        if cell.kind != "code":
            continue
        core = cell.is_answer and not cell.metadata.get("stretch")
        if core and not any(copied_from(cell.region(), seen) for seen in above):
            found.append(str(cell.key))
        above.append(cell.blank())
    return found


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_two_core_exercises_cannot_be_copied(path: Path) -> None:
    found = own_thought(source.read(path))
    assert len(found) >= AT_LEAST, f"only {found} need more than the example above them"


@pytest.mark.parametrize(
    ("answer", "cell", "copied"),
    [
        ("carts = len(log[log['event'] == 'cart'])", "n = len(rows[rows['day'] == 3])", True),
        ("carts = log['user'].nunique()", "print(log['session'].nunique())", True),
        ("a = x['u'].sum()\nb = 100 * a / len(x)", "n = y['s'].sum()\n100 * n / len(y)", True),
        ("a = x['u'].sum()\nb = 100 * a / len(x)", "n = y['s'].sum()", False),
        ("b = 100 * (1 - a / len(x))", "round(100 * a / len(x), 2)", False),
        ("carts = log['user'].count()", "log['user'].nunique()", False),
        ("rate = set(log['user'])", "rate = len(log['user'])", False),
        ("now = phone / phone.shift()", "pd.DataFrame({'c': counts / counts.shift()})", True),
        ("counts = [5, 3, 2]", "steps = ['a', 'b', 'c']", False),
        ("carts = len(log)", "this is no Python", False),
    ],
)  # fmt: skip
def test_what_counts_as_copied(answer: str, cell: str, copied: bool) -> None:
    assert copied_from(answer, cell) is copied


MADE_UP = """\
# ---
# title: Made up
# ---

# %%
from workbook import load

visits = load("visits")
len(visits[visits["device"] == "phone"])

# %% key="05-first" kind="number"
visits = load("visits")
tablets = ...
### BEGIN SOLUTION
tablets = len(visits[visits["device"] == "tablet"])
### END SOLUTION

# %% tags=["facts"]
100 * (1 - visits["user"].nunique() / len(visits))

# %% key="05-second" kind="number"
visits = load("visits")
again = ...
### BEGIN SOLUTION
again = 100 * (1 - visits["user"].nunique() / len(visits))
### END SOLUTION

# %% key="05-third" kind="number" stretch=true
visits = load("visits")
users = ...
### BEGIN SOLUTION
users = visits["user"].nunique() + 1
### END SOLUTION
"""


def test_a_lesson_of_copies_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "05-made-up.py"
    path.write_text(MADE_UP, encoding="utf-8")
    assert own_thought(source.read(path)) == ["05-second"]  # hidden cells are no example
    with pytest.raises(AssertionError, match="only \\['05-second'\\]"):
        test_two_core_exercises_cannot_be_copied(path)
    path.write_text(MADE_UP.replace('# %% tags=["facts"]', "# %%"), encoding="utf-8")
    assert own_thought(source.read(path)) == []
