"""A room to study in (90 and on): text and calls, no exercises and no worked notebook."""

from __future__ import annotations

import json
from pathlib import Path

import helpers
import pytest

from workbook import paths
from workbook.building import build, cli
from workbook.grading import check
from workbook.reference import source
from workbook.reference.source import SourceError

ROOM = """# ---
# title: A room
# ---

# %% [markdown]
# Costs $5.

# %%
from workbook import quiz

quiz("01-q01")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = helpers.copy_mini(tmp_path / "home")
    (home / "lessons/90-room.py").write_text(ROOM)
    return home


def test_it_is_built_alone_and_as_it_stands(home: Path) -> None:
    with helpers.at_home(home):
        [built] = build.build_all(["90"])
        build.write([built], home)
    assert [place.as_posix() for place in built.files] == ["notebooks/90-room.ipynb"]
    cells = json.loads((home / "notebooks/90-room.ipynb").read_text())["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "markdown", "code"]
    assert "".join(cells[0]["source"]) == "# A room"
    assert cells[2]["outputs"] == []


def test_it_is_no_lesson(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    room = home / "lessons/90-room.py"
    assert room not in source.sources(room.parent)
    assert source.rooms(room.parent) == [room]
    with helpers.at_home(home):
        assert cli.teach("90", answers=False) == 2
        assert "there is no lesson '90'" in capsys.readouterr().err
        (home / "notebooks").mkdir()
        for name in ("01-mini", "90-room"):
            (home / f"notebooks/{name}.ipynb").write_text("{}")
        assert [path.stem for path in paths.lesson_notebooks()] == ["01-mini"]
        with pytest.raises(check.Unusable, match="lessons: 01-mini"):
            check.find_notebook("90")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('# %% key="90-a" kind="number"\na = ...\n### BEGIN SOLUTION\na = 1\n### END SOLUTION\n',
         "exercises belong in lessons"),
        ("# %%\n1 / 0\n", "ZeroDivisionError"),
        ("# %%\nimport warnings\nwarnings.warn('old')\n", "stderr"),
        ("# %% [markdown]\n# From $5 a visit to $7 an order.\n", "as a formula"),
    ],
)  # fmt: skip
def test_what_cannot_stand_in_one_is_refused(home: Path, more: str, words: str) -> None:
    (home / "lessons/90-room.py").write_text(ROOM + "\n" + more)
    with helpers.at_home(home), pytest.raises(SourceError, match=words) as caught:
        build.build_all(["90"])
    assert all(problem.path.name == "90-room.py" for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('cards:\n  "01":\n  - 01-q01\n', []),
        (
            'cards:\n  "01":\n  - 01-q01\n  - 01-q99\n',
            ["4: 01-q99 cannot be a card; There is no question 01-q99."],
        ),
        ('cards:\n  "00": [01-q01]\n', ["2: 01-q01 is no question of lesson 00"]),
        ('cards:\n  "01": [01-q01\n', ["3: is not YAML"]),
        ("- 01-q01\n", ["1: there are no cards"]),
        ("cards: {}\n", ["1: there are no cards"]),
        ('cards:\n  "01": 01-q01\n', ["2: lesson 01 has no list"]),
        ('cards:\n  "01":\n', ["2: lesson 01 has no list"]),
        ('cards:\n  "01": []\n', ["2: lesson 01 has no list"]),
        ('cards:\n  "01": [01-q01]\n  "01": [01-q02]\n', ["3: the key `01` stands here twice"]),
        ('cards:\n  "01":\n  - 01-q01\n  - 01-q01\n', ["4: 01-q01 stands here twice"]),
        ("cards:\n  1: [01-q01]\n", ["2: the key `1` is not read as text"]),
        ('cards:\n  "01": [01-q04]\n', ["2: 01-q04 is reserved for mock exams"]),
    ],
)
def test_a_card_that_no_lesson_asks_stops_the_build(home: Path, text: str, said: list[str]) -> None:
    (home / "lessons/cards.yml").write_text(text)
    (home / "lessons/90-room.py").rename(home / "lessons/91-room.py")
    with helpers.at_home(home):
        if not said:
            assert build.build_all(["91"])
            return
        with pytest.raises(SourceError) as caught:
            build.build_all(["91"])
    found = [f"{problem.line}: {problem.what}" for problem in caught.value.problems]
    assert len(found) == len(said)
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True)), found


def test_a_broken_blueprint_stops_the_build_with_its_line(home: Path) -> None:
    folder = home / "lessons/exams/blueprints"
    folder.mkdir(parents=True)
    (folder / "x.yml").write_text("title: X\nitems: many\n")
    with helpers.at_home(home), pytest.raises(SourceError) as caught:
        build.build_all(["x"])
    assert {problem.path.name for problem in caught.value.problems} == {"x.yml"}
    assert any(problem.line == 2 and "items" in problem.what for problem in caught.value.problems)
