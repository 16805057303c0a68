# ---
# title: Funnels
# genre: a laboratory
# minutes: {core: 50, stretch: 45, no_code: 30}
# objectives: [L7.1, L7.2, L7.3, L7.4, L7.5, L7.6, L7.7]
# tables: [mini_log, events, raw_events, sessions, order_items, products, cart_outage]
# moves: [shift]
# emphasis: [delivery, if later steps hold]
# votes: [07-q32, 07-q33]
# cited:
#   "49": "The Baymard Institute, average of its studies, 2024 to 2026"
# ---

# %% [markdown]
# **The shop's question of the day: of those who look at a product, how many order?**
#
# Two reports lie on Mara's desk, by Northlight and by Theo. Same 13 weeks, same four steps, no slip in the arithmetic.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import pandas as pd

from workbook import check, hint, load, quiz, show, solution
from workbook import consequence, funnel, funnel_explorer, glossary, transitions

steps = ["view_item", "add_to_cart", "begin_checkout", "purchase"]

# %%
log = load("events")
northlight = funnel(log, steps, scope="session")
theo = funnel(log, steps, scope="user")

rate_northlight = 100 * northlight["purchase"] / northlight["view_item"]
rate_theo = 100 * theo["purchase"] / theo["view_item"]
print("Northlight:", rate_northlight.round(1), "%")
print("Theo:      ", rate_theo.round(1), "%")

# %% [markdown]
# Which one may she use? Change one condition at a time and watch who disappears.
#
# **Afterwards you can**
#
# * compute what each step keeps, and what a better step does to the total;
# * tell apart open and closed, users and sessions, order and time limit;
# * compute cart and checkout abandonment;
# * choose the step to improve by what can be won back;
# * see when a funnel cannot be true.
#
# **Two routes.** With code: all that is not marked *stretch*. Without: run, skip the exercises, answer every question before *Stretch*. Figure cells are to be run, not read.

# %%
quiz.recall("07")

# %% [markdown]
# ## 1 Six visitors, by hand
#
# A **funnel** is a list of steps and a rule that says who counts at each. The *mini-log* has six visitors; each number is the minute of a step, `s1` and `s2` are a visitor's sessions.

# %%
mini_log = load("mini_log")
# One row for each session, one column for each step, the minutes inside:
table = mini_log.astype(str).pivot(index=["user", "session"], columns="event", values="minute")
table.fillna("")[steps]

# %% [markdown]
# **Open**: whoever did a step counts there, wherever they came in. **Closed**: only who did all steps before it counts. **In order**: each step after the one before.
#
# ### Exercise 1. With your finger
#
# Closed, in order, any time between the steps: how many **users** count at the view, the cart, the checkout, the purchase?
#
# Answer: a list of four whole numbers, such as `[6, 6, 6, 6]`. Stuck? `hint("07-by-hand")` in a new cell.

# %% key="07-by-hand" kind="list" objective="L7.2" ordered=true by_hand=true
closed_users = ...
### BEGIN SOLUTION
closed_users = [5, 3, 2, 2]
### END SOLUTION

# %%
check("07-by-hand")

# %% [markdown] tags=["hint"] key="07-by-hand"
# Take one user at a time, both sessions together. Stop at the first step that is missing or comes too early; nothing after it counts.

# %% [markdown] tags=["hint"] key="07-by-hand"
# Follow `u6` with a finger. Which came first, the view or the cart? Then `u4`: which step is missing?

# %% tags=["ways"]
from workbook.authoring import accepted, cases, wrong


@accepted("07-by-hand")
def by_the_function():
    return funnel(load("mini_log"), steps).tolist()


@wrong("07-by-hand")
def all_rows():
    """You counted rows, or sessions. `u5` viewed two products, and that made two of one user.

    The exercise counts users. How many different users ever viewed a product? Then ask of each later step who has earned it.
    """
    return funnel(load("mini_log"), steps, scope="event", closed=False).tolist()


@wrong("07-by-hand")
def users_with_the_event():
    """You counted every user who ever did the step. That is the open funnel.

    `u3` never viewed a product. Should the cart step of a closed funnel count `u3`?
    """
    return funnel(load("mini_log"), steps, closed=False).tolist()


@wrong("07-by-hand")
def any_order():
    """You let in a user who did the steps in another order.

    Look at the minutes of `u6`. Which came first?
    """
    return funnel(load("mini_log"), steps, order="any").tolist()


@wrong("07-by-hand")
def by_session():
    """You counted sessions. `u2` filled the cart in one session and checked out in the next, and so fell out.

    The exercise counts users. Is there anything in the way of `u2`, seen as one user?
    """
    return funnel(load("mini_log"), steps, scope="session").tolist()


@wrong("07-by-hand")
def too_slow():
    """You dropped `u2`, who came back a day later.

    Does the exercise set a time limit between the steps?
    """
    return funnel(load("mini_log"), steps, window=30).tolist()


@wrong("07-by-hand")
def only_the_view_is_asked_for():
    """You asked only whether a user ever viewed a product, and then counted what else they did.

    Closed means: *all* steps before. Look at `u4` at the checkout, and at the minutes of `u6`.
    """
    return [5, 4, 3, 3]


@wrong("07-by-hand")
def two_views_two_users():
    """Your later steps are right. At the view you counted `u5` twice.

    The exercise counts users, not visits. How many different users viewed a product?
    """
    return [6, 3, 2, 2]


@wrong("07-by-hand")
def out_from_the_start():
    """You dropped somebody at the view for what happened afterwards.

    Whoever viewed a product counts at the view. Which step is the first that `u4`, and that `u6`, has not earned?
    """
    return [4, 3, 2, 2]


@wrong("07-by-hand")
def visits_and_any_way_on():
    """Two things at once. At the view you counted `u5` twice; after it you let in whoever did the step and ever viewed a product.

    The exercise counts users, and *closed* asks for all steps before, in order. Look at `u4` at the checkout, and at the minutes of `u6`.
    """
    return [6, 4, 3, 3]


@wrong("07-by-hand")
def both_out_from_the_start():
    """You dropped `u4` and `u6` from the view for what happened afterwards.

    Whoever viewed a product counts at the view. Which step is the first that each of them has not earned?
    """
    return [3, 3, 2, 2]


@wrong("07-by-hand")
def the_cart_of_the_second_visit():
    """You left `u5` out at the cart. Did you look at the first visit only?

    Follow `u5` through both sessions: is there a view before the cart?
    """
    return [5, 2, 2, 2]


@wrong("07-by-hand")
def cart_may_be_missing():
    """You let `u4` through to the checkout.

    Closed means: *all* steps before. Which one did `u4` never take?
    """
    return [5, 3, 3, 3]


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("07-q02")

# %% [markdown]
# Now the same log under six definitions. In `funnel(log, steps, ...)` the choices follow the steps. If you name none: users, closed, in order, no limit.

# %%
log = load("mini_log")
six = {
    "events": funnel(log, steps, scope="event", closed=False),
    "users, open": funnel(log, steps, scope="user", closed=False),
    "sessions, open": funnel(log, steps, scope="session", closed=False),
    "users, closed": funnel(log, steps, scope="user"),
    "sessions, closed": funnel(log, steps, scope="session"),
    "users, closed, limit": funnel(log, steps, scope="user", window=30),
}
pd.DataFrame(six).T  # .T turns the table: one row for each definition

# %% [markdown]
# Four purchases, or two, or one. No row is wrong, and none can be used without its name.
#
# **Run and change one thing** (with code). Put `window=1440` (a day, in minutes) in place of `window=30`. Who comes back?

# %%
quiz("07-q04")

# %% [markdown]
# ### Explorer
#
# First choose *closed*. From there find **two** single changes that each remove `u2` from the purchase, and one, still closed, that brings `u6` to the cart. Then switch to the whole log.

# %%
funnel_explorer()

# %% [markdown]
# ## 2 Five choices
#
# State all five, with the dates and what is left out, or nobody can repeat your number.
#
# | Choice | In `funnel(log, steps, ...)` | In GA4's funnel exploration (2026) |
# |---|---|---|
# | steps | a list of event names | steps |
# | scope | `scope="user"`, `"session"`, `"event"` | users |
# | entry | `closed=True` or `closed=False` | closed unless you make it open |
# | order | `order="in order"` (anything may lie between), `"directly"` (the very next event), `"any"` | indirectly, directly followed by |
# | step window | `window=30` (minutes), `"1 day"`, `None` (no limit) | time limit between steps |
#
# Ours may start at *any* occurrence of a step; GA4 does not publish every detail.
#
# ### Exercise 2. Mara's own question
#
# *"Of the people who viewed a product, how many went on to cart, checkout and order, one after the other, each step at most seven days after the one before? I don't care how often they came."*
#
# Choose what follows the steps. Answer: the Series that `funnel` gives.

# %% tags=["facts"]
print("a week has", 7 * 24, "hours")

# %% key="07-choose" kind="series" objective="L7.3"
log = load("events")
steps = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
mara = ...
# A way to begin (remove the first #, fill the gap):
# mara = funnel(log, steps, ...)
### BEGIN SOLUTION
mara = funnel(log, steps, scope="user", window="7 days")
### END SOLUTION

# %%
check("07-choose")

# %% [markdown] tags=["hint"] key="07-choose"
# Underline the words in her sentence that decide the scope, the entry, the order and the window. Which of them does `funnel` choose already if you say nothing?

# %% [markdown] tags=["hint"] key="07-choose"
# A bare number for `window` means minutes. How else can you say a week? The table above shows one way.

# %% tags=["ways"]
@accepted("07-choose")
def in_minutes():
    return funnel(log, steps, closed=True, order="in order", window=7 * 24 * 60)


@wrong("07-choose")
def seven_minutes():
    """You allowed seven **minutes**: a bare number counts minutes.

    How many minutes has a week? Or write the unit.
    """
    return funnel(log, steps, window=7)


@wrong("07-choose")
def a_week_in_hours():
    """Your limit is a few hours. A week has 168 *hours*, and a bare number counts something else.

    What does it count? Or write the unit.
    """
    return funnel(log, steps, window=7 * 24)


@wrong("07-choose")
def in_any_order():
    """You let the steps come in any order, and without a limit.

    Mara says "one after the other", and she names a time. Which two choices are these?
    """
    return funnel(log, steps, order="any")


@wrong("07-choose")
def nothing_in_between():
    """You asked for each step as the *very next* event, so a look at another page throws people out.

    "One after the other": does Mara forbid anything in between?
    """
    return funnel(log, steps, order="directly", window="7 days")


@wrong("07-choose")
def within_a_session():
    """You counted sessions. No session lasts a week, so a limit of seven days has nothing to remove.

    Mara does not care how often people came. Which scope follows a person from visit to visit?
    """
    return funnel(log, steps, scope="session", window="7 days")


@wrong("07-choose")
def no_limit():
    """You set no limit, so an order weeks after the cart counts.

    Which words of Mara's does your call leave out?
    """
    return funnel(log, steps)


@wrong("07-choose")
def open_funnel():
    """You counted everybody who ever did the step, in whatever order: an open funnel.

    Mara says "one after the other". May an order without a cart count?
    """
    return funnel(log, steps, closed=False)


@wrong("07-choose")
def one_session_per_user():
    """These are distinct sessions that held each step. Mara asks about people, and about a path.

    Which argument follows a person, and which one makes the earlier steps a condition?
    """
    return funnel(log, steps, scope="session", closed=False)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("07-q05")

# %% [markdown]
# **Why the two reports differ.** Northlight counted sessions, Theo users. Who looks on Monday and buys on Thursday has one whole path as a user, two broken ones as sessions.

# %%
log = load("events")
limits = ["30 min", "1 day", "3 days", "7 days", "14 days", "30 days"]
buyers = pd.Series({limit: funnel(log, steps, window=limit)["purchase"] for limit in limits})
buyers["no limit"] = funnel(log, steps)["purchase"]
late = buyers - buyers["30 min"]

fig, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
ax.bar(late.index, late, color="#0072B2")
ax.bar_label(ax.containers[0], fontsize=9)
ax.set_title(
    f"A half-hour limit loses {late['no limit']} of {buyers['no limit']:,} buyers; "
    f"two weeks a step find {late['14 days']} of them",
    fontsize=10.5,
    loc="left",
)
ax.set_xlabel("longest time allowed between two steps")
ax.set_ylabel("users found beyond\nthe half-hour limit")
ax.spines[["top", "right"]].set_visible(False)
more = ", ".join(f"{limit}: {n} more" for limit, n in late.iloc[1:].items())
show(
    fig,
    alt=f"Bar chart. With 30 minutes between steps the closed user funnel finds "
    f"{buyers['30 min']:,} buyers. Longer limits find more. {more}.",
)

# %% [markdown]
# **Neither report answers Mara.** As she asks it (users, closed, in order, at most a week from step to step, these 13 weeks), 1,094 of 12,111 viewers ordered: 9.0 %. Theo's 9.4 % sets no limit; Northlight's 7.9 % tells how often one visit does it all. (Who looks on the phone and orders on the laptop is lost to all three.)

# %% tags=["facts"]
asked = funnel(log, steps, window="7 days")
print(f"{asked['purchase']:,} of {asked['view_item']:,}:", round(100 * asked["purchase"] / asked["view_item"], 1), "%")
print("Theo", rate_theo.round(1), "Northlight", rate_northlight.round(1))

# %% [markdown]
# ## 3 Abandoned what?
#
# $$\text{cart abandonment} = 1 - \frac{\text{orders}}{\text{carts}}$$
#
# $$\text{checkout abandonment} = 1 - \frac{\text{orders}}{\text{checkouts begun}}$$
#
# Count both in one unit, such as users. Above the line belong only orders that followed one of the carts (checkouts) below it.
#
# ### Exercise 3. Two abandonments
#
# Users, closed, in order, no limit, the 13 weeks of the log.
#
# * `"cart"`: of the users who filled a cart, the percentage without an order afterwards;
# * `"checkout"`: the same of **all** users who began checkout.
#
# A step's name takes its count out of a funnel: `from_cart["purchase"]`. Answer: a dictionary `{"cart": ..., "checkout": ...}`, in percent, not rounded.

# %% key="07-abandonment" kind="mapping" objective="L7.4" places=6
log = load("events")
# A way to begin (remove the first #):
# from_cart = funnel(log, ["add_to_cart", "purchase"])
abandonment = ...
### BEGIN SOLUTION
from_cart = funnel(log, ["add_to_cart", "purchase"])
from_checkout = funnel(log, ["begin_checkout", "purchase"])
abandonment = {
    "cart": 100 * (1 - from_cart["purchase"] / from_cart["add_to_cart"]),
    "checkout": 100 * (1 - from_checkout["purchase"] / from_checkout["begin_checkout"]),
}
### END SOLUTION

# %%
check("07-abandonment")

# %% [markdown] tags=["hint"] key="07-abandonment"
# A funnel may have two steps. Where does it start for the cart, and where for the checkout?

# %% [markdown] tags=["hint"] key="07-abandonment"
# `from_cart["purchase"] / from_cart["add_to_cart"]` is the share that did order. What is asked is the rest, in percent. The checkout needs a funnel of its own.

# %% tags=["ways"]
def _both(carts, orders, checkouts, orders_of_checkouts):
    return {"cart": 100 * (1 - orders / carts), "checkout": 100 * (1 - orders_of_checkouts / checkouts)}


@accepted("07-abandonment")
def rounded():
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return {name: round(float(value), 6) for name, value in _both(*one, *two).items()}


@wrong("07-abandonment")
def rounded_to_one_decimal():
    """Your counts are right, but rounded. The prompt asks for all digits.

    Another definition lies so close that only they tell the two apart. What does `round` take away?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return {name: round(float(value), 1) for name, value in _both(*one, *two).items()}


@wrong("07-abandonment")
def every_buyer():
    """You set all buyers against the carts, also those who ordered without a recorded cart before.

    Their orders rescued no cart. Which kind of funnel counts only orders that came after a cart?
    """
    counts = funnel(log, steps, closed=False)
    return _both(counts["add_to_cart"], counts["purchase"], counts["begin_checkout"], counts["purchase"])


@wrong("07-abandonment")
def one_funnel_for_both():
    """Your cart figure is right. For the checkout you took only those who had a cart before.

    The prompt says *all* users who began checkout. With which step must that funnel start?
    """
    counts = funnel(log, steps)
    return _both(counts["add_to_cart"], counts["purchase"], counts["begin_checkout"], counts["purchase"])


@wrong("07-abandonment")
def shares_that_ordered():
    """These are the shares that did order, as numbers between 0 and 1.

    Abandonment is the rest, and the prompt asks for percent. Which two steps are missing?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return {"cart": one["purchase"] / one["add_to_cart"], "checkout": two["purchase"] / two["begin_checkout"]}


@wrong("07-abandonment")
def percentages_that_ordered():
    """These are the percentages that *did* order.

    Abandonment is the rest. How much is missing to all of the group?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return {
        "cart": 100 * one["purchase"] / one["add_to_cart"],
        "checkout": 100 * two["purchase"] / two["begin_checkout"],
    }


@wrong("07-abandonment")
def hundred_minus_a_share():
    """You took a share between 0 and 1 away from 100.

    Both must be in the same unit. What is the share in percent?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return {
        "cart": 100 - one["purchase"] / one["add_to_cart"],
        "checkout": 100 - two["purchase"] / two["begin_checkout"],
    }


@wrong("07-abandonment")
def people_not_percent():
    """These are numbers of people. The prompt asks what percentage they are.

    Of which group is each of them a part?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return {
        "cart": float(one["add_to_cart"] - one["purchase"]),
        "checkout": float(two["begin_checkout"] - two["purchase"]),
    }


@wrong("07-abandonment")
def carts_below_both():
    """Your cart figure is right. Under the checkout figure stand the carts as well.

    Checkout abandonment starts later. Which group is its denominator?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return _both(one["add_to_cart"], one["purchase"], one["add_to_cart"], two["purchase"])


@wrong("07-abandonment")
def orders_of_carts_over_all_checkouts():
    """Your cart figure is right. In the checkout figure two groups are mixed: above stand the orders that followed a cart, below all checkouts.

    Who began checkout and ordered without a recorded cart is below the line. Where are their orders?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return _both(one["add_to_cart"], one["purchase"], two["begin_checkout"], one["purchase"])


@wrong("07-abandonment")
def the_cart_figure_twice():
    """Your cart figure is right, and it stands under both names.

    Checkout abandonment has a group of its own. With which step does that funnel start?
    """
    one = funnel(log, ["add_to_cart", "purchase"])
    return _both(*one, *one)


@wrong("07-abandonment")
def the_checkout_figure_twice():
    """Your checkout figure is right, and it stands under both names.

    Cart abandonment has a group of its own. With which step does that funnel start?
    """
    two = funnel(log, ["begin_checkout", "purchase"])
    return _both(*two, *two)


@wrong("07-abandonment")
def rows_and_orders():
    """You counted rows: every thing put into a cart, every checkout, every order.

    Who fills the cart twice is one user. What does the prompt count?
    """
    counts = funnel(log, steps, scope="event", closed=False)
    return _both(counts["add_to_cart"], counts["purchase"], counts["begin_checkout"], counts["purchase"])


@wrong("07-abandonment")
def sessions_of_the_long_funnel():
    """You counted sessions, in the long funnel that begins with the view.

    Which scope does the prompt name? And must a checkout have had a view and a cart in the same visit to belong to *all* who began it?
    """
    counts = funnel(log, steps, scope="session")
    return _both(counts["add_to_cart"], counts["purchase"], counts["begin_checkout"], counts["purchase"])


@wrong("07-abandonment")
def step_by_step():
    """You took the step losses of the long funnel: left between cart and checkout, left between checkout and order.

    Cart abandonment runs from the cart all the way to the order. With which two steps can a funnel do that?
    """
    counts = funnel(log, steps)
    return _both(counts["add_to_cart"], counts["begin_checkout"], counts["begin_checkout"], counts["purchase"])


@wrong("07-abandonment")
def in_sessions():
    """You counted sessions. Who fills the cart today and orders tomorrow has abandoned a session, not the shop.

    Which scope does the prompt name?
    """
    one, two = (funnel(log, [start, "purchase"], scope="session") for start in ("add_to_cart", "begin_checkout"))
    return _both(*one, *two)


@wrong("07-abandonment")
def exchanged():
    """The two figures stand under each other's name.

    Which is larger, the group with a cart or the group at the checkout? Which of the two then loses more on its way to the order?
    """
    one, two = (funnel(log, [start, "purchase"]) for start in ("add_to_cart", "begin_checkout"))
    return _both(*two, *one)


@wrong("07-abandonment")
def left_at_the_next_step():
    """Your cart figure is the share that left between cart and checkout.

    Cart abandonment runs from the cart all the way to the order. Which count belongs on top?
    """
    counts = funnel(log, ["add_to_cart", "begin_checkout"])
    two = funnel(log, ["begin_checkout", "purchase"])
    return _both(counts["add_to_cart"], counts["begin_checkout"], *two)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("07-q06")

# %% [markdown]
# The Baymard Institute's average of 49 studies is 70.19 % (secondary pages, 2024 to 2026): 1 - orders / carts, with scope and window as each study chose. How near is Pebble Street?

# %%
for scope in ["user", "session"]:
    carts = funnel(load("events"), ["add_to_cart", "purchase"], scope=scope)
    lost = 100 * (1 - carts["purchase"] / carts["add_to_cart"])
    print("Cart abandonment, scope", scope, "in %:", lost.round(1))
    print("   difference to Baymard, percentage points:", round(lost - 70.19))

# %% [markdown]
# The figure for users is a little too high: carts of the last days had no time to be paid for.

# %%
quiz("07-q07")

# %% [markdown]
# ## 4 Which step first?
#
# A step's **completion** is its count divided by the count before. One new move: `.shift()` moves a Series down by one, so `counts / counts.shift()` gives all completions. (`NaN`: no number, since nothing comes before the first step.)

# %%
counts = pd.Series(
    {"visit": 10000, "view": 4000, "cart": 1000, "checkout": 500, "order": 300}
)
today = 0.40 * 0.25 * 0.50 * 0.60  # the completions, multiplied: order / visit
better = 0.40 * 0.25 * 0.55 * 0.60  # checkout lifted from 0.50 to 0.55, the others hold
print("Whole funnel, today: ", round(100 * today, 1), "%")
print("With better checkout:", round(100 * better, 1), "%")
pd.DataFrame({"count": counts, "completion": counts / counts.shift()})

# %% [markdown]
# Ten percent more at *one* step is ten percent more in *total*, whichever it is, **if later steps hold** (keep their completions). A large loss need not be worth mending: many product viewers may only be looking; the log does not say. Ask what can be won back:
#
# $$\text{recoverable value} = \text{orders} \times \Big(\frac{\text{reachable completion}}{\text{completion now}} - 1\Big) \times \text{margin per order}$$
#
# *Reachable* needs evidence: last year, another device, a test. Take phones, and what desktop reaches already, in closed session funnels with two more steps:

# %%
checkout_steps = [
    "view_item", "add_to_cart", "begin_checkout",
    "add_shipping_info", "add_payment_info", "purchase",
]
# merge adds to each event the device of its session:
log = load("events").merge(load("sessions")[["session", "device"]], on="session")
by_device = pd.DataFrame()
for device in ["mobile", "desktop"]:
    rows = log[log["device"] == device]
    by_device[device] = funnel(rows, checkout_steps, scope="session")

items = load("order_items").merge(load("products")[["item_id", "margin"]], on="item_id")
margin = (items["quantity"] * items["margin"]).sum() / items["order_id"].nunique()
print("Margin of an average order, in dollars:", margin.round(2))
by_device

# %% tags=["facts"]
print("lost at each step on phones:", 100 * (1 - by_device["mobile"] / by_device["mobile"].shift()))
ordered = load("orders").merge(load("sessions")[["session", "device"]], on="session")
theirs = items[items["order_id"].isin(ordered[ordered["device"] == "mobile"]["order_id"])]
print("margin of a phone order:", (theirs["quantity"] * theirs["margin"]).sum() / theirs["order_id"].nunique())

# %%
quiz("07-q01")

# %% [markdown]
# ### Exercise 4. Won back on phones
#
# `phone` and `desktop` are the columns above, `margin` the dollars of an average order on any device. If *one* step on phones reached desktop's completion and later steps held, how many **more** dollars of margin would the phone orders of this funnel bring in the log's 13 weeks? For every step.
#
# Answer: a Series, the six steps as index (the first is `NaN`). Values may be negative.

# %% key="07-recoverable" kind="series" objective="L7.5" places=0
log = load("events").merge(load("sessions")[["session", "device"]], on="session")
checkout_steps = [
    "view_item", "add_to_cart", "begin_checkout",
    "add_shipping_info", "add_payment_info", "purchase",
]
phone = funnel(log[log["device"] == "mobile"], checkout_steps, scope="session")
desktop = funnel(log[log["device"] == "desktop"], checkout_steps, scope="session")
items = load("order_items").merge(load("products")[["item_id", "margin"]], on="item_id")
margin = (items["quantity"] * items["margin"]).sum() / items["order_id"].nunique()

recoverable = ...
# A way to begin (remove the first # of each line, fill the gaps):
# now = phone / ...  # completions on phones
# reachable = ...  # completions on desktop
# recoverable = phone["purchase"] * (...) * margin
### BEGIN SOLUTION
now = phone / phone.shift()
reachable = desktop / desktop.shift()
recoverable = phone["purchase"] * (reachable / now - 1) * margin
### END SOLUTION

# %%
check("07-recoverable")

# %% [markdown] tags=["hint"] key="07-recoverable"
# Two Series of completions come first: what phones do now, and what desktop does. Both divide each step by the one before.

# %% [markdown] tags=["hint"] key="07-recoverable"
# By which factor would a step grow? Phone orders grow by the same factor. How many orders is that *more*, and what does one bring?

# %% tags=["ways"]
@accepted("07-recoverable")
def by_the_new_total():
    better = phone["purchase"] / (phone / phone.shift()) * (desktop / desktop.shift())
    return (better - phone["purchase"]) * margin


@wrong("07-recoverable")
def everybody_lost():
    """You priced everybody who left as if they had been about to order.

    Desktop loses people at each step too. Who of those lost on phones could have been kept, and how many of these would have gone on to the order?
    """
    return (phone.shift() - phone) * margin


@wrong("07-recoverable")
def points_times_orders():
    """You multiplied the orders by the gap in percentage points.

    From 0.50 to 0.55 the gap is 0.05, yet the total grows by 10 %. By which factor does a step grow?
    """
    return phone["purchase"] * (desktop / desktop.shift() - phone / phone.shift()) * margin


@wrong("07-recoverable")
def nobody_leaves_later():
    """You priced everybody kept at this step as an order. But they still have the later steps before them.

    What share of those who pass this step on phones goes on to the order?
    """
    return phone.shift() * (desktop / desktop.shift() - phone / phone.shift()) * margin


@wrong("07-recoverable")
def of_the_first_step():
    """You divided each step by the **first** one. That mixes a step with all steps before it.

    Which count is the denominator of a step's completion?
    """
    return phone["purchase"] * ((desktop / desktop.iloc[0]) / (phone / phone.iloc[0]) - 1) * margin


@wrong("07-recoverable")
def orders_of_desktop():
    """You let the orders of *desktop* grow. The better step is on phones.

    Whose orders does the formula start from?
    """
    return desktop["purchase"] * ((desktop / desktop.shift()) / (phone / phone.shift()) - 1) * margin


@wrong("07-recoverable")
def counts_for_completions():
    """You compared the counts of desktop and phones. They differ mostly because more visits come from phones.

    What does `now` hold if it is to be a completion?
    """
    return phone["purchase"] * (desktop / phone - 1) * margin


@wrong("07-recoverable")
def counts_the_other_way_round():
    """You compared the counts of phones and desktop. More visits come from phones, so that says nothing about a step.

    What do `now` and `reachable` hold if they are to be completions?
    """
    return phone["purchase"] * (phone / desktop - 1) * margin


@wrong("07-recoverable")
def divided_by_the_step_after():
    """You divided each step by the one *after* it.

    `.shift()` with empty parentheses brings the step before. Which of the two is below the line of a completion?
    """
    return phone["purchase"] * ((desktop / desktop.shift(-1)) / (phone / phone.shift(-1)) - 1) * margin


@wrong("07-recoverable")
def phones_beside_themselves():
    """Nothing but zeros: `now` and `reachable` hold the same completions.

    Whose completions does each of the two names stand for?
    """
    now = phone / phone.shift()
    return phone["purchase"] * (now / now - 1) * margin


@wrong("07-recoverable")
def each_step_by_itself():
    """Nothing but zeros: you divided each count by itself, or by its own completion.

    A completion needs the count before. Which move brings it beside the step?
    """
    return phone["purchase"] * (phone / phone - 1) * margin


@wrong("07-recoverable")
def orders_of_every_device():
    """You let the orders of *all* devices grow. The better step is on phones.

    Whose orders does the formula start from?
    """
    orders = items["order_id"].nunique()
    return orders * ((desktop / desktop.shift()) / (phone / phone.shift()) - 1) * margin


@wrong("07-recoverable")
def difference_of_the_counts():
    """You subtracted the counts of the two devices. More visits come from phones, so this says nothing about a step.

    What would phones keep at a step if they kept the same *share* as desktop?
    """
    return (desktop - phone) * margin


@wrong("07-recoverable")
def without_parentheses():
    """Python multiplies and divides before it subtracts, so you took `margin` away at the end.

    From what does the formula subtract 1? Put parentheses around that.
    """
    return phone["purchase"] * (desktop / desktop.shift()) / (phone / phone.shift()) - 1 * margin


@wrong("07-recoverable")
def the_other_way_round():
    """Something stands the wrong way round: what should be a gain is a loss here.

    In a completion, is the step on top, or the step before it? And in `reachable / now`, which of the two names is on top?
    """
    return phone["purchase"] * ((phone / phone.shift()) / (desktop / desktop.shift()) - 1) * margin


@wrong("07-recoverable")
def all_margin_of_the_step():
    """This is the margin of all orders after the change. Recoverable is only what comes on top of today's.

    What must you take away?
    """
    return phone["purchase"] * ((desktop / desktop.shift()) / (phone / phone.shift())) * margin


@wrong("07-recoverable")
def orders_not_dollars():
    """These are orders. Mara asked for dollars of margin.

    Which given number is not used yet?
    """
    return phone["purchase"] * ((desktop / desktop.shift()) / (phone / phone.shift()) - 1)


# %% [markdown]
# **No code?** Answer this instead.

# %% tags=["facts"]
print("a gap of", 0.55 - 0.50, "and a total that grows by", 100 * (0.55 / 0.50 - 1), "%")
print("07-q08:", 100 * 1000 / 10000, 100 * 480 / 5000, 100 * 200 / 1000, 100 * 144 / 480, 100 * 110 / 200, 100 * 108 / 144, 110 * (75 / 55 - 1))

# %%
quiz("07-q08")

# %%
import numpy as np

from workbook.analysis.funnels import recoverable_value, step_abandonment, step_completion

mobile, desk = by_device["mobile"], by_device["desktop"]
reachable = step_completion(desk)
lost = 100 * step_abandonment(mobile).iloc[1:]
won = recoverable_value(mobile, reachable, margin).iloc[1:]
# The 95 % interval of the ratio of two shares (delta method on its logarithm).
luck = 1.96 * (1 / mobile - 1 / mobile.shift() + 1 / desk - 1 / desk.shift()).iloc[1:] ** 0.5
whole = mobile["purchase"] * margin
low, high = ((won + whole) * np.exp(side * luck) - whole for side in (-1, 1))
unsure = (low < 0) & (high > 0)
colors = np.where(unsure, "#CCCCCC", np.where(won > 0, "#0072B2", "#D55E00"))
top = won.idxmax()

fig, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.3), sharey=True, layout="constrained")
left.barh(lost.index, lost, color="#999999")
right.barh(won.index, won, color=colors, xerr=[won - low, high - won], capsize=3)
right.axvline(0, color="black", linewidth=0.8)
left.invert_yaxis()
left.set_xlabel("lost at this step on phones, %")
right.set_xlabel("margin won at desktop's level, $ in 13 weeks\n(thin line: 95 % interval)")
fig.suptitle(
    f"Phones lose most people at {lost.idxmax()}, and could win most at {top}",
    fontsize=11,
)
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
show(
    fig,
    alt=f"Two bar charts over the five steps on phones. Left, share lost: largest at "
    f"{lost.idxmax()} with {lost.max():.0f} %. Right, margin that could be won at desktop's "
    f"completion: largest at {top}, {round(won[top], -2):,.0f} dollars, with a 95 % interval from "
    f"{round(low[top], -2):,.0f} to {round(high[top], -2):,.0f}. The interval crosses zero at: "
    + (", ".join(won.index[unsure]) or "no step"),
)

# %% [markdown]
# The thin lines are 95 % intervals, as in lesson 06. Where one crosses zero (pale bar), phones may do as well as desktop. (Phone orders leave $31.45, a little more than the average used here.)
#
# The longest bar is a place to look, not a forecast: people at desks are other people, and "if later steps hold" is a bet. Make one:

# %% tags=["facts"]
truth = load("truth_effects")
per = truth[truth["outcome"].isin(["carts", "orders", "accounts"])][["change", "outcome", "base", "expected"]]
for _, row in per.iterrows():
    print(row["change"], row["outcome"], round(row["base"]), round(row["expected"]))
    print(round(100 * row["expected"] / row["base"], 1), "%")
ends = truth[truth["change"] == "guest checkout"].set_index("outcome")
now, then = ends["base"], ends["base"] + ends["expected"]
print("of 100 checkouts:", 100 * now["orders"] / now["checkouts"], 100 * then["orders"] / then["checkouts"])
print("six shops, each ten times the log:", 6 * 10 * len(load("sessions")) / 1e6, "million visits")

# %%
quiz("07-q09")

# %% [markdown]
# Now the shop lives these 13 weeks again, with your choice.

# %%
consequence("07-q09")

# %% [markdown]
# Exercise 4 finds what desktop has and phones lack. What both lack it cannot show: there only a test tells.

# %% [markdown]
# ## 5 When a funnel cannot be true
#
# Google's public sample of its own store, November 2020 to January 2021: users who ever did each step (open, so the second column is a ratio and could pass 100).

# %%
sample = pd.Series(
    {
        "all users": 270154,
        "view_item": 61252,
        "add_to_cart": 12545,
        "begin_checkout": 9715,
        "purchase": 4419,
    }
)
pd.DataFrame({"users": sample, "of the step before, %": (100 * sample / sample.shift()).round(2)})

# %% [markdown]
# Carts were missing, not people: a tag had failed. On 1-15 and 20-24 November it recorded almost none, while checkouts and orders went on. So the 77 % are too good: in December and January about half of the cart *sessions* reached checkout. (Scope and season explain a part of the gap at most.) No macro number showed it.
#
# A step larger than the one before, or too good, points to a failing tag or a **path** around the step. Check both first.

# %%
quiz("07-q10")

# %% [markdown]
# ## Exam corner
#
# | The item | Usually keyed | Defensible |
# |---|---|---|
# | "Cart abandonment rate", no scope given | 1 - orders / carts | the same, with the unit you counted |
# | "Abandonment rate" of a step | who reaches it and not the next (so GA4, 2026) | name both ends: cart abandonment runs on to the order |
# | "A later step larger than an earlier one" | a tracking error | possible in an open funnel, never in a closed one |
# | "Which step to improve?" | the one with the highest drop-off | *look* there; fix by recoverable value |
# | "Adding to cart shows strong intent" | true | stronger than a view; yet about seven carts in ten end without an order (Baymard) |

# %%
quiz("07-q20")

# %% [markdown]
# ## Key points
#
# * A funnel is five choices: steps, scope, entry, order, step window. With them go the dates and what is left out.
# * Sessions and short windows lose people who come back; users keep those with the same browser.
# * Cart and checkout abandonment have different denominators.
# * One step's relative gain is the total's, if later steps hold. Choose by recoverable value.
# * A step too good: first the tag, then the path, then the customers.

# %%
glossary("07")

# %% [markdown]
# **Sources.** Google Analytics Help and Data API (2026). Google's public GA4 sample, as counted in public audits. Baymard, in secondary pages. Effects of the projects: our simulator.

# %% [markdown]
# ---
# # Stretch
#
# ### Exercise 5 (stretch). The broken tag
#
# Ten days of another shop, made up: users per day who did each step, in whatever order.

# %%
load("cart_outage")

# %% [markdown]
# On which days did the **cart tag** fail, in whole or in part? Beware of a day on which the site was down, of one on which a TV show sent a crowd of onlookers, and of one on which an e-mail led straight to the checkout.
#
# Answer: a set of dates as text, each in quotes, such as `{"2025-09-01", "2025-09-02"}`. You may read them off the table or compute them.

# %% key="07-broken-tag" kind="set" objective="L7.6" by_hand=true stretch=true
days = load("cart_outage")
broken = ...
### BEGIN SOLUTION
carts_per_view = days["add_to_cart"] / days["view_item"]
impossible = days["begin_checkout"] > days["add_to_cart"]
broken = set(days[impossible & (carts_per_view < 0.1)]["date"])
### END SOLUTION

# %%
check("07-broken-tag")

# %% [markdown] tags=["hint"] key="07-broken-tag"
# A broken tag loses the record, not the action. Which two steps next to the cart would stay as they were?

# %% [markdown] tags=["hint"] key="07-broken-tag"
# Two signs come together: more checkouts than carts, and fewer carts per view than on other days. Each alone also fits a day on which the tag worked.

# %% tags=["ways"]
@wrong("07-broken-tag")
def few_carts():
    """You took the days with few carts. On one of them views, checkouts and orders fell as well.

    What happens to the neighbors of a step if only its tag fails?
    """
    return set(days[days["add_to_cart"] < 40]["date"])


@wrong("07-broken-tag")
def more_checkouts_than_carts():
    """You took every day with more checkouts than carts. On one of them the carts were as many as ever.

    Which other way leads to a checkout?
    """
    return set(days[days["begin_checkout"] > days["add_to_cart"]]["date"])


@wrong("07-broken-tag")
def few_carts_per_view():
    """You took the days with few carts per view. On one of them the views had grown, and the carts were as many as ever.

    Would the checkouts of that day surprise you?
    """
    return set(days[days["add_to_cart"] / days["view_item"] < 0.1]["date"])


@wrong("07-broken-tag")
def the_day_of_the_fall():
    """On this day all four steps fell to a quarter. Which of the causes named in the prompt does that?

    If only one tag fails, what happens to the other three counts?
    """
    return {"2025-09-07"}


@wrong("07-broken-tag")
def the_day_of_the_e_mail():
    """On this day there are more checkouts than carts, but the carts are as many as ever.

    Which of the causes named in the prompt does that? And what would a failing cart tag do to the carts?
    """
    return {"2025-09-08"}


@wrong("07-broken-tag")
def only_the_dead_days():
    """You found the days on which the tag was dead. A tag can also be mended in the afternoon.

    Compare the day after with a usual one, step by step.
    """
    return set(days[days["add_to_cart"] < 10]["date"])


@wrong("07-broken-tag")
def only_zero():
    """You took the day without a single cart. Tags also fail for a part of the visitors, or a part of the day.

    Which neighbors of that day have more checkouts than carts?
    """
    return set(days[days["add_to_cart"] == 0]["date"])


# %% [markdown]
# **Pebble Street's own tag.** A funnel by day finds the silent days of lesson 05 too. Users who did each step in the raw log, on days with more checkouts than carts:

# %%
raw = load("raw_events")
per_day = raw.pivot_table(
    index=raw["time"].dt.date, columns="event", values="user", aggfunc="nunique", fill_value=0
)
silent = per_day[per_day["begin_checkout"] > per_day["add_to_cart"]][steps]
silent

# %% [markdown]
# What do these days do to the 13 weeks? Take only their carts out of `events`:

# %%
log = load("events")
unseen = (log["event"] == "add_to_cart") & log["time"].dt.date.isin(silent.index)
four = {
    "open": funnel(log, steps, closed=False),
    "open, tag dead": funnel(log[~unseen], steps, closed=False),
    "closed": funnel(log, steps),
    "closed, tag dead": funnel(log[~unseen], steps),
}
users = pd.DataFrame(four)
print("Of the step before, in % of users:")
print((100 * users / users.shift()).round(1))
users

# %% [markdown]
# The closed funnel loses buyers who did buy, yet its completions after the cart hardly move: who has no recorded cart is gone from every later step. The open funnel keeps them, so its checkout looks better than it is. Over 13 weeks no count is impossible; by day some are.

# %% [markdown]
# ### What the funnel hides
#
# A funnel sees only its own steps. `transitions` counts which page comes next (GA4: path exploration).

# %%
log = load("events")
transitions(log, "checkout", by="page")

# %% [markdown]
# (The checkout has several pages.) What came before the checkout in sessions **without** a cart event?

# %%
log = load("events")
checkouts = log[log["event"] == "begin_checkout"]
with_cart = log[log["event"] == "add_to_cart"]["session"]
without = checkouts[~checkouts["session"].isin(with_cart)]
print("Sessions that began checkout:", checkouts["session"].nunique())
print("of these without a cart event:", without["session"].nunique())

theirs = log[log["session"].isin(without["session"])]
before = transitions(theirs, "checkout", by="page", direction="before")
before.drop("checkout")

# %% [markdown]
# (Row `delivery`: back from a look at that page, in a visit that another row counts already.) The closed session funnel drops two routes: a cart filled in an **earlier visit** and opened again (`cart`), and a few **express checkouts** without any cart, from product and other pages.
#
# `delivery` is a detour from the checkout. Theo: "They go there instead of paying. Take it down!" But the tables say where people went, not why. Who dislikes the cost looks it up *and* leaves. (The shop's truth: the page has no effect.)

# %%
quiz("07-q13")

# %% [markdown]
# ### Exercise 6 (stretch). The detour
#
# People leave the checkout pages for the thank-you page, for another page, or for good. Of all these exits, what percentage goes to the **delivery** page? Going from one checkout page to the next is not an exit.
#
# Answer: a number in percent, at least one decimal.

# %% key="07-detour" kind="number" objective="L7.7" places=1 stretch=true
log = load("events")
detour = ...
### BEGIN SOLUTION
exits = transitions(log, "checkout", by="page").drop("checkout")
detour = 100 * exits["delivery"] / exits.sum()
### END SOLUTION

# %%
check("07-detour")

# %% [markdown] tags=["hint"] key="07-detour"
# `transitions(log, "checkout", by="page")` gives a Series. Which of its rows is no exit?

# %% [markdown] tags=["hint"] key="07-detour"
# `.drop("checkout")` removes a row. The denominator is the sum of what is left.

# %% tags=["ways"]
@wrong("07-detour")
def steps_as_exits():
    """Your denominator holds the moves from one checkout page to the next.

    Those people are still in the checkout. Which row must go?
    """
    after = transitions(log, "checkout", by="page")
    return 100 * after["delivery"] / after.sum()


@wrong("07-detour")
def without_the_leavers():
    """You left out those who leave the shop. For them no page comes next, yet they did leave the checkout.

    What does the row `(leaves)` count?
    """
    after = transitions(log, "checkout", by="page").drop(["checkout", "(leaves)"])
    return 100 * after["delivery"] / after.sum()


@wrong("07-detour")
def the_way_back():
    """You looked at what comes *before* the checkout. That is the way back from the delivery page.

    Which direction does the question ask for?
    """
    before = transitions(log, "checkout", by="page", direction="before").drop("checkout")
    return 100 * before["delivery"] / before.sum()


@wrong("07-detour")
def only_the_lost():
    """You left out those who reached the thank-you page. An exit with an order is an exit from the checkout as well.

    What does the prompt count as an exit?
    """
    after = transitions(log, "checkout", by="page").drop(["checkout", "thank_you"])
    return 100 * after["delivery"] / after.sum()


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("07-q12")

# %% [markdown]
# ### Exercise 7 (stretch). Write the window yourself
#
# Write `users_within(log, first, second, minutes)`: the number of users who did `second` **after** `first`, at most `minutes` later. Any `first` may start the clock. `log` has the columns `user`, `minute`, `event`.
#
# Answer: a function that returns a whole number. The cell holds a plan: remove the `#` in front of its lines and fill in the `...`. In it, `merge` puts each start beside each end of the same user; their minutes are then called `minute_first` and `minute_second`. Try it on the mini-log: views and carts within 30 minutes are 3 users.

# %% key="07-users-within" kind="function" objective="L7.3" stretch=true
users_within = ...
# def users_within(log, first, second, minutes):
#     starts = log[log["event"] == first]
#     ends = ...
#     pairs = starts.merge(ends, on="user", suffixes=("_first", "_second"))
#     gap = pairs["minute_second"] - ...
#     return ...
### BEGIN SOLUTION
def users_within(log, first, second, minutes):
    starts = log[log["event"] == first]
    ends = log[log["event"] == second]
    pairs = starts.merge(ends, on="user", suffixes=("_first", "_second"))
    gap = pairs["minute_second"] - pairs["minute_first"]
    return pairs[(gap > 0) & (gap <= minutes)]["user"].nunique()
### END SOLUTION

# %%
check("07-users-within")

# %% [markdown] tags=["hint"] key="07-users-within"
# Take `u5`: which views and which carts are there, and which pair of them is close enough?

# %% [markdown] tags=["hint"] key="07-users-within"
# `merge` on `user` puts each start beside each end of the same user. Then the gap is one subtraction. Count different users, not pairs.

# %% tags=["ways"]
@cases("07-users-within")
def small_logs():
    import numpy as np

    mini = load("mini_log")[["user", "minute", "event"]]
    calls = [
        (mini, "view_item", "add_to_cart", 30),
        (mini, "add_to_cart", "begin_checkout", 30),
        (mini, "add_to_cart", "begin_checkout", 1440),
        (mini, "view_item", "purchase", 3),
    ]
    for seed in range(6):
        draw = np.random.default_rng(seed)
        size = 24
        made = pd.DataFrame(
            {
                "user": draw.choice(["a", "b", "c", "d", "e", "f"], size),
                "minute": draw.choice(90, size, replace=False),
                "event": draw.choice(["view_item", "add_to_cart"], size),
            }
        )
        calls.append((made, "view_item", "add_to_cart", 12))
    return calls


@accepted("07-users-within")
def by_the_shop_s_function(log, first, second, minutes):
    return int(funnel(log, [first, second], window=minutes)[second])


@wrong("07-users-within")
def first_of_each(log, first, second, minutes):
    """You compare each user's *first* start with their *first* end. `u5` viewed a product twice, and the second view is in time.

    May only the first view start the clock?
    """
    starts = log[log["event"] == first].groupby("user")["minute"].min()
    ends = log[log["event"] == second].groupby("user")["minute"].min()
    gap = ends - starts
    return int(((gap > 0) & (gap <= minutes)).sum())


@wrong("07-users-within")
def in_either_order(log, first, second, minutes):
    """You count pairs that are near each other in either order. `u6` filled the cart before the view.

    Which sign must the gap have?
    """
    pairs = log[log["event"] == first].merge(log[log["event"] == second], on="user")
    return int(pairs[(pairs["minute_y"] - pairs["minute_x"]).abs() <= minutes]["user"].nunique())


@wrong("07-users-within")
def any_gap_below_the_limit(log, first, second, minutes):
    """You let negative gaps in: an end that came long *before* the start is also "at most" the limit.

    `u6` filled the cart before the view. Which gaps belong to an end after its start?
    """
    pairs = log[log["event"] == first].merge(log[log["event"] == second], on="user")
    return int(pairs[pairs["minute_y"] - pairs["minute_x"] <= minutes]["user"].nunique())


@wrong("07-users-within")
def always_view_and_cart(log, first, second, minutes):
    """Your function looks at views and carts, whatever `first` and `second` are.

    Where should the names between its parentheses come in?
    """
    return int(funnel(log, ["view_item", "add_to_cart"], window=minutes)["add_to_cart"])


@wrong("07-users-within")
def nothing_comes_back(log, first, second, minutes):
    """Your function gives nothing back: `print` shows a number, `return` hands it over.

    What stands in its last line?
    """
    return None


@wrong("07-users-within")
def no_window(log, first, second, minutes):
    """Your function never uses `minutes`.

    Where must the limit come in?
    """
    return int(funnel(log, [first, second])[second])


@wrong("07-users-within")
def pairs_for_users(log, first, second, minutes):
    """You count pairs. A user with two views before one cart makes two of them.

    What should be counted once?
    """
    pairs = log[log["event"] == first].merge(log[log["event"] == second], on="user")
    gap = pairs["minute_y"] - pairs["minute_x"]
    return int(((gap > 0) & (gap <= minutes)).sum())


@wrong("07-users-within")
def under_the_limit(log, first, second, minutes):
    """You leave out gaps of exactly the limit.

    "At most" 30 minutes: is a gap of 30 allowed?
    """
    pairs = log[log["event"] == first].merge(log[log["event"] == second], on="user")
    gap = pairs["minute_y"] - pairs["minute_x"]
    return int(pairs[(gap > 0) & (gap < minutes)]["user"].nunique())


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("07-q15")

# %% [markdown]
# ### More questions (stretch)

# %%
quiz("07-q11", "07-q14", "07-q16", "07-q17", "07-q18")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minutes | what | how |
# |---|---|---|
# | 0-3 | The two reports | Read both rates aloud: same weeks, same steps. Hands up: whom do you believe? The count goes on the board. |
# | 3-12 | Section 1, Exercise 1 | On paper, in pairs; each pair defends one visitor. |
# | 12-16 | Six definitions, 07-q04 | The table on the screen; 07-q04 by show of hands, one reason for each answer. |
# | 16-22 | Vote 1 | You read it aloud and draw its four minutes on a line. Vote, two minutes in pairs, vote again. |
# | 22-26 | Explorer | The class calls the change and names who vanishes *before* the click. |
# | 26-32 | Section 2, Exercise 2 | Together on the screen, then the figure and what Mara is told. |
# | 32-37 | Vote 2 | Before anything of section 4 is on the screen. Vote, two minutes in pairs, vote again. |
# | 37-43 | Section 4, Exercise 4 | 07-q01 by show of hands; the class dictates the gaps of the plan; then the figure. |
# | 43-49 | The decision 07-q09 | Each writes down a choice and the number that would change it. Read some aloud, then show one consequence. |
# | 49-50 | Close | The count of minute 0: which question does each report answer? |
#
# **Before class.** Unzip the handout twice. Rehearse in one; teach from the other, in which nothing is answered yet. Run that one down to the end of section 4 (the first figure and the explorer take their time), then *Edit*, *Clear Outputs of All Cells*. Projector: Ctrl+B puts the list of files away, Ctrl and + enlarges; at the explorer, Ctrl and - until all of it is seen. Print the mini-log, one sheet for two. Have `solutions/` open in another tab, for what is solved on the screen. At home afterwards: sections 3 and 5, exam corner.
#
# **Early, or without a laptop.** Pairs that are early take Exercise 5, or write for each option of a vote what somebody who chose it must have thought. A pair without a laptop works from the printed sheet; votes, hands and the decision need no screen of one's own.
#
# **What goes wrong.** Counts of an open funnel are read as those of a closed one: ask what `u3` did first. A window is given as a bare number: ask for its unit. Percentage points are multiplied with orders: ask by which factor the step grows. Another device's level is taken for a promise: ask who sits at a desk.
#
# **If time is short,** show the figure below Exercise 4 without solving it, and leave the explorer for home.

# %% [markdown] tags=["instructor", "key"]
# **07-q04, then vote 1 (07-q32).** The first is *yes*: the view at minute 2000 lies in time. So expect about half for *in* at the vote, since any view may start the clock. Defensible is *out*, because no single cart is near enough to both the view and the checkout. Let the *in* side draw one path from the first step to the third with a pencil that is not lifted.
#
# **Explorer.** From *closed*, `u2` goes at the purchase by *sessions* and by the half hour; `u6` comes to the cart by *any order*.
#
# **What Mara is told** stands below the figure of section 2. Close with it: Theo answers for users without a limit, Northlight for single visits, and each rate is right for its own question.
#
# **Vote 2 (07-q33).** Expect most for the product page, since its loss is larger. Defensible is that the two losses alone cannot say it. Ask what a mended step would win, and how you would know what is reachable. Exercise 4 then says where to look among phones if desktop's level is taken for reachable: at the payment. 07-q09 adds what a benchmark lacks, projects with evidence, and there the product page wins, since it changes who wants the product.
#
# **What goes wrong, and the answer.** `u3` never viewed a product, so no closed funnel that begins with the view counts `u3` anywhere. A bare 7 means minutes. Orders without a recorded cart do not belong over carts. A completion of one half that rises by five points grows by a tenth, and so does the total. Desktop's level is a ceiling to look up to, with other people below it. In *Stretch* the delivery page gets the blame: ask what those who leave would have done without it. The shop's truth: it has no effect.
#
# **The decision 07-q09.** On average the product page brings most and the louder button least; guest checkout and trust seals are too close to rank. The consequence that the class sees is one autumn with its luck.
