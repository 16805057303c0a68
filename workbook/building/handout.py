"""One ZIP to hand to a class: a working workbook with the notebooks of some lessons, no answers.

What stays at home: `solutions/`, the sources of the lessons (they hold worked answers, ways and
instructor cells), tests, and the questions reserved for mock exams. What a class hands in is
marked by `workbook check` of the whole copy.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import workbook
from workbook import paths
from workbook.building import notebooks, rules
from workbook.reference import source
from workbook.reference.source import Lesson

NAME = "stepping-stones"
START = "00"
"""The lesson that every handout has, once it is built."""
TOP_FILES = (
    "CONTRIBUTING.md", "LICENSE", "README.md", "environment.yml", "pyproject.toml",
    "requirements.txt",
)  # fmt: skip
NO_SOURCES = "this copy has no lesson sources (lessons/NN-slug.py)"
TIME = (2026, 1, 1, 0, 0, 0)
"""The time of every file in the ZIP: the same content gives the same bytes."""


class HandoutError(Exception):
    """The handout cannot be made; the message is one line that says what to do."""


def chosen(folder: Path, numbers: Sequence[str]) -> list[Lesson]:
    """The lessons of these numbers (all if none) and the start page, in the course's order.

    Raises `HandoutError` for a number that no lesson has.
    """
    there = source.sources(folder)
    if not there:
        raise HandoutError(NO_SOURCES)
    try:
        found = {source.find(folder, number) for number in numbers} or set(there)
    except LookupError as fault:
        raise HandoutError(str(fault)) from None
    found |= {
        path for path in there if path.stem.startswith(START) and _answers(path.stem).exists()
    }
    try:
        return [source.read(path) for path in sorted(found)]
    except source.SourceError as fault:
        raise HandoutError(str(fault.problems[0])) from None


def stem(lessons: Sequence[Lesson], numbers: Sequence[str]) -> str:
    """The name of the ZIP and of the folder in it: `stepping-stones-01-07`, `...-all`."""
    named = [lesson.number for lesson in lessons if lesson.number != START] or [START]
    return "-".join([NAME, *(named if numbers else ["all"])])


def files(lessons: Sequence[Lesson], root: Path) -> dict[str, bytes]:
    """All files of the handout, by their place in the workbook's folder.

    The notebooks come from the sources: whoever solved exercises in `notebooks/` does not hand
    their answers out. Raises `HandoutError` if something is missing or older than its source.
    """
    found: dict[str, bytes] = {}
    for name in TOP_FILES:
        found[name] = _read(root / name)
    found["README.md"] = for_learners(found["README.md"].decode()).encode()
    folder = lessons[0].path.parent
    for path in sorted(folder.glob("*.yml")):
        if not path.name[:2].isdigit():
            found[f"lessons/{path.name}"] = _read(path)
    for path in sorted((folder / "tables").glob("*")):
        found[f"lessons/tables/{path.name}"] = _read(path)
    for lesson in lessons:
        bank = lesson.path.with_suffix(".yml")
        shown = {name for cell in lesson.cells for name in cell.quizzes()}
        kept_back = set(lesson.votes) - shown
        text = without_reserved(_read(bank).decode(), bank, kept_back)
        found[f"lessons/{bank.name}"] = text.encode()
        built = notebooks.text_of(notebooks.tidy(notebooks.learners(lesson)))
        found[f"notebooks/{lesson.slug}.ipynb"] = built.encode()
        _must_be_built(lesson)
    found |= _package({lesson.slug for lesson in lessons})
    found |= _datasets(paths.data_dir(), lessons)
    return found


NOT_THEIRS = ("For instructors", "For maintainers")
"""Parts of the README whose commands do not work in a handout."""


def for_learners(readme: str) -> str:
    """The README without the parts for others."""
    theirs = tuple(f"## {name}" for name in NOT_THEIRS)
    parts = re.split(r"(?m)^(?=## )", readme)
    return "".join(part for part in parts if not part.startswith(theirs))


def without_reserved(text: str, path: Path, kept_back: Collection[str] = ()) -> str:
    """A question bank without the questions reserved for mock exams and without those named in
    `kept_back` (what a class is to vote on), all else as it was written.

    Comments between questions go with them. Raises `HandoutError` if what is left says otherwise
    than before, as where a question borrows from a reserved one.
    """

    def held(question: Mapping[str, Any]) -> bool:
        return question.get("pool") == "exam" or question.get("id") in kept_back

    everything = yaml.safe_load(text)["questions"]
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    [listed] = [value for key, value in root.value if key.value == "questions"]
    lines = text.splitlines(keepends=True)
    starts = [entry.start_mark.line for entry in listed.value]
    kept = lines[: starts[0]]
    for question, start, end in zip(everything, starts, [*starts[1:], len(lines)], strict=True):
        if held(question):
            continue
        while end > start and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        kept += [*lines[start:end], "\n"]
    result = "".join(kept).rstrip("\n") + "\n"
    wanted = [question for question in everything if not held(question)]
    try:
        same = yaml.safe_load(result)["questions"] == wanted
    except yaml.YAMLError:
        same = False
    if not same:
        raise HandoutError(f"{path.name}: the reserved questions cannot be cut out cleanly")
    return result


def _must_be_built(lesson: Lesson) -> None:
    """Answers of another state of the lesson would mark every learner wrong."""
    try:
        built = json.loads(_answers(lesson.slug).read_text(encoding="utf-8"))["order"]
    except (OSError, ValueError, KeyError):
        built = None
    if built != list(lesson.exercises):
        raise HandoutError(f"run `python -m workbook build {lesson.number}` first")


def _answers(slug: str) -> Path:
    return paths.answers_dir() / f"{slug}.json"


def _package(slugs: set[str]) -> dict[str, bytes]:
    """The package, of its answers only those of these lessons."""
    home = Path(workbook.__path__[0])
    found = {}
    for path in sorted(home.rglob("*")):
        place = path.relative_to(home)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in place.parts)
        if not hidden and path.is_file() and place.parts[:2] != ("exercises", "answers"):
            found[f"workbook/{place.as_posix()}"] = path.read_bytes()
    for slug in sorted(slugs):
        found[f"workbook/exercises/answers/{slug}.json"] = _read(_answers(slug))
    return found


def _datasets(folder: Path, lessons: Iterable[Lesson]) -> dict[str, bytes]:
    """The tables that the lessons load, and the descriptor cut down to them."""
    package = json.loads(_read(folder / "datapackage.json"))
    place = {resource["name"]: resource["path"] for resource in package["resources"]}
    names = set().union(*(lesson.tables | _loaded_for(lesson) for lesson in lessons))
    whole: set[str] = set()  # what a lesson loads may be a folder, or rebuilt from two tables
    for name in sorted(names):
        patch = f"{name}_patch"
        if name in place:
            whole.add(name)
        elif patch in place:
            whole |= {patch, name.removeprefix("raw_")}
        elif not (folder / name).is_dir():
            raise HandoutError(f"{folder} lacks the table {name}: run `python -m workbook data`")
    package["resources"] = [one for one in package["resources"] if one["name"] in whole]
    found = {f"datasets/{place[name]}": _read(folder / place[name]) for name in whole}
    for name in names:
        for path in sorted((folder / name).glob("*")) if (folder / name).is_dir() else []:
            found[f"datasets/{name}/{path.name}"] = path.read_bytes()
    found["datasets/README.md"] = _read(folder / "README.md")
    text = json.dumps(package, indent=1, ensure_ascii=False) + "\n"
    return {**found, "datasets/datapackage.json": text.encode()}


def _loaded_for(lesson: Lesson) -> set[str]:
    """The tables that the course's functions load when a cell calls them, as explorers do; also
    a folder of exports that a cell names."""
    found: set[str] = set()
    for cell in lesson.seen():
        if cell.kind != "code":
            continue
        if "ga4_export" in cell.source:
            found.add("ga4_export")
        for module in _modules(cell.source):
            spec = importlib.util.find_spec(module)
            if spec is not None and spec.origin:
                found |= rules.loaded(Path(spec.origin).read_text(encoding="utf-8"))
    return found


def _modules(code: str) -> set[str]:
    """The modules behind the public names of the workbook that some code uses."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        return set()
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names -= {"load"}
    return {place for name, place in workbook._PLACES.items() if name in names}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise HandoutError(f"{path} cannot be read ({fault.strerror})") from None


def pack(content: Mapping[str, bytes], folder: str, to: Path) -> None:
    """Write files into a ZIP, below one folder in it; whole or not at all. Raises OSError."""
    part = to.with_name(to.name + ".part")
    try:
        with zipfile.ZipFile(part, "w") as bundle:
            for name in sorted(content):
                bundle.writestr(_entry(f"{folder}/{name}"), content[name])
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def _entry(name: str) -> Any:
    entry = zipfile.ZipInfo(name, TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # the rights below are read as Unix writes them, on every system
    entry.external_attr = 0o644 << 16
    return entry
