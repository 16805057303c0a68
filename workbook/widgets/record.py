"""The learner's own record: a card of what is done, saving it all, and bringing it back."""

from __future__ import annotations

import ast
import html
import json
import os
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from workbook import cells, paths, progress
from workbook.exercises import standing, store
from workbook.study import readiness
from workbook.widgets.cards import Card, present

PREFIX = "my-work"
SAVED = re.compile(r"notebooks/[\w-]+\.ipynb")
"""The names that notebooks have in a saved ZIP."""
LARGEST = 50 * 2**20
"""No file of a saved ZIP is read beyond this size, in bytes."""


class ProgressCard:
    """Lessons, objectives and weak points, as a table with a text form."""

    def __init__(self, lessons: list[standing.LessonStanding], weak: list[tuple[str, str]]) -> None:
        self.lessons = lessons
        self.weak = weak

    def rows(self) -> list[list[str]]:
        """Lesson; exercises solved; of these without help; questions answered; right at once."""
        return [
            [
                f"{one.slug[:2]} {one.title}",
                f"{one.solved} of {one.exercises}",
                f"{one.first_try}",
                f"{one.answered} of {one.questions}",
                f"{one.right_first}",
            ]
            for one in self.lessons
        ]

    HEAD = (
        "Lesson", "Exercises solved", "at once, unaided", "Questions answered", "right at once",
    )  # fmt: skip

    def __repr__(self) -> str:
        lines = ["• Your progress"]
        for row in self.rows():
            named = [f"{name.lower()}: {cell}" for name, cell in zip(self.HEAD, row, strict=True)]
            lines.append("; ".join([row[0], *named[1:]]))
        lines += [f"Look again at {name}: {text}" for name, text in self.weak]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        head = "".join(f'<th scope="col" style="text-align:left">{h}</th>' for h in self.HEAD)
        body = "".join(
            "<tr>"
            + f'<th scope="row" style="text-align:left">{html.escape(row[0])}</th>'
            + "".join(f'<td style="text-align:left">{cell}</td>' for cell in row[1:])
            + "</tr>"
            for row in self.rows()
        )
        weak = "".join(
            f"<li><strong>{html.escape(name)}</strong>: {html.escape(text)}</li>"
            for name, text in self.weak
        )
        again = f"<p style='margin:.6em 0 0'>Look again at</p><ul>{weak}</ul>" if weak else ""
        page = (
            '<div style="color:var(--jp-ui-font-color1,#1f1f1f)"><table>'
            '<caption style="text-align:left;caption-side:top;font-weight:bold;color:inherit">'
            f"Your progress</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"{again}</div>"
        )
        return {"text/html": page, "text/plain": repr(self)}


def progress_card() -> None:
    """Show what is done, by lesson, and the objectives to look at again."""
    items = standing.replay(progress.events())
    texts = readiness.texts()
    weak = []
    for one in standing.weak_points(items):
        said = texts.get(one.objective, "")
        wrong = ", ".join(one.items[:4])
        weak.append((one.objective, f"{said} ({one.right} of {one.seen} right at first; {wrong})"))
    card = ProgressCard(standing.lessons(contents(), items), weak)
    present(card)


def contents() -> list[standing.Contents]:
    """What each lesson of this copy holds."""
    from workbook.questions import bank

    found = []
    for path in sorted(paths.answers_dir().glob("[0-9]*.json")):
        try:
            exercises = list(store.lesson(path))
            questions = [q.id for q in bank.lesson(path.stem[:2]) if q.pool == "lesson"]
            title = json.loads(path.read_text(encoding="utf-8"))["title"]
        except (OSError, ValueError, KeyError, TypeError, bank.BankError):
            continue
        found.append(standing.Contents(path.stem, title, exercises, questions))
    return found


# ---------------------------------------------------------------- saving


def save_my_work(name: str = "") -> None:
    """Make one ZIP of the notebooks, the record and the plan, and show where it is.

    `name` (yours, to hand it in) goes into the file's name.
    """
    safe = re.sub(r"[^\w-]+", "-", name, flags=re.UNICODE).strip("-")[:60]
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    target = paths.root() / "-".join(filter(None, [PREFIX, safe, f"{stamp}.zip"]))
    try:
        count = _write_zip(target, name)
    except OSError as fault:
        present(
            Card(
                "error",
                f"The ZIP could not be written ({fault.strerror or fault}). Is the folder "
                "read-only or the disk full? File, Download saves one notebook at a time.",
            )
        )
        return
    here = os.path.relpath(target, Path.cwd()).replace(os.sep, "/")
    body = (
        f"{count} notebook{'s' * (count != 1)} and your record are in `{target.name}`, in the "
        "workbook's folder. It holds what was saved last: press Ctrl+S (Cmd+S) in an open "
        "notebook first. Elsewhere, put the file into the workbook's folder and run `restore()`."
    )
    present(Card("info", body, "your work is saved", download=(target.name, here)))


def _write_zip(target: Path, name: str) -> int:
    notebooks = sorted(paths.notebooks_dir().glob("*.ipynb"))
    part = target.with_suffix(".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for path in notebooks:
                bundle.write(path, f"notebooks/{path.name}")
            for path in (paths.progress_file(), paths.root() / "plan.json"):
                if path.exists():
                    bundle.write(path, path.name if path.name == "plan.json" else "progress.jsonl")
            about = {"name": name, "saved": datetime.now().astimezone().isoformat()}
            bundle.writestr("about.json", json.dumps(about))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return len(notebooks)


# ---------------------------------------------------------------- restoring


def restore(file: str | Path | None = None) -> None:
    """Bring work back from a ZIP of `save_my_work()` (the newest in the folder if none is named).

    Answer cells that are still blank get the saved answers; records are merged. What stands in
    this copy already is never overwritten.
    """
    present(_restored(file))


def _restored(file: str | Path | None) -> Card:
    source = _chosen(file)
    if isinstance(source, Card):
        return source
    try:
        with zipfile.ZipFile(source) as bundle:
            names = bundle.namelist()
            added = 0
            if "progress.jsonl" in names:
                added = progress.merge(content(bundle, "progress.jsonl"))
            lines = [
                _refill(name, content(bundle, name)) for name in names if SAVED.fullmatch(name)
            ]
            plan = paths.root() / "plan.json"
            if "plan.json" in names and not plan.exists():
                plan.write_bytes(content(bundle, "plan.json"))
    except zipfile.BadZipFile:
        return Card("error", f"`{source.name}` is not a whole ZIP file. Was it cut off on its way?")
    except Exception as fault:  # cut off, encrypted, packed in a way this Python does not know
        return Card("error", f"Not everything could be restored from `{source.name}`: {fault}.")
    told = [line for line in lines if line]
    body = "\n\n".join(
        [
            f"From `{source.name}`: {added} event{'s' * (added != 1)} added to your record.",
            *told,
            "An open notebook shows the restored answers after File, Reload Notebook from Disk.",
        ]
    )
    return Card("info", body, "your work is back")


def _chosen(file: str | Path | None) -> Path | Card:
    if file is not None:
        path = Path(file)
        for place in (path, paths.root() / path):
            if place.is_file():
                return place
        return Card("info", f"There is no file `{file}` here. Put it into the workbook's folder.")
    found = [*paths.root().glob(f"{PREFIX}*.zip"), *paths.notebooks_dir().glob(f"{PREFIX}*.zip")]
    if not found:
        return Card("info", f"There is no `{PREFIX}...zip` in the workbook's folder.")
    return max(found, key=lambda path: path.stat().st_mtime)


def content(bundle: zipfile.ZipFile, name: str) -> bytes:
    """What a file of a saved ZIP holds. Raises ValueError if it is larger than `LARGEST`."""
    if bundle.getinfo(name).file_size > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST // 2**20} MB")
    return bundle.read(name)


def _refill(name: str, saved_as: bytes) -> str:
    """Put saved answers into the blank answer cells of this copy's notebook; what was done."""
    path = paths.notebooks_dir() / Path(name).name
    try:
        saved = _answers(json.loads(saved_as))
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"`{path.name}` in the ZIP is damaged and was left out."
    if not path.exists():
        path.write_bytes(saved_as)
        return f"`{path.name}`: was not here, copied."
    try:
        here = json.loads(path.read_text(encoding="utf-8"))
        _answers(here)
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"`{path.name}` in this copy is damaged and was left alone."
    filled, kept = 0, 0
    for cell in here["cells"]:
        key = cell.get("metadata", {}).get("key")
        if key not in saved or cells.source(cell) == saved[key]:
            continue
        if is_blank(cells.source(cell)):
            cell["source"], cell["outputs"], cell["execution_count"] = saved[key], [], None
            filled += 1
        elif not is_blank(saved[key]):
            kept += 1
    if filled:
        part = path.with_suffix(".part")
        text = json.dumps(here, indent=1, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)
    if not filled and not kept:
        return ""
    own = f"; {kept} you had answered here stay as they are" if kept else ""
    return f"`{path.name}`: {filled} answer{'s' * (filled != 1)} brought back{own}."


def _answers(notebook: Mapping[str, Any]) -> dict[str, str]:
    return {
        cell["metadata"]["key"]: cells.source(cell)
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and cell.get("metadata", {}).get("key")
    }


def is_blank(source: str) -> bool:
    """Whether an answer cell still holds nothing but what was given: after `name = ...` nothing is
    done, and nothing else sets the name."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return False  # somebody has begun to write
    blank = {
        node.targets[0].id: place
        for place, node in enumerate(tree.body)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
    }
    after = tree.body[max(blank.values(), default=0) + 1 :]
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return (
        bool(blank)
        and all(isinstance(node, ast.Expr) for node in after)
        and not any(isinstance(node, ast.Call) for line in after for node in ast.walk(line))
        and all(sum(n.id == b and isinstance(n.ctx, ast.Store) for n in names) == 1 for b in blank)
    )
