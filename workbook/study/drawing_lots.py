"""Drawing a mock exam: which questions, in which order, with which numbers and options.

Pure and deterministic: a seed draws the same exam, however the questions are ordered. What gives
way first where the bank is short: the wanted Bloom levels, then the reserved pool and what the
learner has not met yet, then the topics' weights, and only at last the number of items.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from workbook.questions.bank import Multiple, Question, Single
from workbook.study.blueprint import Blueprint, BlueprintError, largest_remainders

SEEDS = range(1, 20)
"""Seeds of a question's numbers: those that a build tries, without 0, which the lessons show."""


@dataclass(frozen=True)
class Item:
    """One question of an exam: the seed of its numbers and of its shuffled parts, its hash, and
    the order in which its options are shown (original indices), None where it has none."""

    id: str
    seed: int
    hash: str
    places: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Drawing:
    """An exam as drawn. `minutes` keeps
    the blueprint's pace if there are fewer items; None without a clock."""

    items: tuple[Item, ...]
    minutes: float | None = None


def draw_items(
    blueprint: Blueprint, questions: Iterable[Question], seed: int, seen: Collection[str] = ()
) -> list[Item]:
    """The items of one exam, in the order in which they are asked; fewer than the blueprint wants
    if the bank has no more, none if it has none.

    `seen` are ids that the learner met: in each topic, first come reserved questions not met,
    then the lessons' own not met, then, by lot, those met.
    """
    return list(draw(blueprint, questions, seed, seen).items)


def draw(
    blueprint: Blueprint, questions: Iterable[Question], seed: int, seen: Collection[str] = ()
) -> Drawing:
    """As `draw_items`, with the minutes that they have."""
    met = frozenset(seen)
    ranked = _ranked(blueprint, questions, seed, met)
    by_topic = [[q for q in ranked if q.objective in t.objectives] for t in blueprint.topics]
    # Of topics with one weight now this, now that gets the odd item.
    ties = [_lot(seed, "topic", topic.name) for topic in blueprint.topics]
    counts = _dealt(blueprint.items, blueprint.shares(), [len(group) for group in by_topic], ties)
    chosen = _levelled(blueprint, by_topic, counts, seed, met)
    chosen.sort(key=lambda question: _lot(seed, "place", question.id))
    minutes = blueprint.minutes
    if minutes is not None and len(chosen) < blueprint.items:
        minutes = round(minutes * len(chosen) / blueprint.items, 1)
    return Drawing(
        tuple(_item(question, seed) for question in chosen),
        minutes,
    )


def needed(drawing: Drawing, blueprint: Blueprint) -> Drawing:
    """The drawing, if there is anything in it. Raises `BlueprintError` for an empty one."""
    if not drawing.items:
        what = f"The question bank of this copy has no question for the exam {blueprint.name}."
        raise BlueprintError(f"{what} Is the folder lessons/ complete?")
    return drawing


def _tier(question: Question, met: frozenset[str]) -> int:
    """The lower, the better a question measures: what was met is remembered, not known. Of what
    was met no pool comes first: else each exam after the second would be nearly the same.
    """
    if question.id in met:
        return 2
    return 0 if question.pool == "exam" else 1


def _ranked(
    blueprint: Blueprint, questions: Iterable[Question], seed: int, met: frozenset[str]
) -> list[Question]:
    """What may be drawn, the best first. Within a tier each objective has its turn, so that one
    with many questions does not crowd out another; of twins of one exercise the best is kept."""
    known = {question.id: question for question in questions if blueprint.allows(question)}
    lots = sorted(known.values(), key=lambda q: (_tier(q, met), _lot(seed, "draw", q.id), q.id))
    twins: set[str] = set()
    turns: Counter[tuple[int, str]] = Counter()
    ranked = []
    for position, question in enumerate(lots):
        if question.twin in twins:
            continue
        if question.twin:
            twins.add(question.twin)
        tier = _tier(question, met)
        ranked.append(((tier, turns[tier, question.objective], position), question))
        turns[tier, question.objective] += 1
    return [question for _, question in sorted(ranked, key=lambda pair: pair[0])]


def _dealt(
    count: int, shares: Sequence[float], there: Sequence[int], ties: Sequence[int]
) -> list[int]:
    """Items per topic: by largest remainders, where the bank has enough. What a topic lacks is
    dealt to the others by their weights, and so on until all fit."""
    dealt = [0] * len(there)
    going = [index for index, most in enumerate(there) if most]
    left = min(count, sum(there))
    while going:
        weights = [shares[index] for index in going]
        wanted = largest_remainders(left, weights, [ties[index] for index in going])
        short = [i for i, most in zip(going, wanted, strict=True) if most > there[i]]
        if not short:
            for index, most in zip(going, wanted, strict=True):
                dealt[index] = most
            break
        for index in short:
            dealt[index] = there[index]
            left -= there[index]
        going = [index for index in going if index not in short]
    return dealt


# --- Bloom levels -----------------------------------------------------------------------------


def _levelled(
    blueprint: Blueprint,
    by_topic: Sequence[Sequence[Question]],
    counts: Sequence[int],
    seed: int,
    met: frozenset[str],
) -> list[Question]:
    """So many questions of each topic, by tier, and within the last tier that is needed those
    that bring the exam as near to the wanted Bloom levels as can be."""
    chosen: list[Question] = []
    choice: list[list[Question]] = []  # per topic, what there is a choice of
    open_: list[int] = []  # per topic, how many of them are wanted
    for group, count in zip(by_topic, counts, strict=True):
        last = _tier(group[count - 1], met) if count else 0
        sure = [question for question in group[:count] if _tier(question, met) < last]
        chosen += sure
        choice.append([question for question in group if _tier(question, met) == last])
        open_.append(count - len(sure))
    targets = largest_remainders(sum(counts), blueprint.bloom.values())
    taken: Counter[str] = Counter(question.bloom for question in chosen)
    want = {
        level: most - taken[level] for level, most in zip(blueprint.bloom, targets, strict=True)
    }
    # Which topic gives which level is to vary, so the levels are tried in an order by lot.
    want = dict(sorted(want.items(), key=lambda pair: _lot(seed, "level", pair[0])))
    for group, most, mix in zip(choice, open_, _mixes(choice, open_, want), strict=True):
        fits = []
        for question in group:
            if mix[question.bloom] > 0:
                mix[question.bloom] -= 1
                fits.append(question)
        fitting = {question.id for question in fits}
        rest = [question for question in group if question.id not in fitting]
        chosen += [*fits, *rest[: most - len(fits)]]
    return chosen


def _mixes(
    choice: Sequence[Sequence[Question]], open_: Sequence[int], want: dict[str, int]
) -> list[Counter[str]]:
    """Per topic how many questions of which level, so that as many wanted levels as possible are
    met: a largest flow from topics to levels, found by augmenting paths (Ford and Fulkerson)."""
    there: list[Counter[str]] = [Counter(q.bloom for q in group) for group in choice]
    mixes: list[Counter[str]] = [Counter() for _ in choice]
    used: Counter[str] = Counter()

    def place(topic: int, tried: set[str]) -> bool:
        for level, most in want.items():
            if level in tried or mixes[topic][level] >= there[topic][level]:
                continue
            tried.add(level)
            if used[level] < most:
                used[level] += 1
                mixes[topic][level] += 1
                return True
            for other, mix in enumerate(mixes):
                if mix[level] and other != topic and place(other, tried):
                    mix[level] -= 1
                    mixes[topic][level] += 1
                    return True
        return False

    for topic, most in enumerate(open_):
        for _ in range(most):
            if not place(topic, set()):
                break
    return mixes


# --- one item -------------------------------------------------------------------------------------


def _item(question: Question, seed: int) -> Item:
    places = None
    if isinstance(question, Single | Multiple):
        count = range(len(question.options))
        places = tuple(sorted(count, key=lambda place: _lot(seed, "option", question.id, place)))
    own = SEEDS[_lot(seed, "numbers", question.id) % len(SEEDS)]
    return Item(question.id, own, question.hash, places)


def _lot(*parts: object) -> int:
    key = "/".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big")
