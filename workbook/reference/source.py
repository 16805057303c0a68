"""Read a lesson's source: a percent script that jupytext opens as a notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from workbook import paths
from workbook.exercises.values import KINDS

HIDDEN_FROM_LEARNERS = {"hint", "ways", "facts", "instructor"}
HIDDEN_FROM_SOLUTIONS = {"hint", "ways", "facts"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
OPTIONS = {
    "key", "kind", "objective", "places", "tolerance", "ordered", "by_hand", "stretch", "facts",
    "invites", "tags",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in what people wrote: where, what, and what to do."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


class SourceError(Exception):
    """One or more problems; nothing was written."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(slots=True)
class Cell:
    """A cell of the source: its kind ("code" or "markdown"), text, metadata, first line."""

    kind: str
    source: str
    metadata: dict[str, Any]
    line: int

    @property
    def tags(self) -> set[str]:
        """The cell's tags."""
        return set(self.metadata.get("tags", []))

    @property
    def key(self) -> str | None:
        """The exercise this cell answers or hints at."""
        return self.metadata.get("key")

    @property
    def is_answer(self) -> bool:
        """Whether a learner answers in this cell."""
        return self.kind == "code" and self.key is not None and "ways" not in self.tags

    def checks(self) -> list[str]:
        """Keys of the `check("key")` calls in a code cell."""
        return [*_calls(self.source, "check")] if self.kind == "code" else []

    def quizzes(self) -> list[str]:
        """Question ids that a code cell shows."""
        if self.kind != "code":
            return []
        return [*_calls(self.source, "quiz"), *_calls(self.source, "consequence")]

    def blank(self) -> str:
        """An answer cell as the learner gets it: the worked code removed."""
        return _REGION.sub("", self.source).rstrip("\n")

    def worked(self) -> str:
        """An answer cell as in `solutions/`: the worked code without its marks and the blank."""
        code = _REGION.sub(lambda found: found[2], self.source)
        return re.sub(r"^\w+ = \.\.\.\n", "", code, flags=re.MULTILINE).rstrip("\n")

    def region(self) -> str:
        """The worked code alone."""
        found = _REGION.search(self.source)
        return found[2] if found else ""


_REGION = re.compile(
    rf"^([ \t]*){re.escape(BEGIN)}[ \t]*\n(.*?)^[ \t]*{re.escape(END)}[ \t]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)


@dataclass(slots=True)
class Declared:
    """An exercise as its answer cell declares it."""

    key: str
    name: str
    kind: str
    line: int
    cell: Cell
    hints: list[str] = field(default_factory=list)

    @property
    def tolerance(self) -> float | None:
        """Absolute tolerance: given, or half a unit of the last decimal asked for."""
        meta = self.cell.metadata
        if "tolerance" in meta:
            return float(meta["tolerance"])
        return 0.5 * 10.0 ** -int(meta["places"]) if "places" in meta else None

    def options(self) -> dict[str, Any]:
        """The declared options as they go into the answers file."""
        meta = self.cell.metadata
        found = {"name": self.name, "kind": self.kind, "tolerance": self.tolerance}
        for name in ("ordered", "facts", "objective", "stretch", "by_hand", "invites"):
            if name in meta:
                found[name] = meta[name]
        return {name: value for name, value in found.items() if value is not None}


@dataclass(slots=True)
class Lesson:
    """One lesson's source."""

    path: Path
    header: dict[str, Any]
    cells: list[Cell]
    exercises: dict[str, Declared]

    @property
    def number(self) -> str:
        """Two digits, from the file's name."""
        return self.path.stem[:2]

    @property
    def slug(self) -> str:
        """The file's name without its ending: `07-funnels`."""
        return self.path.stem

    @property
    def tables(self) -> set[str]:
        """The tables it says it loads."""
        return set(self.header.get("tables") or ())

    @property
    def moves(self) -> list[str]:
        """The moves, or groups of moves, that it says it teaches."""
        return list(self.header.get("moves") or ())

    @property
    def votes(self) -> list[str]:
        """The questions that a class votes on, discusses and votes on again."""
        return list(self.header.get("votes") or ())

    def seen(self) -> list[Cell]:
        """The cells of the learner's notebook, in order (an answer cell as `blank()` gives it)."""
        return [cell for cell in self.cells if not cell.tags & HIDDEN_FROM_LEARNERS]


def find(folder: Path, number: str, among: Sequence[Path] | None = None) -> Path:
    """The source of lesson `number` ("7", "07" or its slug), looked for in `among` (the lessons).

    Raises LookupError in one line.
    """
    wanted = f"{int(number):02d}" if number.isdecimal() else number
    there = sources(folder) if among is None else among
    for path in there:
        if path.stem == wanted or path.stem[:2] == wanted:
            return path
    names = ", ".join(path.stem for path in there) or "none"
    raise LookupError(f"there is no lesson {number!r}; there are: {names}")


def sources(folder: Path) -> list[Path]:
    """All lesson sources of a folder, in the course's order."""
    return [path for path in _numbered(folder) if paths.is_lesson(path)]


def rooms(folder: Path) -> list[Path]:
    """The sources of the exam room's notebooks: text and calls, without exercises of their own."""
    return [path for path in _numbered(folder) if not paths.is_lesson(path)]


def _numbered(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("[0-9][0-9]-*.py"))


def read(path: Path) -> Lesson:
    """The lesson in a source file. Raises `SourceError` with every fault found."""
    text = path.read_text(encoding="utf-8")
    header, body, offset = _header(path, text)
    cells = list(_cells(path, body, offset))
    problems: list[Problem] = []
    exercises: dict[str, Declared] = {}
    for cell in cells:
        if cell.is_answer:
            _declare(path, cell, exercises, problems)
    for cell in cells:
        if "hint" in cell.tags:
            if cell.key in exercises:
                exercises[cell.key].hints.append(cell.source.strip())
            else:
                problems.append(
                    Problem(path, cell.line, f'a hint needs key="...", not {cell.key!r}')
                )
    if problems:
        raise SourceError(problems)
    return Lesson(path, header, cells, exercises)


def _header(path: Path, text: str) -> tuple[dict[str, Any], str, int]:
    """The YAML header, the rest of the text, and how many lines the header took."""
    found = re.match(r"# ---\n((?:#.*\n)+?)# ---\n", text)
    if not found:
        raise SourceError([Problem(path, 1, "the header is missing: `# ---`, YAML, `# ---`")])
    plain = re.sub(r"^# ?", "", found[1], flags=re.MULTILINE)
    try:
        header = yaml.safe_load(plain)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise SourceError([Problem(path, line, f"the header is not YAML: {fault}")]) from None
    if not isinstance(header, dict) or not header.get("title"):
        raise SourceError([Problem(path, 1, "the header needs at least a title")])
    rest = text[found.end() :]
    body = rest.lstrip("\n")
    return header, body, text[: len(text) - len(body)].count("\n")


def _cells(path: Path, body: str, offset: int) -> Iterator[Cell]:
    import jupytext

    starts = [
        number + offset
        for number, line in enumerate(body.splitlines(), start=1)
        if re.match(r"# %%(\s|$)", line)
    ]
    notebook = jupytext.reads(body, fmt="py:percent")
    if len(notebook.cells) != len(starts):
        what = f"{len(notebook.cells)} cells but {len(starts)} `# %%` lines: text before the first?"
        raise SourceError([Problem(path, offset + 1, what)])
    for cell, line in zip(notebook.cells, starts, strict=True):
        # jupytext notes the blank lines around a cell, which only its own round trip needs.
        metadata = {k: v for k, v in cell.metadata.items() if not k.startswith("lines_to_")}
        yield Cell(cell.cell_type, cell.source, metadata, line)


def _declare(
    path: Path, cell: Cell, exercises: dict[str, Declared], problems: list[Problem]
) -> None:
    key, kind = str(cell.key), cell.metadata.get("kind", "")

    def problem(what: str) -> None:
        problems.append(Problem(path, cell.line, what))

    if key in exercises:
        problem(f"the key {key!r} is taken (line {exercises[key].line}); keys are unique")
        return
    if not re.fullmatch(rf"{path.stem[:2]}-[a-z0-9-]+", key):
        problem(f"the key {key!r} must start with the lesson's number: {path.stem[:2]}-...")
    if kind not in KINDS:
        problem(f"{key}: kind={kind!r} is none of {', '.join(KINDS)}")
    if unknown := set(cell.metadata) - OPTIONS:
        problem(f"{key}: unknown option {', '.join(sorted(unknown))}")
    if not cell.region():
        problem(f"{key}: the cell has no {BEGIN} ... {END}")
        return
    names = _blanks(cell.source)
    if len(names) != 1:
        problem(f"{key}: exactly one name must be set to `...` above the solution, not {names}")
        return
    exercises[key] = Declared(key, names[0], kind, cell.line, cell)


def _blanks(source: str) -> list[str]:
    """Names set to `...` outside the worked region."""
    tree = ast.parse(_REGION.sub("", source))
    return [
        node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
    ]


@lru_cache(maxsize=4096)  # asked by every rule, and again after the kernels ran
def _calls(source: str, name: str) -> tuple[str, ...]:
    """String arguments of the calls of `name` in code that parses."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()
    return tuple(
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
