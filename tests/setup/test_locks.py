"""The locks hold what pyproject.toml asks for, agree with each other, and carry no addresses."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from bare_machine import REPOSITORY
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LEARNER = REPOSITORY / "requirements.txt"
TESTS = REPOSITORY / "tests" / "requirements.txt"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
MACHINES = [
    {"python_version": version, "python_full_version": f"{version}.1", **system}
    for version in ("3.11", "3.12", "3.13")
    for system in (
        {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
        {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
        {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
    )
]


def pins(path: Path) -> list[Requirement]:
    lines = path.read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if re.match(r"[A-Za-z0-9]", line)]


def locked(paths: list[Path], machine: dict[str, str]) -> dict[str, str]:
    """Name to version on one kind of machine."""
    return {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for path in paths
        for pin in pins(path)
        if pin.marker is None or pin.marker.evaluate(machine)
    }


@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda m: f"{m['sys_platform']}-{m['python_version']}"
)
@pytest.mark.parametrize("stage", ["learner", "tests"])
def test_the_lock_satisfies_the_project_and_itself(stage: str, machine: dict[str, str]) -> None:
    paths = [LEARNER] if stage == "learner" else [LEARNER, TESTS]
    wanted = list(PROJECT["dependencies"])
    if stage == "tests":
        wanted += PROJECT["optional-dependencies"]["test"]
    have = locked(paths, machine)
    asked = [("pyproject.toml", Requirement(text)) for text in wanted]
    for name, version in have.items():
        try:
            there = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system
        if there.version == version:
            asked += [(name, Requirement(text)) for text in there.requires or []]
    wrong = [
        f"{who} asks for {what}; the lock has {have.get(canonicalize_name(what.name))}"
        for who, what in asked
        if what.marker is None or what.marker.evaluate({**machine, "extra": ""})
        if not what.specifier.contains(
            have.get(canonicalize_name(what.name), "0"), prereleases=True
        )
        or canonicalize_name(what.name) not in have
    ]
    assert wrong == []
    assert len(asked) > 100


def test_every_line_of_a_lock_is_one_exact_version() -> None:
    for path in (LEARNER, TESTS):
        for pin in pins(path):
            assert [s.operator for s in pin.specifier] == ["=="], pin


def test_the_two_locks_share_no_line_and_the_second_holds_the_first() -> None:
    names = [{canonicalize_name(pin.name) for pin in pins(path)} for path in (LEARNER, TESTS)]
    assert names[0] & names[1] == set()
    assert "-r ../requirements.txt" in TESTS.read_text("utf-8").splitlines()


def test_the_learners_lock_ends_with_the_workbook_itself() -> None:
    assert LEARNER.read_text("utf-8").splitlines()[-1] == "-e ."


def test_no_lock_names_an_index() -> None:
    for name in ("requirements.txt", "tests/requirements.txt", "environment.yml", "pyproject.toml"):
        text = (REPOSITORY / name).read_text("utf-8")
        assert not re.search(r"index-url|find-links|https?://", text), name


def test_the_learner_gets_no_test_tool() -> None:
    names = {canonicalize_name(pin.name) for pin in pins(LEARNER)}
    assert names.isdisjoint(
        {"playwright", "statsmodels", "pyarrow", "mypy", "ruff", "jupyter-repo2docker"}
    )
