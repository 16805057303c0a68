"""Every fault of a question file is found, with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbook.questions.validate import Problem, validate

SAMPLE = Path(__file__).parent / "lessons"
OBJECTIVES = {"L1.1", "L1.2", "L2.1", "L2.2", "L2.3"}


def faults(folder: Path, text: str) -> list[Problem]:
    file = folder / "02-broken.yml"
    file.write_text(text, "utf-8")
    return validate(file, OBJECTIVES)


@pytest.mark.parametrize("file", sorted(SAMPLE.glob("*.yml")), ids=lambda file: file.name)
def test_the_sample_banks_are_sound(file: Path) -> None:
    assert validate(file, OBJECTIVES) == []


# Each case changes the sound bank in one place: (old, new, text of the line reported, message).
CASES = {
    "unknown objective": ("objective: L2.2", "objective: L2.7", "objective: L2.7", "unknown obj"),
    "missing objective": ("  objective: L2.2\n", "", "- id: 02-q03", "`objective` is missing"),
    "unknown type": ("type: order", "type: sort", "type: sort", "single, multiple, numeric"),
    "missing type": ("  type: order\n", "", "- id: 02-q04", "the type is missing"),
    "unknown key": ("  unit:", "  units:", "  units:", "did you mean `unit`"),
    "unknown pool": ("pool: exam", "pool: final", "pool: final", "'lesson' or 'exam'"),
    "unknown bloom": ("bloom: analyze", "bloom: think", "bloom: think", "'remember'"),
    "id of another lesson": ("id: 02-q05", "id: 07-q05", "id: 07-q05", "lesson 02"),
    "id used twice": ("id: 02-q05", "id: 02-q04", "id: 02-q04\n  objective: L2.2", "used twice"),
    "no why": (
        "    why: It is collected whether or not anybody wants it.\n",
        "", "- text: A page view", "`why` is missing",
    ),
    "no text": ("  - text: A page view\n    why", "  - why", "- why", "`text` is missing"),
    "empty why": (
        "why: It happens to the visitor.", 'why: " "', 'why: " "', "`why` is empty",
    ),
    "two right in a single": (
        "  - text: None, because", "  - right: true\n    text: None, because", "options:",
        "2 options are right",
    ),
    "no right in a single": (
        "order\n    right: true", "order\n    right: false", "options:", "0 options are right",
    ),
    "a word for true": ("    right: true", '    right: "yes"', '    right: "yes"', "`right`"),
    "a number for text": ("stem: Put the", "stem: 12 #", "stem: 12", "put it in quotes"),
    "the same option twice": (
        "text: A page view", "text: A key event", "text: A key event\n    why: It is collected",
        "stands here twice",
    ),
    "an answer that does not compute": (
        "answer: 100 * (1 - orders / carts)", "answer: 100 * (1 - order / carts)", "answer: 100",
        "cannot be computed",
    ),
    **{
        f"an answer {number}": (
            "answer: 100 * (", f"answer: {number} #", f"answer: {number}", "not a finite number",
        )
        for number in (".nan", ".inf", "-.inf")
    },
    "a slip that is no number": (
        "value: 100 * orders / carts", "value: .nan", "- value: .nan", "not a finite number",
    ),
    **{
        f"a tolerance of {number}": (
            "  tolerance: 0.05", f"  tolerance: {number}", f"  tolerance: {number}", "tolerance is",
        )
        for number in (".nan", ".inf", "-1")
    },
    "a range without end": ("[200, 800, 50]", "[200, .inf, 50]", "numbers:", "draws nothing"),
    "code as an answer": ("answer: 100 * (", "answer: ().__class__ #", "answer: ()", "computed"),
    "a text that cannot be filled": ("Of {carts} users", "Of {cars} users", "- id: 02-q03", "cars"),
    "a number used nowhere": (
        "orders: [40, 90, 10]}", "orders: [40, 90, 10], days: [1, 2, 1]}", "numbers:", "nowhere",
    ),
    "a range upside down": ("[200, 800, 50]", "[800, 200, 50]", "numbers:", "draws nothing"),
    "a ragged table": ("[order, \"{orders}\"]", "[order]", "table:", "1 cells for 2 columns"),
    "an unknown label": ("label: micro", "label: mikro", "label: mikro", "macro, micro, neither"),
    "an unknown reason": ("reason: step,", "reason: stop,", "reason: stop", "primary, step"),
    "an unknown further reason": ("also: [step]", "also: [stop]", "also: [stop]", "unknown reason"),
    "more asked than there is": ("at_least: 3", "at_least: 5", "at_least: 5", "5 of 4"),
    "a twin that is no text": ("  type: order", "  twin: 7\n  type: order", "twin: 7", "quotes"),
    "a prediction of two kinds": (
        "  reveal: There are", "  unit: users\n  reveal: There are", "- id: 02-q10", "not both",
    ),
    "contested and nothing to defend": (
        "    defensible: Micro, since this shop exists to sell.\n", "", "  contested:",
        "`defensible` is missing",
    ),
    "contested without a key": (
        'keyed: "*Micro*, in most lists."', 'keyed: " "', 'keyed: " "', "`keyed` is empty",
    ),
    "contested with a word too much": (
        "    defensible: Micro", "    defended: no\n    defensible: Micro", "    defended: no",
        "unknown key `defended`",
    ),
    "a key twice": (
        "  bloom: remember", "  bloom: remember\n  bloom: create", "  bloom: create", "twice",
    ),
    "a key YAML turns around": ("{macro: Macro,", "{yes: Macro,", "labels:", "not read as text"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_reported_with_its_line(case: str, tmp_path: Path) -> None:
    old, new, where, message = CASES[case]
    sound = (SAMPLE / "02-forms.yml").read_text("utf-8")
    assert old in sound
    text = sound.replace(old, new, 1)
    found = [problem for problem in faults(tmp_path, text) if message in str(problem)]
    assert found, faults(tmp_path, text)
    problem = found[0]
    # A second use is reported where it is second.
    at = text.rindex(where) if "twice" in case else text.index(where)
    if where == "options:" or where in ("numbers:", "table:", "labels:"):
        lines = [n for n, line in enumerate(text.splitlines(), 1) if where in line]
        assert problem.line in lines
    else:
        assert problem.line == text.count("\n", 0, at) + 1
    assert problem.todo
    assert str(problem).startswith(f"{tmp_path.name}/02-broken.yml:{problem.line}: ")


@pytest.mark.parametrize(
    "text",
    [
        "questions: [", "questions:\n\t- a", "a: b: c", "questions: *nobody", "\x00", "", "- a",
        "questions: !!python/none x", "questions: 3", "questions: [3]", "questions: [{}]",
        "questions:\n- type: [a]", "questions: &a [*a]", "more: 1\nquestions: []",
        "questions:\n- {type: single, options: 3}", "questions: [2026-02-30]",
        "questions:\n- {type: classify, rows: [{label: {}}]}",
    ],
)  # fmt: skip
def test_yaml_that_is_broken_or_odd_gives_lines_and_no_traceback(text: str, tmp_path: Path) -> None:
    found = faults(tmp_path, text)
    assert found
    for problem in found:
        assert problem.line >= 1
        assert "\n" not in str(problem)


def test_a_file_that_is_not_text_or_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "02-latin.yml").write_bytes("questions: é".encode("latin-1"))
    assert "UTF-8" in str(validate(tmp_path / "02-latin.yml", OBJECTIVES)[0])
    assert "cannot be read" in str(validate(tmp_path / "02-none.yml", OBJECTIVES)[0])


def test_all_faults_are_reported_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = (SAMPLE / "02-forms.yml").read_text("utf-8")
    text = text.replace("objective: L2.3", "objective: L9.9").replace("pool: exam", "pool: x")
    found = faults(tmp_path, text)
    assert len(found) == 5
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
