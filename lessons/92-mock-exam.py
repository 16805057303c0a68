# ---
# title: Mock exam
# genre: a rehearsal with a clock
# ---

# %% [markdown]
# Run the cell below (**Shift+Enter**), choose an exam, read what it covers, and press Start when you have the time for it in one piece.

# %%
from workbook import mock_exam

mock_exam()

# %% [markdown]
# ## While it runs
#
# * One question at a time. Go back, change answers and **flag** what you want to see again. *Overview* shows all questions at once: answered, open, flagged.
# * Nothing is marked, and no hint is given, before you hand in or time is up. A blank counts as not right, so guess rather than leave one.
# * **Every answer is saved at once.** After a restart of Python, a page reload or a flat battery, run the cell again: the exam goes on at the same question. If the page says that Python was restarted or has stopped, click into the gray cell and press **Shift+Enter**: what you filled in meanwhile is kept in this browser and sent then.
# * **The clock runs on the wall.** Nothing stops it and nothing adds to it, no restart and no closed laptop. When time is up, the exam is handed in by itself. If nobody is there, it is closed at its deadline, and the report waits.
# * Does a running clock make you nervous? Hide it. You are told at half time, five minutes and one minute before the end, and at no other time.
#
# **By keyboard alone:** Tab goes from part to part, arrows choose among options, Space ticks, Enter goes to the next question.
#
# ## Extra time
#
# If your exam grants you extra time, choose it before Start: +25, +50 or +100 %. The deadline moves by that share of the exam's minutes (25 minutes become 37:30 with +50 %), and the report says so. It cannot be changed afterwards. If no exam has granted you any, practice without.
#
# ## What is asked
#
# Each exam draws by its own list of topics and weights. Questions that no lesson shows come first, and those you have not met before those you have. The options stand in another order each time, and many numbers change. What the bank lacks so far is said under each exam.
#
# ## What the score says
#
# * **A score is a count with luck in it.** 15 of 20 is 75 %, and its 95 % interval (Wilson's, lesson 06) runs from 53 to 89 %. Where the pass mark lies inside, the report says *too close to say*. A second mock says more than a second look at the first.
# * **By topic it is thinner still.** Two of three is no weakness found. Read it as the order in which to look, not as a verdict.
# * **It is no prediction.** We wrote the questions. The exams of Google and WGU ask others, and this workbook is affiliated with neither.
# * **A second sitting flatters**, since you have read the explanations. The report says how many items were new to you.
#
# Read the explanation of each option, of the right ones too: whoever was right for the wrong reason finds out here. On contested points both answers stand: the one that the exam's sources key, and the one that can be defended. Questions answered wrong come back as flashcards, in [91 Flashcards](91-flashcards.ipynb).
#
# An instructor can write an exam of one's own: a text file in `lessons/exams/blueprints/`, like those that are there. `mock_exam("its-name")` then shows it alone. For a class that is to sit the same exam, `mock_exam("short", draw=7)` asks the same questions of everybody who gives the same number.
