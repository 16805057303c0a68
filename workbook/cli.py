"""The command line: `workbook lab | test | check | teach | handout | build | data | doctor`.

Each command names the set-up it needs (`bootstrap`), and imports its own module only when it
runs: `--help`, a mistyped command and `doctor` work on a machine that has only Python.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from workbook import bootstrap

CALL = "python -m workbook"


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a call in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


@dataclass(frozen=True)
class Command:
    """One command: what it says of itself, the set-up it needs, and what it does.

    `needs` is a stage of `bootstrap.LOCKS` or "" for none. `run` gets the parsed options; if
    `passes_on`, it gets all words after the command in `options.rest`, unparsed.
    """

    help: str
    run: Callable[[argparse.Namespace], int]
    needs: str = "learner"
    arguments: Callable[[Parser], None] = lambda parser: None
    passes_on: str = ""


# --- the commands


def _lab(options: argparse.Namespace) -> int:
    from workbook import paths

    notebook = first_notebook(paths.notebooks_dir())
    where = f"lab/tree/notebooks/{notebook}" if notebook else "lab"
    if notebook:
        print(f"Opening JupyterLab at notebooks/{notebook}.")
    else:
        print(
            f"There are no notebooks in {paths.notebooks_dir()}. Opening JupyterLab all the same."
        )
    print("Leave this window open while you work. Ctrl+C in it ends JupyterLab.", flush=True)
    # jsonschema would compile grammars that no notebook needs: more than a second of the start.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    # The kernel of this environment before one of the same name that the user once registered.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    from jupyterlab.labapp import LabApp

    ours = [
        f"--ServerApp.root_dir={paths.root()}",
        f"--LabApp.default_url=/{where}",
        "--ServerApp.answer_yes=True",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # a container; it listens on this machine only
        ours.append("--allow-root")
    LabApp.launch_instance([*ours, *options.rest])  # takes the next free port itself
    return 0


def first_notebook(folder: Path) -> str:
    """Name of the notebook to begin with: 00-start-here, else the lowest number; "" if none."""
    names = sorted(path.name for path in folder.glob("*.ipynb"))
    return "00-start-here.ipynb" if "00-start-here.ipynb" in names else next(iter(names), "")


def _test(options: argparse.Namespace) -> int:
    root = bootstrap.ROOT
    if not (root / "tests").is_dir():
        print("The tests are not part of this copy. Download the whole workbook.", file=sys.stderr)
        return 2
    import pytest

    # A notebook's cells share one kernel, so a file's tests stay with one worker.
    words = ["-n", "2", "--dist", "loadscope", "-rs", "--rootdir", str(root)]
    rest = [_absolute(word) for word in options.rest]
    os.chdir(root)
    return int(pytest.main([*words, *rest]))


def _absolute(word: str) -> str:
    """A path as the caller's folder sees it; anything else unchanged."""
    path, colons, test = word.partition("::")
    return str(Path(path).resolve()) + colons + test if Path(path).exists() else word


def _check(options: argparse.Namespace) -> int:
    from workbook.grading.cli import main

    return main(options.notebooks, options.json, options.variant, options.timeout)


def _check_arguments(parser: Parser) -> None:
    parser.add_argument(
        "notebooks", nargs="*", metavar="NOTEBOOK", help="default: all of notebooks/"
    )
    parser.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    parser.add_argument(
        "--variant", type=int, metavar="SEED", help="use another shop, drawn from this seed"
    )
    parser.add_argument(
        "--timeout", type=float, metavar="S", help="seconds a cell may take before it is stopped"
    )


def _teach(options: argparse.Namespace) -> int:
    from workbook.building.cli import teach

    return teach(options.number, options.answers)


def _teach_arguments(parser: Parser) -> None:
    parser.add_argument("number", metavar="NN", help="the lesson")
    parser.add_argument("--answers", action="store_true", help="print the answers as well")


def _handout(options: argparse.Namespace) -> int:
    from workbook.building.cli import handout

    return handout(options.numbers, options.out, options.replace)


def _handout_arguments(parser: Parser) -> None:
    parser.add_argument("numbers", nargs="*", metavar="NN", help="lessons; default: all")
    parser.add_argument("--out", metavar="FILE", help="default: stepping-stones-NN.zip, here")
    parser.add_argument(
        "--replace", action="store_true", help="write over a file of that name if there is one"
    )


def _build(options: argparse.Namespace) -> int:
    from workbook.building.cli import main

    return main(options.numbers)


def _build_arguments(parser: Parser) -> None:
    parser.add_argument(
        "numbers", nargs="*", metavar="NN", help="lessons, or names of exam packs; default: all"
    )


def _data(options: argparse.Namespace) -> int:
    from workbook import paths
    from workbook.shop import stream, tables
    from workbook.shop.calendar import SEED

    seed = SEED if options.seed is None else options.seed
    folder = Path(options.out) if options.out else paths.data_dir()
    try:
        if options.sessions is None and options.format:
            raise stream.StreamError("--format goes with --sessions N, the number of visits.")
        if options.sessions is None:
            written = tables.write(folder, seed)
            print(f"Wrote {len(written)} files to {folder} (seed {seed}).")
            return 0
        if not options.out:
            raise stream.StreamError("--sessions needs --out DIR, a new folder.")
        done = stream.stream(folder, options.sessions, seed, options.format or "parquet")
    except stream.StreamError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{folder} could not be written: {error.strerror or error}.", file=sys.stderr)
        return 2
    rows = ", ".join(f"{number:,} {name}" for name, number in done.rows.items())
    print(f"Wrote {rows} of {done.persons:,} persons to {folder} (seed {seed}, {done.format}).")
    print("Rows are in order of time within a file, not from file to file.")
    return 0


def _data_arguments(parser: Parser) -> None:
    parser.add_argument("--seed", type=int, metavar="N", help="default: the seed of datasets/")
    parser.add_argument("--out", metavar="DIR", help="default: datasets/")
    parser.add_argument(
        "--sessions",
        type=_whole,
        metavar="N",
        help="write the log for about N visits (also 5_000_000 or 5e6) into a new folder DIR",
    )
    parser.add_argument(
        "--format", choices=("parquet", "csv", "ga4"), help="of these files; default: parquet"
    )


def _whole(text: str) -> int:
    """A whole number, also as 5_000_000, 5,000,000 or 5e6."""
    try:
        number = float(text.replace(",", ""))
        if number == int(number):
            return int(number)
    except (ValueError, OverflowError):
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")


def _doctor(options: argparse.Namespace) -> int:
    from workbook import doctor

    bootstrap.use_if_ready(["doctor"])
    return doctor.main()


COMMANDS = {
    "lab": Command("open JupyterLab at the first notebook", _lab, passes_on="JupyterLab"),
    "test": Command("run the tests", _test, "tests", passes_on="pytest"),
    "check": Command("mark notebooks, exercise by exercise", _check, arguments=_check_arguments),
    "teach": Command("print a lesson's run sheet for class", _teach, arguments=_teach_arguments),
    "handout": Command("make a ZIP for a class", _handout, arguments=_handout_arguments),
    "build": Command("build notebooks from lessons/", _build, arguments=_build_arguments),
    "data": Command("write the shop's tables", _data, arguments=_data_arguments),
    "doctor": Command("look for the usual troubles", _doctor, ""),
}

# --- the frame


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 not (or a finding), 2 a wrong call."""
    words = sys.argv[1:] if argv is None else list(argv)
    for stream in (sys.stdout, sys.stderr):  # a Windows console may know no check marks
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        return _run(words)
    except bootstrap.SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command starts it again.", file=sys.stderr)
        return 130


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0
    name, rest = words[0], words[1:]
    command = COMMANDS.get(name)
    if command is None:
        near = difflib.get_close_matches(name, COMMANDS, 1, 0.5)
        hint = f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(COMMANDS)}."
        print(f"There is no command `{name}`. {hint}", file=sys.stderr)
        return 2
    parser = Parser(prog=f"{CALL} {name}", description=command.help, allow_abbrev=False)
    command.arguments(parser)
    if command.passes_on and not {"-h", "--help"} & set(rest):
        options = argparse.Namespace(rest=rest)
    else:
        if command.passes_on:
            parser.epilog = f"All other words are passed on to {command.passes_on}."
        options = parser.parse_args(rest)
    if command.needs:
        bootstrap.ensure(command.needs, words)
    return command.run(options)


def _overview() -> str:
    lines = [f"  {name:<8}{command.help}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            f"Stepping Stones. Usage: {CALL} COMMAND",
            "",
            *lines,
            "",
            f"`{CALL} COMMAND --help` tells the options.",
        ]
    )
