"""The commonest errors of beginners, made for real in a shell, get plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from workbook.widgets import plain_errors

ERRORS = {
    "x = {'a'= 5, 'b'= 7}": "a colon stands between",
    "x = {'a': 5, 'b'= 7}": "a colon",
    "events[~events['event'] == 'view']": '`~(table["column"] == "value")`',
    "x = (1, 2)\nx['low']": "such as `.low` of an interval",
    "x = events['n'].sum()\nx[x['n'] > 1]": "holds one number, no table",
    "x = 5.5\nx['n']": "holds one number, no table",
    "x = {\n    'name': 'a' = 'b',\n}": "two equal signs: `==`",
    "x = {\n    'name': len('a') 'b',\n}": "a missing comma",
    "events.drop_duplicates('user', 'event')": "as one list, in square brackets: `.drop_dup",
    "events.groupby('user', 'event')['n'].sum()": "as one list, in square brackets: `.groupby(",
    "events['event'] - events['user']": "`set(...)`",
    "events[['n']] - ['a', 'b']": "`table[~table[",
    "live = events['event'] == 'view'\nlive['user']": "brackets of its table: `table[live]`",
    "events.drop_duplicates(['user', 'evnt'])": "has no column `evnt`. The nearest that it has is",
    "events.drop_duplicates('other')": "a column of another table here",
    "events.drop('event')": "`.drop(columns=[...])`",
    "events.drop(events)": "`table[condition].index`",
    "events.drop(columns=['evnt'])": "has no column `evnt`. The nearest that it has is `event`",
    "events.drop(events['n'] > 5)": "labels of rows, not a condition",
    "events.drop([99])": "labels of rows that are there",
    "events[events['event'] != {'view', 'cart'}]": "`.isin([...])`",
    "events.drop_duplicates('user', keep='frist')": '`"first"`, `"last"`',
    "pandas.Series(pandas.to_datetime(['2025-09-22'])) > 'monday'": "no date",
    "pandas.Series(pandas.to_datetime(['2025-09-22'])) > 5": "no date",
    "events['event'] < 5": "holds texts",
    "return 5": "below the line with `def`",
    "{'price': 5}.price": '`["price"]`',
    "x = [{'price': 5}]\nx['price']": "one by one",
    "[{'price': 5}].price": "one by one",
    "[x['price'] for x in {'price': 5}]": "gives the names in it",
    "def f():\n    1\nf() + 1": "without `return`",
    "def f():\n    1\nf()['a']": "without `return`",
    "def f(a): return a\nf(1, 2)": "fewer values",
    "'3' * 2.5": "a number in quotes",
    "evnets": "no `evnets` yet. Did you mean `events`?",
    "Events": "but a `events`: capital letters count",
    "hint(00-first-visit)": 'The key is a text and needs quotes: `"00-first-visit"`',
    "len(events['user'].nunique())": "one number already",
    "x = 61.62%": "no percent sign",
    "events[events['n'] > '1']": "Numbers stand without quotes",
    "events[..., 'user']": "replace `...`",
    "events['event' == 'view']": "takes a column of the table",
    "events['View']": "To pick rows by a value, use a condition",
    "counts['View']": "no label `View` here. The nearest is `view`",
    "counts['zzz']": "no label `zzz` here. There are `view`",
    "counts[['view', 'zzz']]": "no column or label 'zzz'",
    "events['event'].value_count()": "Did you mean `.value_counts`?",
    "events['n'].average()": "Did you mean `.mean`?",
    "events['event'].value_counts['view']": "A bracket can only follow them",
    "len(events['event'] = 'view')": "two equal signs",
    "events['event'].len()": "stands before what it counts",
    "100 * pandas.DataFrame({'t': pandas.to_datetime(['2025-09-22'])})": "A whole table",
    "events.merge(more, on='other')": "`events` has `user`, `event`, `n`",
    "text_table(events)": "Run the cells with `import`",
    "user": 'needs quotes: `"user"`',
    "sessions['user']": "`sessions` yet",
    "events['other']": "another table here, not of this one: `events` has `user`, `event`, `n`",
    "events.groupby('other')['n'].sum()": "`events` has `user`, `event`, `n`",
    "events['zzz']": "`events` has no column `zzz`. It has `user`, `event`, `n`. (To pick rows",
    "events['n'] == more['other'].repeat(2)": "`.isin(...)` asks",
    "events[not events['n'].isin([1])]": "`~(...)` turns",
    "events[events['n'] not in events['n']]": "value by value",
    "events.loc[events.groupby('user')['n'].sum() > 0]": "the very thing",
    "events[...]": "replace `...`",
    "x = [5 3 2 2]": "a missing comma",
    "window=7 days": "Python cannot read this line",
    "x = {'a', 'b'": "one `}` is missing",
    "x = “purchase”": "straight ones",
    "hint(01-share)": "needs quotes",
    "x = {2025-09-03}": "needs quotes",
    "x = {'a': 1, 'b'}": "followed by a colon",
    "events['n'].iloc[0] (2)": "To multiply",
    "events['event'].isin('view', 'cart')": "takes one list",
    "events['event'].isin('view')": "takes one list",
    "events['event'] == ['view', 'cart']": "`.isin([...])`",
    "events['event'] - 1": "its count",
    "check('01-x')": "Run the cells with `import`",
    "pd.DataFrame()": "Run the cells with `import`",
    "purchase": 'needs quotes: `"purchase"`',
    "x = true": "capital letter: `True`",
    "events['evnt']": "`event`",
    "events['user', 'event']": "two pairs of brackets",
    "events[['user', 'nothing']]": "no column or label 'nothing'",
    "print(len(events)": "one `)` is missing",
    "x = [1, 2": "one `]` is missing",
    "events[events['event'] = 'purchase']": "two equal signs",
    "if 1 == 1\n    x = 2": "colon",
    "x = 'purchase": "same quote",
    "print 3": "parentheses",
    "x = 3)": "closing bracket",
    "if True:\nx = 1": "indented",
    "x = 1\n  y = 2": "left edge",
    "events.grupby('user')": "Did you mean `.groupby`?",
    "events.evnt": '`table["event"]`',
    "events('user')": "square brackets",
    "events['user'].nunique[0]": "called with parentheses, `()`",
    "len(events) + events['user'].nunique": "it must be called",
    "1 + ...": "replace `...`",
    "'3' + 4": "a number in quotes",
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
    shell.user_ns["more"] = pandas.DataFrame({"other": ["x"]})
    shell.user_ns["counts"] = shell.user_ns["events"]["event"].value_counts()
    shell.user_ns["pandas"] = pandas
    result = shell.run_cell(code)
    assert not result.success
    words = ERRORS[code]
    assert words in capsys.readouterr().out, "shown below the traceback"


def test_an_error_is_shown_by_the_learners_own_lines(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    import pandas

    shell.user_ns["events"] = pandas.DataFrame({"event": ["view"]})
    shell.run_cell("def mine():\n    return events['evnt']\n\nmine()")
    said = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "return events['evnt']" in said and "KeyError" in said
    assert "site-packages" not in said and "During handling" not in said
    assert len(said.splitlines()) < 20


def test_what_is_not_known_is_left_alone(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_cell("x = 1\nraise RuntimeError('of another world')")
    assert "An error" not in capsys.readouterr().out
    failure = plain_errors.failure_of("x")
    assert failure is not None and plain_errors.in_plain_words(failure) is None


def test_a_cell_that_fails_wins_over_an_older_value_until_one_runs_well(shell: Any) -> None:
    from workbook.exercises.judge import Exercise
    from workbook.widgets.checking import verdict_on

    asked = Exercise("01-x", "answer", "number", {"kind": "number", "value": 3})
    shell.run_cell("answer = 3")
    assert verdict_on(asked, shell.user_ns).status == "right"
    shell.run_cell("answer = ...\nanswer = undefined_name")
    shell.run_cell("other = also_undefined")
    verdict = verdict_on(asked, shell.user_ns)
    assert verdict.status == "error" and "undefined_name" in verdict.message
    shell.run_cell("answer = (3")
    assert verdict_on(asked, shell.user_ns).status == "error"
    shell.run_cell("answer: int = 3")
    assert verdict_on(asked, shell.user_ns).status == "right"
    shell.run_cell("answer(5)")
    assert verdict_on(asked, shell.user_ns).status == "right", "a failed use sets nothing"


def test_the_first_import_of_check_brings_the_plain_words(shell: Any) -> None:
    import importlib

    from workbook.widgets import checking

    shell.events.unregister("post_run_cell", plain_errors._after_cell)
    importlib.reload(checking)
    assert plain_errors._after_cell in shell.events.callbacks["post_run_cell"]


def test_the_courses_own_errors_are_plain_already(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("from workbook import load\nx = load('evnts')")
    said = capsys.readouterr().out
    assert "An error: " not in said, "the message of the error says it; no card repeats it"
    failure = plain_errors.failure_of("x")
    assert failure is not None
    assert "events" in (plain_errors.in_plain_words(failure) or "")


@pytest.mark.parametrize(
    "code",
    [
        "from workbook.analysis.rates import wilson\nwilson(3, 0)",
        "from workbook.analysis.value import aov\naov(10, 0)",
        "from workbook import what_if\nwhat_if(force_account=False)",
        "from workbook import four_readings\nfour_readings('scroll')",
    ],
)
def test_what_a_function_of_the_course_refuses_is_said_once(
    shell: Any, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shell.run_cell(code)
    error = result.error_in_exec
    failure = plain_errors.failure_from(error, code)
    assert failure.ours
    assert plain_errors.in_plain_words(failure) == str(error)
    assert "An error: " not in capsys.readouterr().out, "no card repeats it"


def test_an_error_inside_pandas_is_not_ours(shell: Any) -> None:
    code = "import pandas\npandas.Series([1], index=[1, 2])"
    error = shell.run_cell(code).error_in_exec
    assert not plain_errors.failure_from(error, code).ours
