"""Killing the kernel at any moment loses at most the answer that was not acknowledged yet.

Run as a program, this file kills: it forks a process that drives the exam, kills it at a random
moment, replays the record and compares it with what had been acknowledged through a pipe.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

KILLS = 200
LONGEST = 0.03  # seconds that a process may live once it has opened the exam
ANSWERS: dict[str, list[Any]] = {
    "02-q01": [0, 1, 2, None],
    "02-q02": [[0], [1, 2], [0, 2], None],
    "02-q03": ["12", "70.5 %", "many", None],
    "02-q04": [[0, 1, 2, 3], [3, 2, 1, 0], None],
    "02-q05": [[0, 1, 2], [2, None, None], None],
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_kernel_killed_at_any_moment_loses_no_acknowledged_answer(tmp_path: Path) -> None:
    from exam_hall import lessons_with

    env = {
        **os.environ,
        "WORKBOOK_LESSONS": str(lessons_with(tmp_path / "lessons")),
        "WORKBOOK_PROGRESS": str(tmp_path / "progress.jsonl"),
    }
    run = subprocess.run(
        [sys.executable, __file__, str(KILLS)], env=env, capture_output=True, text=True, timeout=240
    )
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert told["lost"] == []
    assert told["kills"] == KILLS
    # The kills must have hit: while opening, and while answers were on their way.
    assert told["acknowledged"] > KILLS
    assert told["in flight"] > 5
    assert told["marked"] == told["expected"]


# --- the program ------------------------------------------------------------------------------


def child(pipe: int, seed: int) -> None:
    """Open the exam and answer on and on; tell each message before and after it was handled."""
    from workbook.widgets.mock_exam import mock_exam

    def tell(**line: Any) -> None:
        os.write(pipe, json.dumps(line).encode() + b"\n")

    chance = random.Random(seed)
    exam = mock_exam("small")
    if exam.scene["page"] != "exam":
        exam.handle({"type": "start", "seq": "start", "blueprint": "small", "extra": 0})
    tell(open=exam.scene["deadline"], state=exam.state)
    spent = dict(exam.state["seconds"])
    for number in range(1_000_000):
        question = chance.choice(sorted(ANSWERS))
        spent[question] = round(spent.get(question, 0) + chance.randint(1, 9), 1)
        message: dict[str, Any] = {"question": question, "spent": spent[question]}
        if chance.random() < 0.3:
            message |= {"type": "flag", "on": chance.random() < 0.5, "spent": 0}
        else:
            message |= {"type": "answer", "answer": chance.choice(ANSWERS[question])}
        tell(sent=message)
        exam.handle({**message, "seq": number, "sitting": exam.scene["id"]})
        if exam.reply["seq"] == number and not exam.reply["note"].startswith("Your record"):
            tell(acknowledged=message)


def folded(state: dict[str, Any], messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Answers, flags and seconds once these messages were handled."""
    answers, flags = dict(state["answers"]), set(state["flags"])
    seconds = dict(state["seconds"])
    for message in messages:
        question = message["question"]
        if message["type"] == "flag":
            (flags.add if message["on"] else flags.discard)(question)
            continue
        seconds[question] = max(seconds.get(question, 0), message["spent"])
        answers.pop(question, None)
        if message["answer"] is not None:
            answers[question] = message["answer"]
    return {"answers": answers, "flags": sorted(flags),
            "seconds": {key: round(value) for key, value in seconds.items()}}  # fmt: skip


def replayed() -> tuple[Any, dict[str, Any]]:
    from workbook import progress
    from workbook.study import sitting

    found = sitting.sittings(progress.events())
    if not found:
        return None, folded({"answers": {}, "flags": [], "seconds": {}}, [])
    one = found[-1]
    state = {"answers": one.answers, "flags": sorted(one.flags), "seconds": one.seconds}
    return one, folded(state, [])


def main(kills: int) -> None:
    from workbook.widgets.mock_exam import mock_exam

    os.environ["WORKBOOK_NO_RECORD"] = "1"  # one sitting for nobody: then all is warm to be forked
    mock_exam("small").handle({"type": "start", "seq": "warm", "blueprint": "small", "extra": 0})
    del os.environ["WORKBOOK_NO_RECORD"]
    chance = random.Random(20261122)
    told: dict[str, Any] = {"lost": [], "kills": 0, "acknowledged": 0, "in flight": 0}
    deadlines = set()
    state = {"answers": {}, "flags": [], "seconds": {}}
    for kill in range(kills):
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reading)
            try:
                child(writing, kill)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            opened = b"" if kill % 5 == 0 else pipe.readline()  # each fifth dies while opening
            time.sleep(chance.uniform(0, LONGEST))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            text = opened + pipe.read()
        lines = [json.loads(line) for line in text.split(b"\n")[:-1]]
        if lines and folded(lines[0]["state"], []) != state:
            told["lost"].append({"kill": kill, "opened": lines[0]["state"], "wanted": state})
        deadlines |= {line["open"] for line in lines if "open" in line}
        acknowledged = [line["acknowledged"] for line in lines if "acknowledged" in line]
        sent = [line["sent"] for line in lines if "sent" in line]
        _, found = replayed()
        wanted = folded(state, acknowledged)
        if found != wanted and found != folded(state, sent):
            told["lost"].append({"kill": kill, "found": found, "wanted": wanted})
        state = found
        told["kills"] += 1
        told["acknowledged"] += len(acknowledged)
        told["in flight"] += len(sent) - len(acknowledged)
    if len(deadlines) != 1:
        told["lost"].append({"deadlines": sorted(deadlines)})
    exam = mock_exam("small")
    exam.handle({"type": "end", "seq": "end", "sitting": exam.scene["id"], "why": "handed in"})
    ended, _ = replayed()
    told["marked"] = sum(verdict == "blank" for verdict in ended.verdicts.values())
    blank = [key for key in ANSWERS if state["answers"].get(key) in (None, "many")]
    half = state["answers"].get("02-q05") == [2, None, None]
    told["expected"] = len(blank) + half + 1  # the classification was never answered
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
