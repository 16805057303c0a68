"""What the build refuses: every rule a lesson must keep, each fault with file and line."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from workbook.building import moves
from workbook.reference.source import Lesson, Problem

NEW_MOVES = 2
"""A lesson teaches at most so many new moves; a group (`moves.GROUPS`) counts as one."""
FIRST_MOVES = 4
"""Lesson 00 begins with nothing, and may teach so many."""

_MATH_BY_MISTAKE = re.compile(r"(?<!\\)\$\d(?:(?!\n\n)[^$\\])*?\b[a-z]{3,}\b(?:(?!\n\n)[^$\\])*?\$")
"""Two prices in one cell, "$5 a visit, $7 an order"; $3/n$ is meant as math."""


def of_room(room: Lesson) -> list[Problem]:
    """Faults of a notebook of the exam room that can be seen without running it."""
    problems = [
        Problem(room.path, exercise.line, f"{key}: exercises belong in lessons, not in a room")
        for key, exercise in room.exercises.items()
    ]
    return [*problems, *_of_text(room)]


def _of_text(lesson: Lesson) -> Iterator[Problem]:
    """Cells that JupyterLab, or another Python, would show otherwise than they are meant."""
    for cell in lesson.cells:
        if cell.kind == "markdown" and (prices := _MATH_BY_MISTAKE.search(cell.source)):
            line = cell.line + 1 + cell.source[: prices.start()].count("\n")
            what = f"JupyterLab shows {_short(prices[0])!r} as a formula: write dollars, or \\$"
            yield Problem(lesson.path, line, what)
        if cell.kind == "code" and ("%" in cell.source[:1] or "\n%" in cell.source):
            yield Problem(lesson.path, cell.line, "magics (%...) do not belong in a lesson")


def of_source(lesson: Lesson, objectives: Iterable[str]) -> list[Problem]:
    """Faults that can be seen without running the lesson."""
    problems = []

    def problem(line: int, what: str) -> None:
        problems.append(Problem(lesson.path, line, what))

    checks = Counter(key for cell in lesson.cells for key in cell.checks())
    for key, exercise in lesson.exercises.items():
        if checks[key] == 0:
            problem(exercise.line, f'{key}: no check("{key}") below it')
        if checks[key] > 1:
            problem(exercise.line, f'{key}: check("{key}") stands {checks[key]} times')
        above, _, _ = exercise.cell.source.partition(f"\n{exercise.name} = ...")
        if re.search(rf"^#\s*{exercise.name}\s*=", above, re.MULTILINE):
            what = f"{key}: `# {exercise.name} =` stands above the blank, which would undo it"
            problem(exercise.line, what)
        if not exercise.hints:
            problem(exercise.line, f'{key}: no hint (a markdown cell with tags=["hint"])')
    for cell in lesson.cells:
        ours = cell.kind == "code" and "facts" not in cell.tags  # facts run on the shop's own data
        for table in sorted(loaded(cell.source) - lesson.tables if ours else ()):
            problem(cell.line, f"it loads {table!r}, which `tables` in the header does not name")
        for key in cell.checks():
            if key not in lesson.exercises and "ways" not in cell.tags:
                problem(cell.line, f'check("{key}"): no answer cell has this key')
    problems += _of_text(lesson)
    known = set(objectives)
    for name in lesson.header.get("objectives", []):
        if name not in known:
            problem(1, f"the objective {name} is not in objectives.yml")
    for exercise in lesson.exercises.values():
        name = exercise.cell.metadata.get("objective")
        if name not in lesson.header.get("objectives", []):
            problem(exercise.line, f"{exercise.key}: its objective {name!r} is not in the header")
    return problems


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 40 else f"{words[:30]} ... {words[-5:]}"


def loaded(code: str) -> set[str]:
    """The tables that code loads by name; none if it is no Python yet."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "load"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def of_recording(lesson: Lesson, recorded: dict[str, Any]) -> list[Problem]:
    """Exercises whose check never ran, or without a wrong way."""
    problems = []
    for key, exercise in lesson.exercises.items():
        if key not in recorded:
            problems.append(Problem(lesson.path, exercise.line, f"{key}: it was never checked"))
        elif not recorded[key]["wrong"]:
            what = f"{key}: no wrong way; which mistake do people make here?"
            problems.append(Problem(lesson.path, exercise.line, what))
    return problems


def of_seeds(lesson: Lesson, one: dict[str, Any], other: dict[str, Any]) -> list[Problem]:
    """Exercises whose answer does not depend on the data, so that a typed-in one would pass; and
    ways that are right or wrong on one seed only."""
    from workbook.exercises.compare import same
    from workbook.reference.record import rules_of

    problems = []
    for key, exercise in lesson.exercises.items():
        for kind, right in (("accepted", True), ("wrong", False)):
            for way in other[key][kind]:
                if same(way["value"], other[key]["answer"], rules_of(exercise)) != right:
                    what = (
                        f"{key}: on another seed of the shop the {kind} way {way['name']} gives "
                        f"{'another value than the answer' if right else 'the right answer'}"
                    )
                    problems.append(Problem(lesson.path, exercise.line, what))
        free = exercise.kind == "function" or exercise.cell.metadata.get("by_hand", False)
        if not free and same(one[key]["answer"], other[key]["answer"], rules_of(exercise)):
            what = (
                f"{key}: the answer is the same under two seeds of the shop, so it could be "
                "typed in; change the question or declare by_hand=true"
            )
            problems.append(Problem(lesson.path, exercise.line, what))
    return problems


def of_coverage(lesson: Lesson, questions: Iterable[Any]) -> list[Problem]:
    """Objectives of the header that neither an exercise nor a question serves; code exercises
    without a twin question; quiz cells that name an unknown or a reserved question."""
    questions = list(questions)
    served = {e.cell.metadata.get("objective") for e in lesson.exercises.values()}
    served |= {question.objective for question in questions}
    problems = [
        Problem(lesson.path, 1, f"no exercise and no question serves the objective {name}")
        for name in lesson.header.get("objectives", [])
        if name not in served
    ]
    by_id = {question.id: question for question in questions}
    shown = {name for cell in lesson.cells for name in cell.quizzes()}
    for cell in lesson.cells:
        for name in cell.quizzes():
            if name.startswith(f"{lesson.number}-") and name not in by_id:
                problems.append(
                    Problem(lesson.path, cell.line, f'quiz("{name}"): no such question')
                )
            elif name in by_id and by_id[name].pool == "exam":
                what = f'quiz("{name}"): the question is reserved for mock exams'
                problems.append(Problem(lesson.path, cell.line, what))
    twins = {question.twin for question in questions if question.id in shown}
    for key, exercise in lesson.exercises.items():
        if key not in twins and not exercise.cell.metadata.get("stretch", False):
            what = f"{key}: no question shown in the lesson is its twin (the no-code route)"
            problems.append(Problem(lesson.path, exercise.line, what))
    return problems


def untaught(
    lesson: Lesson, earlier: Iterable[Lesson], stretch: bool = False
) -> dict[str, list[int]]:
    """Moves of the worked answers that no lesson up to this one teaches, with their lines.

    Exercises marked `stretch` may reach beyond what was taught and are left out, unless asked for.
    """
    taught = moves.named(word for one in (*earlier, lesson) for word in one.moves)
    found: dict[str, list[int]] = {}
    for exercise in lesson.exercises.values():
        if exercise.cell.metadata.get("stretch", False) and not stretch:
            continue
        for move in sorted(moves.used(exercise.cell.region()) - taught):
            found.setdefault(move, []).append(exercise.line)
    return found


def of_moves(lesson: Lesson, earlier: list[Lesson]) -> tuple[list[Problem], list[str]]:
    """Faults of the moves, and notes: moves that a lesson still to be written must teach.

    As long as a lesson before this one is missing, an untaught move is its task, not a fault.
    """
    problems = _announced(lesson)
    before = moves.named(word for other in earlier for word in other.moves)
    new = [word for word in lesson.moves if not moves.named([word]) <= before]
    limit = NEW_MOVES if int(lesson.number) else FIRST_MOVES
    if len(new) > limit:
        what = f"the lesson teaches {len(new)} new moves ({', '.join(new)}); at most {limit}"
        problems.append(Problem(lesson.path, 1, what))
    missing = untaught(lesson, earlier)
    written = {other.number for other in earlier}
    unwritten = [n for n in range(int(lesson.number)) if f"{n:02d}" not in written]
    if unwritten:
        # What the lesson's header says it needs, and what its stretch uses, is listed as well.
        wanted = {*untaught(lesson, earlier, stretch=True), *lesson.header.get("needs", [])}
        names = ", ".join(sorted(wanted - before - moves.named(lesson.moves)))
        note = f"{lesson.slug}: {_spoken(unwritten)} will have to teach: {names}"
        return problems, [note] if names else []
    for move, lines in missing.items():
        what = f"the worked answer uses `{move}`, which no lesson up to this one teaches"
        problems += [Problem(lesson.path, line, what) for line in lines]
    return problems, []


def _announced(lesson: Lesson) -> list[Problem]:
    """Moves of the header that no cell shows the learner, or only after an answer needed them."""
    problems = []
    shown: set[str] = set()
    open_ = {word: moves.named([word]) for word in lesson.moves}
    for cell in lesson.seen():
        if cell.kind != "code":
            continue
        needed = _used(cell.region()) if cell.is_answer else set()
        for word in [word for word, group in open_.items() if group & needed]:
            late = sorted((open_.pop(word) & needed) - shown)
            if late:
                what = (
                    f"{cell.key}: its answer needs `{late[0]}`, which the header announces "
                    f"({word}) and no code cell above shows"
                )
                problems.append(Problem(lesson.path, cell.line, what))
        shown |= _used(cell.blank())
    for word, group in open_.items():
        if not group & shown:
            what = f"the header announces the move {word}, which no code cell shows"
            problems.append(Problem(lesson.path, 1, what))
    return problems


def _used(code: str) -> set[str]:
    """The moves of a cell; none if it is no Python yet, which the run will say."""
    try:
        return moves.used(code)
    except SyntaxError:
        return set()


def _spoken(numbers: list[int]) -> str:
    """Lessons by number: "lessons 00, 02 to 06"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(
        f"{run[0]:02d} to {run[-1]:02d}" if len(run) > 1 else f"{run[0]:02d}" for run in runs
    )
    return f"lesson{'s' * (len(numbers) > 1)} {said}"
