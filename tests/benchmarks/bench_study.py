"""How long the exam room takes, as ratios in one run: `python tests/benchmarks/bench_study.py`.

Replaying a record of 100,000 events against merely parsing its lines, and what a learner waits for
between two items of a mock exam. Prints a table; asserts nothing.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workbook import progress
from workbook.study import blueprint, deck, schedule, score, sitting
from workbook.study.drawing_lots import draw_items
from workbook.widgets.flashcards import flashcards

EVENTS = 100_000
ROUNDS = 5
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median processor time of a call: all of it is computing, and other programs do not count."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def line(what: str, value: float, unit: str, target: float) -> None:
    met = "met" if value < target else "MISSED"
    print(f"{what:<58} {value:8.2f} {unit:<6} target {target:g}: {met}")


def exams(count: int) -> list[dict[str, Any]]:
    """So many events of GA4 mocks, one sitting after another, as a learner would make them."""
    ga4 = blueprint.find("ga4")
    questions = blueprint.questions(ga4)
    dice, events, now = random.Random(1), list[dict[str, Any]](), BEGIN
    while len(events) < count:
        step = sitting.start(ga4, questions, [], len(events), now)
        room = sitting.begun(*step, now)
        events.append(sitting.event(*step, now))
        for number in range(400):  # a restless learner: every answer changed again and again
            item = dice.choice(room.items).id
            made = (
                sitting.flag(room, item, dice.random() < 0.5)
                if number % 5 == 0
                else sitting.answer(room, item, dice.randrange(4), 9.5)
            )
            now += timedelta(seconds=10)
            events.append(sitting.event(made[0], {**made[1], "n": number + 1}, now))
        now += timedelta(days=1)
    return events[:count]


def lessons(count: int) -> list[dict[str, Any]]:
    """So many answers and cards."""
    ids = [question.id for question in blueprint.questions(blueprint.find("short"))]
    dice = random.Random(2)
    return [
        {
            "v": 1,
            "t": (BEGIN + timedelta(seconds=37 * number)).isoformat(),
            "kind": dice.choice(["answer", "card", "check"]),
            "item": dice.choice(ids),
            "verdict": dice.choice(["right", "wrong"]),
            "answer": dice.randrange(4),
            "hash": "0a1b2c3d",
            "objective": "L7.2",
        }
        for number in range(count)
    ]


def replay(share: float) -> None:
    """A record of which this share are steps of mock exams."""
    every = [*exams(round(EVENTS * share)), *lessons(EVENTS - round(EVENTS * share))]
    random.Random(3).shuffle(every)  # as after restores of other records
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "progress.jsonl"
        path.write_text("".join(json.dumps(event) + "\n" for event in every), "utf-8")
        del every  # what else lives in memory slows the collector of garbage
        parsing = seconds(lambda: [json.loads(one) for one in path.open(encoding="utf-8")])
        reading = seconds(lambda: progress.events(path))
        events = progress.events(path)
        replaying = seconds(lambda: sitting.sittings(events))
        known = seconds(lambda: sitting.seen_before(events))
    what = f"{EVENTS:,} events, {share:.0%} of mock exams"
    print(f"{what}: json.loads {parsing:.2f} s, events() {reading:.2f} s, "
          f"sittings() {replaying:.2f} s, seen_before() {known:.2f} s")  # fmt: skip
    line(
        f"{share:.0%}: events() and sittings() / json.loads",
        (reading + replaying) / parsing,
        "x",
        4,
    )
    line(f"{share:.0%}: events() and sittings()", reading + replaying, "s", 1)


def next_item() -> None:
    """What happens between two items: the step, the sitting after it, which are answered."""
    ga4 = blueprint.find("ga4")
    questions = blueprint.questions(ga4)
    step = sitting.start(ga4, questions, [], 1, BEGIN)
    room = sitting.begun(*step, BEGIN)
    for item in room.items:
        given = sitting.answer(room, item.id, 0, 5)
        room = sitting.after(room, sitting.event(*given, BEGIN))
    name = room.items[7].id

    def one() -> None:
        given = sitting.answer(room, name, 1, 5)
        now = sitting.after(room, sitting.event(*given, BEGIN))
        sitting.answered(now, questions)

    line("the next item of 50", 1000 * seconds(one, 50), "ms", 50)
    draw = seconds(lambda: draw_items(ga4, questions, 1), 20)
    line(f"drawing 50 of {len(questions)} questions", 1000 * draw, "ms", 50)
    report = seconds(lambda: score.report(room, ga4, questions), 20)
    line("the report on 50 items", 1000 * report, "ms", 50)


def cards() -> None:
    """A record of which every fifth event rates a flashcard: the replay, and the next card."""
    deck_of = deck.deck().cards
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "progress.jsonl"
        os.environ["WORKBOOK_PROGRESS"] = str(path)
        begin = datetime.now(UTC) - timedelta(days=300)
        every = lessons(EVENTS)
        for number, event in enumerate(every):
            event["t"] = (begin + timedelta(seconds=250 * number)).isoformat()
            if number % 5 == 0:
                card = deck_of[number // 5 % len(deck_of)]
                event |= {"kind": "card", "item": card.id, "hash": card.hash}
                event |= {"rating": 1 + number // 5 % 4, "seconds": 4.2}
        path.write_text("".join(json.dumps(event) + "\n" for event in every), "utf-8")
        del every

        def standings() -> None:
            rated, now = schedule.ratings(progress.events()), datetime.now(UTC)
            for card in deck_of:
                schedule.standing(rated.get(card.id, ()), card.hash, now)

        line(f"events() and the standing of {len(deck_of)} cards", seconds(standings), "s", 1)
        run = flashcards()
        times = []
        for number in range(20):
            rating = {"card": run.card["id"], "turn": run.card["turn"], "rating": 1 + number % 4}
            start = time.process_time()
            run.handle({"type": "rate", "seq": str(number), "seconds": 2.3, **rating})
            times.append(time.process_time() - start)
        line("the next card", 1000 * statistics.median(times), "ms", 50)


def main() -> None:
    for share in (0.05, 1.0):
        replay(share)
    next_item()
    cards()


if __name__ == "__main__":
    main()
