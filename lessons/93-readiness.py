# ---
# title: What you know
# genre: a look at your own record
# ---

# %% [markdown]
# Your record knows what you answered, when, and with how much help. Run the cell.

# %%
from workbook import quiz, readiness

readiness()

# %% [markdown]
# For an exam, put its name between the brackets, such as `readiness("ga4")` or `readiness("d381")`, and run the cell again. Its topics then come first, and their weight decides what you study next.
#
# ## How to read it
#
# * **Only the first answer counts.** Whoever answers again has read the explanation. What a flashcard showed you before counts neither. Answers in a mock exam count when it has ended; an item that you looked at and left blank counts as not right.
# * **Right unaided** means right at the first answer, with no hint opened before and no worked answer.
# * **Exam knowledge and pandas skill stand apart.** Questions and mock exams tell about the first, exercises about the second. Without code you need only the first column.
# * **Too little evidence**: fewer than five first answers. Three of three right is also what somebody may get who knows half of it: 1 in 8. Some objectives have fewer than five questions in all; read the row of their lesson.
# * **95 % interval**: how far luck may have moved the share (Wilson's interval, lesson 06), as if your questions had been drawn by lot from all that could be asked. They were not, so take it for the least uncertainty there is. Five of six right leaves room from 44 to 97 %.
# * **Older than 30 days**: these answers are in the share, because a first answer cannot be given twice. But you may have forgotten since. Flashcards are the cure: they ask again, and they do not count here.
#
# The report is evidence and no prediction. Passing an exam also takes its own questions, its clock and your nerves, and none of these is in your record.
#
# ## Study next
#
# Three objectives, those with the most to gain. For each the share of wrong answers is taken, as if one more had been right and one more wrong, so that two answers are no certainty. What is uncertain gets more: an objective that was never asked stands like one with four of six wrong, so gaps in your record come before middling results. With an exam, all is multiplied by the objective's weight in it. Without one, only lessons that you have begun are looked at.
#
# An advice may hold a line such as `quiz("07-q11")`. Copy it into the cell below and run it.

# %%
# Put the line here, without the mark # in front of it.

# %% [markdown]
# ## Confidence
#
# In each decision you said how sure you were. Of all the times somebody is 80 % sure, eight in ten should hold. The report compares what you said with what came of it, for decisions in which the shop's truth names one best choice. Most decisions weigh one thing against another; those it only counts.
#
# <details><summary>The Brier score</summary>
#
# The **Brier score** is the mean of (confidence - outcome)², the outcome being 1 for a choice that held and 0 for one that did not (Brier, 1950). 0 is perfect; 50 % each time gives 0.25.
#
# </details>
