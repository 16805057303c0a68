"""The glossary: found under any of its names, sound, and true of the shop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from workbook import load, paths, sessionize
from workbook.questions import bank, glossary
from workbook.questions.glossary import GlossaryError, Term
from workbook.questions.validate import Problem

REAL = Path(__file__).parents[2] / "lessons/glossary.yml"
WRITTEN = tuple(sorted(file.name[:2] for file in REAL.parent.glob("[0-8][0-9]-*.py")))

SOUND = """\
terms:

- term: open funnel
  aliases: [open]
  definition: Whoever did a step counts there. No earlier one is asked for.
  example: Express buyers count at the checkout.
  not_to_be_confused_with:
  - {term: cart abandonment, how: "a rate, not a list of steps"}
  - {word: report, how: "it shows more than steps"}
  lessons: ["07"]
  source: Google Analytics Help (2026)

- term: cart abandonment
  definition: The share of people with a filled basket who place no order.
  example: Somebody leaves a vase behind.
  not_to_be_confused_with:
  - {term: open funnel, how: "a list of steps"}
  contested: Some count visits.
  formula:
    numerator: users with a basket and no order
    denominator: users with a basket
    scope: user
    window: the log
    exclusions: none
  lessons: ["07", "03"]
  source: this workbook
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A glossary of two terms in the place of the course's."""
    file = tmp_path / "glossary.yml"
    file.write_text(SOUND, "utf-8")
    monkeypatch.setenv("WORKBOOK_LESSONS", str(tmp_path))
    return file


def faults(folder: Path, text: str) -> list[Problem]:
    file = folder / "glossary.yml"
    file.write_text(text, "utf-8")
    return glossary.validate(file)


# --- what a learner's call gets -----------------------------------------------------------------


def test_a_term_has_all_its_parts(small: Path) -> None:
    funnel, cart = glossary.terms()
    assert (funnel.term, funnel.names) == ("open funnel", ["open funnel", "open"])
    assert funnel.formula is None and funnel.contested is None
    assert [one.name for one in funnel.not_to_be_confused_with] == ["cart abandonment", "report"]
    assert cart.formula is not None and cart.formula.scope == "user"
    assert cart.first == "07"


def test_a_lesson_has_its_own_terms_first(small: Path) -> None:
    small.write_text(SOUND.replace('lessons: ["07"]', 'lessons: ["01", "03"]'), "utf-8")
    small.write_text(small.read_text("utf-8").replace('["07", "03"]', '["03"]'), "utf-8")
    assert [term.term for term in glossary.of_lesson("03")] == ["cart abandonment", "open funnel"]
    assert [term.term for term in glossary.of_lesson("01")] == ["open funnel"]
    assert glossary.of_lesson("99") == []


@pytest.mark.parametrize(
    "name",
    [
        "open funnel",
        "Open Funnels",
        "open-funnel",
        "OPEN",
        "opn funnel",
        "open funel",
        "open_funnel",
    ],
)
def test_a_term_is_found_under_its_names_and_near_them(small: Path, name: str) -> None:
    found = glossary.find(name)
    assert found is not None and found.term == "open funnel"


@pytest.mark.parametrize("name", ["", "   ", "banana", "?", "closed", "abandonment"])
def test_what_is_not_near_is_not_found(small: Path, name: str) -> None:
    assert glossary.find(name) is None


def test_the_nearest_terms_share_words_first(small: Path) -> None:
    assert glossary.nearest("abandonment of carts")[0].term == "cart abandonment"
    assert len(glossary.nearest("banana")) == 2


def test_the_file_is_read_again_only_when_it_changed(small: Path) -> None:
    before = glossary.terms()
    assert glossary.terms()[0] is before[0]
    small.write_text(SOUND.replace("Express buyers count", "They count"), "utf-8")
    os.utime(small, ns=(1, 1))
    assert glossary.terms()[0].example == "They count at the checkout."


@pytest.mark.parametrize("text", ["terms: [", "[]", "terms: [{}]", "terms: 3", ""])
def test_an_unusable_file_is_one_clear_error(small: Path, text: str) -> None:
    small.write_text(text, "utf-8")
    with pytest.raises(GlossaryError, match=r"workbook build"):
        glossary.terms()


def test_a_missing_file_is_one_clear_error(small: Path) -> None:
    small.unlink()
    with pytest.raises(GlossaryError):
        glossary.find("funnel")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("engaged sessions'", "Engaged session"),
        ("begin_checkout", "begin checkout"),
        ("Goodhart’s law", "goodhart's laws"),
        ("dropped", "drop"),
        ("studies", "study"),
        ("processes", "process"),
        ("merging", "merge"),
        ("micro-conversion rates", "micro conversion rate"),
    ],
)
def test_inflections_of_one_word_are_equal(one: str, other: str) -> None:
    assert glossary.stems(one) == glossary.stems(other)


@pytest.mark.parametrize(
    ("one", "other"), [("bounce", "bound"), ("goal", "go"), ("bus", "bu"), ("step", "stop")]
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert glossary.stems(one) != glossary.stems(other)


def test_a_term_occurs_as_a_whole_phrase_only(small: Path) -> None:
    cart = glossary.terms()[1]
    assert glossary.occurs(cart, glossary.stems("Both cart abandonments were high."))
    assert not glossary.occurs(
        cart, [*glossary.stems("the cart"), ".", *glossary.stems("abandonment")]
    )
    assert not glossary.occurs(cart, glossary.stems("scart abandonment"))


def test_the_learners_side_imports_nothing_heavy() -> None:
    code = (
        "import sys; from workbook import glossary; glossary('07'); repr(glossary());"
        "heavy = {'pydantic', 'jupytext', 'scipy', 'pandas', 'duckdb'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    environment = {**os.environ, "WORKBOOK_LESSONS": str(REAL.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# --- what an author is told ----------------------------------------------------------------------


def test_the_small_glossary_is_sound(tmp_path: Path) -> None:
    assert faults(tmp_path, SOUND) == []


# Each case changes the sound glossary in one place: (old, new, text of the line, message).
CASES = {
    "a term twice": (
        "term: cart abandonment\n",
        "term: Open funnels\n",
        "term: Open",
        "belongs to",
    ),
    "an alias that is a term": (
        "aliases: [open]",
        "aliases: [cart abandonments]",
        "- term: cart",
        "belongs to",
    ),
    "an alias twice": ("aliases: [open]", "aliases: [open, open]", "aliases:", "belongs to"),
    "no definition": (
        "  definition: The share of people with a filled basket who place no order.\n",
        "",
        "term: cart abandonment\n  example",
        "`definition` is missing",
    ),
    "no example": (
        "  example: Somebody leaves a vase behind.\n",
        "",
        "term: cart abandonment\n  def",
        "`example`",
    ),
    "an empty example": (
        "example: Somebody leaves a vase behind.",
        'example: " "',
        'example: " "',
        "is empty",
    ),
    "nothing to confuse it with": (
        '  - {term: open funnel, how: "a list of steps"}\n',
        "",
        "not_to_be_confused_with:\n  contested",
        "`not_to_be_confused_with`",
    ),
    "an empty list of differences": (
        'not_to_be_confused_with:\n  - {term: open funnel, how: "a list of steps"}',
        "not_to_be_confused_with: []",
        "not_to_be_confused_with: []",
        "is empty",
    ),
    "a difference to no term": (
        "{term: open funnel,",
        "{term: opened funnels,",
        "{term: opened",
        "only another name",
    ),
    "a difference to nothing": (
        "{term: open funnel,",
        "{term: closed funnel,",
        "{term: closed",
        "did you mean `open funnel`",
    ),
    "a difference to itself": (
        "{term: open funnel,",
        "{term: cart abandonment,",
        '{term: cart abandonment, how: "a list',
        "itself",
    ),
    "a word that is a term": (
        "{word: report,",
        "{word: cart abandonment,",
        "{word: cart",
        "write `term: cart abandonment`",
    ),
    "neither term nor word": ("{word: report, how", "{how", "{how", "`term` or a plain `word`"),
    "a difference of two sentences": (
        "it shows more than steps",
        "It shows more. Much",
        "{word: report",
        "than a clause",
    ),
    "an unknown lesson": (
        'lessons: ["07"]',
        'lessons: ["15"]',
        'lessons: ["15"]',
        "unknown lesson `15`",
    ),
    "a lesson of one digit": ('lessons: ["07"]', 'lessons: ["7"]', 'lessons: ["7"]', "two digits"),
    "a lesson that YAML reads as a number": (
        'lessons: ["07"]',
        "lessons: [10]",
        "lessons: [10]",
        "quotes",
    ),
    "a lesson twice": ('["07", "03"]', '["07", "07"]', '["07", "07"]', "stands here twice"),
    "no lesson": ('["07", "03"]', "[]", "lessons: []", "is empty"),
    "three sentences": (
        "No earlier one is asked for.",
        "None before is. None after is.",
        "definition: Who",
        "3 sentences",
    ),
    "a circle": (
        "definition: Whoever did a step counts there. No earlier one is asked for.",
        "definition: A funnel that is open and is an open funnel.",
        "definition: A funnel",
        "its own name",
    ),
    "a source without a year": (
        "Google Analytics Help (2026)",
        "Google",
        "source: Google",
        "no year",
    ),
    "a rate without its window": ("    window: the log\n", "", "formula:", "`window` is missing"),
    "an unknown key": ("  contested:", "  contest:", "  contest:", "did you mean `contested`"),
    "another list": ("terms:\n", "terms:\n- 3\n", "- 3", "must be a mapping"),
    "broken YAML": ("aliases: [open]", "aliases: [open", "", "is not YAML"),
    "a key twice": (
        "  example: Somebody",
        "  example: One\n  example: Somebody",
        "  example: Somebody",
        "stands here twice",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_a_fault_is_found_on_its_line(tmp_path: Path, case: str) -> None:
    old, new, where, message = CASES[case]
    assert SOUND.count(old) == 1, "the case changes one place"
    text = SOUND.replace(old, new)
    found = faults(tmp_path, text)
    assert any(message in one.what + one.todo for one in found), found
    if where:
        line = text[: text.index(where)].count("\n") + 1
        assert line in {one.line for one in found}, found


def test_a_missing_file_and_one_without_terms_are_told(tmp_path: Path) -> None:
    [problem] = glossary.validate(tmp_path / "none.yml")
    assert "cannot be read" in problem.what
    [problem] = faults(tmp_path, "words: []\n")
    assert "no list `terms`" in problem.what


# --- the course's own glossary -------------------------------------------------------------------


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch) -> list[Term]:
    monkeypatch.setenv("WORKBOOK_LESSONS", str(REAL.parent))
    return glossary.terms()


def test_the_courses_glossary_is_sound() -> None:
    assert glossary.validate(REAL) == []


def test_every_written_lesson_introduces_terms(course: list[Term]) -> None:
    for number in WRITTEN:
        assert len([term for term in course if term.first == number]) >= 8, number


def test_every_rate_says_its_five_parts(course: list[Term]) -> None:
    rates = {
        term.term
        for term in course
        if re.search(r"\b(rate|share|abandonment|completion)$", term.term)
    }
    assert {"conversion rate", "unexplained share", "cart abandonment", "step completion"} <= rates
    without = {term.term for term in course if term.term in rates and term.formula is None}
    assert without == {"rate"}, "only the word itself has no formula of its own"


def test_what_the_field_disputes_is_said_to_be_disputed(course: list[Term]) -> None:
    contested = {term.term for term in course if term.contested}
    assert {
        "conversion", "micro conversion", "account creation", "newsletter sign-up", "lead",
        "subscription sign-up", "bounce", "conversion rate", "add to cart", "product view",
        "off-site action", "time on page", "secondary action", "goal", "last-touch",
    } <= contested  # fmt: skip


def test_old_words_lead_to_the_new_ones(course: list[Term]) -> None:
    for said, meant in {
        "goal (Universal Analytics)": "key event",
        "visitors": "user",
        "visits": "session",
        "A/B tests": "experiment",
        "average order value": "AOV",
        "cost per acquisition": "CPA",
        "return on ad spend": "ROAS",
        "begin_checkout": None,
        "add_to_cart": "add to cart",
        "key performance indicators": "KPI",
    }.items():
        found = glossary.find(said)
        assert (found.term if found else None) == meant, said


def test_definitions_do_not_begin_with_their_own_term(course: list[Term]) -> None:
    for term in course:
        start = term.definition.lower()
        assert not start.startswith((term.term.lower() + " ", f"a {term.term.lower()} ")), term.term
        assert term.definition[0].isupper() and term.definition.endswith(".")
        assert len(term.definition.split()) <= 45, term.term


def test_numbers_are_small_or_have_a_source(course: list[Term]) -> None:
    allowed = {
        "session": {"30"},
        "interval": {"95", "100"},
        "micro conversion": {"381"},
        # GA4's own, from the source that the term names
        "session timeout": {"30"},
        "Measurement Protocol": {"72"},
        "retention": {"14"},
        # counted in test_the_examples_of_the_record_are_true and ..._of_intervals_are_true
        "tag manager": {"14"},
        "coverage": {"97", "100"},
        "consent mode": {"27", "28"},
        "bot": {"340"},
        "self-referral": {"68"},
        "internal traffic": {"14", "100"},
        "ratio of sums": {"13"},
        "normal interval": {"20", "200", "95", "96", "100"},
        "Wilson's interval": {"20", "36", "100"},
        "rule of three": {"200", "95"},
        "margin of error": {"95"},
    }
    for term in course:
        texts = [term.definition, term.example, term.contested or ""]
        texts += [one.how for one in term.not_to_be_confused_with]
        found = {number for text in texts for number in re.findall(r"\d+", text)}
        large = {n for n in found if int(n) > 12 and not 1990 <= int(n) <= 2030}
        assert large <= allowed.get(term.term, set()), term.term


def test_no_definition_is_a_sentence_of_a_lesson(course: list[Term]) -> None:
    def runs(text: str) -> set[str]:
        words = re.findall(r"[a-z0-9']+", text.lower())
        return {" ".join(words[i : i + 10]) for i in range(len(words) - 9)}

    lessons = set[str]()
    for file in REAL.parent.glob("[0-9][0-9]-*"):
        lessons |= runs(file.read_text("utf-8"))
    copied = {term.term for term in course if runs(term.definition) & lessons}
    assert not copied


def test_the_examples_are_true_of_the_shop(course: list[Term]) -> None:
    by_name = {term.term: term.example for term in course}
    events, sessions, orders = load("events"), load("sessions"), load("orders")

    assert "Every visit in the log has at least one" in by_name["page view"]
    assert events[events["event"] == "page_view"]["session"].nunique() == len(sessions)

    assert "A few large orders lift it" in by_name["AOV"]
    assert orders["value"].mean() > orders["value"].median()

    assert "several times as often" in by_name["frequency"]
    counts = events["event"].value_counts()
    assert counts["add_to_cart"] > 3 * counts["newsletter_signup"]

    assert "Most users who give payment details order" in by_name["closeness"]
    buyers = events["user"].isin(orders["user"])
    users = events.groupby("event")["user"].nunique()
    closeness = events[buyers].groupby("event")["user"].nunique() / users
    assert closeness["add_payment_info"] > 0.5 > 2 * closeness["view_size_guide"]

    assert "count more clicks" in by_name["ad click"]
    spend = load("ad_spend")
    assert spend["clicks"].sum() > sessions["channel"].isin(spend["channel"]).sum()

    assert "silent about nearly every visit" in by_name["unexplained share"]
    assert orders["session"].nunique() < 0.05 * len(sessions)


def test_the_examples_of_the_record_are_true(course: list[Term]) -> None:
    by_name = {term.term: term.example for term in course}
    raw, visits, log, orders = (
        load(name) for name in ("raw_events", "raw_sessions", "fault_log", "orders")
    )

    assert "the release of October 14" in by_name["tag manager"]
    assert "November 27 and 28" in by_name["consent mode"]
    refused = raw.loc[raw["user"].isna(), "time"] - pd.Timedelta(minutes=10)
    assert set(refused.dt.strftime("%m-%d")) == {"11-27", "11-28"}
    carts = raw[raw["event"] == "add_to_cart"].groupby(raw["time"].dt.strftime("%m-%d")).size()
    assert carts["10-13"] > 0
    assert "10-14" not in carts

    assert "Of 100 orders of Pebble Street about 97" in by_name["coverage"]
    found = orders["order_id"].isin(raw["transaction_id"]).mean()
    assert round(100 * found) == 97

    def made(fault: str) -> pd.DataFrame:
        here = log[(log["fault"] == fault) & (log["table"] == "raw_sessions")]
        return visits.loc[here["raw_row"].dropna().unique().astype(int)]

    assert "Four users made 340 visits" in by_name["bot"]
    assert "within one hour of a night" in by_name["bot"]
    bots = made("bot traffic")
    assert (len(bots), bots["user"].nunique()) == (340, 4)
    assert set(bots["start"].dt.hour) == {4}

    assert "In December 68 visits begin on the thank-you page" in by_name["self-referral"]
    back = visits[(visits["channel"] == "referral") & (visits["landing_page"] == "thank_you")]
    assert len(back) == 68
    assert set(back["start"].dt.month) == {12}

    assert "two mornings before eight, staff placed 14 orders" in by_name["internal traffic"]
    staff = raw[raw["session"].isin(made("test order")["session"]) & (raw["event"] == "purchase")]
    assert (len(staff), set(staff["value"])) == (14, {1, 10, 100})
    assert staff["time"].dt.date.nunique() == 2
    assert staff["time"].dt.hour.max() < 8


def test_the_examples_of_intervals_are_true(course: list[Term]) -> None:
    by_name = {term.term: term.example for term in course}

    def interval(count: int, of: int, method: str) -> tuple[float, float]:
        return tuple(100 * float(end) for end in proportion_confint(count, of, method=method))

    low, high = interval(3, 20, "wilson")
    assert (
        f"For 3 orders of 20 visits it runs from {low:.1f} to {high:.1f} %"
        in (by_name["Wilson's interval"])
    )
    assert "begins below zero, and for 0 of 200 it has no width" in by_name["normal interval"]
    assert 3 / 20 - 1.96 * (0.15 * 0.85 / 20) ** 0.5 < 0
    assert interval(0, 200, "normal") == (0, 0)
    assert "up to about 1.5 %" in by_name["rule of three"]
    assert 300 / 200 == 1.5

    assert "fewer visits, and each of them orders a little more often" in by_name["session timeout"]
    events = load("events")
    orders = (events["event"] == "purchase").sum()
    half_hour, day = (
        len(
            events.assign(session=sessionize(events, minutes))[
                ["user", "session"]
            ].drop_duplicates()
        )
        for minutes in (30, 1440)
    )
    assert orders / half_hour < orders / day < 1.5 * orders / half_hour


def test_names_in_backticks_are_the_shops(course: list[Term]) -> None:
    events = set(load("events")["event"])
    tables = {file.name.split(".")[0] for file in paths.data_dir().glob("*.csv*")}
    columns = {
        name for table in ("events", "sessions", "orders", "products") for name in load(table)
    }
    known = events | tables | columns | {"direct", "active_seconds"}
    known |= {"currency", "shipping", "user_pseudo_id", "return", "ga4_export", "addToCart"}
    for term in course:
        for code in re.findall(r"`([^`]+)`", term.example):
            if re.fullmatch(r"\w+", code):
                assert code in known, (term.term, code)


def test_the_questions_of_the_glossarys_lessons_can_be_read(course: list[Term]) -> None:
    assert {number for term in course for number in term.lessons} <= set(glossary.LESSONS)
    assert all(bank.lesson(number) for number in ("01", "07"))
