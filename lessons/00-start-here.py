# ---
# title: Start here
# genre: the first sale in the log
# minutes: {core: 35, stretch: 20, no_code: 25}
# objectives: [L0.1, L0.2, L0.3, L0.4]
# tables: [events, sessions, orders, products]
# moves: [read, select, filter, count]
# votes: [00-q14, 00-q15]
# emphasis: [with code, without code]
# ---

# %% [markdown]
# **Of 100 visits to an online shop, how many end with an order?** Say a number. Then click into the gray cell below and press **Shift+Enter**.

# %%
from workbook import hundred_visits

hundred_visits(1)

# %% [markdown]
# That was Python. Change the `1` to an `8` and run the cell again, then to a `10`. Do they differ? Section 4 counts all visits.
#
# Pebble Street sells things for the home. You are its new analyst, and three wait for you: **Mara**, who owns the shop; **Theo**, who builds the site and keeps its **log**, the record of what visitors do there; **Northlight**, the agency that brings visitors and is paid per sign-up.
#
# **The shop's question of the day: what was the first sale in our log?**
#
# **Afterwards you can**
#
# * run cells, answer questions and exercises, and read what the check says;
# * read a table, filter rows, select a column and count;
# * recover from an error or a restart, and take your work along;
# * choose your route, and say what a row of a log stands for.
#
# ## Two routes
#
# * **With code**: all above *Stretch*, except what is marked **No code?**.
# * **Without code**, if only the exam counts: run every cell and read, skip each *Exercise*, answer every question above *Stretch*. **No code?** marks what stands for an exercise.
#
# The same in every lesson. A third of all questions is kept for mock exams.
#
# ## Running cells
#
# **Shift+Enter** runs a cell and selects the next. `[*]`: Python is working; `[4]`: the fourth cell to run. Python knows only what has run, so go from top to bottom. A double click opens a text cell; Shift+Enter closes it. The next cell fetches the tools; it shows nothing.

# %% tags=["setup"]
from workbook import check, glossary, hint, load, quiz, solution

# %%
quiz("00-q01")

# %% [markdown]
# By keyboard: Shift+Tab leads back into the question, arrow keys choose, Tab and Enter check.
#
# ## 1 Read a table

# %%
events = load("events")
events

# %% [markdown]
# `load` reads a table, `=` names it, and the last line of a cell is shown: here the first and last rows of Theo's log, and their number. `session` is the visit, `user` the browser, `NaN`: nothing recorded. The log holds what every tenth person did in 13 weeks.

# %%
quiz("00-q02")

# %% [markdown]
# ## 2 Filter rows

# %%
events[events["event"] == "purchase"]

# %% [markdown]
# `==` compares every row with the word in quotes; the outer brackets keep the rows that fit. On top stands the first sale in the log. At what hour was it, for how many dollars?
#
# Change `purchase` to `share`: how many rows are left? None? A word in quotes must fit letter by letter.
#
# ## 3 Select a column

# %%
orders = load("orders")  # one row for each order, the earliest first
orders["value"]

# %% [markdown]
# Change `value` to `items`: how many things were in the first order? (`dtype`: the kind of value.)
#
# ## 4 Count

# %%
sessions = load("sessions")  # one row for each visit
print(len(sessions), "rows")
print(sessions["user"].nunique(), "different users")
print(100 * len(orders) / len(sessions), "orders in 100 visits")
sessions["device"].value_counts()

# %% [markdown]
# `len` counts rows, `.nunique()` different values, `.value_counts()` each value; `*` multiplies, `/` divides. How near was your bet? Change `device` to `channel`: which is recorded most often?
#
# Who comes by phone and by laptop is two browsers, so two users.
#
# ## 5 When something breaks

# %%
visits = load("sessions")
len(visits)

# %% [markdown]
# Break it: delete the last `)`, run the cell, read the card **below** the red text, repair. Then the same with `visit` for `visits` in the last line.
#
# Nothing is lost. If `[*]` never ends, restart the **kernel**, the Python behind the notebook: menu **Kernel**, *Restart Kernel*, then **Restart**. It forgets names and tables; text, answers and record stay. Run again from the top: menu **Run**, *Run All Above Selected Cell*. Where a question says "Run this cell again", do.

# %%
quiz("00-q03")

# %% [markdown]
# ## 6 The first sale in the log
#
# ### Exercise 1. One visit, how many rows?
#
# How many rows of the log belong to the visit of the first order, `first_visit`? A whole number.
#
# **First answer wrongly.** Put `len(events)` in the place of the `...`, run the cell (it shows nothing), then the `check`. It names the mistake, never the answer; try again at will.
#
# Stuck? Click **+** in the toolbar and run `hint("00-first-visit")` in the new cell, or `solution("00-first-visit")`.

# %% key="00-first-visit" kind="number" objective="L0.1" tolerance=0 invites="the_whole_log"
orders = load("orders")
events = load("events")
first_visit = orders["session"][0]  # [0] takes the first value: Python counts from 0
rows_of_first_visit = ...
### BEGIN SOLUTION
rows_of_first_visit = len(events[events["session"] == first_visit])
### END SOLUTION

# %%
check("00-first-visit")

# %% [markdown] tags=["hint"] key="00-first-visit"
# Which column of `events` says to which visit a row belongs? Section 2 compares another column with another value.

# %% [markdown] tags=["hint"] key="00-first-visit"
# Keep the rows of `events` whose `session` equals `first_visit` (a name, so without quotes), then count them with `len(...)`.

# %% tags=["ways"]
from workbook.authoring import accepted, cases, wrong


@accepted("00-first-visit")
def from_the_counts():
    return events["session"].value_counts()[first_visit]


@wrong("00-first-visit")
def the_whole_log():
    """You counted every row of the log, the rows of all visits together.

    Which rows does the question keep before anything is counted?
    """
    return len(events)


@wrong("00-first-visit")
def no_row_at_all():
    """Your filter kept no row. Either `first_visit` stands in quotes, and then Python looks for that very word, or it is compared with a column that holds something else.

    What stands in the column that you compare, and what stands behind the name?
    """
    return len(events[events["session"] == "first_visit"])


@wrong("00-first-visit")
def a_table_with_one_row():
    """You counted in a table that has one row for each order or each visit, so one visit is one row there.

    Which table holds everything that happened during the visit?
    """
    return len(orders[orders["session"] == first_visit])


@wrong("00-first-visit")
def kinds_of_events():
    """You counted the different names of events. What happened five times has one name and five rows.

    Does the question ask for rows or for different values?
    """
    return events[events["session"] == first_visit]["event"].nunique()


@wrong("00-first-visit")
def all_the_orders():
    """You counted the orders of the whole log.

    The question asks about one of them. What did its visit leave in the other table?
    """
    return len(orders)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("00-q05")

# %% [markdown]
# The visit, row by row. `[[...]]` selects several columns.

# %%
first_visit = load("orders")["session"][0]
events = load("events")
visit = events[events["session"] == first_visit]
visit[["time", "event", "page", "item_id", "value"]]

# %%
sessions = load("sessions")
visit = sessions[sessions["session"] == first_visit]
visit[["start", "channel", "device", "pages"]]

# %%
products = load("products")
products[products["item_id"] == "TAB-06"]

# %% [markdown]
# Two espresso cups, just after four in the morning by the shop's clock, on a phone. The log says what was done, and when; not by whom, and not why.

# %%
quiz("00-q06")

# %% [markdown]
# ### Exercise 2. The phones
#
# "A phone? An exception," says Theo. What percentage of the visits came from a phone?
#
# Divide these visits by all visits in `sessions`; a tablet is no phone. No rounding, no % sign.

# %% key="00-phone-share" kind="number" objective="L0.2" places=4
sessions = load("sessions")
phone_share = ...
### BEGIN SOLUTION
phones = sessions[sessions["device"] == "mobile"]
phone_share = 100 * len(phones) / len(sessions)
### END SOLUTION

# %%
check("00-phone-share")

# %% [markdown] tags=["hint"] key="00-phone-share"
# What is a phone called in this table? A count of the column `device` shows its words.

# %% [markdown] tags=["hint"] key="00-phone-share"
# Keep the visits from a phone and give them a name. Then: 100, times their number, divided by the number of all visits.

# %% tags=["ways"]
@accepted("00-phone-share")
def from_the_counts_of_devices():
    counts = sessions["device"].value_counts()
    return counts["mobile"] / len(sessions) * 100


@wrong("00-phone-share")
def the_word_of_the_question():
    """Your filter kept no row: the column has no such word, or not in this spelling. Capital letters count.

    Which words does the column `device` hold?
    """
    return 100 * len(sessions[sessions["device"] == "phone"]) / len(sessions)


@wrong("00-phone-share")
def users_for_visits():
    """You counted users, both times. The question asks about visits.

    Somebody who came five times by phone is one user. How many visits?
    """
    phones = sessions[sessions["device"] == "mobile"]
    return 100 * phones["user"].nunique() / sessions["user"].nunique()


@wrong("00-phone-share")
def visits_over_users():
    """You divided visits by users. Such a ratio is no share: a user may visit more than once.

    By which number does the exercise divide?
    """
    return 100 * len(sessions[sessions["device"] == "mobile"]) / sessions["user"].nunique()


@wrong("00-phone-share")
def visits_over_rows_of_the_log():
    """You divided visits by rows of the log. One visit leaves many rows there.

    Which table has exactly one row for each visit?
    """
    return 100 * len(sessions[sessions["device"] == "mobile"]) / len(load("events"))


@wrong("00-phone-share")
def everything_but_desktops():
    """You counted everything that is not a desktop.

    What does the exercise say about the tablets?
    """
    return 100 * (1 - len(sessions[sessions["device"] == "desktop"]) / len(sessions))


@wrong("00-phone-share")
def a_count_of_phones():
    """This is how many visits came from a phone.

    What is a count divided by, and multiplied by, to become a share in percent?
    """
    return len(sessions[sessions["device"] == "mobile"])


@wrong("00-phone-share")
def nothing_was_filtered():
    """You divided the whole by the whole. `len(table["column"] == "word")` counts every row: a comparison answers yes or no for each of them and keeps none out.

    Which brackets keep only the rows where the answer is yes?
    """
    return 100 * len(sessions["device"] == "mobile") / len(sessions)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("00-q07")

# %% tags=["facts"]
facts = load("events")
print("product views, users:", len(facts[facts["event"] == "view_item"]), facts["user"].nunique())

# %% [markdown]
# ### Exercise 3. Northlight's sentence
#
# "Of 48,711 users, 44,207 have looked at a product: nine in ten." The log calls this event `view_item`. How many **different users** of the log was it really?
#
# Two lines are fine: name the filtered rows, then count. A whole number.

# %% key="00-product-users" kind="number" objective="L0.2" tolerance=0
events = load("events")
product_users = ...
### BEGIN SOLUTION
views = events[events["event"] == "view_item"]
product_users = views["user"].nunique()
### END SOLUTION

# %%
check("00-product-users")

# %% [markdown] tags=["hint"] key="00-product-users"
# Two moves, one after the other: first keep rows, then count something in them. Which of the three counts of section 4 does not count anybody twice?

# %% [markdown] tags=["hint"] key="00-product-users"
# Keep the rows whose `event` is `"view_item"` and give them a name. From these rows take the column `user`, and count its different values.

# %% tags=["ways"]
@wrong("00-product-users")
def rows_for_users():
    """You counted rows, as Northlight did. Who looks at three products leaves three rows.

    Which count takes each value once?
    """
    return len(events[events["event"] == "view_item"])


@wrong("00-product-users")
def no_row_at_all():
    """Your filter kept no row, so nobody was left to count. The column has no such word, or not in this spelling.

    What does the log call a look at a product, letter by letter?
    """
    return events[events["event"] == "view_product"]["user"].nunique()


@wrong("00-product-users")
def visits_for_users():
    """You counted different visits. Who looks at products in two visits is in this count twice.

    Which column says which browser it was?
    """
    return events[events["event"] == "view_item"]["session"].nunique()


@wrong("00-product-users")
def everybody():
    """You counted all users of the log, also those who never looked at a product.

    Which rows have to be kept before you count?
    """
    return events["user"].nunique()


@wrong("00-product-users")
def who_ordered():
    """You counted users with an order. Most who look do not order.

    Which event does the question name?
    """
    return load("orders")["user"].nunique()


@wrong("00-product-users")
def products_for_users():
    """You counted different products. The question asks who looked, not at what.

    Which column holds the users?
    """
    return events[events["event"] == "view_item"]["item_id"].nunique()


@wrong("00-product-users")
def who_filled_a_cart():
    """You counted users who put something into a cart. Many look and put nothing in.

    Which event does the question name?
    """
    return events[events["event"] == "add_to_cart"]["user"].nunique()


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("00-q08")

# %% [markdown]
# Rows, visits, users: say which you count.

# %%
quiz("00-q09")

# %% [markdown]
# ## 7 Take your work along
#
# JupyterLab saves every two minutes; **Ctrl+S** (Cmd+S) saves now. Your record is the file `progress.jsonl` in the workbook's folder.

# %%
from workbook import progress, restore, save_my_work

# Take the # away from one of these lines and run the cell.
# progress()
# save_my_work("Your Name")
# restore()

# %% [markdown]
# `progress()` shows where you stand. `save_my_work` makes a ZIP of notebooks and record, to keep or hand in; `restore()` brings it back in another copy. Binder forgets everything: download the ZIP before you leave.

# %% [markdown]
# ## Key points
#
# * Run from top to bottom, after a restart again.
# * A row of the log is one thing recorded. A visit has many rows, a user (a browser) may have many visits.
#
# Next: three counts of the same weeks.

# %%
glossary("00")

# %% [markdown]
# **Sources:** Pebble Street is simulated (2026); its seed and its assumptions are in `datasets/README.md`

# %% [markdown]
# ## Stretch
#
# ### Exercise 4 (stretch). Who came again
#
# How many users of the log visited more than once? A whole number.
#
# A count can be filtered as well: `counts[counts > 5]` keeps the values above 5. A number stands without quotes.

# %% key="00-came-again" kind="number" objective="L0.2" tolerance=0 stretch=true
sessions = load("sessions")
came_again = ...
### BEGIN SOLUTION
visits_of_each = sessions["user"].value_counts()
came_again = len(visits_of_each[visits_of_each > 1])
### END SOLUTION

# %%
check("00-came-again")

# %% [markdown] tags=["hint"] key="00-came-again"
# In `sessions` a user has one row for each visit. Which of the three counts says how many rows each user has?

# %% [markdown] tags=["hint"] key="00-came-again"
# Give the counts of the column `user` a name, keep those above 1, and count what is left.

# %% tags=["ways"]
@wrong("00-came-again")
def visits_minus_users():
    """You took the users from the visits. What is left are the further visits, and who came five times has four of them.

    How often should this user be counted?
    """
    return len(sessions) - sessions["user"].nunique()


@wrong("00-came-again")
def visits_marked_returning():
    """You counted visits that are marked `returning`. The mark also means visits before the log, and a user can have several of them.

    What can you count from the rows alone?
    """
    return len(sessions[sessions["visitor"] == "returning"])


@wrong("00-came-again")
def users_marked_returning():
    """You counted users with a visit that is marked `returning`. The mark knows visits before the log, which the question leaves out.

    How many rows does each user have in this table?
    """
    return sessions[sessions["visitor"] == "returning"]["user"].nunique()


@wrong("00-came-again")
def everybody_who_came():
    """You counted all users. Who came once was kept.

    Is 1 more than 1?
    """
    return sessions["user"].nunique()


@wrong("00-came-again")
def exactly_twice():
    """You kept those with exactly two visits. Some came more often.

    Which sign means "more than"?
    """
    counts = sessions["user"].value_counts()
    return len(counts[counts == 2])


@wrong("00-came-again")
def three_times_and_more():
    """You kept those with more than two visits.

    How many visits does somebody have at least who came more than once?
    """
    counts = sessions["user"].value_counts()
    return len(counts[counts > 2])


# %%
quiz("00-q12")

# %%
quiz("00-q04", "00-q10", "00-q11", "00-q13", "00-q27", "00-q28", "00-q29")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# The first hour, with a room full of laptops. Everybody leaves with a notebook that runs. The questions of the notebook and Exercises 2 and 3 are for home.
#
# | minutes | what | how |
# |---|---|---|
# | 0-4 | The bet | Everybody writes down how many of 100 visits end with an order. Run the first cell on the screen, then hundreds 8 and 10. Do not settle it yet. |
# | 4-14 | Starting | In pairs, by the README; helpers walk around. At minute 12 installing stops: who has nothing running moves to a machine that runs, or to Binder. |
# | 14-17 | Cells and routes | Run the first cells together and stop above section 1. Say which route the exam needs, and that it is no lesser one. |
# | 17-22 | Vote 1 | Before anybody reads on. Vote, two minutes in pairs, vote again. |
# | 22-30 | Four moves | Sections 1 to 4, two minutes each: you run, they change one thing and call out what they see. The last section settles the bet. |
# | 30-34 | Break it | Section 5, the first repair: everybody breaks the cell and reads the card aloud to a neighbor. You restart one kernel on the screen. |
# | 34-41 | Exercise 1 | Section 6. The wrong answer first. Ask what the message said before anybody answers rightly. |
# | 41-46 | Vote 2 | As before. |
# | 46-50 | Home | Section 7: all save once under their own name. At home Exercises 2 and 3 and the questions; the ZIP is handed in next time. |
#
# **Before class.** A week ahead, mail the README's section for their system and ask for a screenshot of the first picture; some will need your help. Rehearse in one unzipped handout and teach from a second, fresh one, whose record is still empty. Bring the ZIP that `workbook handout` makes, and the Python installers, on two sticks: thirty downloads at once are slow, and the repository itself holds the folder `solutions/`. The first start fetches packages for minutes, so let it be over before class or use a wired connection. Launch Binder an hour before, that nobody waits while it is built. Write the four moves on the board: read, filter, select, count. *Projector:* Ctrl+B hides the file list, Ctrl and + enlarges, the table of contents at the left jumps to a heading.
#
# **Nothing prepared?** One running machine per pair is enough; let Binder build while the bet is made, and teach from the projector.
#
# **Early, or without a laptop.** Who is done begins with Exercise 2. Who has no laptop reads aloud for a pair; the bet, the votes and the questions under **No code?** need none.
#
# **What goes wrong.** *Windows*: the ZIP was opened but not extracted; `python` opens the Microsoft Store (type `py`); the box *Add python.exe to PATH* was not ticked (run the installer again, *Modify*); a folder inside OneDrive is slow or locked (move it to `C:\Users\NAME`); the black window was closed, and JupyterLab with it. *macOS*: the folder was not dragged into the Terminal, so `workbook` is not found. *Everywhere*: `python -m workbook doctor` says what is missing. *In the notebook*: the `check` is run and its answer cell was not; the cell that fetches the tools was skipped, so `load` is not there; curly quotes were pasted from a slide; a text cell was opened by a double click.
#
# **Binder as a fallback.** It needs a browser and the repository's address, starts within minutes, and forgets everything: let them run `save_my_work("Name")` and download the ZIP before they leave. Launched from the repository it shows `solutions/` to everybody.
#
# **If time is short,** drop vote 2 and the restart; never the broken cell.

# %% [markdown] tags=["instructor", "key"]
# **To show a vote** write `quiz("00-q14")` or `quiz("00-q15")` into a new cell. Press Check only after the second vote.
#
# **The bet.** Guesses go from a few to a third; the log has about 2 orders in 100 visits. Hundred 8 holds six and hundred 10 none: a first taste of chance, not a lesson in it.
#
# **Vote 1 (00-q14), one person and two browsers.** Put it before section 1, whose text says what a user is. Expect about half for "one", half for "two", then a move to "two". Defensible: two users, one with an order, because the log knows browsers. Ask who would notice, and how: the shop's own list of customers cannot either, for it knows this person by the order alone. Then ask which way this bends the share of users with an order: down, against the share of people.
#
# **Vote 2 (00-q15), the visits without an order.** Expect many for the loss, some for "nothing" among those who have just heard that a log is silent about reasons, few for the count. Defensible is only the count: it is a fact, and it becomes a verdict by a comparison and by a look at what these visits did. Ask which row of the log would tell a visit that failed from one that wanted no order. This opens lesson 01.
#
# **Exercises.** In Exercise 1 most put the name into quotes once: let them, the message says why that finds nothing. In Exercise 2 they look for the word "phone" and find none; some count users and are nearly right, which is the point. In Exercise 3 rows are counted for users. The three answers are in `solutions/`; keep it open in a second tab.
