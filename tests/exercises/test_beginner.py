"""The commonest errors of beginners, made for real in a shell, get plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from workbook.widgets import plain_errors

ERRORS = {
    "evnets": "Did you mean `events`?",
    "check('01-x')": "Run the first code cell",
    "pd.DataFrame()": "Run the first code cell",
    "purchase": 'needs quotes: `"purchase"`',
    "x = true": "capital letter: `True`",
    "events['evnt']": "`event`",
    "events['user', 'event']": "two pairs of brackets",
    "events[['user', 'nothing']]": "does not exist",
    "print(len(events)": "one `)` is missing",
    "x = [1, 2": "one `]` is missing",
    "events[events['event'] = 'purchase']": "two equal signs",
    "if 1 == 1\n    x = 2": "colon",
    "x = 'purchase": "same quote",
    "print 3": "parentheses",
    "x = 3)": "closing bracket",
    "if True:\nx = 1": "indented",
    "x = 1\n  y = 2": "left edge",
    "events.grupby('user')": "Did you mean `groupby`?",
    "events.evnt": '`table["event"]`',
    "events('user')": "square brackets",
    "events['user'].nunique[0]": "parentheses: `()`",
    "len(events) + events['user'].nunique": "it must be called",
    "1 + ...": "replace `...`",
    "'3' + 4": "quotes around the number",
    "events[(events['n'] > 1) and (events['n'] < 5)]": "`&` (and)",
    "1 / 0": "denominator is 0",
    "import pandsa": "not installed here, or misspelled",
    "open('events.csv')": '`load("name")`',
    "[1, 2][5]": "counts from 0",
    "events.sort_values()": "between its parentheses",
    "events.sort_values('n', ascnding=True)": "`ascnding`",
}


@pytest.fixture
def shell() -> Iterator[Any]:
    shell = InteractiveShell.instance()
    plain_errors.load_ipython_extension(shell)
    shell.run_cell("del_me = 1")
    yield shell
    shell.reset()
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("code", ERRORS)
def test_plain_words(shell: Any, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    import pandas

    shell.user_ns["events"] = pandas.DataFrame({"user": ["a"], "event": ["view"], "n": [1]})
    result = shell.run_cell(code)
    assert not result.success
    words = ERRORS[code]
    failure = plain_errors.last_failure()
    assert failure is not None and failure.name
    said = plain_errors.in_plain_words(failure)
    assert said is not None, failure
    assert words in said
    assert words in capsys.readouterr().out, "shown below the traceback"


def test_what_is_not_known_is_left_alone(shell: Any) -> None:
    shell.run_cell("raise RuntimeError('of another world')")
    failure = plain_errors.last_failure()
    assert failure is not None and plain_errors.in_plain_words(failure) is None


def test_a_cell_that_runs_well_ends_the_memory_of_its_error(shell: Any) -> None:
    shell.run_cell("answer = ...\nanswer = undefined_name")
    assert plain_errors.last_failure() is not None
    shell.run_cell("answer = 3")
    assert plain_errors.last_failure() is None
