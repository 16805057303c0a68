# ---
# title: Flashcards
# genre: ten minutes a day
# ---

# %% [markdown]
# Run the cell below (**Shift+Enter**). Then, for each card:
#
# 1. **Think** of the answer, or say it aloud. Only then turn the card (**Space**).
# 2. **Compare**, and be strict: what you could not have said before the card was turned, you did not know.
# 3. **Rate** it: **1** Again (not known), **2** Hard (known with effort), **3** Good (known), **4** Easy (at once). Each button says when the card comes back. **U** takes the last rating back.

# %%
from workbook import flashcards

flashcards()

# %% [markdown]
# The keys work while the card has the focus: click on it once, or press Shift+Tab until you are there.
#
# ## Which cards
#
# There is a card for every term of the glossary and for about forty questions of the lessons; *Lessons and exam date* below the card chooses among them. Every question that the diagnostic or a mock exam found wrong, or that you looked at there and left blank, becomes a card, too, and is due at once. *Due* are cards that come back today, *new* those you see for the first time, *later* all others. `flashcards("06", "07")` asks two lessons only.
#
# ## When a card comes back
#
# The better you know a card, the longer it stays away; a card you forget comes back in the same run. Ten new cards a day are the rule. Set **the date of your exam** under the card, and two things change: every card that you have begun comes back before that day (one that you rate on its eve, on its morning), and new cards are spread over the days left, 50 a day at most, those of lesson 00 last (it is about notebooks, which no exam asks for). With few days left some are never opened. A day ends at four in the morning, so an hour past midnight still counts as today.
#
# With two evenings left, choose the lessons that weigh most in your exam ([90](90-study.ipynb) says which) and leave out the rest: 50 cards that are known help more than 200 that were seen once.
#
# A card forgotten six times is listed apart with the lesson to reread. Asking it a seventh time the same evening would cost time and help little.
#
# ## On two machines
#
# What you rate is in your record, and the record travels: `save_my_work()` on one machine makes a ZIP, `restore()` on the other merges it. Both then show the same cards on the same days, whichever was merged into which. Take the `#` away from the one you need and run the cell; after `restore()` run the cell with the cards again.

# %%
from workbook import restore, save_my_work

# save_my_work()
# restore()
