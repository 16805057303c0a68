"""The built notebooks: solutions pass nbval strictly, untouched notebooks run from top to bottom,
and a rebuild gives the committed files byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import helpers
import pytest

from workbook import paths
from workbook.building import build, notebooks
from workbook.reference import kernel, source

ROOT = Path(__file__).parents[2]
LESSONS = source.sources(ROOT / "lessons")
SLUGS = [path.stem for path in LESSONS]
ROOMS = source.rooms(ROOT / "lessons")
SANITIZE = Path(__file__).parent / "sanitize.cfg"


@pytest.fixture(scope="module")
def other_data(other_shop: Callable[[int], Path]) -> Path:
    """The shop's tables under another seed."""
    return other_shop(build.OTHER_SEED)


def test_every_lesson_has_its_notebooks_and_answers() -> None:
    assert SLUGS
    rooms = [path.stem for path in ROOMS]
    for folder, names in (("notebooks", [*SLUGS, *rooms]), ("solutions", SLUGS)):
        assert sorted(path.stem for path in (ROOT / folder).glob("*.ipynb")) == names
    assert sorted(p.stem for p in paths.answers_dir().glob("*.json")) == SLUGS


@pytest.fixture(scope="module")
def another_processor() -> Iterator[None]:
    """Let numpy compute without the newest instructions, as on another machine, where it can:
    the last bits of logarithms and powers then differ."""
    environment = {"NPY_DISABLE_CPU_FEATURES": "AVX512_ICL X86_V4 X86_V3"}
    command = [sys.executable, "-W", "error", "-c", "import numpy"]
    probe = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, check=False
    )
    with pytest.MonkeyPatch.context() as patch:
        if probe.returncode == 0 and not probe.stderr:
            patch.setenv(*next(iter(environment.items())))
        yield


@pytest.mark.parametrize("path", LESSONS, ids=SLUGS)
@pytest.mark.usefixtures("another_processor")
def test_a_rebuild_equals_what_is_committed(path: Path, other_data: Path) -> None:
    built = build.build(path, other_data, ROOT)
    for place, text in built.files.items():
        assert (ROOT / place).read_text(encoding="utf-8") == text, f"run `workbook build`: {place}"


@pytest.mark.parametrize("path", ROOMS, ids=[path.stem for path in ROOMS])
def test_a_room_runs_and_a_rebuild_equals_what_is_committed(path: Path) -> None:
    for place, text in build.build_room(path).files.items():
        assert (ROOT / place).read_text(encoding="utf-8") == text, f"run `workbook build`: {place}"


@pytest.mark.parametrize("slug", SLUGS)
def test_solutions_pass_nbval_strictly(slug: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        **kernel.CLEAN,
        "WORKBOOK_PROGRESS": str(tmp_path / "none.jsonl"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "MPLCONFIGDIR": str(tmp_path / "mpl"),
    }
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", str(ROOT / f"solutions/{slug}.ipynb"),
         "--nbval-sanitize-with", str(SANITIZE), "--nbval-cell-timeout", "120", "-q",
         "--nbval-current-env", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull,
         "--rootdir", str(tmp_path)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:]


@pytest.mark.parametrize("slug", SLUGS)
def test_untouched_notebooks_run_from_top_to_bottom(slug: str, tmp_path: Path) -> None:
    import nbformat

    notebook = nbformat.read(ROOT / f"notebooks/{slug}.ipynb", as_version=4)
    nbformat.validate(notebook)
    extra = {"WORKBOOK_PROGRESS": str(tmp_path / "none.jsonl")}
    with kernel.clean_environment(extra) as scratch:
        kernel.run(notebook, scratch)
    said = [
        output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    exercises = json.loads((paths.answers_dir() / f"{slug}.json").read_text())["order"]
    assert sum(text.startswith("○ Not attempted") for text in said) == len(exercises)
    assert not any(output.startswith(("✔", "✘")) for output in said)


@pytest.mark.parametrize("path", LESSONS, ids=SLUGS)
def test_an_answer_needs_nothing_but_the_set_up(path: Path, tmp_path: Path) -> None:
    """Each worked answer, alone after the set-up cells, gives its reference value."""
    from nbformat.v4 import new_code_cell, new_notebook

    lesson = source.read(path)
    set_up = [c.source for c in lesson.cells if c.kind == "code" and "setup" in c.tags]
    alone = [
        f"_before = set(globals()) | {{'_before'}}\n{exercise.cell.worked()}"
        f"\ncheck({key!r})\n"
        "for _name in set(globals()) - _before: del globals()[_name]"
        for key, exercise in lesson.exercises.items()
    ]
    # Each answer is followed by the set-up again, so that what it redefined is put back.
    cells = [new_code_cell("\n".join(set_up))]
    for code in alone:
        cells += [new_code_cell(code), new_code_cell("\n".join(set_up))]
    notebook = new_notebook(cells=cells)
    with kernel.clean_environment({"WORKBOOK_PROGRESS": str(tmp_path / "none")}) as scratch:
        kernel.run(notebook, scratch)
    for cell, key in zip(notebook.cells[1::2], lesson.exercises, strict=True):
        said = [o.get("data", {}).get("text/plain", "") for o in cell.outputs]
        assert any("✔ Right" in text for text in said), (key, said)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_wrong_way_gets_its_own_message(slug: str) -> None:
    """What a learner gets for the value of each wrong way is the message written for it."""
    from workbook.exercises import store
    from workbook.exercises.judge import judge_form

    for exercise in store.lesson(paths.answers_dir() / f"{slug}.json").values():
        assert exercise.wrong
        for way in exercise.wrong:
            verdict = judge_form(exercise, way.value)
            assert (verdict.way, verdict.message) == (way.name, way.message)


def test_a_picture_that_differs_is_noticed_and_its_bytes_are_not_compared() -> None:
    """The sanitizing of pictures hides their payload and nothing else."""
    import re

    pattern, replacement = (
        line.split(": ", 1)[1] for line in SANITIZE.read_text().splitlines()[1:3]
    )
    html = '<img alt="two bars" src="data:image/png;base64,iVBORw0KGgo+/=">'
    assert re.sub(pattern, replacement, html) == '<img alt="two bars" src="PICTURE">'


def test_notebooks_keep_only_the_metadata_that_is_needed() -> None:
    for folder in ("notebooks", "solutions"):
        for path in (ROOT / folder).glob("*.ipynb"):
            data = json.loads(path.read_text(encoding="utf-8"))
            assert data["metadata"] == notebooks.METADATA
            for cell in data["cells"]:
                assert set(cell["metadata"]) <= notebooks.KEEP
                for output in cell.get("outputs", []):
                    assert not any("widget" in mime for mime in output.get("data", {}))


def test_a_typed_in_answer_of_a_lesson_fails_on_another_seed(tmp_path: Path) -> None:
    """On the real lessons: constants that are right on the public data, wrong on a variant."""
    slug = "01-what-counts"  # it has exercises of both sorts
    answers = json.loads((paths.answers_dir() / f"{slug}.json").read_text())["exercises"]
    typed = {
        key: f"{entry['name']} = {entry['answer']['value']!r}"
        for key, entry in answers.items()
        if entry["kind"] == "number" and not entry.get("by_hand")
    }
    assert typed
    path = helpers.write(helpers.solved(ROOT, slug, typed), tmp_path / "typed.ipynb")
    command = [sys.executable, "-m", "workbook", "check", str(path), "--json", "--variant", "7"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    found = {row["exercise"]: row["verdict"] for row in json.loads(run.stdout)}
    assert {found.pop(key) for key in typed} == {"wrong"}
    assert set(found.values()) == {"right"}
