"""Author's side of the bank: what makes a sound question a bad one.

`validate` says whether a bank can be used; this says whether its keys can be guessed, told from
another question, or typed as they were asked. `lint(questions, others)` is pure; `problems(path)`
gives the same for a file, with lines. Every bound is chance with some room; where the room was
measured, the comment says on what.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.questions import bank
from workbook.questions.bank import (
    Classify,
    Decide,
    Match,
    Multiple,
    Numeric,
    Option,
    Order,
    Predict,
    Question,
    Short,
    Single,
    Table,
)
from workbook.questions.drawing import ExpressionError, draw, drawn, evaluate
from workbook.questions.validate import Loc, Problem, opened

ENOUGH = 8
"""Of fewer single-answer questions no share is asked; a habit is what luck hardly brings."""
SEEDS = range(200)
"""Numbers are drawn this often; what holds for all of these draws is taken to hold for any."""


@dataclass(frozen=True)
class Finding:
    """One fault: the rule, the question's id and the place in it, what is wrong, what to do."""

    rule: str
    question: str
    place: Loc
    what: str
    todo: str


def lint(questions: Sequence[Question], others: Iterable[Question] = ()) -> list[Finding]:
    """What is to be mended in one bank; `others` are the questions of all other banks."""
    found = [
        Finding(name, question.id, place, what, todo)
        for question in questions
        for name, rule in OF_QUESTION.items()
        for place, what, todo in rule(question)
    ]
    for name, habit in OF_BANK.items():
        found += [Finding(name, one.id, (), what, todo) for one, what, todo in habit(questions)]
    found += [
        Finding("duplicate", one.id, (), what, todo)
        for one, what, todo in _duplicates(questions, others)
    ]
    return found


def problems(path: Path) -> list[Problem]:
    """What is to be mended in the bank at `path`, with its lines, in their order; it is compared
    with the other lessons and packs of its course. The bank must be valid."""
    questions = bank.read(path)
    file = opened(path)
    if isinstance(file, Problem):
        return [file]
    index = {question.id: place for place, question in enumerate(questions)}
    return file.problems(
        (
            ("questions", index[one.question], *one.place),
            f"{one.question}: {one.what} (rule {one.rule})",
            one.todo,
        )
        for one in lint(questions, _beside(path))
    )


def _beside(path: Path) -> Iterator[Question]:
    """The questions of the course's other banks; one that is broken is told by its own build."""
    folder = path.parent.parent if path.parent.name == bank.EXAMS else path.parent
    for other in (*folder.glob("[0-9][0-9]-*.yml"), *(folder / bank.EXAMS).glob("*.yml")):
        if other != path:
            try:
                yield from bank.read(other)
            except bank.BankError:
                continue


# --- one question ------------------------------------------------------------------------------

_Fault = tuple[Loc, str, str]
"""A place in the question, what is wrong, what to do."""


def _options(question: Question) -> list[Option]:
    return getattr(question, "options", [])


_ALL = "(?:all|any|none|both|neither|either|each|every one)"
_OPTIONS = "(?:options|answers|statements|choices)"
_RIGHT = "(?: (?:is|are) (?:right|correct|true|wrong|false|incorrect))"
_ABOVE = re.compile(
    # anywhere in an option
    rf"\b{_ALL} (?:of (?:the )?(?:above|below|these|those|{_OPTIONS})|the (?:above|below))\b"
    r"|\b(?:both|neither) [a-f] (?:and|or|nor) [a-f]\b"
    # as the whole option: the same words may begin a thought of its own
    rf"|^{_ALL}(?: of)?(?: the)?(?: other)?(?: (?:two|three))? {_OPTIONS}{_RIGHT}?$"
    rf"|^{_ALL} of (?:them|the (?:others?|two|three)){_RIGHT}?$"
    rf"|^(?:all|any|none){_RIGHT}$"
    rf"|^(?:only )?the (?:first|last|other) (?:two|three)(?: {_OPTIONS})?{_RIGHT}?$"
    rf"|^(?:{_OPTIONS} )?[a-f] (?:and|or) [a-f]{_RIGHT}?$"
    rf"|^{_OPTIONS} [1-6] (?:and|or) [1-6]{_RIGHT}?$",
)


def _above(question: Question) -> Iterator[_Fault]:
    for index, option in enumerate(_options(question)):
        if _ABOVE.search(_normal(option.text)):
            what = f"the option `{option.text}` refers to other options"
            todo = "say a thing of its own, or use type multiple: options are shuffled in exams"
            yield ("options", index), what, todo


_NEGATIVE = re.compile(r"\b(?:not|never|except|cannot|no|neither|nor)\b|n['’]t\b", re.IGNORECASE)
_PLAIN = re.compile(
    # what cannot be read over, or belongs to the case: the reason is asked for something that is so
    r"\**\b(?:why|how (?:is|are|was|were|do|does|did|can|could))\b.*|\*\*.*?\*\*|\([^()]*\)",
    re.IGNORECASE | re.DOTALL,
)
_ORDER = re.compile(  # with what is to be chosen: Mark is a person too, and a name a noun
    r"(?:mark|choose|pick|select|tick|find|name) (?:the|those|all|every|each|any|one|two|what)\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"which(?: ones?| two| of (?:them|these)| is it| are they)?\?", re.IGNORECASE)


def _negative(question: Question) -> Iterator[_Fault]:
    sentences = _sentences(question.stem)
    for sentence, after in itertools.zip_longest(sentences, sentences[1:], fillvalue=""):
        if not (sentence.endswith("?") or _ORDER.match(sentence) or _BARE.fullmatch(after)):
            continue
        if found := _NEGATIVE.search(_PLAIN.sub("", sentence)):
            word = found[0] if found[0].isalpha() else "n't (spelled out)"
            what = f"a negative in the question is easily read over: `{word}`"
            yield ("stem",), what, f"write **{word}**, or ask for what holds"


_ASKED = ("single", "multiple", "numeric", "predict", "decide")
_INTERROGATIVE = re.compile(
    r"(?:(?:in|of|by|at|to|on|from|under|with|for|into) )?(?:which|what|how|whom|why)\b",
    re.IGNORECASE,
)


def _asks(question: Question) -> Iterator[_Fault]:
    if question.type not in _ASKED:
        return  # orders, matches and prose may be told what to do
    sentences = _sentences(question.stem)
    asks = any(sentence.endswith("?") for sentence in sentences)
    if not asks and not question.stem.endswith('?"'):  # an exam's item may be quoted
        yield ("stem",), "the stem asks nothing", "end it with a question and a question mark"
    elif _INTERROGATIVE.match(sentences[-1]) and sentences[-1].endswith("."):
        yield ("stem",), "its last sentence asks without a question mark", "add the question mark"


def _sentences(stem: str) -> list[str]:
    """The stem's own sentences; what somebody is quoted with is cut to its quotation marks."""
    own = re.sub(r'"[^"]*"|“[^”]*”|`[^`]*`', '""', stem)
    parts = re.split(r"(?<=[.?!])[*_)]*\s+|\n\s*\n", own)
    return [part.strip().rstrip("*_) ") for part in parts if part and part.strip()]


def _doubles(question: Question) -> Iterator[_Fault]:
    seen: dict[str, str] = {}
    for index, option in enumerate(_options(question)):
        same = _normal(option.text)
        if same in seen:
            what = f"the options `{seen[same]}` and `{option.text}` say the same"
            yield ("options", index), what, "change one"
        seen.setdefault(same, option.text)


def _normal(text: str) -> str:
    """Text without capitals, emphasis and punctuation; in code every sign counts."""
    said = []
    for part in re.split(r"(`[^`]*`)", text):
        if part.startswith("`"):
            said.append(part)
        else:
            plain = re.sub(r"[^\w\s.,%$+-]", "", part.lower()).split()
            said += [word for word in (one.strip(".,") for one in plain) if word]
    return " ".join(said)


UNLIKE = 2.5
SHORT = 20  # characters; "3 and 1" beside "No" tells nothing


def _lengths(question: Question) -> Iterator[_Fault]:
    if not isinstance(question, Single | Multiple):
        return
    lengths = [len(option.text) for option in question.options]
    if max(lengths) > SHORT and max(lengths) > UNLIKE * min(lengths):
        what = f"options of {min(lengths)} and of {max(lengths)} characters stand side by side"
        todo = f"shorten or lengthen: the longest at most {UNLIKE} times the shortest"
        yield ("options", lengths.index(min(lengths))), what, todo


TELLING = (
    ";", ":", "(", "since", "because", "yet", "but", "only", "never", "always", "nothing", "may",
    "about", "some", "every", "not", "can", "must", "usually", "often",
)  # fmt: skip
"""Forms that test-wise people go by: qualifiers, absolutes, reasons, and marks of a longer thought.
They may stand in a right option only if a wrong one has them too, and the reverse."""


def _forms(question: Question) -> Iterator[_Fault]:
    if not isinstance(question, Single) or len(question.options) < 3:
        return  # of two options one always differs
    key = _key(question)
    for form in TELLING:
        has = [_has(form, option.text) for option in question.options]
        if (sum(has) == 1 and has[key]) or (sum(has) == len(has) - 1 and not has[key]):
            only = "alone has" if has[key] else "alone lacks"
            what = f"the right option {only} `{form}`"
            yield ("options", key), what, "give the form to one more option, or take it away"


def _has(form: str, text: str) -> bool:
    mark = rf"\b{form}\b" if form.isalpha() else re.escape(form)
    return re.search(mark, re.sub(r"`[^`]*`", "", text.lower())) is not None


def _key(question: Single) -> int:
    return next(place for place, option in enumerate(question.options) if option.right)


# --- numbers


def _slips(question: Question) -> Iterator[_Fault]:
    """The answer and its slips, computed anew, are numbers that can be told from one another."""
    if not isinstance(question, Numeric):
        return
    values: list[tuple[Loc, str, float]] = []
    for numbers in _draws(question):
        values = []
        for place, expression in _expressions(question):
            try:
                values.append((place, str(expression), evaluate(expression, numbers)))
            except ExpressionError as error:
                yield place, f"with {numbers}: {error}", "change the numbers' ranges"
                return
        for (_, one, first), (place, other, second) in itertools.combinations(values, 2):
            if abs(first - second) <= 2 * question.tolerance + 1e-9 * max(1, abs(second)):
                with_numbers = f" with {numbers}" if numbers else ""
                what = f"`{other}` cannot be told from `{one}`{with_numbers}"
                yield place, what, "change the value, the numbers or the tolerance"
                return


def _expressions(question: Numeric) -> Iterator[tuple[Loc, str | int | float]]:
    yield ("answer",), question.answer
    for index, slip in enumerate(question.wrong):
        yield ("wrong", index, "value"), slip.value


def _draws(question: Question) -> Iterator[dict[str, int | float]]:
    """Different numbers of the question; none twice."""
    seen = set()
    for seed in SEEDS if question.numbers else (0,):
        numbers = draw(question, seed)
        if (key := tuple(numbers.values())) not in seen:
            seen.add(key)
            yield numbers


def _constant(question: Question) -> Iterator[_Fault]:
    """No answer is right whatever is drawn: it could be passed on, and nobody would compute."""
    if not isinstance(question, Numeric) or not question.numbers:
        return
    try:
        values = [evaluate(question.answer, numbers) for numbers in _draws(question)]
    except ExpressionError:
        return  # told by the rule on slips
    low, high = min(values), max(values)
    if high - low <= 2 * question.tolerance:
        what = f"{(low + high) / 2:g} is right whatever numbers are drawn"
        yield ("answer",), what, "compute it from the numbers, or write them into the stem"


_DECIMALS = re.compile(r"\b(no|one|two|three|four|[0-9])[ -]decimals?\b", re.IGNORECASE)
_COUNTS = ("no", "one", "two", "three", "four")


def _rounding(question: Question) -> Iterator[_Fault]:
    """Who computes rightly and rounds as the stem asks is right."""
    if not isinstance(question, Numeric):
        return
    asked = _DECIMALS.search(question.stem)
    if not asked and question.tolerance > 0:
        return  # the tolerance says how exact it must be
    count = asked[1].lower() if asked else "no"
    places = int(count) if count.isdecimal() else _COUNTS.index(count)
    for numbers in _draws(question):
        try:
            value = evaluate(question.answer, numbers)
        except ExpressionError:
            return  # told by the rule on slips
        off = abs(round(value, places) - value)
        if off > question.tolerance + 1e-9:
            what = f"the answer {value:g}, rounded to {places} decimals, would be marked wrong"
            yield ("tolerance",), what, "raise the tolerance, or say how many decimals are wanted"
            return


def _shown(question: Question) -> Iterator[_Fault]:
    """Every number that the answer uses stands in the stem or the table, as it is used."""
    if not isinstance(question, Numeric):
        return
    texts = " ".join([question.stem, *_cells(question.table)])
    braces = re.findall(r"\{([^{}:]+)(?::([^{}]*))?\}", texts)
    there = set().union(*(_names(inside) for inside, _ in braces)) & set(question.numbers)
    for place, expression in _expressions(question):
        for name in sorted((_names(str(expression)) & set(question.numbers)) - there):
            what = f"`{name}` is used and nowhere shown"
            yield place, what, f"show {{{name}}} in the stem or the table"
    for name, form in braces:
        if form and name.strip() in question.numbers:
            for numbers in _draws(question):
                value = numbers[name.strip()]
                if float(format(value, form).replace(",", "").rstrip("%")) != value:
                    what = f"`{{{name}:{form}}}` shows {format(value, form)} for {value}"
                    yield ("stem",), what, "show the number that is used, or draw one that fits"
                    break


def _cells(table: Table | None) -> Iterator[str]:
    if table:
        yield from table.columns
        yield from (str(cell) for row in table.rows for cell in row)


def _names(expression: str) -> set[str]:
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError:
        return set()  # told where it is computed
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _filled(question: Question) -> Iterator[_Fault]:
    """Texts with numbers put in read as people write: no braces left, no row of digits."""
    if question.contested and "{" in question.contested.keyed + question.contested.defensible:
        what = "what is contested is told without the question's numbers"
        yield ("contested",), what, "say it without braces"
        return
    if not question.numbers:
        for place, text in _texts(question):
            if found := re.search(r"\{[a-z_]\w*\}", re.sub(r"`[^`]*`", "", text)):
                what = f"`{found[0]}` would be shown as it stands"
                yield place, what, "declare the number in `numbers`, or remove the braces"
        return
    told = set()
    for seed in SEEDS:
        try:
            seen = drawn(question, seed)
        except ExpressionError as error:
            yield (), f"a text cannot be filled: {error}", "change the numbers' ranges"
            return
        for place, text in _texts(seen):
            if place in told:
                continue
            if odd := re.search(r"[{}]|\d\.\d{5,}|\bnan\b|\binf\b", text):
                told.add(place)
                what = f"with seed {seed} the text holds `{odd[0]}`"
                yield place, what, "mend the braces, or give the number a format such as :.1f"


def _texts(question: Question) -> Iterator[tuple[Loc, str]]:
    """Every text of the question that a learner reads, with its place."""
    yield ("stem",), question.stem
    yield ("hint",), question.hint or ""
    yield from ((("table",), cell) for cell in _cells(question.table))
    for index, option in enumerate(_options(question)):
        yield ("options", index, "text"), option.text
        yield ("options", index, "why"), option.why
    match question:
        case Numeric():
            yield ("why",), question.why
            for index, slip in enumerate(question.wrong):
                yield ("wrong", index, "why"), slip.why
        case Order():
            yield from ((("items", index), item) for index, item in enumerate(question.items))
        case Match():
            for index, pair in enumerate(question.pairs):
                yield ("pairs", index), f"{pair.left} {pair.right} {pair.why}"
        case Classify():
            for index, row in enumerate(question.rows):
                yield ("rows", index), f"{row.text} {row.why}"
        case Short():
            yield ("model",), question.model
            yield from ((("rubric", index), line) for index, line in enumerate(question.rubric))
        case Predict():
            yield ("reveal",), question.reveal


# --- one bank: habits by which keys can be guessed ---------------------------------------------

_Habit = tuple[Question, str, str]


def _singles(questions: Iterable[Question]) -> list[Single]:
    """The questions that show a habit; none where there are too few."""
    found = [question for question in questions if isinstance(question, Single)]
    return found if len(found) >= ENOUGH else []


def _extreme(question: Single, extreme: Callable[[Iterable[int]], int]) -> list[int]:
    lengths = [len(option.text) for option in question.options]
    return [place for place, n in enumerate(lengths) if n == extreme(lengths)]


def _in_stem(question: Single) -> list[int]:
    stem = words(question.stem)
    shared = [len(stem & words(option.text)) for option in question.options]
    return [place for place, count in enumerate(shared) if count == max(shared)]


def _guesses(question: Single) -> dict[str, list[int]]:
    """What somebody may take who knows nothing: the places of the options it is open between."""
    return {
        "the longest option": _extreme(question, max),
        "the shortest option": _extreme(question, min),
        "the option that shares most words with the stem": _in_stem(question),
        **{_letter(place): [place] for place in range(len(question.options))},
    }


LUCK = 1 / 200
"""What random keys give one guess more rarely is a habit; of four options, A in four of four."""


def _few(questions: Sequence[Question]) -> Iterator[_Habit]:
    singles = [question for question in questions if isinstance(question, Single)]
    if len(singles) >= ENOUGH:
        return  # the rules below are stricter
    guesses = [_guesses(question) for question in singles]
    for name in dict.fromkeys(itertools.chain(*guesses)):
        hits, chances = 0, [1.0]  # of so many hits, were the right options drawn by lot
        for question, guess in zip(singles, guesses, strict=True):
            taken = guess.get(name, [])
            hits += _key(question) in taken
            chance = len(taken) / len(question.options)
            chances = [
                missed * (1 - chance) + hit * chance
                for missed, hit in zip([*chances, 0.0], [0.0, *chances], strict=True)
            ]
        if sum(chances[hits:]) < LUCK:
            what = f"{name} is right in {hits} of {len(singles)} questions, which is hardly luck"
            yield singles[0], what, "make it wrong in some"


MOST, LEAST = 1.2, 1 / 3  # of what chance gives: never to be the longest would tell as well


def _length_habit(questions: Sequence[Question]) -> Iterator[_Habit]:
    singles = _singles(questions)
    chance = sum(1 / len(question.options) for question in singles)
    for word, extreme in (("longest", max), ("shortest", min)):
        hits, found = 0.0, []
        for question in singles:
            taken = _extreme(question, extreme)
            if _key(question) in taken:
                hits += 1 / len(taken)
                found.append(question.id)
        if singles and not LEAST * chance <= hits <= MOST * chance:
            what = (
                f"who always takes the {word} option is right {hits:.1f} times in {len(singles)}; "
                f"chance gives {chance:.1f}"
            )
            todo = f"keep it between {LEAST * chance:.1f} and {MOST * chance:.1f}"
            yield singles[0], what, f"{todo}; it is so in {', '.join(found) or 'none'}"


def _letters(questions: Sequence[Question]) -> Iterator[_Habit]:
    singles = _singles(questions)
    places = Counter(map(_key, singles))
    for place in range(max((len(question.options) for question in singles), default=0)):
        chance = sum(1 / len(q.options) for q in singles if len(q.options) > place)
        if chance < 2:
            continue  # hardly a question has so many options
        low, high = int(chance * 2 / 3), chance * 4 / 3
        if not low <= places[place] <= high:
            what = f"{_letter(place)} is right in {places[place]} of {len(singles)} questions"
            todo = f"spread the right options over the letters, {low} to {int(high)} times each"
            yield singles[0], what, todo


def _letter(place: int) -> str:
    return chr(ord("A") + place)


def _runs(questions: Sequence[Question]) -> Iterator[_Habit]:
    singles = _singles(questions)
    letters = [_letter(_key(question)) for question in singles]
    pairs = [place for place in range(1, len(letters)) if letters[place] == letters[place - 1]]
    if len(pairs) > len(letters) / 4:
        what = f"the right letter stands twice in a row {len(pairs)} times in {len(letters)}"
        yield singles[pairs[0]], what, "move right options: a quarter at most"
    for place in range(2, len(letters)):
        if len(set(letters[place - 2 : place + 1])) == 1:
            what = f"{letters[place]} is right in three questions running"
            yield singles[place], what, "move its right option to another place"


ODD = (",", "all", "no")
"""Forms too common to be kept out of each question; they must not help over the whole bank."""


def _odd_ones(questions: Sequence[Question]) -> Iterator[_Habit]:
    for form in ODD:
        odd, keyed = 0, []
        for question in _singles(questions):
            has = [_has(form, option.text) for option in question.options]
            if len(has) > 2 and sum(has) in (1, len(has) - 1):
                odd += 1
                if has.index(sum(has) == 1) == _key(question):
                    keyed.append(question)
        if odd >= ENOUGH / 2 and len(keyed) > odd / 2:
            what = (
                f"the option that differs from the others by `{form}` is right in "
                f"{len(keyed)} of {odd} questions"
            )
            names = ", ".join(question.id for question in keyed)
            yield keyed[0], what, f"half at most: give others the form, or take it away ({names})"


POINTING = 1.3  # times chance


def _stem_words(questions: Sequence[Question]) -> Iterator[_Habit]:
    singles = _singles(questions)
    pointed, by_chance, found = 0.0, 0.0, []
    for question in singles:
        most, options = _in_stem(question), len(question.options)
        by_chance += 1 / options
        if _key(question) in most:
            pointed += 1 / len(most)
            if len(most) < options:
                found.append(question.id)
    if pointed > POINTING * by_chance:
        what = (
            f"the option that shares most words with the stem is right {pointed:.1f} times in "
            f"{len(singles)}; chance gives {by_chance:.1f}"
        )
        todo = f"at most {POINTING * by_chance:.1f}: use the stem's words in wrong options too"
        yield singles[0], what, f"{todo} ({', '.join(found)})"


# --- all banks: questions asked twice ----------------------------------------------------------

ALIKE = 0.45
"""Shared words as a share of all words of two questions (stem and options).

Measured on 336 questions: copies with one option changed share 0.50 and more; of 56,280 pairs
written as different questions eight shared 0.40 or more, and the four of 0.45 did ask one thing
twice.
"""
SAME_OPTIONS = 0.5
"""The same for the options alone, under another stem; the most alike of the bank share 0.30."""

_STOP = frozenset(
    re.findall(
        r"\S+",
        "a an the and or not no of to in on at by for from with as is are was it its that this "
        "these what which who how why where when does do did has have had can be one two there "
        "their they he she his her theo mara shop shop's pebble street analytics google",
    )
)


def words(text: str) -> frozenset[str]:
    """The words of a text that carry its meaning, without capitals and the plural's s."""
    found = {word.strip("'") for word in re.findall(r"[a-z_']+", text.lower())}
    return frozenset(word.rstrip("s") for word in found - _STOP)


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared words as a share of all words of the two."""
    return len(one & other) / max(1, len(one | other))


@dataclass(frozen=True)
class _Said:
    question: Question
    text: str
    words: frozenset[str]
    options: frozenset[str]


def _said(question: Question) -> _Said:
    parts = [option.text for option in _options(question)]
    options = words(" ".join(parts)) if isinstance(question, Single | Multiple) else frozenset()
    match question:
        case Match():
            parts += [text for pair in question.pairs for text in (pair.left, pair.right)]
        case Order():
            parts += question.items
        case Classify():
            parts += [row.text for row in question.rows]
        case Short():
            parts += question.rubric
        case Decide() | Predict() | Single() | Multiple() | Numeric():
            pass
    text = " ".join([question.stem, *parts])
    return _Said(question, _normal(text), words(text), options)


def _duplicates(questions: Iterable[Question], others: Iterable[Question]) -> Iterator[_Habit]:
    earlier = [_said(question) for question in others]
    for question in questions:
        mine = _said(question)
        for other in earlier:
            if why := _repeats(mine, other):
                todo = "ask about something else, or in another case and other words"
                yield question, f"{why} as {other.question.id}", todo
        earlier.append(mine)


def _repeats(one: _Said, other: _Said) -> str:
    table = one.question.table
    twins = one.question.twin is not None and one.question.twin == other.question.twin
    if one.text == other.text and (table is None or table == other.question.table):
        return "it asks the same"
    if (share := alike(one.words, other.words)) >= ALIKE:
        return f"it asks nearly the same ({share:.0%} of the words)"
    enough = min(len(one.options), len(other.options)) >= ENOUGH
    if enough and (share := alike(one.options, other.options)) >= SAME_OPTIONS:
        return f"it has nearly the same options ({share:.0%} of the words)"
    if table is not None and table == other.question.table and not twins:
        return "it has the same table"
    return ""


OF_QUESTION: dict[str, Callable[[Question], Iterator[_Fault]]] = {
    "above": _above,
    "negative": _negative,
    "asks": _asks,
    "double-option": _doubles,
    "option-length": _lengths,
    "form": _forms,
    "slip": _slips,
    "constant": _constant,
    "rounding": _rounding,
    "shown": _shown,
    "filled": _filled,
}
OF_BANK: dict[str, Callable[[Sequence[Question]], Iterator[_Habit]]] = {
    "few": _few,
    "length": _length_habit,
    "letters": _letters,
    "runs": _runs,
    "odd-one": _odd_ones,
    "stem-words": _stem_words,
}
RULES = (*OF_QUESTION, *OF_BANK, "duplicate")
