"""Set-up on a machine that has only Python: make `.venv`, install the exact versions, go on in it.

Standard library only. What `.venv` holds is told by two kinds of small files in it:

* `workbook-STAGE.stamp`, written last: STAGE ("learner", "tests") is complete for these
  requirements, this folder and this Python;
* `workbook-unfinished`, there while packages are being written: whoever finds it, without holding
  the lock, sees a broken-off set-up and starts again from nothing. pip cannot resume safely: a
  package cut off in the middle looks installed to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv as venv_module
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "learner": ("requirements.txt",),
    "tests": ("requirements.txt", "tests/requirements.txt"),
}
SIZES = {"learner": "100 MB to download, 500 MB on disk", "tests": "350 MB to download, 1.3 GB"}
# Why one start handed over to another, so that they cannot do so forever:
# "try" this `.venv`; set it up "again" from outside; the set-up is "done".
_HANDED_OVER = "WORKBOOK_HANDED_OVER"


class SetupError(Exception):
    """The set-up cannot go on; the text is one line that says what to do."""


def ensure(stage: str, argv: list[str], root: Path = ROOT) -> None:
    """Return if this interpreter has what `stage` needs; else set up `.venv` and go on there.

    `argv` are the command's words, for the start inside `.venv`; in that case this call does not
    return. Raises SetupError.
    """
    if not is_checkout(root):
        return  # installed from a wheel: whoever installed it saw to the requirements
    if absent := [name for name in LOCKS[stage] if not (root / name).is_file()]:
        raise SetupError(f"This copy of the workbook lacks {', '.join(absent)}. Download it again.")
    folder = root / ".venv"
    handed_over = os.environ.pop(_HANDED_OVER, "")
    if is_inside(folder):
        if is_ready(root, stage) or (state(root) == "own" and not lacking(root, stage)):
            return
        if handed_over in ("again", "done"):
            raise SetupError(
                f"The set-up did not take. Delete the folder {folder} and start again."
            )
        # The environment cannot rebuild itself (Windows locks a running python.exe).
        base = Path(getattr(sys, "_base_executable", sys.executable))
        _hand_over(base, argv, root, "again")
    if not lacking(root, stage):
        return
    if handed_over != "again" and (is_ready(root, stage) or _is_own_and_runs(root)):
        _hand_over(python_of(folder), argv, root, "try")
    set_up(root, stage)
    _hand_over(python_of(folder), argv, root, "done")


def use_if_ready(argv: list[str], root: Path = ROOT) -> None:
    """Go on in a complete `.venv` if this interpreter lacks packages; never set anything up."""
    if (
        not os.environ.pop(_HANDED_OVER, "")
        and is_checkout(root)
        and not is_inside(root / ".venv")
        and lacking(root, "learner")
        and is_ready(root, "learner")
        and _answers(root / ".venv")
    ):
        _hand_over(python_of(root / ".venv"), argv, root, "try")


def _is_own_and_runs(root: Path) -> bool:
    return state(root) == "own" and _answers(root / ".venv")


def is_checkout(root: Path) -> bool:
    """Whether this is the workbook's folder, unpacked or cloned, and not a place of packages."""
    return all((root / name).is_file() for name in ("pyproject.toml", "requirements.txt"))


def is_inside(folder: Path) -> bool:
    """Whether the running interpreter is the one of this virtual environment."""
    return Path(sys.prefix).resolve() == folder.resolve()


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def lacking(root: Path, stage: str) -> list[str]:
    """The direct dependencies that this interpreter lacks or has in another version than the lock.

    Each is "name version"; the direct dependencies are those of `pyproject.toml`.
    """
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = list(project.get("dependencies", []))
    if stage == "tests":
        wanted += project.get("optional-dependencies", {}).get("test", [])
    pins = {}
    for name in LOCKS[stage]:
        pins.update(pinned((root / name).read_text("utf-8")))
    missing = []
    for requirement in wanted:
        name = _normal(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0])
        try:
            have = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            have = ""
        if not have or pins.get(name, have) != have:
            missing.append(f"{name} {pins.get(name, '')}".strip())
    return missing


def pinned(text: str) -> dict[str, str]:
    """The exact versions in a requirements file, by normalized name."""
    lines = re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^\s;]+)", text)
    return {_normal(name): version for name, version in lines}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- what .venv holds


def state(root: Path) -> str:
    """What `.venv` is: "none", "unfinished", "broken", "stamped" (by us), "own" (made by hand)."""
    folder = root / ".venv"
    if (folder / "workbook-unfinished").exists():
        return "unfinished"
    if not (folder / "pyvenv.cfg").exists():
        return "none"
    if not python_of(folder).exists():  # its Python was removed, or the folder came from elsewhere
        return "broken"
    return "stamped" if any(folder.glob("workbook-*.stamp")) else "own"


def is_ready(root: Path, stage: str) -> bool:
    """Whether `.venv` was completed for this stage, these requirements, this folder, its Python."""
    folder = root / ".venv"
    if state(root) not in ("stamped", "unfinished"):
        return False
    with contextlib.suppress(OSError):
        if state(root) == "unfinished":
            # The tests' packages were being added; a learner's command does not need them.
            adding = (folder / "workbook-unfinished").read_text("utf-8") == "adding tests"
            if stage != "learner" or not adding or not python_of(folder).exists():
                return False
        stamp = (folder / f"workbook-{stage}.stamp").read_text("utf-8")
        return stamp == _stamp(root, stage, _python_version(folder))
    return False


def _python_version(folder: Path) -> str:
    """Major and minor version of an environment, from its notes, or exactly if running in it."""
    if is_inside(folder):
        return "{}.{}".format(*sys.version_info)
    notes = (folder / "pyvenv.cfg").read_text("utf-8")
    found = re.search(r"(?m)^version(?:_info)?\s*=\s*(\d+\.\d+)", notes)
    return found[1] if found else "?"


def _stamp(root: Path, stage: str, python: str) -> str:
    """The stamp's text: all that makes an environment out of date when it changes."""
    import tomllib

    content = hashlib.sha256(str(root).encode())
    for name in LOCKS[stage]:
        content.update((root / name).read_bytes().replace(b"\r\n", b"\n"))
    table = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    kept = [table.get("build-system"), table.get("project"), table.get("tool", {}).get("hatch")]
    content.update(json.dumps(kept, sort_keys=True).encode())
    shared = root / "workbook" / "_shared"  # copied into the environment at installation
    for path in sorted(p for p in shared.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        content.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return f"python {python}\n{content.hexdigest()}\n"


# --- making it


def set_up(root: Path, stage: str) -> None:
    """Make `.venv` complete for `stage`; waits while another start does so. Raises SetupError."""
    folder = root / ".venv"
    if sys.platform == "emscripten":
        raise SetupError("This Python runs in a browser and cannot make an environment.")
    try:
        folder.mkdir(exist_ok=True)
        with _alone(folder / "workbook-lock"):
            if _answers(folder) and is_ready(root, stage):
                return  # another start did it while this one waited
            _make(root, folder, stage)
    except (OSError, shutil.Error) as error:
        raise SetupError(_file_trouble(root, error)) from error


def _make(root: Path, folder: Path, stage: str) -> None:
    was = state(root)
    keep = was in ("stamped", "own") and _answers(folder)
    if was == "unfinished":
        _say("The last set-up did not finish. Starting it again.")
    elif keep:
        _say("Some packages that this needs are missing from .venv, or have other versions.")
    else:
        _say("The packages that the workbook needs are not installed yet.")
    _say(f"Installing them into {folder}")
    _say(f"(about {SIZES[stage]}; one to five minutes, only this once).")
    unfinished = folder / "workbook-unfinished"
    unfinished.write_text("adding tests" if keep and is_ready(root, "learner") else stage, "utf-8")
    if not keep:
        for old in folder.iterdir():
            if old.name not in ("workbook-lock", unfinished.name):
                shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
        _make_empty(folder)
    touched = _install(root, folder, stage)
    if touched.failed:
        if keep and not touched.writing:
            unfinished.unlink()  # nothing was changed: what was complete before still is
        raise SetupError(touched.failed)
    done = [name for name in LOCKS if stage == "tests" or name == stage]
    for name in done:
        written = folder / f"workbook-{name}.new"
        written.write_text(_stamp(root, name, _python_version(folder)), "utf-8", newline="\n")
        written.replace(folder / f"workbook-{name}.stamp")
    unfinished.unlink()
    _say("Installed.")


def _make_empty(folder: Path) -> None:
    with_pip = importlib.util.find_spec("ensurepip") is not None
    if not with_pip and not shutil.which("uv"):
        version = "{}.{}".format(*sys.version_info)
        raise SetupError(
            "This Python cannot make environments with pip. On Debian and Ubuntu run "
            f"`sudo apt install python{version}-venv`, then start again."
        )
    try:
        venv_module.EnvBuilder(with_pip=with_pip, symlinks=os.name != "nt").create(folder)
    except subprocess.CalledProcessError as error:
        raise SetupError(
            f"Python could not put pip into {folder} ({error}). Install Python from python.org "
            "and start again with it."
        ) from error


class _Run:
    """What an installer said so far: what to show of it, and whether it had begun to write."""

    def __init__(self, packages: int) -> None:
        self.packages, self.seen, self.writing, self.failed = packages, 0, False, ""
        self.live = sys.stderr.isatty()

    def show(self, line: str) -> None:
        text = ""
        if line.startswith("Ignoring "):
            self.packages -= 1
        elif line.startswith(("Collecting ", "Processing ")):  # pip, from an index or a folder
            self.seen += 1
            name = Path(line.split()[1]).name  # "pandas==3.1.1" or "pandas-3.1.1-...whl"
            name = " ".join(name.split("-" if name.endswith(".whl") else "==")[:2])
            if self.live or self.seen % 10 == 1:
                text = f"{min(self.seen, self.packages)} of {self.packages}: {name}"
        elif line.startswith("Installing collected packages"):
            self.writing = True
            text = "All downloaded. Unpacking takes about half a minute."
        elif re.match(r"(Resolved|Prepared|Installed) ", line):
            self.writing = True
            text = line
        elif line.startswith(("Downloading ", "Downloaded ")) and ".whl" not in line:  # uv
            text = line
        if text and self.live:
            end = "\r" if " of " in text else "\n"
            print(f"  {text[:76]:<76}", end=end, file=sys.stderr, flush=True)
        elif text:
            _say(f"  {text}")


def _install(root: Path, folder: Path, stage: str) -> _Run:
    """Install a lock into `.venv`, with uv where it is at hand, else (or if it fails) with pip."""
    python, lock = str(python_of(folder)), LOCKS[stage][-1]
    count = sum(len(pinned((root / name).read_text("utf-8"))) for name in LOCKS[stage])
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    ways = [[*pip, "--no-user", "--progress-bar", "off", "-r", lock]]
    if uv := shutil.which("uv"):
        ways.insert(0, [uv, "pip", "install", "--python", python, "--compile-bytecode", "-r", lock])
        if importlib.util.find_spec("ensurepip") is None:
            ways.pop()
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}
    environment["PYTHONUNBUFFERED"] = "1"
    log = folder / "workbook-install.log"
    run = _Run(count)
    for number, command in enumerate(ways):
        with log.open("w", encoding="utf-8") as file:
            status = _watch(command, root, environment, file, run)
        run.failed = "" if status == 0 else _install_trouble(log)
        if status == 0:
            break
        if number + 1 < len(ways):
            run.seen = 0
            _say("uv could not install them. Trying pip.")
    return run


def _watch(command: list[str], root: Path, env: dict[str, str], log: IO[str], run: _Run) -> int:
    """Run an installer, keep all it says in the log and show the outline; its exit status."""
    with subprocess.Popen(
        command,
        cwd=root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        pass_fds=_HELD if os.name == "posix" else (),  # it holds the lock as long as it lives
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                log.write(line)
                run.show(line.strip())
        except BaseException:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            raise
    return int(process.returncode)


_TROUBLES = (
    (
        r"No space left on device|\[Errno 28\]|not enough space on the disk|os error 28",
        "The disk is full. Make 2 GB of room, then run the same command again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|invalid peer certificate",
        "The connection to the package index is not trusted (a company or school network?). "
        "Try another network, then run the same command again.",
    ),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|"
        r"Connection(Reset|Refused)Error|RemoteDisconnected|Temporary failure in name resolution|"
        r"getaddrinfo failed|Network is unreachable|dns error|tcp connect error|"
        r"error sending request|connection broken by|request timed out",
        "The packages could not be downloaded: no connection to the package index. "
        "Connect to the internet, then run the same command again.",
    ),
)


def _install_trouble(log: Path) -> str:
    text = log.read_text("utf-8", errors="replace")
    for pattern, message in _TROUBLES:
        if re.search(pattern, text):
            return message
    errors = re.findall(r"(?mi)^\s*(?:error|×)[:\s]+(.+)$", text) or ["no reason given"]
    version = "{}.{}".format(*sys.version_info)
    return (
        f"The installation failed on Python {version}: {errors[0].strip().rstrip('.')}. "
        f"All that was said is in {log}; Python 3.11, 3.12 and 3.13 are known to work."
    )


def _file_trouble(root: Path, error: BaseException) -> str:
    if getattr(error, "errno", None) == 28:
        return "The disk is full. Make 2 GB of room, then run the same command again."
    if isinstance(error, PermissionError) and os.access(root, os.W_OK):
        return (
            f"A file in {root / '.venv'} is in use or protected. Close other windows that run the "
            "workbook, then start again."
        )
    return (
        f"The folder {root} cannot be written to ({getattr(error, 'strerror', None) or error}). "
        "Move it to a place of your own, such as Documents, and start again there."
    )


_HELD: list[int] = []


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the set-up's lock. The system lets go of it however this process ends."""
    with path.open("ab") as file:
        told = False
        while not _try_lock(file):
            if not told:
                _say("Another start is setting the workbook up. Waiting for it.")
                told = True
            time.sleep(0.3)
        _HELD.append(file.fileno())
        try:
            yield
        finally:
            _HELD.remove(file.fileno())


def _try_lock(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        # Some network folders know no locks: go on without one there.
        return error.errno not in (11, 13, 36)
    return True


def _answers(folder: Path) -> bool:
    """Whether the environment's interpreter runs and is the version that its notes say."""
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        told = subprocess.run(
            [str(python_of(folder)), "-I", "-c", script], capture_output=True, text=True, timeout=60
        )
        return told.returncode == 0 and told.stdout.strip() == _python_version(folder)
    except (OSError, subprocess.TimeoutExpired):
        return False


# --- going on


def _hand_over(python: Path, argv: list[str], root: Path, why: str) -> NoReturn:
    """Start the same command with another interpreter, in place of this one."""
    command = [str(python), str(root / "workbook"), *argv]
    env = os.environ
    env[_HANDED_OVER] = why
    for name in ("PYTHONHOME", "__PYVENV_LAUNCHER__"):
        env.pop(name, None)
    if (
        why != "again"
    ):  # as activating it does, so that `pip` in a notebook's terminal means its pip
        env["VIRTUAL_ENV"] = str(root / ".venv")
        env["PATH"] = os.pathsep.join([str(python.parent), env.get("PATH", os.defpath)])
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    sys.exit(run_child(command))  # Windows: exec would return to the prompt at once


def run_child(command: list[str]) -> int:
    """Run a command to its end and return its exit status; Ctrl+C is for the child to handle."""
    with subprocess.Popen(command) as child:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return child.wait()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
