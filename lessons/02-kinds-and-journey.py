# ---
# title: Kinds of micro conversion and the journey
# genre: a detective story
# minutes: {core: 40, stretch: 30, no_code: 25}
# objectives: [L2.1, L2.2, L2.3, L2.4, L2.5]
# tables: [events, sessions, orders, products, truth_effects, recorded_visits, recorded_witness, journey_stages, social_report]
# moves: [groupby, sum]
# votes: [02-q20, 02-q21]
# emphasis: [close]
# ---

# %% [markdown]
# **The shop's question of the day: did they come through the magazine?**
#
# Northlight writes the articles in the shop's magazine. Its invoice gives one reason: "Most of your orders are by our readers." Mara hands it on: "What leads to an order, and what was only near when it happened?"

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
# ## 1 One buyer's file
#
# No log says why. It says who did what, in which order. Take the first order by somebody who had come three times before, opened an article and done something beside the path.

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

traces = events[events["user"] == buyer]
by_itself = ["session_start", "first_visit", "page_view", "scroll", "user_engagement"]
traces = traces[(traces["page"] == "article") | ~traces["event"].isin(by_itself)]
named = traces["event"].replace("page_view", "(article)")
left = named.groupby(traces["session"]).agg(lambda found: ", ".join(found.drop_duplicates()))

case = visits[visits["user"] == buyer].set_index("session")
case["left these traces"] = left.reindex(case.index).fillna("(pages only)")
case["day"] = case["start"].dt.strftime("%b %d")
case = case.rename(columns={"channel": "came by"})
text_table(case[["visit", "day", "came by", "left these traces"]], "All visits of one buyer")

# %% [markdown]
# The cart is filled in the first visit and paid for in the fourth; articles are read before the order and after it. Nor is this file the rule: 62 of 100 orders fall in the user's first logged visit.

# %% tags=["facts"]
first_visit = sessions.sort_values("start").drop_duplicates("user")
print(round(100 * orders["session"].isin(first_visit["session"]).mean(), 1))

# %%
quiz("02-q01")

# %% [markdown]
# ## 2 On the path, beside it, or only near
#
# One file proves nothing; take them all. One new move: `.groupby("event")` puts the rows into heaps, one for each name; what follows is done with each heap.

# %%
events = load("events")
events.groupby("event")["user"].nunique()  # of each event: how many different users

# %% [markdown]
# **Run and change one thing.** Put `"page"` in place of `"event"`. How many users opened an article?
#
# Lesson 01 put micro conversions on the path or beside it. The field's words for the two kinds:
#
# * **process milestone**: the way to an order is built to run through it;
# * **secondary action**: wanted, and an order is possible without it.
#
# The test: **of the buyers, what share never did it?** Zero or nearly zero, by design: a milestone.
#
# ### Exercise 1. Buyers without it
#
# Numerator: users with an order who never did the event. Denominator: users with an order. Scope: user. Window: the log. Exclusions: none. In percent, not rounded.
#
# Answer: a Series with the ten names of `traces` as index. Stuck? `hint("02-buyers-without")` in a new cell.

# %% key="02-buyers-without" kind="series" objective="L2.1" places=4
events = load("events")
orders = load("orders")
traces = [
    "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
    "newsletter_signup", "add_to_wishlist", "view_size_guide", "view_item", "page_view",
]
without_it = ...
# A way to begin (remove the first # of each line, fill the gaps):
# rows = events[events["event"].isin(traces)]
# theirs = rows[...]                             # the rows of users with an order
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


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("02-q02")

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
    f"At most {most:.0f} % of the buyers go without a milestone,\n"
    f"at least {least:.0f} % without a secondary action",
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
# The gap is wide, and the exceptions have reasons: customers of earlier years have an account, and an express checkout needs no cart. The last two rows warn: every buyer has a page view, and so has everybody else. Ask first whether an action is wanted.
#
# | | Process milestone | Secondary action |
# |---|---|---|
# | It answers | Where do people get stuck? | What else do they want, and whom can we reach again? |
# | It misleads when | it is made easy and the next step does not follow | it rises while the path gets worse |
# | Read it with | the next step | what it is wanted for, and the orders |
#
# Secondary is not second-rate. Only subscribers get mails, and without mails the shop would lose 9 of 100 orders (its truth, simulated).

# %% tags=["facts"]
truth = load("truth_effects")
no_mails = truth[(truth["change"] == "mails off") & (truth["outcome"] == "orders")].iloc[0]
print(round(-100 * no_mails["expected"] / no_mails["base"], 1))

# %%
quiz("02-q03")

# %% [markdown]
# ### Explorer
#
# Follow a visitor moment by moment, pause, and bet on the order. Then look at all who did the same: which traces were worth a bet?

# %%
replay_explorer()

# %% [markdown]
# ## 3 The contradiction
#
# A marketing article says halfway that secondary actions lie off the main path, and at its end that every micro conversion leads to the macro. Both cannot hold. Ask the log which one falls.

# %%
quiz("02-q05")

# %% [markdown]
# ### Exercise 2. Never on the path
#
# Of the users with at least one secondary action, what share never took a single step on the path?
#
# Numerator: users with an event in `secondary` and none in `path`. Denominator: users with an event in `secondary`. Scope: user. Window: the log. Exclusions: none. A number in percent, not rounded.

# %% key="02-never-on-the-path" kind="number" objective="L2.1" places=4
events = load("events")
secondary = ["newsletter_signup", "add_to_wishlist", "view_size_guide"]
path = [
    "add_to_cart", "begin_checkout", "create_account",
    "add_shipping_info", "add_payment_info", "purchase",
]
never_on_the_path = ...
### BEGIN SOLUTION
beside = events[events["event"].isin(secondary)]
on_path = events[events["event"].isin(path)]
both = beside[beside["user"].isin(on_path["user"])]
never_on_the_path = 100 * (1 - both["user"].nunique() / beside["user"].nunique())
### END SOLUTION

# %%
check("02-never-on-the-path")

# %% [markdown] tags=["hint"] key="02-never-on-the-path"
# Make two tables first: the rows beside the path, and the rows on it. Some users are in both. How do you keep the rows of the first whose user is also in the second?

# %% [markdown] tags=["hint"] key="02-never-on-the-path"
# Count users, not rows: those in both tables, and all in the first. What is left when the one share is taken from the whole?

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


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("02-q04")

# %% [markdown]
# Two of three are never seen on the path. "They will come later," says Northlight. Perhaps. But a claim that *later* always saves can never be wrong, and so says nothing. What stands has two parts: **on the path, or wanted beside it**.

# %% [markdown]
# ## 4 From "interested" to a definition
#
# Which products interest people? "Take the time on page," says Theo. That is a metric and no action, and it also grows with idle tabs, slow pages and confusion. A micro conversion needs five things settled: **trigger** (what happens), **object** (to what), **threshold** (how much), **scope** (within what), **de-duplication** (how often it counts).
#
# The form runs your definition on twelve recorded visits. Their visitors were asked afterwards. Change one part at a time.

# %%
definition_form()

# %% [markdown]
# Now in code. One new move: `.sum()` adds up each heap. (`active_seconds`: with the page in front, as GA4 counts engagement time.)

# %%
recorded = load("recorded_visits")
recorded.groupby("page")["open_seconds"].sum()

# %% [markdown]
# **Run and change one thing.** Put `"active_seconds"` in place of `"open_seconds"`. Which page loses most?
#
# ### Exercise 3. Engaged product views
#
# Count them under this definition: *within one visit, one product page is in front for 30 seconds or more in all, repeated openings and reloads added up; once per visit and product.* A whole number.

# %% key="02-engaged-views" kind="number" objective="L2.3" tolerance=0 by_hand=true
recorded = load("recorded_visits")
engaged_views = ...
# A way to begin (remove the first # of each line, fill the gaps):
# views = recorded[...]
# seconds = views.groupby(["visit", ...])[...].sum()   # one heap for each pair
# engaged_views = len(...)
### BEGIN SOLUTION
views = recorded[recorded["page"] == "product"]
seconds = views.groupby(["visit", "item"])["active_seconds"].sum()
engaged_views = len(seconds[seconds >= 30])
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
    return len((sums := recorded.groupby(["item", "visit"])["active_seconds"].sum())[sums >= 30])


@wrong("02-engaged-views")
def row_by_row():
    """You tested each row by itself. The three looks of `v03` are short, and together they are not.

    Which word of the definition says what happens to reloads?
    """
    return len(recorded[(recorded["page"] == "product") & (recorded["active_seconds"] >= 30)])


@wrong("02-engaged-views")
def open_tabs():
    """You counted the seconds a tab was open. `v02` forgot one for an hour.

    Which column counts only while the page is in front?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby(["visit", "item"])["open_seconds"].sum()
    return len(seconds[seconds >= 30])


@wrong("02-engaged-views")
def heaps_too_large():
    """Your heaps hold too much: all products of a visit together, or one product over all visits.

    Glances at two products are two short views. Which **two** columns make the heap that the definition means?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby("visit")["active_seconds"].sum()
    return len(seconds[seconds >= 30])


@wrong("02-engaged-views")
def visits_not_pairs():
    """You counted visits with an engaged view. `v05` compares two lamps, and each of them was looked at long enough.

    Once per visit, or once per visit *and product*?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby(["visit", "item"])["active_seconds"].sum()
    return seconds[seconds >= 30].reset_index()["visit"].nunique()


@wrong("02-engaged-views")
def every_kind_of_page():
    """You let other pages in: half a minute in the checkout is no product view.

    What is the object of the definition, and by which columns do the heaps have to be made?
    """
    seconds = recorded.groupby(["visit", "page"])["active_seconds"].sum()
    return len(seconds[seconds >= 30])


@wrong("02-engaged-views")
def every_pair():
    """You counted all pairs of visit and product, however short the look.

    Where does the threshold come in?
    """
    views = recorded[recorded["page"] == "product"]
    return len(views.groupby(["visit", "item"])["active_seconds"].sum())


@wrong("02-engaged-views")
def seconds_added():
    """This is a number of seconds. The exercise asks how many views reach the threshold.

    Which of the two counts what is left, `len` or `.sum()`?
    """
    views = recorded[recorded["page"] == "product"]
    seconds = views.groupby(["visit", "item"])["active_seconds"].sum()
    return int(seconds[seconds >= 30].sum())


@wrong("02-engaged-views")
def open_rows():
    """You tested each row by itself, and by the time its tab was open. Two parts of the definition are missing.

    What is added up before the threshold, and which seconds count?
    """
    return len(recorded[(recorded["page"] == "product") & (recorded["open_seconds"] >= 30)])


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("02-q07")

# %% [markdown]
# By what the visitors said, most of these views are interest. Three are not: `v04` hunts for the shipping cost, `v07` waits for a slow page, `v11` decides against the smaller frame. And `v10`, who bought on sight, is missing. Another threshold changes who is misread, not that somebody is: confusion is active too.

# %% tags=["facts"]
said = load("recorded_witness").dropna(subset=["interested"])
interested = {(v, item) for v, items in zip(said["visit"], said["interested"]) for item in items.split()}
views = load("recorded_visits").groupby(["visit", "item"])["active_seconds"].sum()
counted = set(views[views >= 30].index)
print(len(counted), len(counted & interested), sorted(counted - interested), sorted(interested - counted))

# %% [markdown]
# ## 5 The journey
#
# Kaushik's four stages go by what a person has in mind.

# %%
# To be run, not read: the stages, and how many users the log shows in each.
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
journey["users in the log"] = users
journey.columns = journey.columns.str.replace("_", " ")
text_table(journey, "The journey of a buyer of Pebble Street")

# %% [markdown]
# The third column holds **touchpoints** that no log records. And people skip stages.

# %%
quiz("02-q08")

# %% [markdown]
# Now the magazine. Only a simulated shop has such a file: the same 13 weeks, lived again without articles (averages, per 60,000 visits).

# %%
truth = load("truth_effects")
without = truth[truth["change"] == "articles off"].set_index("outcome")
without = without.loc[["orders", "sign_ups"], ["base", "expected"]]
without.columns = ["with the articles", "change without them"]
without["in %"] = 100 * without["change without them"] / without["with the articles"]
without.round(1)

# %% [markdown]
# Sixty of 100 orders are by readers, and without the articles not even two of 100 would be lost. How can both hold?
#
# * **Buyers leave every trace.** On average they see 22 pages in the log, other users four. Who opens many doors opens this one too.
# * **Some read too late.** Nine of 100 orders are by users who opened their first article after it.
# * **There were other doors.** Ten of 100 orders fall in a visit that began on an article; without it, that visit begins on a category page.
#
# Yet the magazine has a part, earlier: 13 of 100 sign-ups come from it, people to whom the shop can write. What they order after the 13 weeks, this file cannot say.

# %% tags=["facts"]
events, sessions, orders = load("events"), load("sessions"), load("orders")
reads = events[events["page"] == "article"]
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
# Northlight's second sheet: four weeks of the shop's posts.

# %%
report = load("social_report")
report["number"] = report["number"].map("{:,}".format)
report.columns = ["line", "how many", "what the platform counts", "each count carries"]
text_table(report, "Northlight's social report")

# %% [markdown]
# Followers and likes are won on the platform, from accounts that no visit knows. Without a shared **key** no line of this sheet meets a row of the log. They are no micro conversions of the site but a social KPI, and a **vanity metric** as long as no decision hangs on them.

# %%
quiz("02-q09")

# %% [markdown]
# ## 7 Four ways to rank
#
# Which micro conversion deserves Mara's attention? Four questions to each candidate: how **close** is it to the order, how **frequent** is it, can we **control** it, and is it **proven** that more of it brings orders?

# %%
# To be run, not read: close and frequent from the log, control and proof from the shop's truth.
events, buyers, truth = load("events"), load("orders")["user"], load("truth_effects")
users = events.groupby("event")["user"].nunique()
ordered = events[events["user"].isin(buyers)].groupby("event")["user"].nunique()
# What is lost without the pop-up is what it brings, so signs do not matter here:
effect = truth.set_index(["change", "outcome"])["expected"].abs()

ranking = pd.DataFrame(
    [
        ("add_payment_info", "", ""),
        ("add_to_cart", "louder cart button", "carts"),
        ("add_to_cart", "better product page", "carts"),
        ("newsletter_signup", "pop-up off", "sign_ups"),
        ("add_to_wishlist", "wish list for all", "wish_lists"),
    ],
    columns=["candidate", "change", "counted as"],
)
ranking["users"] = users[ranking["candidate"]].to_numpy()
share = (100 * ordered / users)[ranking["candidate"]]
ranking["of these ordered, %"] = share.map("{:.0f}".format).to_numpy()
more = [effect.get(pair) for pair in zip(ranking["change"], ranking["counted as"])]
won = [effect.get((change, "orders")) for change in ranking["change"]]
ranking["more of it"] = ["" if n is None else f"{n:,.0f}" for n in more]
ranking["more orders"] = ["" if n is None else f"{n:,.0f}" for n in won]
ranking["change"] = ranking["change"].replace("pop-up off", "pop-up, against none")
ranking.drop(columns="counted as").set_index("candidate")

# %%
quiz("02-q10")

# %% [markdown]
# Close, frequent and easy to move are no proof. The wish list looked like a clue because people who want things save things. Nor has a micro conversion a fixed worth: what a *change* brings has to be tried.

# %% [markdown]
# ## 8 Your decision

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

# %% [markdown]
# ## Exam corner

# %%
quiz("02-q12", "02-q13", "02-q14", "02-q15")

# %% [markdown]
# | The item | The usual key | Defensible |
# |---|---|---|
# | "All micro conversions are steps to the macro" | true | on the path, **or** wanted beside it |
# | "Saving to a wish list is a process milestone" | true (UserTesting, 2023) | a secondary action wherever most buyers do without it |
# | "Product view" | micro | a step of the funnel; micro with a threshold, or where somebody wants it |
# | "Likes and follows" | micro | a social KPI; micro only for an act on the site, such as its own share button |
# | "Time on page is a key action" | true | a metric; a micro once five parts are settled |
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
quiz("02-q19", "02-q16", "02-q17")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minutes | what | how |
# |---|---|---|
# | 0-5 | Northlight's invoice; the bet 02-q06 | run the two cells, read the sentence aloud; each writes a number on paper before locking it |
# | 5-10 | One buyer's file | on the screen; each table names one trace it believes in, and why |
# | 10-20 | The two kinds, Exercise 1 | in pairs; no-code tables do 02-q02; then the picture together |
# | 20-26 | Vote (1): 02-q20 | vote, discuss with a neighbor, vote again |
# | 26-32 | Replay explorer | the class bets by show of hands at each pause |
# | 32-38 | The definition form | each table changes one part and says who is counted now |
# | 38-43 | The truth about the magazine | open the bets, run the cell, ask for reasons before showing ours |
# | 43-48 | Vote (2): 02-q21 | vote, discuss, vote again |
# | 48-50 | The decision 02-q11 | choose and write down what would change the mind; consequences at home |
#
# **Before class.** Run the notebook once, so that the tables are loaded. Keep `solutions/` open in a second tab for what is solved on the screen. Home: Exercises 2 and 3, sections 6 and 7, exam corner.
#
# **What goes wrong.** The denominator of Exercise 1: some take all users, some turn the share round; ask them to say it as a sentence that begins with "of the buyers". `groupby` without a column in brackets, or with `count` where `nunique` is meant. In the form several parts are changed at once, and nobody knows which one mattered. The truth is read as "content is useless": send them to the second row of the table.
#
# **If time is short,** drop the second vote, and show one visitor of the explorer only.

# %% [markdown] tags=["instructor", "key"]
# ## Key for the instructor
#
# **The bet (02-q06).** Expect most bets between twenty and sixty. Defensible before the truth: anything below the share of readers, with a reason. Section 5 says 1.5 % of the orders and 13 % of the sign-ups. Say: Northlight's number was never wrong, it answered another question.
#
# **Vote (1), 02-q20.** Expect two thirds for *milestone*, since everybody passes the box. Defensible: a secondary action, still; the box is the milestone, the sign-up is not, since orders are possible without it. Ask what share of buyers would be without a sign-up.
#
# **Vote (2), 02-q21.** Expect an even split between *interest* and *cannot say*. Defensible: cannot say before it is defined what counts. Ask for two stories that make the same number rise, then for the row of the recorded visits that shows each.
#
# **Exercises.** 1: five names at or below 11 %, three at 71 % and more, and the two decoys near zero. 2: 66 %. 3: ten; the four that the definition gets wrong are the talk of the lesson.
#
# **Decision (02-q11).** Every choice is defensible with a reason. What to bring out: the wish list and the button raise a micro conversion and hardly an order; the early cost raises no micro conversion and brings orders; without the articles mostly sign-ups are missing.

# %% tags=["facts"]
truth = load("truth_effects").set_index(["change", "outcome"])
for outcome in ["orders", "sign_ups"]:
    lost = truth.loc[("articles off", outcome)]
    print(round(-100 * lost["expected"] / lost["base"], 1))
events, buyers = load("events"), load("orders")["user"]
did = events[events["user"].isin(buyers)].groupby("event")["user"].nunique()
print((100 * (1 - did / buyers.nunique())).round(1).to_string())
beside = set(events[events["event"].isin(["newsletter_signup", "add_to_wishlist", "view_size_guide"])]["user"])
on_path = set(events[events["event"].isin(["add_to_cart", "begin_checkout", "create_account", "purchase"])]["user"])
print(round(100 * len(beside - on_path) / len(beside), 1))
