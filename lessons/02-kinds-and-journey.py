# ---
# title: Kinds of micro conversion and the journey
# genre: a detective story
# minutes: {core: 60, stretch: 50, no_code: 35}
# objectives: [L2.1, L2.2, L2.3, L2.4, L2.5]
# tables: [events, sessions, orders, products, truth_effects, recorded_visits, recorded_witness, journey_stages, social_report]
# moves: [groupby, sum]
# votes: [02-q20, 02-q21]
# emphasis: [close]
# ---

# %% [markdown]
# **The shop's question of the day: did they come through the magazine?**
#
# Northlight writes the articles in the shop's magazine. Its invoice gives one reason: "Most of your orders are by our readers." Mara asks: "Did the articles *lead* to them, or were they only *near*? And what stays *unknown*?"

# %% tags=["setup"]
import matplotlib.pyplot as plt
import pandas as pd

from workbook import check, hint, load, quiz, show, solution
from workbook import consequence, definition_form, glossary, replay_explorer, text_table

# %%
events = load("events")
orders = load("orders")
articles = events[events["page"] == "article"]
by_readers = orders[orders["user"].isin(articles["user"])]

print("Orders in the log:", len(orders))
share = 100 * len(by_readers) / len(orders)
print("of these by users who opened an article, in %:", round(share))

# %% [markdown]
# The arithmetic holds. Now commit.

# %%
quiz("02-q06")

# %% [markdown]
# **Afterwards you can**
#
# * tell process milestones from secondary actions by a test, and say what each kind answers;
# * turn "they looked interested" into something a machine can count;
# * map a journey, the stages outside the website included;
# * rank candidates, and set aside what cannot be joined with a visit.
#
# **Two routes.** With code: all that is not marked *stretch*. Without: run every cell, skip the exercises, answer every question before *Stretch*.

# %%
quiz.recall("02")

# %% [markdown]
# ## 1 On the path or beside it
#
# One buyer's file (under *Stretch*) shows only what can happen. Ask all buyers. One new move: `.groupby("event")` puts the rows into heaps, one for each name; what follows is done with each heap.

# %%
events = load("events")
events.groupby("event")["user"].nunique()  # of each event: how many different users

# %% [markdown]
# **Run and change one thing.** Put `"page"` in place of `"event"`. How many users opened an article?
#
# The field's words for *on the path* and *beside it*:
#
# * **process milestone**: the way to an order is built to run through it;
# * **secondary action**: wanted, and an order is possible without it.
#
# The test: **of the buyers, what share never did it?** Zero or nearly zero points to a milestone; the design decides. Does the way run through it unless somebody has a reason?
#
# ### Exercise 1. Buyers without it
#
# Numerator: users with an order who never did the event. Denominator: users with an order. Scope: user. Window: the log. Exclusions: none. In percent, not rounded.
#
# Answer: ten values with their names, like the counts above (a *Series*, the names are its index). `/` and `1 -` work on all of them at once.

# %% key="02-buyers-without" kind="series" objective="L2.1" places=4
events = load("events")
orders = load("orders")
traces = [
    "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
    "newsletter_signup", "add_to_wishlist", "view_size_guide", "view_item", "page_view",
]
without_it = ...
# A way to begin (remove the first # of each line, fill the gaps):
# rows = events[events["event"].isin(traces)]   # the rows with one of the ten names
# theirs = rows[...]                             # of these, the rows of users with an order
# did_it = theirs.groupby(...)[...].nunique()
# without_it = 100 * (1 - did_it / ...)
### BEGIN SOLUTION
rows = events[events["event"].isin(traces)]
theirs = rows[rows["user"].isin(orders["user"])]
did_it = theirs.groupby("event")["user"].nunique()
without_it = 100 * (1 - did_it / orders["user"].nunique())
### END SOLUTION

# %%
check("02-buyers-without")

# %% [markdown] tags=["hint"] key="02-buyers-without"
# Whose rows do you need? `.isin(...)` also takes a column of another table, and `orders` has a column `user`.

# %% [markdown] tags=["hint"] key="02-buyers-without"
# Heap the buyers' rows by `"event"` and count different users in each heap. That gives who did it. How many buyers are there in all, and which share is left?

# %% tags=["ways"]
from workbook.authoring import accepted, cases, wrong


def _did(users=None, column="user"):
    rows = load("events")
    rows = rows[rows["event"].isin(traces)]
    if users is not None:
        rows = rows[rows["user"].isin(users)]
    return rows.groupby("event")[column].nunique()


@accepted("02-buyers-without")
def event_by_event():
    buyers = set(orders["user"])
    found = {}
    for name in traces:
        found[name] = 100 * len(buyers - set(events[events["event"] == name]["user"])) / len(buyers)
    return pd.Series(found)


@wrong("02-buyers-without")
def of_all_users():
    """You asked all users. Most of them never ordered, so nearly everything looks dispensable, the checkout too.

    The test asks what **buyers** did without. Whose rows belong in, and what is the denominator?
    """
    return 100 * (1 - _did() / events["user"].nunique())


@wrong("02-buyers-without")
def buyers_rows_over_all_users():
    """You counted buyers on top and all users below.

    Numerator and denominator must speak of the same people. Which people does the test ask about?
    """
    return 100 * (1 - _did(orders["user"]) / events["user"].nunique())


@wrong("02-buyers-without")
def orders_below():
    """You divided by orders. Some buyers ordered twice, and here they would count as two.

    What is one unit of your numerator? Let the denominator count the same.
    """
    return 100 * (1 - _did(orders["user"]) / len(orders))


@wrong("02-buyers-without")
def who_did_it():
    """This is the share of buyers who **did** it.

    The test asks for the others. What is left of the whole?
    """
    return 100 * _did(orders["user"]) / orders["user"].nunique()


@wrong("02-buyers-without")
def within_the_visit():
    """You looked only into the visit with the order. A cart filled yesterday counts as missing there.

    The scope is the user. Which column follows somebody from visit to visit?
    """
    rows = events[events["event"].isin(traces) & events["session"].isin(orders["session"])]
    return 100 * (1 - rows.groupby("event")["session"].nunique() / orders["session"].nunique())


@wrong("02-buyers-without")
def do_the_others_order():
    """You turned the question round: of the users **without** the event, what share ordered.

    That is small for everything, since orders are rare. Who stands below the line in the test: buyers, or users without the event?
    """
    all_did, buyers_did = _did(), _did(orders["user"])
    buyers, users = orders["user"].nunique(), events["user"].nunique()
    return 100 * (buyers - buyers_did) / (users - all_did)


@wrong("02-buyers-without")
def do_they_order():
    """You computed what share of those who **did** it ordered.

    A good number for another question (how near is it to an order?). Here the buyers are the denominator.
    """
    return 100 * _did(orders["user"]) / _did()


@wrong("02-buyers-without")
def rows_over_buyers():
    """You counted rows. Somebody who viewed nine products left nine of them.

    What turns the rows of a heap into different users?
    """
    rows = events[events["event"].isin(traces) & events["user"].isin(orders["user"])]
    return 100 * (1 - rows.groupby("event")["user"].count() / orders["user"].nunique())


@wrong("02-buyers-without")
def every_event_of_the_log():
    """The shares are right, and there are too many: your Series holds every event of the log.

    Which rows belong in before the heaps are made? `traces` names ten.
    """
    theirs = events[events["user"].isin(orders["user"])]
    return 100 * (1 - theirs.groupby("event")["user"].nunique() / orders["user"].nunique())


@wrong("02-buyers-without")
def everybody_over_buyers():
    """Some of your shares are below zero: more people did it than there are buyers.

    Whose rows are in your heaps? The test asks only about users with an order.
    """
    return 100 * (1 - _did() / orders["user"].nunique())


@wrong("02-buyers-without")
def visits_over_buyers():
    """You counted different visits in each heap. Buyers who did it in two visits count twice, so some shares fall below zero.

    What is one unit of the denominator? Count the same in the heaps.
    """
    return 100 * (1 - _did(orders["user"], "session") / orders["user"].nunique())


@wrong("02-buyers-without")
def a_heap_for_each_user():
    """You made a heap for each user, so you got as many values as there are buyers.

    The answer has one value for each **event**. By which column are the heaps made, and what is counted in each?
    """
    theirs = events[events["event"].isin(traces) & events["user"].isin(orders["user"])]
    return 100 * (1 - theirs.groupby("user")["event"].nunique() / orders["user"].nunique())


@wrong("02-buyers-without")
def no_rows_left():
    """No row is left. `.isin(orders)` looks among the names of that table's columns, and no user is called so.

    Which **column** of `orders` names the buyers?
    """
    rows = events[events["event"].isin(traces)]
    theirs = rows[rows["user"].isin(orders)]
    return 100 * (1 - theirs.groupby("event")["user"].nunique() / orders["user"].nunique())


@wrong("02-buyers-without")
def a_share_between_0_and_1():
    """The shares are right, as numbers between 0 and 1.

    The prompt asks for percent. Which factor is missing?
    """
    return 1 - _did(orders["user"]) / orders["user"].nunique()


@wrong("02-buyers-without")
def rounded_to_one_decimal():
    """The shares are right, but rounded.

    The prompt asks for all digits. What does `round` take away?
    """
    return (100 * (1 - _did(orders["user"]) / orders["user"].nunique())).round(1)


@wrong("02-buyers-without")
def rounded_to_whole_numbers():
    """The shares are right, but rounded to whole numbers.

    The prompt asks for all digits. What does `round` take away?
    """
    return (100 * (1 - _did(orders["user"]) / orders["user"].nunique())).round(0)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("02-q34")

# %%
# To be run, not read: the same shares as a picture.
events, buyers = load("events"), load("orders")["user"]
kinds = {
    "milestone": [
        "begin_checkout", "add_shipping_info", "add_payment_info",
        "add_to_cart", "create_account",
    ],
    "secondary": ["view_size_guide", "add_to_wishlist", "newsletter_signup"],
    "on nobody's list": ["page_view", "view_item"],
}
colors = {"milestone": "#0072B2", "secondary": "#E69F00", "on nobody's list": "#999999"}
did = events[events["user"].isin(buyers)].groupby("event")["user"].nunique()
share = 100 * (1 - did / buyers.nunique())

fig, ax = plt.subplots(figsize=(7.4, 3.6), layout="constrained")
for kind, names in kinds.items():
    bars = ax.barh(names, share[names], color=colors[kind])
    words = [f"{share[name]:.1f} %, {kind}" for name in names]
    ax.bar_label(bars, words, padding=4, fontsize=8.5)
ax.invert_yaxis()
ax.set_xlim(0, 125)
ax.set_xticks(range(0, 101, 25))
ax.set_xlabel("buyers who never did it in the log, % of users with an order")
most, least = share[kinds["milestone"]].max(), share[kinds["secondary"]].min()
ax.set_title(
    f"No milestone is skipped by more than {most:.0f} % of the buyers;\n"
    f"every secondary action is skipped by at least {least:.0f} %",
    fontsize=10.5,
    loc="left",
)
ax.spines[["top", "right"]].set_visible(False)
drawn = [f"{name} {share[name]:.1f} %" for names in kinds.values() for name in names]
show(
    fig,
    alt="Bar chart: share of buyers who never did each event in the log. "
    + "; ".join(drawn) + ".",
)

# %% [markdown]
# Exceptions have reasons. An express checkout needs no cart. Customers of earlier years have an account, others made theirs in another browser; of first-time buyers 2 % lack it. The last two rows warn: everybody has a page view, buyer or not. Ask first whether an action is wanted.
#
# | | Process milestone | Secondary action |
# |---|---|---|
# | It answers | Where do people get stuck? | What else do they want, and whom can we reach again? |
# | It misleads when | it is made easy and the next step does not follow | it rises while the path gets worse |
#
# Secondary is not second-rate. Only subscribers get mails, and without mails the shop would lose 9 of 100 orders (its truth, simulated; most mails go to older addresses).

# %% tags=["facts"]
truth = load("truth_effects")
no_mails = truth[(truth["change"] == "mails off") & (truth["outcome"] == "orders")].iloc[0]
print(round(-100 * no_mails["expected"] / no_mails["base"], 1))
first_time = load("orders").query("new_customer")["user"]
made = load("events").query("event == 'create_account'")["user"]
print(round(100 * (~first_time.isin(made)).mean(), 1))

# %%
quiz("02-q02")

# %% [markdown]
# ## 2 The contradiction
#
# One marketing article puts secondary actions off the main path, and ends with every micro conversion leading to the macro. Can both hold?
#
# ### Exercise 2. Never on the path
#
# What share of the users with a secondary action never took a step on the path?
#
# Numerator: users with an event in `secondary` and none in `path`. Denominator: users with an event in `secondary`. Scope: user. Window: the log. Exclusions: none. A number in percent, not rounded.

# %% key="02-never-on-the-path" kind="number" objective="L2.1" places=4
events = load("events")
secondary = ["newsletter_signup", "add_to_wishlist", "view_size_guide"]
path = [
    "add_to_cart", "begin_checkout", "create_account",
    "add_shipping_info", "add_payment_info", "purchase",
]
beside = events[events["event"].isin(secondary)]  # rows beside the path
on_path = events[events["event"].isin(path)]  # rows on it

never_on_the_path = ...
### BEGIN SOLUTION
both = beside[beside["user"].isin(on_path["user"])]
never_on_the_path = 100 * (1 - both["user"].nunique() / beside["user"].nunique())
### END SOLUTION

# %%
check("02-never-on-the-path")

# %% [markdown] tags=["hint"] key="02-never-on-the-path"
# Some users are in both tables. How do you keep the rows of `beside` whose user is also in `on_path`?

# %% [markdown] tags=["hint"] key="02-never-on-the-path"
# Count users, not rows: those in both tables, and all in `beside`. What is left when the one share is taken from the whole?

# %% tags=["ways"]
@accepted("02-never-on-the-path")
def by_sets():
    beside = set(events[events["event"].isin(secondary)]["user"])
    on_path = set(events[events["event"].isin(path)]["user"])
    return 100 * len(beside - on_path) / len(beside)


@wrong("02-never-on-the-path")
def without_an_order():
    """You took those who never **ordered**. Some of them filled a cart and left: they were on the path.

    How many names does `path` hold?
    """
    beside = events[events["event"].isin(secondary)]
    buyers = events[events["event"] == "purchase"]["user"]
    return 100 * (1 - beside[beside["user"].isin(buyers)]["user"].nunique() / beside["user"].nunique())


@wrong("02-never-on-the-path")
def of_all_users():
    """You divided by all users. The question is about those with a secondary action.

    Which group follows the words "of the"?
    """
    beside = set(events[events["event"].isin(secondary)]["user"])
    on_path = set(events[events["event"].isin(path)]["user"])
    return 100 * len(beside - on_path) / events["user"].nunique()


@wrong("02-never-on-the-path")
def those_on_the_path():
    """This is the share that **did** take a step on the path.

    Which users does the question ask for?
    """
    beside = set(events[events["event"].isin(secondary)]["user"])
    on_path = set(events[events["event"].isin(path)]["user"])
    return 100 * len(beside & on_path) / len(beside)


@wrong("02-never-on-the-path")
def path_without_secondary():
    """You turned it round: of those on the path, the share without a secondary action.

    Which of the two groups stands below the line?
    """
    beside = set(events[events["event"].isin(secondary)]["user"])
    on_path = set(events[events["event"].isin(path)]["user"])
    return 100 * len(on_path - beside) / len(on_path)


@wrong("02-never-on-the-path")
def in_visits():
    """You counted visits. Who saves a lamp on Monday and fills the cart on Thursday was on the path, in another visit.

    The scope is the user. Which column follows somebody from visit to visit?
    """
    beside = set(events[events["event"].isin(secondary)]["session"])
    on_path = set(events[events["event"].isin(path)]["session"])
    return 100 * len(beside - on_path) / len(beside)


@wrong("02-never-on-the-path")
def in_rows():
    """You counted rows. Somebody who opened the size guide five times was counted five times.

    What should one unit of numerator and denominator be?
    """
    rows = events[events["event"].isin(secondary)]
    on_path = events[events["event"].isin(path)]["user"]
    return 100 * (1 - len(rows[rows["user"].isin(on_path)]) / len(rows))


@wrong("02-never-on-the-path")
def a_number_of_users():
    """This is how many users they are.

    What is a count divided by to become a share in percent?
    """
    beside = set(events[events["event"].isin(secondary)]["user"])
    on_path = set(events[events["event"].isin(path)]["user"])
    return len(beside - on_path)


@wrong("02-never-on-the-path")
def all_users_off_the_path():
    """You took everybody off the path, whether they did anything beside it or not.

    Who has to be in the numerator twice over: off the path, and what else?
    """
    on_path = events[events["event"].isin(path)]["user"].nunique()
    return 100 * (1 - on_path / events["user"].nunique())


@wrong("02-never-on-the-path")
def everybody_on_the_path_subtracted():
    """Below zero: you subtracted all users on the path, also those who did nothing beside it.

    Only users who are in **both** tables may be taken away. How do you find them?
    """
    beside = events[events["event"].isin(secondary)]["user"].nunique()
    on_path = events[events["event"].isin(path)]["user"].nunique()
    return 100 * (beside - on_path) / beside


@wrong("02-never-on-the-path")
def only_in_the_same_visit():
    """You matched by visit and counted users. Who fills the cart in another visit was on the path too.

    Which column follows somebody from visit to visit? Match by that one.
    """
    beside = events[events["event"].isin(secondary)]
    on_path = events[events["event"].isin(path)]
    both = beside[beside["session"].isin(on_path["session"])]
    return 100 * (1 - both["user"].nunique() / beside["user"].nunique())


@wrong("02-never-on-the-path")
def rows_over_users():
    """Above the line you counted rows, below it users. Whoever saved five lamps weighs five times.

    What turns rows into different users?
    """
    beside = events[events["event"].isin(secondary)]
    on_path = events[events["event"].isin(path)]
    both = beside[beside["user"].isin(on_path["user"])]
    return 100 * (1 - len(both) / beside["user"].nunique())


@wrong("02-never-on-the-path")
def rounded():
    """The share is right, but rounded to a whole number.

    The prompt asks for all digits. What does `round` take away?
    """
    beside = set(events[events["event"].isin(secondary)]["user"])
    on_path = set(events[events["event"].isin(path)]["user"])
    return round(100 * len(beside - on_path) / len(beside))


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("02-q04")

# %% [markdown]
# Two of three are never seen on the path. "They will come later," says Northlight. If *later* is always allowed, no log could ever contradict it. So only the article's first half stands.

# %% [markdown]
# ## 3 From "interested" to a definition
#
# Which products interest people? "Take the time on page," says Theo. That is a metric and no action, and it grows with idle tabs, slow pages and confusion. A micro conversion needs five things settled: **trigger** (what happens), **object** (to what), **threshold** (how much), **scope** (within what), **de-duplication** (how often it counts).
#
# The form runs your definition on twelve recorded visits, whose visitors were asked afterwards. Change one part at a time; three runs are enough.

# %%
definition_form()

# %% [markdown]
# The same visits as a table (`active_seconds`: page in front, as GA4 counts engagement time):

# %%
recorded = load("recorded_visits")
recorded.head(9)  # its first nine rows

# %% [markdown]
# One new move: `.sum()` adds up each heap.

# %%
recorded.groupby("page")["open_seconds"].sum()

# %% [markdown]
# **Run and change one thing.** Put `"active_seconds"` in place of `"open_seconds"`. Which page loses most?
#
# ### Exercise 3. Engaged product views
#
# Count them under this definition: *within one visit, one product page is in front for 40 seconds or more in all, repeated openings and reloads added up; once per visit and product.* A whole number.
#
# `groupby(["a", "b"])` makes a heap for each pair; `counts[counts >= 3]` keeps the values from 3 on.

# %% key="02-engaged-views" kind="number" objective="L2.3" tolerance=0 by_hand=true
recorded = load("recorded_visits")
engaged_views = ...
# A way to begin (remove the first # of each line, fill the gaps):
# views = recorded[...]
# seconds = views.groupby(["visit", ...])[...].sum()   # one heap for each pair
# engaged_views = len(...)
### BEGIN SOLUTION
views = recorded[recorded["page"] == "product"]
seconds = views.groupby(["visit", "item_id"])["active_seconds"].sum()
engaged_views = len(seconds[seconds >= 40])
### END SOLUTION

# %%
check("02-engaged-views")

# %% [markdown] tags=["hint"] key="02-engaged-views"
# Take `v03` with a finger. One product, three rows: how many seconds are they together? What must two rows share to land in one heap?

# %% [markdown] tags=["hint"] key="02-engaged-views"
# `seconds` is a Series, and it filters as a table does: `seconds[seconds >= ...]`. How many heaps are left?

# %% tags=["ways"]
@accepted("02-engaged-views")
def other_pages_have_no_item():
    return len((sums := recorded.groupby(["item_id", "visit"])["active_seconds"].sum())[sums >= 40])


@wrong("02-engaged-views")
def row_by_row():
    """You tested each look by itself: row by row, by the longest look, or by dropping short rows before the heaps. The three looks of `v03` are short, and together they are not.

    Which word of the definition says what happens to reloads?
    """
    return len(recorded[(recorded["page"] == "product") & (recorded["active_seconds"] >= 40)])


@wrong("02-engaged-views")
def open_tabs():
    """You counted the seconds a tab was open. `v02` forgot one for an hour.

    Which column counts only while the page is in front? (And are repeated openings added up?)
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby(["visit", "item_id"])["open_seconds"].sum()
    return len(seconds[seconds >= 40])


@wrong("02-engaged-views")
def heaps_too_large():
    """Your heaps hold too much: all products of a visit together, or one product over all visits.

    Two short views do not make a long one if the product differs, or the visitor. Which **two** columns make the heap that the definition means?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby("visit")["active_seconds"].sum()
    return len(seconds[seconds >= 40])


@wrong("02-engaged-views")
def visits_not_pairs():
    """You counted visits with an engaged view. `v05` compares two lamps, and each of them was looked at long enough.

    Once per visit, or once per visit *and product*?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby(["visit", "item_id"])["active_seconds"].sum()
    return seconds[seconds >= 40].reset_index()["visit"].nunique()


@wrong("02-engaged-views")
def every_kind_of_page():
    """You let other pages in: half a minute in the checkout is no product view.

    What is the object of the definition, and by which columns do the heaps have to be made?
    """
    seconds = recorded.groupby(["visit", "page"])["active_seconds"].sum()
    return len(seconds[seconds >= 40])


@wrong("02-engaged-views")
def every_pair():
    """You counted all pairs of visit and product, however short the look.

    Where does the threshold come in?
    """
    views = recorded[recorded["page"] == "product"]
    return len(views.groupby(["visit", "item_id"])["active_seconds"].sum())


@wrong("02-engaged-views")
def seconds_added():
    """This is a number of seconds. The exercise asks how many views reach the threshold.

    Which of the two counts what is left, `len` or `.sum()`?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby(["visit", "item_id"])["active_seconds"].sum()
    return int(seconds[seconds >= 40].sum())


@wrong("02-engaged-views")
def different_sums():
    """You counted **different** numbers of seconds. Two heaps with the same sum are still two views.

    Which count takes every heap that is left?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby(["visit", "item_id"])["active_seconds"].sum()
    return seconds[seconds >= 40].nunique()


@wrong("02-engaged-views")
def different_values_in_each_heap():
    """Nothing reaches the threshold: in each heap you counted different values, and there are only a few.

    Which move adds up the seconds of a heap?
    """
    views = recorded[recorded["page"] == "product"]
    values = views.groupby(["visit", "item_id"])["active_seconds"].nunique()
    return len(values[values >= 40])


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("02-q07")

# %% [markdown]
# By what the visitors said, most of these views are interest. Two are not: `v04` hunts for the shipping cost, `v07` waits for a slow page. And two are missing: `v08` read in pieces, `v10` bought on sight. Another threshold changes who is misread, not that somebody is.

# %% tags=["facts"]
said = load("recorded_witness").dropna(subset=["interested"])
interested = {(v, item) for v, items in zip(said["visit"], said["interested"]) for item in items.split()}
views = load("recorded_visits").groupby(["visit", "item_id"])["active_seconds"].sum()
counted = set(views[views >= 40].index)
print(len(counted), len(counted & interested), sorted(counted - interested), sorted(interested - counted))

# %% [markdown]
# ## 4 The journey
#
# Kaushik's four stages go by what a person has in mind.

# %%
# To be run, not read: the stages, and how many users did the conversion named (Do: the order).
events, orders = load("events"), load("orders")
again = orders[~orders["new_customer"]]
of_stage = {
    "See": events[events["event"] == "newsletter_signup"],
    "Think": events[events["event"].isin(["view_size_guide", "add_to_wishlist"])],
    "Do": orders,
    "Care": again,
}
journey = load("journey_stages")
users = [f"{of_stage[stage]['user'].nunique():,}" for stage in journey["stage"]]
journey["users with this conversion"] = users
journey.columns = journey.columns.str.replace("_", " ")
text_table(journey, "The journey of a buyer of Pebble Street; at Do, users with an order only")

# %% [markdown]
# Each contact with the shop is a **touchpoint**, on the site or elsewhere (the parcel; the tape measure is none). The third column is in no log. People skip stages.

# %%
quiz("02-q08")

# %% [markdown]
# ## 5 The case of the magazine
#
# Only simulated shops have this file: six shops like this one lived twice, once without articles, from eight weeks before the 13 on. Averages per 60,000 visits.

# %%
truth = load("truth_effects")
without = truth[truth["change"] == "articles off"].set_index("outcome")
without = without.loc[["orders", "sign_ups"], ["base", "expected"]]
without.columns = ["with the articles", "change without them"]
without["in %"] = 100 * without["change without them"] / without["with the articles"]
without.round(1)

# %% [markdown]
# Sixty of 100 orders are by readers, and without the articles not even two of 100 would be lost. How far off was your bet? And how can both hold? First find a reason.
#
# <details><summary>Three reasons</summary>
#
# * **Buyers leave every trace.** On average they see 22 pages in the log, other users four.
# * **Some read too late.** Nine of 100 orders are by users whose first article came later.
# * **There were other doors.** Ten of 100 orders fall in a visit that began on an article; without it, that visit begins on a category page.
#
# </details>
#
# The case is closed. You write to Mara: "The magazine was *near* 60 of 100 orders. It *led* to fewer than two, and to 13 of 100 sign-ups. *Unknown* is what these people order after the 13 weeks. Northlight's count is right, its reason is not."
#
# That is our simulator: whoever would have landed on an article comes anyway. In a real shop some would stay away; only a trial there tells what that costs.

# %% tags=["facts"]
events, sessions, orders = load("events"), load("sessions"), load("orders")
reads = events[events["page"] == "article"]
print(round(100 * orders["user"].isin(reads["user"]).mean(), 1))
pages = sessions.groupby("user")["pages"].sum()
is_buyer = pages.index.isin(orders["user"])
print(round(pages[is_buyer].mean(), 1), round(pages[~is_buyer].mean(), 1))
first_read = orders["user"].map(reads.groupby("user")["time"].min())
print(round(100 * (first_read > orders["time"]).mean(), 1))
landed = sessions[sessions["landing_page"] == "article"]
print(round(100 * orders["session"].isin(landed["session"]).mean(), 1))
visits = load("truth_effects").query("outcome == 'visits'")
print(f"{visits['base'].iloc[0]:,.0f}")

# %% [markdown]
# ## 6 What cannot be joined
#
# Northlight's second sheet is on the shop's posts. To **join** it with visits, both need a **key**: a value that stands in both, such as the campaign that a tagged link (**UTM**) hands to the visit.

# %%
report = load("social_report")
report["number"] = report["number"].map("{:,}".format)
report.columns = ["line", "how many", "what the platform counts", "each count carries"]
text_table(report, "Northlight's social report")

# %% [markdown]
# Followers and likes are won on the platform, from accounts that no visit knows. They are no micro conversions of the site but a social metric (a KPI only with objective, target and owner), a **vanity metric** as long as no decision hangs on them.

# %%
quiz("02-q09")

# %% [markdown]
# ## 7 Four ways to rank
#
# Which micro conversion deserves Mara's attention? How **close** is it to the order, how **frequent**, can we **control** it, is it **proven** that more of it brings orders? The log answers the first two.

# %%
# To be run, not read: close and frequent, from the log.
events, buyers = load("events"), load("orders")["user"]
users = events.groupby("event")["user"].nunique()
ordered = events[events["user"].isin(buyers)].groupby("event")["user"].nunique()
candidates = ["add_payment_info", "add_to_cart", "newsletter_signup", "add_to_wishlist"]
near = pd.DataFrame({"candidate": candidates})
near["frequent: users"] = users[candidates].map("{:,}".format).to_numpy()
share = (100 * ordered / users)[candidates]
near["close: of these with an order, %"] = share.map("{:.0f}".format).to_numpy()
text_table(near, "Users who did it in the log; the order may come first")

# %% [markdown]
# Decide before you see the other two.

# %%
quiz("02-q11")

# %% tags=["facts"]
truth = load("truth_effects")
for change in ["wish list for all", "louder cart button", "shipping cost early", "articles off"]:
    for row in truth[truth["change"] == change].itertuples():
        if row.outcome in ("wish_lists", "carts", "checkouts", "orders", "sign_ups"):
            share = 100 * row.expected / row.base
            print(change, row.outcome, f"{row.base:,.0f} {row.expected:+,.0f} {share:+.1f}")

# %%
consequence("02-q11")

# %%
# To be run, not read: control and proof, from the shop's truth.
truth = load("truth_effects")
# What is lost without the pop-up is what it brings, so signs do not matter here:
effect = truth.set_index(["change", "outcome"])["expected"].abs()
tried = [
    ("add_to_cart", "louder cart button", "carts"),
    ("add_to_cart", "better product page", "carts"),
    ("newsletter_signup", "pop-up off", "sign_ups"),
    ("add_to_wishlist", "wish list for all", "wish_lists"),
]
rows = [("add_payment_info", "(none known)", "not tried", "not tried")]
for candidate, change, outcome in tried:
    more, won = effect[change, outcome], effect[change, "orders"]
    name = change.replace("pop-up off", "pop-up, against none")
    rows.append((candidate, name, f"{more:,.0f}", f"{won:,.0f}"))
heads = ["candidate", "change", "control: more visits with it", "proof: more orders"]
text_table(
    pd.DataFrame(rows, columns=heads),
    "What each change brought, per 60,000 visits; averages of six simulated shops",
)

# %% [markdown]
# You tell Mara: close, frequent and easy to move are no proof. The wish list looked like a clue because people who want things save things. Nor has a micro conversion a fixed worth: what a *change* brings has to be tried.

# %% [markdown]
# ## Exam corner

# %%
quiz("02-q12", "02-q14")

# %% [markdown]
# | The item | The usual key | Defensible |
# |---|---|---|
# | "Saving to a wish list is a process milestone" | true (UserTesting, 2023) | a secondary action wherever most buyers do without it |
# | "Product view" | micro | a step of the funnel; micro with a threshold, or where somebody wants it |
# | "Likes and follows" | micro | off-site; micro only for an act on the site, such as its own share button |
# | "A cart shows strong intent" | true | stronger than a view, and two of three users with a cart never order here |

# %% tags=["facts"]
carts = load("events")[load("events")["event"] == "add_to_cart"]["user"]
print(round(100 * (1 - carts[carts.isin(load("orders")["user"])].nunique() / carts.nunique()), 1))

# %% [markdown]
# ## Key points
#
# * Milestone: hardly a buyer without it, by design. Secondary: wanted, and possible to do without.
# * Milestones say where people get stuck; secondary actions what else they want. Neither has to bring orders.
# * Buyers leave every trace. That a trace is common among them proves nothing about what brought them.
# * Trigger, object, threshold, scope, de-duplication: five parts make a vague interest countable, never perfect.
# * A journey has stages outside the website. What carries no key stays outside your log.
# * Rank by closeness, frequency, control and proof, and keep proof apart.

# %%
glossary("02")

# %% [markdown]
# **Sources.** A. Kaushik, *See-Think-Do* (2013) and *See, Think, Do, Care* (2015), kaushik.net · J. Cardello's process milestones and secondary actions, as reported by UserTesting (2023) · Nielsen Norman Group, *Macro and Micro Conversions* (read 2026) · Google, Digital Marketing & E-commerce Certificate, course 5 (read 2026) · Google Analytics Help, *user engagement* (read 2026) · Effects of changes: our simulator, file `truth_effects`

# %% [markdown]
# ---
# # Stretch
#
# ### One buyer's file
#
# Take the first order by somebody who had come three times before, opened an article and done something beside the path.

# %%
# To be run, not read: it finds this buyer and lists what the log holds, visit by visit.
events, sessions, orders = load("events"), load("sessions"), load("orders")
secondary = ["newsletter_signup", "add_to_wishlist", "view_size_guide"]
beside = events[events["event"].isin(secondary)]
readers = events[events["page"] == "article"]

visits = sessions.sort_values("start")
visits["visit"] = visits.groupby("user").cumcount() + 1
late = orders.merge(visits[["session", "visit"]], on="session").sort_values("time")
late = late[(late["visit"] >= 4) & late["user"].isin(readers["user"])]
buyer = late[late["user"].isin(beside["user"])]["user"].iloc[0]

file = events[events["user"] == buyer]
by_itself = ["session_start", "first_visit", "page_view", "scroll", "user_engagement"]
file = file[(file["page"] == "article") | ~file["event"].isin(by_itself)]
named = file["event"].replace("page_view", "(article)")
left = named.groupby(file["session"]).agg(lambda found: ", ".join(found.drop_duplicates()))

case = visits[visits["user"] == buyer].set_index("session")
case["left these traces"] = left.reindex(case.index).fillna("(pages only)")
case["day"] = case["start"].dt.strftime("%b %d")
case["came by"] = case["channel"].replace("remarketing", "reminder ad")
text_table(case[["visit", "day", "came by", "left these traces"]], "All logged visits of one buyer")

# %% [markdown]
# Carts are filled in the first and second visit. What is paid for in the fourth was put there in the second, a minute after an article, in a visit that a reminder ad brought (channel `remarketing`). The article was near, and so was the ad. Nor is this file the rule: 62 of 100 orders fall in the user's first logged visit.

# %% tags=["facts"]
first_visit = sessions.sort_values("start").drop_duplicates("user")
print(round(100 * orders["session"].isin(first_visit["session"]).mean(), 1))

# %%
quiz("02-q01")

# %% [markdown]
# ### Explorer
#
# Follow a visitor moment by moment, pause, and bet on the order. Then look at all who did the same: which traces were worth a bet?

# %%
replay_explorer()

# %% [markdown]
# The magazine was not: of 100 users who had only read articles 2.0 ordered later, of all visitors 2.4 (visitor E). Milestones were, the later the better: 29.9 with a product in the cart, 74.5 with an address (visitor C). They tell who is about to order, not what led to it.

# %%
quiz("02-q03", "02-q05")

# %% [markdown]
# ### Exercise 4 (stretch). What a last-touch report cannot see
#
# A report that credits the visit of the order asks where *that* visit began. `before` holds, for each order, the earlier visits of the same user.
#
# Of all orders, what share has a visit that began on an article (`landing_page`)
#
# * `"own"`: in the visit of the order itself;
# * `"earlier"`: in at least one visit before it, whatever the order's own visit began with?
#
# Scope: order. Window: the log. Exclusions: none. Answer: a dictionary `{"own": ..., "earlier": ...}`, in percent, not rounded.

# %% key="02-last-touch" kind="mapping" objective="L2.2" places=4 stretch=true
sessions = load("sessions")
orders = load("orders")
# To be run, not read: each order beside each earlier visit of its user.
starts = sessions[["session", "user", "start", "landing_page"]]
own_start = orders.merge(starts, on=["session", "user"])[["order_id", "user", "start"]]
before = own_start.merge(starts, on="user", suffixes=("_of_order", ""))
before = before[before["start"] < before["start_of_order"]]

article_share = ...
### BEGIN SOLUTION
landed = sessions[sessions["landing_page"] == "article"]
own = orders[orders["session"].isin(landed["session"])]
earlier = before[before["landing_page"] == "article"]["order_id"].nunique()
article_share = {"own": 100 * len(own) / len(orders), "earlier": 100 * earlier / len(orders)}
### END SOLUTION

# %%
check("02-last-touch")

# %% [markdown] tags=["hint"] key="02-last-touch"
# For `"own"`: which visits began on an article, and which orders stand in one of them? `orders` has a column `session`.

# %% [markdown] tags=["hint"] key="02-last-touch"
# For `"earlier"`: filter `before` by its `landing_page`. An order can have two such visits and must count once.

# %% tags=["ways"]
def _own():
    landed = sessions[sessions["landing_page"] == "article"]
    return 100 * orders["session"].isin(landed["session"]).mean()


def _earlier():
    return 100 * before[before["landing_page"] == "article"]["order_id"].nunique() / len(orders)


@wrong("02-last-touch")
def of_the_earlier_visits():
    """Your `"earlier"` has another denominator: orders with an earlier visit, or earlier visits.

    The prompt says *of all orders*. How many are there?
    """
    share = before[before["landing_page"] == "article"]["order_id"].nunique() / before["order_id"].nunique()
    return {"own": _own(), "earlier": 100 * share}


@wrong("02-last-touch")
def whenever():
    """For `"earlier"` you took users who ever began a visit on an article, also in or after the visit of the order.

    Which table holds only the visits before it?
    """
    landed = sessions[sessions["landing_page"] == "article"]
    return {"own": _own(), "earlier": 100 * orders["user"].isin(landed["user"]).mean()}


@wrong("02-last-touch")
def rows_of_before():
    """For `"earlier"` you counted rows of `before`. An order with two article visits before it was counted twice.

    What turns rows into different orders?
    """
    return {"own": _own(), "earlier": 100 * (before["landing_page"] == "article").sum() / len(orders)}


@wrong("02-last-touch")
def opened_not_landed():
    """For `"own"` you took visits in which an article was opened at some point.

    A last-touch report looks at the door by which a visit came in. Which column names it?
    """
    reads = load("events")
    reads = reads[reads["page"] == "article"]
    return {"own": 100 * orders["session"].isin(reads["session"]).mean(), "earlier": _earlier()}


@wrong("02-last-touch")
def exchanged():
    """The two shares stand under each other's name.

    Which of them does a last-touch report see?
    """
    return {"own": _earlier(), "earlier": _own()}


@wrong("02-last-touch")
def counts():
    """These are numbers of orders.

    The prompt asks what percentage of all orders they are. Which division is missing?
    """
    return {"own": _own() * len(orders) / 100, "earlier": _earlier() * len(orders) / 100}


@wrong("02-last-touch")
def shares_between_0_and_1():
    """The shares are right, as numbers between 0 and 1.

    The prompt asks for percent. Which factor is missing?
    """
    return {"own": _own() / 100, "earlier": _earlier() / 100}


# %% [markdown]
# A last-touch report misses the second group, so "content never sells" cannot be read off it. But neither number is what the articles bring: the truth above is smaller than the first alone. Seen earlier is not caused either.

# %%
quiz("02-q18")

# %% [markdown]
# ### Exercise 5 (stretch). How close is it?
#
# Turn the test round. Of the users who did each of the eight micro conversions, what share ordered at some time in the log?
#
# Numerator: users with the event and an order. Denominator: users with the event. Scope: user. Window: the log. Exclusions: none. In percent, not rounded. Answer: a Series with the eight names as index.

# %% key="02-closeness" kind="series" objective="L2.4" places=4 stretch=true
events = load("events")
orders = load("orders")
micros = [
    "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
    "newsletter_signup", "add_to_wishlist", "view_size_guide",
]
closeness = ...
### BEGIN SOLUTION
rows = events[events["event"].isin(micros)]
did_it = rows.groupby("event")["user"].nunique()
ordered = rows[rows["user"].isin(orders["user"])].groupby("event")["user"].nunique()
closeness = 100 * ordered / did_it
### END SOLUTION

# %%
check("02-closeness")

# %% [markdown] tags=["hint"] key="02-closeness"
# Two Series, made in the same way from two tables: all rows of the eight, and those of users with an order. Which of them is the denominator?

# %% [markdown] tags=["hint"] key="02-closeness"
# `one / other` divides two Series name by name. Count users in the heaps, not rows.

# %% tags=["ways"]
def _users(rows, column="user"):
    return rows[rows["event"].isin(micros)].groupby("event")[column].nunique()


@wrong("02-closeness")
def of_the_buyers():
    """You divided by all buyers: what share of them did it. That is the number behind Exercise 1.

    Which group stands below the line when you ask how close an action is?
    """
    theirs = events[events["user"].isin(orders["user"])]
    return 100 * _users(theirs) / orders["user"].nunique()


@wrong("02-closeness")
def of_all_users():
    """You divided by all users, so rare actions look far away.

    Of whom does the question want a share?
    """
    theirs = events[events["user"].isin(orders["user"])]
    return 100 * _users(theirs) / events["user"].nunique()


@wrong("02-closeness")
def in_the_same_visit():
    """You asked for an order in the same visit. Subscribers come back by mail, days later.

    The scope is the user. Which column follows them?
    """
    theirs = events[events["session"].isin(orders["session"])]
    return 100 * _users(theirs, "session") / _users(events, "session")


@wrong("02-closeness")
def rows_in_the_heaps():
    """You counted rows. Who fills the cart three times weighs three times as much.

    What turns the rows of a heap into different users?
    """
    rows = events[events["event"].isin(micros)]
    theirs = rows[rows["user"].isin(orders["user"])]
    return 100 * theirs.groupby("event")["user"].count() / rows.groupby("event")["user"].count()


@wrong("02-closeness")
def those_who_did_not_order():
    """This is the share that did **not** order.

    Which rows of the second Series do you need?
    """
    theirs = events[events["user"].isin(orders["user"])]
    return 100 * (1 - _users(theirs) / _users(events))


# %%
quiz("02-q10", "02-q13", "02-q15", "02-q16", "02-q17", "02-q19")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minutes | what | how |
# |---|---|---|
# | 0-5 | Northlight's invoice; the bet | run the two cells, read the sentence aloud; each writes a number on paper |
# | 5-20 | Exercise 1 (section 1) | the test aloud; you fill the first gap on the screen, pairs the others; no-code tables do 02-q34, then 02-q02 |
# | 20-24 | The picture; the two kinds | each table explains one bar; read the table of the two kinds |
# | 24-29 | Vote (1) | vote, discuss with a neighbor, vote again |
# | 29-34 | Vote (2) | as before |
# | 34-40 | The definition form (section 3) | a first definition on the screen; each table calls one change and says who is counted now |
# | 40-45 | The truth about the magazine (section 5) | read some bets from the papers, run the cell; collect reasons, then open the fold |
# | 45-50 | The decision 02-q11 (section 7) | run the first table only; choose by show of hands, one reason for each choice |
#
# **Before class.** Rehearse in one unzipped handout and teach from a second, fresh one: its record is empty. Run the lesson there once, so that all is loaded, then *Edit*, *Clear Outputs of All Cells*. *Projector:* Ctrl+B hides the file list, Ctrl and + enlarges, the contents at the left jump to a section. Keep `solutions/` open in a second tab for what is solved on the screen. In Exercise 1 stop scrolling at the check: the code of the picture shows the way.
#
# **Early, or without a laptop.** Who is early replays visitors (explorer, in *Stretch*), takes Exercise 4 or 5, or writes a reason for each option that lost a vote. Who has no laptop sits with a pair as its reader; votes, bets and the no-code questions need none. *Home:* section 2, Exercise 3, sections 4 and 6, locking the decision and its consequence, exam corner.
#
# **What goes wrong.** The denominator of Exercise 1: let them say it as a sentence that begins with "of the buyers". In the heaps something else is counted than asked: what is one unit of the count? In the form several parts are changed at once, and nobody knows which one mattered: back to the last run, then one part. The truth about the magazine is read as a verdict on all content: ask for the second row of the table, and for the assumption below it.
#
# **If time is short,** drop the second vote, and take the form home.

# %% [markdown] tags=["instructor", "key"]
# ## Key for the instructor
#
# **The bet (02-q06).** Expect most bets between twenty and sixty. Defensible before the truth: anything below the share of readers, with a reason. Section 5 says 1.5 % of the orders and 13 % of the sign-ups. Say: Northlight's number was never wrong, it answered another question.
#
# **Vote (1), 02-q20.** Expect two thirds for *milestone*, since everybody passes the question. Defensible: a secondary action, still. The tick is a forced step that nobody wants for itself, and orders are possible without a sign-up: in the log 1,061 of 1,176 buyers, 90 %, have none. Ask what share of buyers would be without one after Theo's change.
#
# **Vote (2), 02-q21.** Expect an even split between *interest* and *cannot be said*. Defensible: it cannot be said before it is defined what counts. Ask for two stories that make the same number rise; the form then shows a visit for each: `v02` (a tab open for 3,660 seconds, 6 of them in view), `v07` (a slow page), `v04` (hunts for the shipping cost).
#
# **Replay, for who is early: Visitor A after the fourth moment (wish list).** Of the users who did the same, viewed and saved, 13.2 % ordered later. One moment on, with a cart, it is 38.3 %.
#
# **What goes wrong, and the answer.** Exercise 1: some take all users below the line, some turn the share round, some write `count` where `nunique` is meant. "Content is useless": sign-ups fall by 13 % without it, and in a real shop some readers would not come at all.
#
# **Exercises.** 1: five names at or below 11 %, three at 71 % and more, and the two decoys near zero. 2: 66 %. 3: eight; the two that are no interest, and the two that are missing, are the talk of the lesson.
#
# **Decision (02-q11).** Every choice is defensible with a reason. What to bring out: the wish list and the button raise a micro conversion and hardly an order; the early cost raises no cart and no checkout and brings orders; without the articles mostly sign-ups are missing. Say that the simulator sends every reader to another page; a real shop would lose some.

# %% tags=["facts"]
truth = load("truth_effects").set_index(["change", "outcome"])
for outcome in ["orders", "sign_ups"]:
    lost = truth.loc[("articles off", outcome)]
    print(round(-100 * lost["expected"] / lost["base"], 1))
events, buyers = load("events"), load("orders")["user"]
did = events[events["user"].isin(buyers)].groupby("event")["user"].nunique()
print((100 * (1 - did / buyers.nunique())).round(1).to_string())
signed_up = events[events["event"] == "newsletter_signup"]["user"]
print(f"{buyers.nunique() - buyers[buyers.isin(signed_up)].nunique():,} of {buyers.nunique():,}")
print(load("recorded_visits").query("visit == 'v02'")[["open_seconds", "active_seconds"]].to_string())
from workbook.widgets.explorer_replay import replays

followed = replays(load("events"), load("sessions"), load("products"))
for moment in followed.visitors[0]["moments"][3:5]:
    print(moment["text"], round(followed.groups[moment["group"]]["share"], 1))
beside = set(events[events["event"].isin(["newsletter_signup", "add_to_wishlist", "view_size_guide"])]["user"])
on_path = set(events[events["event"].isin(["add_to_cart", "begin_checkout", "create_account", "purchase"])]["user"])
print(round(100 * len(beside - on_path) / len(beside), 1))
