# ---
# title: Study for the exam
# genre: two evenings or two weeks
# ---

# %% [markdown]
# Where should you begin? Fifteen questions tell. Click into the gray cell below, press **Shift+Enter**, and answer what you can: no code, no clock, about 15 minutes. At the end every option is explained.

# %%
from workbook import diagnostic

diagnostic()

# %% [markdown]
# Leave an item blank if you would only guess: a guess that hits hides a gap. You can close the notebook in between; the cell goes on where you stopped.
#
# ## What the result says
#
# | It says | Do this |
# |---|---|
# | wrong, and the explanation is clear at once | read the sheet of that lesson (below) |
# | wrong, and the explanation does not help | open the section that the item links to |
# | right, but guessed | treat it as wrong |
# | right, and you could say why the others are wrong | leave that lesson for last |
#
# Fifteen items are few: one or two per lesson. They say where to begin, not how the exam will go. This workbook is unaffiliated with Google and with WGU.
#
# ## Your days
#
# Put the day of your exam between the quotes, year-month-day, and run the cell. Your cards aim at this day, too.

# %%
from workbook import study_plan

study_plan("")  # such as study_plan("2026-12-05")

# %% [markdown]
# No code? `study_plan("2026-12-05", code=False)`. An hour a day is planned; with more or less time, add `minutes_a_day=120`. The lessons are weighed by the topics of WGU D381, as far as we could infer them; `exam="ga4"` weighs them by those of the GA4 certification. Run the cell again after the diagnostic and every few days: the lessons of your wrong first answers gain weight, and so do their sheets; lessons that you have worked through and mock exams of the last week are taken off.
#
# **Two evenings** are enough for the diagnostic, the sheets and the cards, and for few whole lessons. The last evening stays short, and brings nothing new: the plan holds it to 45 minutes.
#
# ## The sheets
#
# One page per lesson: the answer, what an exam asks, three questions. Change the number and run the cell again; `study_sheet()` lists them all.

# %%
from workbook import study_sheet

study_sheet("01")

# %% [markdown]
# All of them for the phone or for paper, without a notebook: [study-sheets.html](study-sheets.html) (right click, *Download*, to take it along). A sheet is what to remember, not how to get there: what it says too briefly is in the lesson.
#
# ## And then
#
# * [91 Flashcards](91-flashcards.ipynb): ten minutes a day. A card that you know stays away, one that you miss comes back.
# * [92 Mock exams](92-mock-exam.ipynb): by the clock, with a report by topic. Take one when a day is left to mend what it shows.
# * [93 What you know](93-readiness.ipynb): what your answers so far say about each objective, and the three to study next.
