"""A broken lesson is refused with file and line, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import helpers
import pytest

from workbook.building import build, rules
from workbook.reference import source
from workbook.reference.source import SourceError

LESSON = '''# ---
# title: Tiny
# objectives: [L1.1, L1.2]
# tables: [visits]
# moves: [mean]
# votes: [01-q02, 01-q03]
# ---

# %% tags=["setup"]
from workbook import check, load, quiz

# %%
load("visits")["ordered"].astype(int).mean()

# %% key="01-share" kind="number" places=2 objective="L1.1"
visits = load("visits")
share = ...
### BEGIN SOLUTION
share = visits["ordered"].mean()
### END SOLUTION

# %%
check("01-share")

# %% [markdown] tags=["hint"] key="01-share"
# What is divided by what?

# %% tags=["ways"]
from workbook.authoring import accepted, wrong


@accepted("01-share")
def longer():
    return visits["ordered"].sum() / len(visits)


@wrong("01-share")
def per_user():
    """You divided by people."""
    return visits["ordered"].sum() / visits["user"].nunique()


# %%
quiz("01-q01")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minutes | what | how |
# |---|---|---|
# | 0-20 | Exercise 1 | Alone. |
# | 20-50 | Votes | In pairs. |
#
# **Before class.** Open the lesson.
#
# **What goes wrong.** Somebody counts people.
#
# **If time is short,** stop.

# %% [markdown] tags=["instructor", "key"]
# **Vote 1.** Half and half.
'''


def refused(home: Path, text: str) -> list[str]:
    """Build a lesson of this text in a copy of the mini workbook; the refusals, `line: what`."""
    path = home / "lessons/01-mini.py"
    path.write_text(text, encoding="utf-8")
    with helpers.at_home(home), pytest.raises(SourceError) as caught:
        build.build(path, home / "other")
    assert all(
        problem.path == path for problem in caught.value.problems if problem.path.suffix == ".py"
    )
    assert not (home / "notebooks").exists(), "nothing is written"
    return [f"{problem.line}: {problem.what}" for problem in caught.value.problems]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return helpers.copy_mini(tmp_path / "home")


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def change(before: str, after: str) -> str:
    assert before in LESSON
    return LESSON.replace(before, after, 1)


SHOWN = '# %%\nload("visits")["ordered"].astype(int).mean()\n'
ANSWER = line_of(LESSON, '# %% key="01-share"')
ADDED = """
# %% key="01-share" kind="number" objective="L1.1"
again = ...
### BEGIN SOLUTION
again = 1
### END SOLUTION
"""

BY_SIGHT = [
    (LESSON + ADDED, "the key '01-share' is taken"),
    (change('check("01-share")', "visits"), 'no check("01-share") below it'),
    (LESSON + '\n# %%\ncheck("01-share")\n', "stands 2 times"),
    (LESSON + '\n# %%\ncheck("01-other")\n', 'check("01-other"): no answer cell'),
    (change('# %% [markdown] tags=["hint"] key="01-share"', "# %% [markdown]"), "no hint"),
    (change('tags=["hint"] key="01-share"', 'tags=["hint"]'), "a hint needs key"),
    (change('kind="number"', 'kind="nombre"'), "kind='nombre' is none of"),
    (change('key="01-share"', 'key="share"'), "must start with the lesson's number"),
    (change("places=2", "place=2"), "unknown option place"),
    (change("share = ...", "share = 0"), "exactly one name must be set to `...`"),
    (change("share = ...", "# share = visits...\nshare = ..."), "stands above the blank"),
    (change("### END SOLUTION\n", ""), "has no ### BEGIN SOLUTION"),
    (change('objective="L1.1"', 'objective="L9.9"'), "is not in the header"),
    (change("[L1.1, L1.2]", "[L1.1, L1.2, L7.7]"), "the objective L7.7 is not in objectives.yml"),
    (change('quiz("01-q01")', 'quiz("01-q99")'), 'quiz("01-q99"): no such question'),
    (change('quiz("01-q01")', "visits"), "no question shown in the lesson is its twin"),
    (change("# moves: [mean]\n", ""), "`mean`, which no lesson up to this one teaches"),
    (change("# moves: [mean]", "# moves: [mean, map, merge]"), "teaches 3 new moves"),
    (change(SHOWN, ""), "needs `mean`, which the header announces (mean) and no code cell above"),
    (change(SHOWN, "") + SHOWN, "needs `mean`, which the header announces (mean) and no code"),
    (change("[mean]", "[mean, merge]"), "announces the move merge, which no code cell shows"),
    (change("# votes: [01-q02, 01-q03]\n", ""), "names 2 questions to vote on, not []"),
    (change("# title: Tiny\n", ""), "the header needs at least a title"),
    (LESSON.removeprefix("# ---\n"), "the header is missing"),
    (change("# title: Tiny", "# title: [Tiny"), "the header is not YAML"),
    (LESSON + "\n# %%\n%matplotlib inline\n", "magics"),
    (change('load("visits")', 'load("orders")'), "it loads 'orders', which `tables` in the header"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BY_SIGHT, ids=[words for _, words in BY_SIGHT])
def test_refused_at_sight(home: Path, text: str, words: str) -> None:
    found = refused(home, text)
    assert any(words in problem for problem in found), found


WAY = '''

# %% tags=["ways"]
@wrong("01-share")
def another():
    """Another mistake."""
    return {value}
'''
BY_RUNNING = [
    (change("/ len(visits)", "/ 7"), "the accepted way longer gives another value", ANSWER),
    (LESSON + WAY.format(value="0.376"), "another gives (nearly) the right answer", ANSWER),
    (LESSON + WAY.format(value="0.609"), "per_user and another give (nearly) the same", ANSWER),
    (change('@wrong("01-share")', "# nothing"), "no wrong way", ANSWER),
    (change('    """You divided by people."""\n', ""), "needs a docstring", None),
    (change('visits["ordered"].mean()', "3 / 8"), "the same under two seeds", ANSWER),
    (
        change('return visits["ordered"].sum() / len(visits)', "return 3 / 8"),
        "on another seed of the shop the accepted way longer gives another value",
        ANSWER,
    ),
    (
        LESSON + WAY.format(value="5 / 11"),
        "on another seed of the shop the wrong way another gives the right answer",
        ANSWER,
    ),
    (LESSON + "\n# %%\nimport warnings\nwarnings.warn('old')\n", "stderr", LESSON.count("\n") + 2),
    (LESSON + "\n# %%\nobject()\n", "an address (0x...)", LESSON.count("\n") + 2),
    (LESSON + "\n# %%\n1 +\n", "SyntaxError", LESSON.count("\n") + 3),
    (LESSON + "\n# %%\nvisits\nvisits['nothing']\n", "KeyError", LESSON.count("\n") + 4),
    (change('share = visits["ordered"].mean()', "share = ..."), "leaves `share` blank", None),
    (
        change('kind="number" places=2', 'kind="list"').replace(
            'share = visits["ordered"].mean()', "share = list(range(3000))"
        ),
        "holds more than 2000 values; ask for a summary",
        None,
    ),
    (change('visits["ordered"].mean()', '"text"'), "is a text (in quotes), not one number", None),
    (
        change('kind="number" places=2', 'kind="function" stretch=true')
        .replace('share = visits["ordered"].mean()', "def share(a):\n    return range(a)")
        .replace("import accepted, wrong", "import cases, wrong")
        .replace("\n\n@wrong", '\ncases("01-share")(lambda: [(9999,)])\n\n\n@wrong')
        .replace('@accepted("01-share")', ""),
        "too large or odd to be compared",
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "line"), BY_RUNNING, ids=[row[1] for row in BY_RUNNING])
def test_refused_when_run(home: Path, text: str, words: str, line: int | None) -> None:
    found = refused(home, text)
    assert any(words in problem for problem in found), found
    if line is not None:
        assert any(problem.startswith(f"{line}: ") for problem in found), found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sales: $40 in a week,\n# and then $35.", "'$40 in a week, and then $'"),
        ("At most $3/n$ of them, or $p \\\\text{ times } n$.", ""),
        ("It was $40 in a week.\n#\n# And then $35.", ""),
        ("From \\\\$40 in a week to \\\\$35.", ""),
        ("`$40` in a week alone", ""),
    ],
)
def test_two_prices_that_would_become_a_formula(home: Path, text: str, shown: str) -> None:
    path = home / "lessons/01-mini.py"
    path.write_text(LESSON + f"\n# %% [markdown]\n# Two lines.\n#\n# {text}\n")
    wrong = rules.of_source(source.read(path), ["L1.1", "L1.2"])
    assert [one.what.partition(" as a formula")[0] for one in wrong] == (
        [f"JupyterLab shows {shown}"] if shown else []
    )
    if shown:
        assert path.read_text().splitlines()[wrong[0].line - 1].startswith(f"# {text[:10]}")


NUMBER = """
- id: 01-q05
  objective: L1.1
  bloom: apply
  type: numeric
  stem: Of {visits} visits {orders} held an order. What is the share?
  numbers: {visits: [20, 40, 1], orders: [5, 9, 1]}
  tolerance: 0.001
  answer: orders / visits
  wrong: [{value: visits / orders, why: The wrong way round.}]
  why: Orders by visits.
"""
# (in the bank, what it becomes, text of the line reported, what is said)
IN_THE_BANK = {
    "bad YAML": ("stem: Somebody", "stem: [Somebody", "stem: [Somebody", "is not YAML"),
    "missing key": ("  bloom: apply\n", "", "- id: 01-q01", "`bloom` is missing"),
    "unknown objective": ("L1.2", "L9.9", "objective: L9.9", "unknown objective `L9.9`"),
    "no number": ("orders / visits\n", "order / visits\n", "answer: order", "cannot be computed"),
    "an answer that is no number": (
        "answer: orders / visits", "answer: .nan", "answer: .nan", "not a finite number",
    ),
    "a number for all": ("answer: orders / visits", "answer: 0.25", "answer: 0.25", "0.25 is"),
    "a slip that is right": (
        "value: visits / orders", "value: 1 - 1 + orders / visits", "wrong: [{value: 1",
        "cannot be told from `orders / visits`",
    ),
    "a key that can be told": (
        "text: A product view", "text: Any of these", "text: Any of these", "(rule above)",
    ),
    "a negative": ("Which of these is a", "Which of these is not a", "  stem: Which of these is n",
                   "write **not**"),
}  # fmt: skip


@pytest.mark.parametrize("fault", IN_THE_BANK)
def test_a_bank_with_an_error_stops_the_build_with_file_and_line(home: Path, fault: str) -> None:
    old, new, where, what = IN_THE_BANK[fault]
    bank = home / "lessons/01-mini.yml"
    text = bank.read_text() + NUMBER
    assert old in text
    text = text.replace(old, new, 1)
    bank.write_text(text)
    (home / "lessons/01-mini.py").write_text(LESSON)
    with helpers.at_home(home), pytest.raises(SourceError) as caught:
        build.build(home / "lessons/01-mini.py", home / "other")
    [problem] = [problem for problem in caught.value.problems if what in problem.what]
    assert str(problem).startswith(f"{bank}:")
    assert where in text.splitlines()[problem.line - 1]


def test_a_question_without_a_why_is_refused(home: Path) -> None:
    bank = home / "lessons/01-mini.yml"
    bank.write_text(bank.read_text().replace("    why: Nobody did anything.\n", ""))
    [problem] = refused(home, LESSON)
    assert "why" in problem


def test_an_earlier_bank_out_of_which_nothing_can_be_recalled_is_refused(home: Path) -> None:
    for name in ("00-mini-start", "02-later"):
        (home / f"lessons/{name}.yml").write_text("questions: [")
    [problem] = refused(home, LESSON)
    assert "00-mini-start.yml cannot be read" in problem


def test_an_objective_that_nothing_serves_is_refused(home: Path) -> None:
    bank = home / "lessons/01-mini.yml"
    bank.write_text(bank.read_text().replace("objective: L1.2", "objective: L1.1"))
    assert any("serves the objective L1.2" in problem for problem in refused(home, LESSON))


def test_a_reserved_question_in_a_lesson_is_refused(home: Path) -> None:
    bank = home / "lessons/01-mini.yml"
    bank.write_text(bank.read_text().replace("pool: lesson", "pool: exam"))
    assert any("reserved for mock exams" in problem for problem in refused(home, LESSON))


def test_an_untaught_move_is_noted_while_earlier_lessons_are_unwritten(home: Path) -> None:
    text = LESSON.replace("01-", "05-").replace("moves: [mean]", "moves: []")
    (home / "lessons/05-later.py").write_text(text)
    later = source.read(home / "lessons/05-later.py")
    first = source.read(home / "lessons/00-mini-start.py")
    assert rules.of_moves(later, []) == (
        [],
        ["05-later: lessons 00 to 04 will have to teach: [], mean"],
    )
    earlier = [first, source.read(home / "lessons/01-mini.py")]
    assert rules.of_moves(later, earlier) == ([], [])  # the mini lesson teaches mean
    earlier[1].header["moves"] = []
    assert rules.of_moves(later, earlier)[1] == [
        "05-later: lessons 02 to 04 will have to teach: mean"
    ]
    assert rules.of_moves(later, earlier[1:])[1] == [
        "05-later: lessons 00, 02 to 04 will have to teach: [], mean"
    ]


def test_the_first_lesson_may_teach_four_groups_and_no_other_may(home: Path) -> None:
    cells = """
# %%
from workbook import load

rows = load("visits")
print(len(rows[rows["user"] == "a"]))
"""
    words = "[read, select, filter, count]"
    for name, said in (("00-first", []), ("01-first", ["teaches 4 new moves"])):
        path = home / f"lessons/{name}.py"
        path.write_text(f"# ---\n# title: T\n# moves: {words}\n# ---\n{cells}")
        found = [problem.what for problem in rules.of_moves(source.read(path), [])[0]]
        assert len(found) == len(said)
        assert all(part in what for part, what in zip(said, found, strict=True))
    path = home / "lessons/00-first.py"
    path.write_text(path.read_text().replace("count]", "count, sum]") + "\nrows.sum()\n")
    [problem] = rules.of_moves(source.read(path), [])[0]
    assert "teaches 5 new moves" in problem.what


def test_a_move_in_comments_or_hidden_cells_is_not_shown(home: Path) -> None:
    hidden = SHOWN.replace("# %%\n", '# %% tags=["facts"]\n')
    for text in (SHOWN.replace("load(", "# load("), hidden):
        found = refused(home, LESSON.replace(SHOWN, text))
        assert any("its answer needs `mean`" in problem for problem in found), found
