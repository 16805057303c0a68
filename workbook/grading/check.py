"""Check learners' notebooks: read, graft, run, judge; every oddity gets one clear line."""

from __future__ import annotations

import glob
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook import paths, progress
from workbook.exercises import standing, store
from workbook.exercises.judge import Exercise, Verdict
from workbook.grading import graft
from workbook.reference import kernel
from workbook.study.sitting import Sitting, sittings
from workbook.widgets import record

if TYPE_CHECKING:
    from workbook.grading.nbval_run import Outcome

TIMEOUT = 30.0
"""Seconds a cell may take."""


class Unusable(Exception):
    """The call or the file cannot be used; the message is the one line to print."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdict on one exercise of one lesson."""

    lesson: str
    exercise: str
    verdict: str
    message: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A lesson's worked notebook and its exercises' answers, on the data of one seed."""

    lesson: str
    worked: Mapping[str, Any]
    exercises: Mapping[str, Exercise]
    data: Path


def find_notebook(name: str) -> Path:
    """The notebook that a user means: a path, or a lesson's number. Raises `Unusable`."""
    path = Path(name)
    if path.is_file():
        return path
    if path.is_dir():
        raise Unusable(f"{name}: this is a folder; name the notebooks in it")
    stem = f"{int(name):02d}" if name.isdecimal() else name
    lessons = paths.lesson_notebooks()
    for there in lessons:
        if stem in (there.stem, there.stem[:2]):
            return there
    there_are = ", ".join(there.stem for there in lessons)
    raise Unusable(f"{name}: no such notebook or lesson (lessons: {there_are or 'none'})")


def read_all(name: str) -> list[tuple[Path, dict[str, Any]]]:
    """What a user means by `name`, read: one notebook, or those of a saved ZIP. Raises `Unusable`.

    Of a ZIP, the notebooks in which something was answered, in code or in a question's form, or
    all if nothing was and no mock exam was sat; each is named by the ZIP's path and its own name.
    """
    path = Path(name)
    if path.suffix.lower() != ".zip" or not path.is_file():
        path = find_notebook(name)
        return [(path, read_notebook(path))]
    try:
        with zipfile.ZipFile(path) as bundle:
            read = [
                (path / Path(each).name, record.content(bundle, each))
                for each in sorted(bundle.namelist())
                if record.SAVED.fullmatch(each) and paths.is_lesson(Path(each))
            ]
    except Exception as fault:  # cut off, encrypted, packed in a way this Python does not know
        raise Unusable(f"{path}: the ZIP cannot be read ({fault})") from None
    if not read:
        raise Unusable(f"{path}: no notebook of this workbook is in it; see save_my_work()")
    found = [(where, read_notebook(where, content)) for where, content in read]
    answered = [
        (where, notebook)
        for where, notebook in found
        if _is_answered(notebook) or answered_questions(where)
    ]
    return answered if answered or mock_exams(path) else found


def given(names: Sequence[str]) -> list[str]:
    """Names and patterns as single names: a Windows shell hands `*.zip` on as it is."""
    return [each for name in names for each in (sorted(glob.glob(name)) or [name])]  # noqa: PTH207


def _events(bundle: Path) -> list[dict[str, Any]]:
    """The record in a saved ZIP; empty for all else: a ZIP without one is checked all the same."""
    if bundle.suffix.lower() != ".zip":
        return []
    try:
        with zipfile.ZipFile(bundle) as opened:
            return progress.parse(record.content(opened, "progress.jsonl"))
    except Exception:
        return []


def mock_exams(bundle: Path) -> list[Sitting]:
    """The mock exams in the record of a saved ZIP that were handed in or ran out of time."""
    return [one for one in sittings(_events(bundle)) if one.ended is not None]


def answered_questions(path: Path) -> standing.LessonStanding | None:
    """The questions of a lesson by the record of the saved ZIP that its notebook `path` lies in.

    None if it lies in no ZIP, or no question was answered.
    """
    events = _events(path.parent)
    of_lesson = [each for each in record.contents() if each.slug == path.stem]
    for each in standing.lessons(of_lesson, standing.replay(events)):
        if each.answered:
            return each
    return None


def _is_answered(notebook: Mapping[str, Any]) -> bool:
    return any(key and not record.is_blank(code) for _, key, code in graft.code_cells(notebook))


def read_notebook(path: Path, content: bytes | None = None) -> dict[str, Any]:
    """A notebook of any format as nbformat 4 JSON. Raises `Unusable`; never writes.

    Without `content` it is read from the file; with it, `path` is only its name.
    """
    import nbformat
    from nbformat.reader import NotJSONError

    try:
        text = (path.read_bytes() if content is None else content).decode("utf-8-sig")
        data = json.loads(text)
    except (OSError, UnicodeDecodeError) as fault:
        raise Unusable(f"{path}: cannot be read ({fault})") from None
    except (ValueError, RecursionError):
        raise Unusable(f"{path}: not a notebook (its content is not JSON)") from None
    if not isinstance(data, dict) or not ("cells" in data or "worksheets" in data):
        raise Unusable(f"{path}: JSON, but not a notebook (it has no cells)")
    if data.get("nbformat") == 4 and isinstance(data["cells"], list):
        return data
    try:
        upgraded = nbformat.convert(nbformat.reader.reads(text), 4)
        return dict(json.loads(json.dumps(upgraded)))
    except (NotJSONError, Exception) as fault:
        version = data.get("nbformat")
        what = f"notebook format {version!r} cannot be converted ({type(fault).__name__})"
        raise Unusable(f"{path}: {what}; open and save it in JupyterLab") from None


def lesson_of(path: Path, notebook: Mapping[str, Any]) -> str:
    """The slug of the lesson a notebook belongs to, by its keys and checks, else by its name.

    Raises `Unusable` if there is none.
    """
    known = {file.stem: store.lesson(file) for file in sorted(paths.answers_dir().glob("*.json"))}
    found: dict[str, int] = {}
    for _, key, source in graft.code_cells(notebook):
        for name in {key, *graft.CHECK.findall(source)} - {None}:
            for slug, exercises in known.items():
                found[slug] = found.get(slug, 0) + (name in exercises)
    best = max(found, key=lambda slug: found[slug], default=None)
    if best is not None and found[best] > 0:
        return best
    if path.stem in known:
        return path.stem
    raise Unusable(f"{path}: none of its cells belongs to a lesson of this workbook")


def public_reference(slug: str) -> Reference:
    """The committed reference of a lesson. Raises `Unusable` in a copy without `solutions/`."""
    return Reference(
        slug, _worked(slug), store.lesson(paths.answers_dir() / f"{slug}.json"), paths.data_dir()
    )


def variant_reference(slug: str, data: Path) -> Reference:
    """The reference rebuilt on other data. Its answers exist in this process's memory alone.

    A wrong way that hits another or the answer on these data is dropped: the message would not
    be sure. Raises `Unusable`.
    """
    from workbook.reference import record as recording
    from workbook.reference import source

    path = paths.lessons_dir() / f"{slug}.py"
    if not path.exists():
        raise Unusable(f"--variant needs {path.name} in lessons/, which this copy lacks")
    lesson = source.read(path)
    recorded = recording.record(lesson, data).answers
    entries = recording.entries(lesson, recorded)["exercises"]
    exercises = {
        key: _without_collisions(Exercise.from_json(key, entry)) for key, entry in entries.items()
    }
    return Reference(slug, _worked(slug), exercises, data)


def _tables_of(slug: str) -> set[str]:
    """The tables a lesson loads; none if its source is not part of this copy."""
    from workbook.reference import source

    path = paths.lessons_dir() / f"{slug}.py"
    return source.read(path).tables if path.exists() else set()


def _without_collisions(exercise: Exercise) -> Exercise:
    from dataclasses import replace

    from workbook.exercises.compare import same

    wide = exercise.rules.widened(3)
    kept = []
    for way in exercise.wrong:
        others = [other for other in exercise.wrong if other is not way]
        if same(way.value, exercise.answer, wide):
            continue
        if any(same(way.value, other.value, wide) for other in others):
            continue
        kept.append(way)
    return replace(exercise, wrong=tuple(kept))


def _worked(slug: str) -> dict[str, Any]:
    path = paths.solutions_dir() / f"{slug}.ipynb"
    if not path.exists():
        raise Unusable(f"checking needs solutions/{slug}.ipynb, which this copy lacks")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def check(notebook: Mapping[str, Any], reference: Reference, timeout: float) -> list[Checked]:
    """The verdict on every exercise of a lesson, in the lesson's order.

    The notebook is only read. An exercise that hangs or kills the kernel gets its verdict and
    is taken out; the others are run again without it.
    """
    from workbook.grading import nbval_run

    exercises = reference.exercises
    attempted = graft.attempts(notebook, reference.worked, list(exercises))
    verdicts: dict[str, Verdict] = {
        key: Verdict("not_attempted", "No cell for this exercise was found.")
        for key in exercises
        if key not in attempted
    }
    extra = {"WORKBOOK_DATA": str(reference.data), "WORKBOOK_HOME": str(paths.root())}
    extra["PYTHONPATH"] = os.pathsep.join(filter(None, [_package_home(), os.getenv("PYTHONPATH")]))
    with kernel.clean_environment(extra), tempfile.TemporaryDirectory() as folder:

        def run(keys: Sequence[str]) -> nbval_run.Outcome:
            without = [key for key in exercises if key not in keys]
            grafted = graft.graft(reference.worked, attempted, exercises, without)
            return nbval_run.run(grafted, exercises, Path(folder), timeout)

        # All in one kernel. Where that goes wrong, the exercise it happened at is run alone (an
        # earlier answer may have spoiled the kernel), and those after it start afresh.
        todo = [key for key in exercises if key not in verdicts]
        while todo:
            outcome = run(todo)
            at = outcome.stopped_by or outcome.suspect
            verdicts.update({k: v for k, v in outcome.verdicts.items() if k != at})
            if at in todo:
                alone = outcome if at == todo[0] or outcome.timed_out else run([at])
                verdicts[at] = _alone(alone, at, timeout)
            left = [key for key in todo if key not in verdicts]
            if len(left) == len(todo):  # the worked notebook itself cannot be run
                verdicts.update({key: _alone(outcome, key, timeout) for key in left})
                break
            todo = left
    return [
        Checked(reference.lesson, key, verdicts[key].status, verdicts[key].message)
        for key in exercises
    ]


def _alone(outcome: Outcome, key: str, timeout: float) -> Verdict:
    """The verdict on an exercise whose run nothing else can have spoiled."""
    if key in outcome.verdicts:
        return outcome.verdicts[key]
    if outcome.stopped_by == key and outcome.timed_out:
        return Verdict(
            "timeout", f"The code ran longer than {timeout:g} seconds: does a loop never end?"
        )
    if outcome.stopped_by == key:
        return Verdict("error", "The code ended Python itself (exit, or memory).")
    return Verdict("error", f"It could not be run: {outcome.trouble or 'the kernel stopped'}")


def _package_home() -> str:
    return str(Path(sys.modules["workbook"].__path__[0]).resolve().parent)


def check_files(
    names: Sequence[str], variant: int | None, timeout: float
) -> list[tuple[Path, list[Checked]]]:
    """Check notebooks by name (all lessons if none): per file the verdicts, in the order given.

    Raises `Unusable` before anything runs.
    """
    chosen = given(names) or [str(path) for path in paths.lesson_notebooks()]
    if not chosen:
        raise Unusable("there is no notebook to check")
    read = [one for name in chosen for one in read_all(name)]
    slugs = [lesson_of(path, notebook) for path, notebook in read]
    found: list[tuple[Path, list[Checked]]] = []
    references: dict[str, Reference] = {}
    with tempfile.TemporaryDirectory(prefix="workbook-variant-") as folder:
        if variant is not None:
            from workbook.shop import tables

            named = set().union(*(_tables_of(slug) for slug in slugs))
            tables.write(Path(folder), variant, tables.SLOW - named)
        for slug, (path, notebook) in zip(slugs, read, strict=True):
            if slug not in references:
                references[slug] = (
                    public_reference(slug)
                    if variant is None
                    else variant_reference(slug, Path(folder))
                )
            found.append((path, check(notebook, references[slug], timeout)))
    return found
