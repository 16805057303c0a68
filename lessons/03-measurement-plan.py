# ---
# title: Measurement plan and the value of a micro
# genre: a budget negotiation
# minutes: {core: 65, stretch: 55, no_code: 40}
# objectives: [L3.1, L3.2, L3.3, L3.4, L3.5, L3.6]
# tables: [events, sessions, orders, order_items, products, experiments, truth_effects, truth_experiments]
# moves: [mean, merge]
# votes: [03-q23, 03-q24]
# emphasis: [credit, by lot]
# ---

# %% [markdown]
# **The shop's question of the day: what may one newsletter sign-up cost?**
#
# The contract with Northlight has run out. Mara has one sum for 13 weeks.
#
# * **Northlight**, who runs the pop-up that asks for addresses: "$2 for each newsletter sign-up. One subscriber in ten orders."
# * **Theo**: "Ask my dashboard. It values every step and adds them up."
# * **Mara**: "I pay for orders that I would not have had anyway."
#
# **Afterwards you can**
#
# * write a measurement plan, from the objective down to the event;
# * name one primary metric, its diagnostics and its guardrails;
# * value a micro conversion in three ways, and say why they differ;
# * find money counted twice, and foresee how a bonus is gamed.
#
# **Two routes.** With code: all but *stretch* and the *No code?* questions. Without: run every cell, skip the exercises, answer all before *Stretch*. Both fill in the plan form.

# %% tags=["setup"]
import matplotlib.pyplot as plt
import pandas as pd

from workbook import check, hint, load, quiz, show, solution
from workbook import consequence, four_readings, glossary, my_plan, plan_form, subscriber_explorer

# %% tags=["facts"]
asked = 2
print("asked for a sign-up, dollars:", asked)

# %%
quiz.recall("03")

# %% [markdown]
# ## 1 The offer

# %% tags=["facts"]
log, bought = load("events"), load("orders")
letters = log[log["event"] == "newsletter_signup"]
everybody = load("sessions")["user"].nunique()
readers_who_ordered = letters["user"].isin(bought["user"]).sum()
print("signed up:", len(letters), "ordered:", readers_who_ordered)
print("percent:", 100 * readers_who_ordered / len(letters))

# %%
quiz("03-q01")

# %% [markdown]
# ## 2 A plan before a number
#
# Whoever sets the target afterwards always hits it. So first a ladder, each rung answering the one above.
#
# | Rung | Question | The newsletter |
# |---|---|---|
# | objective | What is the shop for? | paid orders that leave a margin |
# | goal | What has to happen? | mails bring back people who would not have come |
# | KPI | Which number shows it? | people who order, per 100 new subscribers, with mails less without |
# | target | How much, by when? | at least 3 more within 8 weeks, by March 22 |
# | segment | Who is read separately? | phone and desktop |
# | event | What must the log hold? | `newsletter_signup`, `purchase` |
#
# A plan has an **owner**, who answers for the number, and a **review date**, on which it is kept, changed or dropped.

# %%
quiz("03-q02")

# %% [markdown]
# ### Two honest rates
#
# A rate has five parts. One new move: `.mean()` of a column of True and False is the share of True.

# %%
sessions = load("sessions")
events = load("events")
sign_ups = events[events["event"] == "newsletter_signup"]

# True for a visit with a sign-up, and for one that began with an article:
signed = sessions["session"].isin(sign_ups["session"])
chosen = sessions["landing_page"] == "article"
print("Theo, all visits:          ", round(100 * signed.mean(), 2), "%")
print("Northlight, article visits:", round(100 * signed[chosen].mean(), 2), "%")

# %% [markdown]
# Nearly twice the rate, and honest if the choice is said. *With code:* put `"home"` in the place of `"article"` and run again.
#
# ### One decides, some explain, some protect
#
# The **primary metric** decides. **Diagnostics** say why it moved. **Guardrails** say what must not get worse. Two primaries that disagree decide nothing. A micro conversion is usually a diagnostic: it can rise while orders fall.

# %%
quiz("03-q04")

# %% [markdown]
# **Goodhart's law**: once a number is paid for, people move it in the cheapest way, and it no longer means what it meant. A **counter-metric** is a guardrail that gets worse when they do.

# %%
quiz("03-q06")

# %% [markdown]
# ### Your plan
#
# What mails add shows only **by lot**, when chance decides who gets them; that is not in the log. So give the form the number that Northlight is paid by, such as visits with a sign-up of all visits. Your true primary stays in the ladder.
#
# The form checks, counts and keeps the plan; its **95 % intervals** say how far luck may have moved a rate. Then hand it to Northlight. If no guardrail fires, mend the plan before you open the fold.

# %% tags=["facts"]
print("95 % intervals, by the form")

# %%
plan_form()

# %% [markdown]
# ## 3 Three values and the truth
#
# A sign-up may cost what it brings in margin, not in revenue. One new move: `a.merge(b, on="item_id")` puts the columns of `b` beside the rows of `a` with the same `item_id`.

# %%
products = load("products")[["item_id", "margin"]]
lines = load("order_items").merge(products, on="item_id")
lines["earned"] = lines["quantity"] * lines["margin"]  # a new column
per_order = lines.groupby("order_id")["earned"].sum()

print("An average order, in dollars:", round(per_order.mean(), 2))

# %% [markdown]
# *With code:* put `lines["price"]` in the place of `lines["margin"]`: now it is the average order *value*. The margin is a ceiling: refunds, free shipping and mails still come off it.
#
# Three values of a sign-up, each a share times this margin:
#
# * **naive** (after Kaushik): the share of subscribers who order;
# * **excess**: that share, less the share of other users who order;
# * **incremental**: chance divides subscribers into two **arms**, with mails and without (the **holdout**); the share of the one, less that of the other.
#
# ### Exercise 1. Northlight's value
#
# Compute the **naive** value.
#
# Numerator: users who signed up and ordered, in whatever visit, before or after. Denominator: users who signed up (nobody did so twice). Scope: user. Window: the log. Exclusions: none. Answer: dollars, not rounded.

# %% key="03-naive" kind="number" objective="L3.4" places=4
events = load("events")
orders = load("orders")
sign_ups = events[events["event"] == "newsletter_signup"]
products = load("products")[["item_id", "margin"]]
items = load("order_items").merge(products, on="item_id")
margin_per_order = (items["quantity"] * items["margin"]).sum() / len(orders)

# share = sign_ups[...].isin(...).mean()
naive = ...
### BEGIN SOLUTION
share = sign_ups["user"].isin(orders["user"]).mean()
naive = share * margin_per_order
### END SOLUTION

# %%
check("03-naive")

# %% [markdown] tags=["hint"] key="03-naive"
# Each row of `sign_ups` is one subscriber. Which question, answered with True or False, do you ask of each of them?

# %% [markdown] tags=["hint"] key="03-naive"
# The scope is the user, so it does not matter in which visit the order was placed. Which column of `sign_ups` do you look up in which column of `orders`? The share is no money yet.

# %% tags=["ways"]
from workbook.authoring import accepted, wrong


@accepted("03-naive")
def by_counting():
    buyers = sign_ups[sign_ups["user"].isin(orders["user"])]["user"].nunique()
    return buyers / sign_ups["user"].nunique() * margin_per_order


@wrong("03-naive")
def revenue_for_margin():
    """You multiplied by the value of an order. Most of that goes to the makers of the goods.

    From which part of an order can Mara pay an agency?
    """
    return sign_ups["user"].isin(orders["user"]).mean() * orders["value"].mean()


@wrong("03-naive")
def in_the_same_visit():
    """You asked whether the visit with the sign-up holds an order as well.

    A mail brings people back in a later visit. Which scope does the prompt name?
    """
    return sign_ups["session"].isin(orders["session"]).mean() * margin_per_order


@wrong("03-naive")
def share_of_the_orders():
    """You divided by the orders: this is the share of orders that subscribers placed.

    One sign-up is to be priced. What stands below the line?
    """
    return orders["user"].isin(sign_ups["user"]).mean() * margin_per_order


@wrong("03-naive")
def every_order_counts():
    """You counted orders. Some subscribers ordered more than once.

    The numerator counts users. How often does each of them count?
    """
    return orders["user"].isin(sign_ups["user"]).sum() / len(sign_ups) * margin_per_order


@wrong("03-naive")
def of_all_users():
    """You divided by all users of the log. This is what sign-ups are worth per visitor.

    The price is asked for one sign-up. Who is in the denominator?
    """
    buyers = sign_ups["user"].isin(orders["user"]).sum()
    return buyers / events["user"].nunique() * margin_per_order


@wrong("03-naive")
def a_share_is_no_money():
    """This is the share of subscribers who ordered, and the prompt asks for dollars.

    What does one of their orders bring?
    """
    return sign_ups["user"].isin(orders["user"]).mean()


@wrong("03-naive")
def everybody_orders():
    """This is the margin of a whole order, as if each subscriber placed one.

    What share of them did?
    """
    return margin_per_order


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("03-q07")

# %% [markdown]
# ### Exercise 2. Less what the others buy
#
# Compute the **excess** value.
#
# The others: users of the log without a sign-up. Scope, window, exclusions as before. `~` in front of a filter turns it around: `sessions[~sessions["device"].isin(["mobile"])]` keeps all other devices. Answer: dollars, not rounded.

# %% key="03-excess" kind="number" objective="L3.4" places=4
events = load("events")
orders = load("orders")
products = load("products")[["item_id", "margin"]]
items = load("order_items").merge(products, on="item_id")
margin_per_order = (items["quantity"] * items["margin"]).sum() / len(orders)

# others = events[~...]
# buyers = others[...]
excess = ...
### BEGIN SOLUTION
sign_ups = events[events["event"] == "newsletter_signup"]
others = events[~events["user"].isin(sign_ups["user"])]
buyers = others[others["user"].isin(orders["user"])]

share_with = sign_ups["user"].isin(orders["user"]).mean()
share_without = buyers["user"].nunique() / others["user"].nunique()
excess = (share_with - share_without) * margin_per_order
### END SOLUTION

# %%
check("03-excess")

# %% [markdown] tags=["hint"] key="03-excess"
# You need two shares. For the others, find first who they are, then who of them ordered, then count users in both.

# %% [markdown] tags=["hint"] key="03-excess"
# A table in which one user has many rows must not be averaged: whoever comes often would count often. `.nunique()` counts users.

# %% tags=["ways"]
@accepted("03-excess")
def from_the_sessions():
    users = load("sessions")["user"]
    signed_up = sign_ups["user"].nunique()
    readers = orders[orders["user"].isin(sign_ups["user"])]["user"].nunique()
    rest = orders["user"].nunique() - readers
    return (readers / signed_up - rest / (users.nunique() - signed_up)) * margin_per_order


@wrong("03-excess")
def still_naive():
    """This is the naive value again. Nothing was taken away.

    What share of the *other* users ordered?
    """
    return sign_ups["user"].isin(orders["user"]).mean() * margin_per_order


@wrong("03-excess")
def compared_with_everybody():
    """You compared subscribers with all users, and the subscribers are among these.

    Who is left if they are taken out?
    """
    all_users = orders["user"].nunique() / events["user"].nunique()
    return (sign_ups["user"].isin(orders["user"]).mean() - all_users) * margin_per_order


@wrong("03-excess")
def rows_of_the_others():
    """You averaged over rows. Buyers leave many events, so each of them counts many times.

    The scope is the user. How do you count each one once?
    """
    others = events[~events["user"].isin(sign_ups["user"])]
    share = others["user"].isin(orders["user"]).mean()
    return (sign_ups["user"].isin(orders["user"]).mean() - share) * margin_per_order


@wrong("03-excess")
def visits_of_the_others():
    """You averaged over visits. Buyers come more often, so each of them counts several times.

    The scope is the user. How do you count each one once?
    """
    visits = load("sessions")
    others = visits[~visits["user"].isin(sign_ups["user"])]
    share = others["user"].isin(orders["user"]).mean()
    return (sign_ups["user"].isin(orders["user"]).mean() - share) * margin_per_order


@wrong("03-excess")
def buyers_of_all_over_the_others():
    """Below the line stand the others, above it all buyers, subscribers among them.

    Who may be counted above the line?
    """
    others = events[~events["user"].isin(sign_ups["user"])]
    share = orders["user"].nunique() / others["user"].nunique()
    return (sign_ups["user"].isin(orders["user"]).mean() - share) * margin_per_order


@wrong("03-excess")
def orders_of_the_others():
    """Among the others you counted orders, and some of them ordered twice.

    For the subscribers each buyer counts once. What must be alike in both shares?
    """
    rest = orders[~orders["user"].isin(sign_ups["user"])]
    others = events[~events["user"].isin(sign_ups["user"])]
    share = len(rest) / others["user"].nunique()
    return (sign_ups["user"].isin(orders["user"]).mean() - share) * margin_per_order


@wrong("03-excess")
def visits_without_a_sign_up():
    """You left out the visits with a sign-up. Subscribers with another visit are still among your others.

    Which column tells who somebody is, and not when?
    """
    others = events[~events["session"].isin(sign_ups["session"])]
    buyers = others[others["user"].isin(orders["user"])]
    share = buyers["user"].nunique() / others["user"].nunique()
    return (sign_ups["user"].isin(orders["user"]).mean() - share) * margin_per_order


@wrong("03-excess")
def growth_over_the_others():
    """You computed by how much, relative to the others, subscribers order more often.

    A growth says nothing about money until you say of how many. How many *more* of 100 order?
    """
    others = events[~events["user"].isin(sign_ups["user"])]
    buyers = others[others["user"].isin(orders["user"])]
    share = buyers["user"].nunique() / others["user"].nunique()
    return (sign_ups["user"].isin(orders["user"]).mean() / share - 1) * margin_per_order


@wrong("03-excess")
def only_the_others():
    """This is what the others bring, each. It is the part to be taken away.

    From what?
    """
    others = events[~events["user"].isin(sign_ups["user"])]
    buyers = others[others["user"].isin(orders["user"])]
    return buyers["user"].nunique() / others["user"].nunique() * margin_per_order


@wrong("03-excess")
def times_as_many():
    """You divided the two shares: subscribers order so many *times* as often.

    A price needs the difference. How many more of 100 order?
    """
    others = events[~events["user"].isin(sign_ups["user"])]
    buyers = others[others["user"].isin(orders["user"])]
    share = buyers["user"].nunique() / others["user"].nunique()
    return sign_ups["user"].isin(orders["user"]).mean() / share


@wrong("03-excess")
def revenue_again():
    """Your shares are right. You multiplied by the value of an order, not by its margin.

    Which of the two can pay for a sign-up?
    """
    others = events[~events["user"].isin(sign_ups["user"])]
    buyers = others[others["user"].isin(orders["user"])]
    share = buyers["user"].nunique() / others["user"].nunique()
    return (sign_ups["user"].isin(orders["user"]).mean() - share) * orders["value"].mean()


@wrong("03-excess")
def a_difference_of_shares():
    """This is how many more order, as a share. The prompt asks for dollars.

    What does each of these orders bring?
    """
    others = events[~events["user"].isin(sign_ups["user"])]
    buyers = others[others["user"].isin(orders["user"])]
    share = buyers["user"].nunique() / others["user"].nunique()
    return sign_ups["user"].isin(orders["user"]).mean() - share


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("03-q08")

# %% [markdown]
# Who signs up is keener from the start, and no subtraction in the log removes that. So Mara drew lots among new subscribers: some got mails, the others none.
#
# ### Exercise 3. What the mails bring
#
# In `experiments`, the test `"newsletter mails"` has one row for each new *subscriber*: `arm` is `"A"` (no mails) or `"B"` (mails), `ordered` is True for whoever ordered afterwards. Compute the **incremental** value.
#
# Numerator of each share: subscribers of the arm who ordered. Denominator: all of that arm. Scope: user. Window: the weeks of the test. Exclusions: none. Answer: dollars, not rounded.

# %% key="03-incremental" kind="number" objective="L3.4" places=4
experiments = load("experiments")
products = load("products")[["item_id", "margin"]]
items = load("order_items").merge(products, on="item_id")
earned = items["quantity"] * items["margin"]
margin_per_order = earned.sum() / items["order_id"].nunique()

incremental = ...
### BEGIN SOLUTION
test = experiments[experiments["test"] == "newsletter mails"]
mails = test[test["arm"] == "B"]["ordered"].mean()
holdout = test[test["arm"] == "A"]["ordered"].mean()
incremental = (mails - holdout) * margin_per_order
### END SOLUTION

# %%
check("03-incremental")

# %% [markdown] tags=["hint"] key="03-incremental"
# `experiments` holds six tests. Keep the rows of this one, then look at its two arms one by one.

# %% [markdown] tags=["hint"] key="03-incremental"
# `ordered` is a column of True and False, and you know what its mean is. Did everybody in this test sign up, or only some?

# %% tags=["ways"]
@accepted("03-incremental")
def by_groups():
    test = experiments[experiments["test"] == "newsletter mails"]
    shares = test.groupby("arm")["ordered"].mean()
    return (shares["B"] - shares["A"]) * margin_per_order


@wrong("03-incremental")
def mailed_alone():
    """You valued all orders of those with mails. This is the naive value once more.

    Those without mails ordered too. What do they tell you?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    return test[test["arm"] == "B"]["ordered"].mean() * margin_per_order


@wrong("03-incremental")
def holdout_alone():
    """This is what subscribers bring *without* mails.

    What do the mails add to it?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    return test[test["arm"] == "A"]["ordered"].mean() * margin_per_order


@wrong("03-incremental")
def divided_by_the_sign_up_rate():
    """You divided by the share of visits with a sign-up. Compare your result with the margin of a whole order.

    That division is for a test among visitors, of whom few sign up. Who is in this one?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    shares = test.groupby("arm")["ordered"].mean()
    log = load("events")
    share = (log["event"] == "newsletter_signup").sum() / load("sessions")["session"].nunique()
    return (shares["B"] - shares["A"]) * margin_per_order / share


@wrong("03-incremental")
def all_the_margin_of_the_test():
    """You took the difference of two counts. That is the whole test, and its arms are not of equal size.

    What is asked for is one sign-up. What do you divide each count by?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    buyers = test.groupby("arm")["ordered"].sum()
    return (buyers["B"] - buyers["A"]) * margin_per_order


@wrong("03-incremental")
def the_other_way_round():
    """You subtracted the arm with mails from the arm without.

    Which arm is B, and which of the two is the holdout?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    shares = test.groupby("arm")["ordered"].mean()
    return (shares["A"] - shares["B"]) * margin_per_order


@wrong("03-incremental")
def growth_in_percent():
    """You computed by how much, relative to the holdout, orders grow with mails.

    A growth of a half says nothing about money until you say of how many. How many *more* order, of each 100 subscribers?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    shares = test.groupby("arm")["ordered"].mean()
    return (shares["B"] / shares["A"] - 1) * margin_per_order


@wrong("03-incremental")
def divided_by_both_arms():
    """You divided the buyers of each arm by all subscribers of the test, those of the other arm included.

    Of whom is each share a share?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    buyers = test.groupby("arm")["ordered"].sum()
    return (buyers["B"] - buyers["A"]) / len(test) * margin_per_order


@wrong("03-incremental")
def revenue_for_the_margin():
    """Your shares are right. You multiplied by the value of an order, not by its margin.

    Which of the two can pay for a sign-up?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    shares = test.groupby("arm")["ordered"].mean()
    return (shares["B"] - shares["A"]) * load("orders")["value"].mean()


@wrong("03-incremental")
def more_buyers_and_no_money():
    """This is how many more order with mails, as a share. The prompt asks for dollars.

    What does each of these orders bring?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    shares = test.groupby("arm")["ordered"].mean()
    return shares["B"] - shares["A"]


@wrong("03-incremental")
def the_log_less_the_holdout():
    """You took the holdout from the log's share. The log has other subscribers, other weeks, and orders before the sign-up.

    Which group is like the holdout in all but the mails?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    holdout = test[test["arm"] == "A"]["ordered"].mean()
    log = load("events")
    readers = log[log["event"] == "newsletter_signup"]["user"]
    return (readers.isin(load("orders")["user"]).mean() - holdout) * margin_per_order


@wrong("03-incremental")
def all_tests_together():
    """You compared A and B over all six tests: carts, accounts and mails in one number.

    Which rows belong to the mails?
    """
    shares = experiments.groupby("arm")["ordered"].mean()
    return (shares["B"] - shares["A"]) * margin_per_order


@wrong("03-incremental")
def revenue_of_the_test():
    """You compared the revenue of the two arms. Revenue is not margin, and it counts repeat orders as well.

    The three values of this lesson count people who order. Which column does that?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    means = test.groupby("arm")["revenue"].mean()
    return means["B"] - means["A"]


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("03-q09")

# %% [markdown]
# Now against the price, with **credit** for orders *after* the sign-up, and the **truth**, which only a simulation knows.

# %%
# To be run, not read.
asked = 2
orders, events = load("orders"), load("events")
items = load("order_items").merge(load("products")[["item_id", "margin"]], on="item_id")
margin_per_order = (items["quantity"] * items["margin"]).sum() / len(orders)
sign_ups = events[events["event"] == "newsletter_signup"]
both = orders.merge(sign_ups, on="user", suffixes=("_order", "_sign_up"))
after = both[both["time_order"] > both["time_sign_up"]]
readings = four_readings("newsletter")
dollars = readings["orders"] / 1000 * margin_per_order

bars = pd.Series(
    {
        "naive": sign_ups["user"].isin(orders["user"]).mean() * margin_per_order,
        "credit": after["user"].nunique() / len(sign_ups) * margin_per_order,
        "excess": dollars["correlation"],
        "holdout": dollars["experiment"],
        "truth": dollars["truth"],
    }
)
low, high = readings.loc["experiment", ["low", "high"]] / 1000 * margin_per_order

fig, ax = plt.subplots(figsize=(7.4, 3.6), layout="constrained")
ax.bar(bars.index, bars, color=["#999999", "#999999", "#999999", "#56B4E9", "#009E73"])
ax.bar_label(ax.containers[0], fmt="$%.2f", fontsize=10, padding=2, label_type="center")
ax.errorbar(3.3, bars["holdout"], [[bars["holdout"] - low], [high - bars["holdout"]]],
            color="black", capsize=4)  # fmt: skip
ax.axhline(asked, color="#D55E00", linestyle="--")
ax.text(4.45, asked + 0.06, f"asked: ${asked}", ha="right", color="#A84800")
ax.set_title(
    f"In buyers times average margin, mails bring ${bars['holdout']:.2f} by lot; ${asked} is asked",
    fontsize=11, loc="left", parse_math=False,
)  # fmt: skip
ax.set_ylabel("people who order × average\nmargin, $ per sign-up")
ax.set_xlabel("thin line: 95 % interval, for the luck of the test; the margin is taken as known", fontsize=9)
ax.spines[["top", "right"]].set_visible(False)
told = ", ".join(f"{name} ${value:.2f}" for name, value in bars.items()).replace("\n", " ")
show(
    fig,
    alt="Bar chart of five readings of a sign-up, each a share of people who order times the "
    f"margin of an average order: {told}. The holdout has a 95 % interval from ${low:.2f} to "
    f"${high:.2f}. A dashed line marks the ${asked} asked.",
)

# The money itself: what subscribers spent, as margin.
test = load("experiments").query("test == 'newsletter mails'")
arms = test.groupby("arm")["revenue"].agg(["mean", "var", "size"])
margin_share = (items["quantity"] * items["margin"]).sum() / orders["value"].sum()
money = arms["mean"].diff()["B"] * margin_share
luck = 1.96 * (arms["var"] / arms["size"]).sum() ** 0.5 * margin_share
truth = load("truth_experiments").query("test == 'newsletter mails' and outcome == 'revenue'")
true_money = truth["realized"].item() * margin_share
print("Margin in money, second orders included, per sign-up:")
print(f"  holdout: ${money:.2f} (95 % interval ${money - luck:.2f} to ${money + luck:.2f})")
print(f"  truth:   ${true_money:.2f}")

# %% tags=["facts"]
later = bought.merge(
    letters[["user", "time", "session"]], on="user", suffixes=("", "_sign_up")
)
in_the_visit = later[
    (later["time"] > later["time_sign_up"]) & (later["session"] == later["session_sign_up"])
]
bought_after = later[later["time"] > later["time_sign_up"]]["user"].nunique()
print("of the buyers among subscribers:", later["user"].nunique())
print("only before the sign-up:", later["user"].nunique() - bought_after)
mailed = load("experiments").query("test == 'newsletter mails'")
print("more with mails, of 100:", 100 * mailed.groupby("arm")["ordered"].mean().diff()["B"])
print("interval:", readings.loc["experiment", ["low", "high"]].to_numpy() / 10)
print("after the sign-up:", bought_after, "in its visit:", in_the_visit["user"].nunique())
per_user = load("sessions").groupby("user").size()
is_reader = per_user.index.isin(letters["user"])
print("visits of subscribers and of others:", per_user[is_reader].mean(), per_user[~is_reader].mean())
print("95 % intervals")
print("last day of entry", mailed["entry_day"].max(), "weeks", (mailed["entry_day"].max() + 1) / 7)

# %% [markdown]
# The bars count each buyer once, at an average margin. The lines below them count money: that whole interval lies below the price.
#
# By lot, 3.5 more of 100 subscribers order with mails (95 %: 2.4 to 4.5, the thin line on the bar). What does each reading leave out?
#
# * **Naive**: that subscribers also buy unasked. Of the 115 who bought, 24 did so only *before* they signed up.
# * **Credit**: that after is not because. Of the 91 behind it, 46 ordered in the very visit of the sign-up; the first mail comes a day later. (That it equals *excess* is chance.)
# * **Excess**: that keen visitors sign up, buy, and come more often (2.1 visits each, others 1.2).
# * **Holdout**: luck, time, and whose sign-ups. Subscribers were followed for 4 to 13 weeks. That the pop-up's sign-ups are worth as much is assumed.

# %% [markdown]
# ## 4 What if fewer had come anyway?
#
# Move the first slider to your guess. Where does $2 a sign-up turn to a loss? Then show the test: on which side is it?

# %%
subscriber_explorer()

# %% [markdown]
# ## 5 Theo's dashboard
#
# A key event in GA4 may carry a value (GA4 Help, 2024). Theo took the naive one: of the visits with a step, the share with an order, times the margin.

# %%
path = [
    "add_to_cart", "begin_checkout", "create_account",
    "add_shipping_info", "add_payment_info", "purchase",
]
on_path = events[events["event"].isin(path)]
paid = on_path[on_path["session"].isin(orders["session"])]

visits = on_path.groupby("event")["session"].nunique()
visits_with_order = paid.groupby("event")["session"].nunique()
value = visits_with_order / visits * margin_per_order
pd.DataFrame({"visits": visits, "value of one, $": value.round(2)}).loc[path]

# %% [markdown]
# His total adds visits times value over six lines. How often does one order sit in such a sum?

# %%
quiz("03-q12")

# %%
# To be run, not read.
claims = (visits * value)[path]
took = len(orders) * margin_per_order

fig, ax = plt.subplots(figsize=(7.4, 3.2), layout="constrained")
ax.barh(claims.index, claims, color=["#999999"] * 5 + ["#0072B2"])
ax.bar_label(ax.containers[0], fmt="${:,.0f}", fontsize=9, padding=3)
ax.invert_yaxis()
ax.set_xlim(0, 1.2 * took)
ax.xaxis.set_major_formatter("{x:,.0f}")
ax.set_xlabel("margin that the dashboard gives to the step, $ in 13 weeks")
ax.set_title(
    f"The dashboard adds up to ${claims.sum():,.0f}; the orders brought ${took:,.0f}",
    fontsize=11, loc="left", parse_math=False,
)  # fmt: skip
ax.spines[["top", "right"]].set_visible(False)
told = ", ".join(f"{name} ${money:,.0f}" for name, money in claims.items())
show(
    fig,
    alt=f"Bar chart of the margin that Theo's dashboard gives to each of six steps: {told}. "
    f"Together ${claims.sum():,.0f}; the orders brought ${took:,.0f}, the length of the last bar.",
)

# %% [markdown]
# Each bar holds most of the same orders once more. A micro conversion's value says what to pay for it or where to look; it is nothing on top.

# %% [markdown]
# ## 6 Your signature

# %%
my_plan()

# %% tags=["facts"]
print("asked:", asked, "and the other price:", 1)
truth = load("truth_effects")
for change in ("pop-up off", "mails off", "guest checkout"):
    rows = truth[truth["change"] == change].set_index("outcome")
    for outcome in ("orders", "sign_ups", "accounts", "margin"):
        base, more = rows.loc[outcome, ["base", "expected"]]
        print(change, outcome, f"{base:,.0f} {more:,.0f} {base + more:,.0f} {100 * more / base:.1f} %")
base = truth.query("change == 'pop-up off'").set_index("outcome").loc["sign_ups"]
print(f"bill for all sign-ups: {asked * base['base']:,.0f}; at one dollar {base['base']:,.0f}")
print(f"in money by the holdout: {money:.2f} each, {money * base['base']:,.0f} in all")
print(f"in truth: {true_money:.2f} each, {true_money * base['base']:,.0f} in all")
print(f"bill / gain: {asked / money:.2f}, left at one dollar: {(money - 1) * base['base']:,.0f}")
print(f"bill for each that the pop-up causes: {asked * base['base'] / -base['expected']:.2f}")
print(f"at one dollar: {base['base'] / -base['expected']:.2f}")
print("per visits:", 60_000)
print("in the log:", len(letters), len(bought))
print(f"bars: holdout {bars['holdout']:.2f}; money {money:.2f}")

# %% [markdown]
# A contract is paid in money: the holdout's 1.37 dollars count, not the 1.06 of the bars. And by the shop's truth 554 of 1,081 sign-ups would come without the pop-up. (Truths are averages of many such shops; the log has 1,083.)

# %%
quiz("03-q14")

# %% [markdown]
# If your choice changes the shop, it now lives the 13 weeks again. If not, there is only the bill: 2,161 dollars as asked, 1,081 at half of it.

# %%
consequence("03-q14")

# %% [markdown]
# ## Exam corner
#
# | The item | Usually keyed | Defensible |
# |---|---|---|
# | "Any metric on the dashboard is a **KPI**" | true | a KPI is the metric that a goal hangs on; most metrics are none |
# | "Order **objective, goal, target**" | objective, goal, target | books swap the first two; ask what for, what has to happen, how much by when |
# | "Which target is **SMART**?" | the one with a number and a date | also relevant: orders must follow; the A is spelled achievable, attainable or assignable |
# | "Set up a **goal** for each micro conversion" | true | a word of Universal Analytics; in GA4 record events and mark few of them as key events |
# | "Add up the values of micro conversions" | their sum is the site's value | along one path each order is added again and again |
# | "KPIs of macro conversions: revenue growth, acquisition rate, average order value" | all three | none counts all orders; add these and orders per visit, each in five parts |
# | "Optimize micro and macro conversions alike" | true | one primary; a micro can be raised at the cost of the macro |
# | "Conversion rate" | conversions / ad interactions where the item says ad or click | the same; visitors or sessions in the item call for the site's rate |

# %%
quiz("03-q18")

# %% [markdown]
# ## Key points
#
# * Plan first: objective, goal, KPI, target, segment, event; an owner and a review date.
# * A rate without its five parts can be doubled without a lie.
# * One primary decides. Diagnostics explain, guardrails protect, and a counter-metric makes cheating visible.
# * Naive counts what would have come anyway, excess counts keenness, a holdout counts what was added.
# * Values along one path count one order many times; money is counted at the order.

# %%
glossary("03")

# %% [markdown]
# **Sources:** A. Kaushik, *Web Analytics 101* (2010), *Digital Marketing and Measurement Model* (2012) and on goal values (2011), kaushik.net · J. Nielsen, *Conversion Rates*, Nielsen Norman Group (2013) · R. Kohavi, D. Tang, Y. Xu, *Trustworthy Online Controlled Experiments* (2020) · C. Goodhart (1975); M. Strathern, *Improving Ratings* (1997) · Google, Digital Marketing & E-commerce Certificate, course 5 (read 2026) · Google Analytics Help, *key events* (2024) · Prices, test and truth: our simulator

# %% [markdown]
# ---
# # Stretch
#
# ### Exercise 4 (stretch). Once is enough
#
# How many times does Theo's total contain the margin of the average order?
#
# Scope: visit (none has two orders). Window: the log. Exclusions: none. Answer: a number, not rounded.

# %% key="03-times-counted" kind="number" objective="L3.5" places=4 stretch=true
events = load("events")
orders = load("orders")
path = [
    "add_to_cart", "begin_checkout", "create_account",
    "add_shipping_info", "add_payment_info", "purchase",
]

times_counted = ...
### BEGIN SOLUTION
on_path = events[events["event"].isin(path)]
paid = on_path[on_path["session"].isin(orders["session"])]
steps_of_orders = paid.groupby("event")["session"].nunique()
times_counted = steps_of_orders.sum() / len(orders)
### END SOLUTION

# %%
check("03-times-counted")

# %% [markdown] tags=["hint"] key="03-times-counted"
# Take one order whose visit holds a cart, a checkout, an account, both forms and the purchase. In how many lines of the table does it sit?

# %% [markdown] tags=["hint"] key="03-times-counted"
# In `visits * (visits_with_order / visits * margin)` something cancels. What is left of a line, if you leave the dollars away?

# %% tags=["ways"]
@accepted("03-times-counted")
def in_dollars():
    on_path = events[events["event"].isin(path)]
    paid = on_path[on_path["session"].isin(orders["session"])]
    visits = on_path.groupby("event")["session"].nunique()
    value = paid.groupby("event")["session"].nunique() / visits * margin_per_order
    return (visits * value).sum() / (len(orders) * margin_per_order)


@accepted("03-times-counted")
def order_by_order():
    on_path = events[events["event"].isin(path)]
    paid = on_path[on_path["session"].isin(orders["session"])]
    return paid.groupby("session")["event"].nunique().mean()


@wrong("03-times-counted")
def as_many_as_there_are_steps():
    """You took the number of lines. That would be right if every order had passed all six steps.

    Some buyers come back to a cart of an earlier visit. Who needs no new account?
    """
    return 6


@wrong("03-times-counted")
def without_the_purchase():
    """You counted the five steps before the order and left out the order itself.

    His total has six lines. Which one is right?
    """
    rows = events[events["event"].isin(path) & ~(events["event"] == "purchase")]
    paid = rows[rows["session"].isin(orders["session"])]
    return paid.groupby("event")["session"].nunique().sum() / len(orders)


@wrong("03-times-counted")
def rows_for_visits():
    """You counted rows. Who put three things into the cart has three rows, and Theo's table counts the visit once.

    What is the scope?
    """
    rows = events[events["event"].isin(path) & events["session"].isin(orders["session"])]
    return len(rows) / len(orders)


@wrong("03-times-counted")
def unpaid_visits_as_well():
    """You counted all visits with a step, those without an order included.

    The value of a step already takes these away: it is a share of its visits. Which visits remain in visits times value?
    """
    return events[events["event"].isin(path)].groupby("event")["session"].nunique().sum() / len(orders)


@wrong("03-times-counted")
def all_rows():
    """You counted every row of the six steps and divided by the orders.

    Neither unpaid visits nor second rows are in Theo's total. What is one of his lines made of?
    """
    return len(events[events["event"].isin(path)]) / len(orders)


@wrong("03-times-counted")
def values_without_visits():
    """You added the six values of *one* each. Theo multiplies each by its visits first.

    How many visits stand behind a cart, and how many behind a payment form?
    """
    on_path = events[events["event"].isin(path)]
    paid = on_path[on_path["session"].isin(orders["session"])]
    visits = on_path.groupby("event")["session"].nunique()
    return (paid.groupby("event")["session"].nunique() / visits).sum()


@wrong("03-times-counted")
def dollars_of_margin_over_revenue():
    """You set margin against revenue. Part of your factor is only the goods that had to be bought.

    Theo's values are margin. What must stand below the line?
    """
    on_path = events[events["event"].isin(path)]
    paid = on_path[on_path["session"].isin(orders["session"])]
    counts = paid.groupby("event")["session"].nunique()
    return counts.sum() * margin_per_order / orders["value"].sum()


# %% [markdown]
# ### Exercise 5 (stretch). The money yourself
#
# Section 3 printed the holdout in money. Compute it: repeat Exercise 3 with the test's column `revenue`, all that a subscriber spent after entering. Turn it into margin by the log's **margin share**: margin of all lines divided by the value of all orders.
#
# Answer: dollars of margin per sign-up, not rounded.

# %% key="03-in-money" kind="number" objective="L3.4" places=4 stretch=true
experiments = load("experiments")
orders = load("orders")
products = load("products")[["item_id", "margin"]]
items = load("order_items").merge(products, on="item_id")

in_money = ...
### BEGIN SOLUTION
test = experiments[experiments["test"] == "newsletter mails"]
spent = test.groupby("arm")["revenue"].mean()
margin_share = (items["quantity"] * items["margin"]).sum() / orders["value"].sum()
in_money = (spent["B"] - spent["A"]) * margin_share
### END SOLUTION

# %%
check("03-in-money")

# %% [markdown] tags=["hint"] key="03-in-money"
# The mean over **all** subscribers of an arm, those who spent nothing included. Why must they stay in?

# %% [markdown] tags=["hint"] key="03-in-money"
# The margin share is a number between 0 and 1. Both of its parts are sums over the whole log.

# %% tags=["ways"]
@wrong("03-in-money")
def spent_not_earned():
    """This is what subscribers spend more. The goods have to be paid out of it.

    Which share of it stays?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    spent = test.groupby("arm")["revenue"].mean()
    return spent["B"] - spent["A"]


@wrong("03-in-money")
def only_who_bought():
    """You compared the buyers of the two arms, and left out all who spent nothing. Mails work by making buyers of some of these.

    Whom did the lot make alike: the subscribers, or the buyers?
    """
    test = experiments[(experiments["test"] == "newsletter mails") & experiments["ordered"]]
    spent = test.groupby("arm")["revenue"].mean()
    return (spent["B"] - spent["A"]) * (items["quantity"] * items["margin"]).sum() / orders["value"].sum()


@wrong("03-in-money")
def people_again():
    """This is Exercise 3 once more: people who order, times the margin of an average order.

    Which column holds what they spent?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    shares = test.groupby("arm")["ordered"].mean()
    return (shares["B"] - shares["A"]) * (items["quantity"] * items["margin"]).sum() / len(orders)


@wrong("03-in-money")
def every_product_alike():
    """You averaged the margin shares of the products on the shelf, as if all sold alike.

    What people buy decides. Over what do the two sums run?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    spent = test.groupby("arm")["revenue"].mean()
    shelf = load("products")
    return (spent["B"] - spent["A"]) * (shelf["margin"] / shelf["price"]).mean()


@wrong("03-in-money")
def only_with_mails():
    """This is all that subscribers with mails bring, whatever brought it.

    What is to be taken away?
    """
    test = experiments[experiments["test"] == "newsletter mails"]
    spent = test.groupby("arm")["revenue"].mean()
    return spent["B"] * (items["quantity"] * items["margin"]).sum() / orders["value"].sum()


# %% [markdown]
# More than in Exercise 3, since mails also bring second orders, and still less than the price.
#
# ### Exercise 6 (stretch). Who ordered after signing up?
#
# How many **users** placed an order **later** than their sign-up? Scope: user. Window: the log. Answer: a whole number.

# %% key="03-after-sign-up" kind="number" objective="L3.4" tolerance=0 stretch=true
events = load("events")
orders = load("orders")
sign_ups = events[events["event"] == "newsletter_signup"]

ordered_after = ...
### BEGIN SOLUTION
both = orders.merge(sign_ups, on="user", suffixes=("_order", "_sign_up"))
after = both[both["time_order"] > both["time_sign_up"]]
ordered_after = after["user"].nunique()
### END SOLUTION

# %%
check("03-after-sign-up")

# %% [markdown] tags=["hint"] key="03-after-sign-up"
# `merge` on `user` puts each order beside the sign-up of the same user. Both tables have a column `time`: with `suffixes=("_order", "_sign_up")` you can tell them apart.

# %% tags=["ways"]
@wrong("03-after-sign-up")
def whenever():
    """You counted all subscribers who ordered, those who had ordered before they signed up included.

    Which two times must be compared?
    """
    return sign_ups["user"].isin(orders["user"]).sum()


@wrong("03-after-sign-up")
def orders_for_users():
    """You counted orders. Some users placed two after their sign-up.

    What does the question count?
    """
    both = orders.merge(sign_ups, on="user", suffixes=("_order", "_sign_up"))
    return len(both[both["time_order"] > both["time_sign_up"]])


@wrong("03-after-sign-up")
def before():
    """You counted those who ordered *before* they signed up.

    Which of the two times must be the larger?
    """
    both = orders.merge(sign_ups, on="user", suffixes=("_order", "_sign_up"))
    return both[both["time_order"] < both["time_sign_up"]]["user"].nunique()


@wrong("03-after-sign-up")
def in_one_visit():
    """You counted orders in the visit of the sign-up.

    Does the question forbid a later visit?
    """
    return orders["session"].isin(sign_ups["session"]).sum()


# %% [markdown]
# ### More questions (stretch)

# %% tags=["facts"]
print("ordered, only before:", later["user"].nunique(), later["user"].nunique() - bought_after)
print(f"naive {readers_who_ordered / len(letters) * margin_per_order:.2f}, money {money:.2f}")
print(f"95 % interval {money - luck:.2f} to {money + luck:.2f}")
print("orders per 100 without and with mails:")
print(100 * mailed.groupby("arm")["ordered"].mean())
print("03-q11, cents:", 100 * (0.0215 - 0.02) * 80 * 0.4, 100 * (0.0215 - 0.02) * 80 * 0.4 / 0.05)

# %%
quiz("03-q03", "03-q05", "03-q13", "03-q15", "03-q16", "03-q17", "03-q19")

# %%
quiz("03-q20", "03-q10", "03-q11", "03-q26", "03-q25", "03-q21", "03-q22")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minutes | what | how |
# |---|---|---|
# | 0-3 | The offer | Read the three voices aloud. Everybody writes down a number for 03-q01 before the ladder is on the screen, and keeps it. |
# | 3-6 | The ladder | 03-q02 on the screen: read the six cards aloud, the class calls the next rung. |
# | 6-9 | Two honest rates | Run the cell; each table says which of the five parts differ, and which do not. |
# | 9-13 | Vote 1 | Vote, two minutes in pairs, vote again. |
# | 13-29 | Your plan | Ten fields are open. Eight minutes to a plan that compiles; then the tables turn their laptops round, and the neighbors say what they would do for the bonus; then hand over, mend, hand over again. |
# | 29-38 | Three values | One question for each third of the room: 03-q07, 03-q08, 03-q09. Then the solutions of Exercises 1 to 3 and the figure on the screen. Compare with the numbers of minute 3. |
# | 38-41 | Explorer | The class calls a guess, you move the slider; the test, the fold, the truth. |
# | 41-45 | Vote 2 | As before. |
# | 45-50 | The signature | 03-q14 by show of hands; collect the numbers that would change minds; run `consequence("03-q14")`. Each table names a counter-metric that it takes home. |
#
# **Before class.** Rehearse in one unzipped handout, and hold the lesson in another that nobody has touched: in its record there is neither plan nor guess. Run that one once from the top; the first trick of the form takes some seconds. On the projector Ctrl+B hides the file list, and Ctrl with + enlarges. Keep `solutions/` in a second tab. *Early:* `purchase` as the primary of the plan, or Exercise 5 (stretch). *No laptop:* read the form's fields to a pair and speak for Northlight; votes and the no-code questions need none. *Home:* 03-q04, 03-q06, section 5, exam corner.
#
# **What goes wrong.** A plan does not compile: read the sentence at the field, aloud. It has three primaries: which one decides if they part? Revenue stands where margin should: who pays for the goods? The others are averaged over rows: how often does one user count? The holdout is divided by something out of habit: let them compare the result with a whole order. Cells are run out of order, and `sign_ups` is missing: run from the top.
#
# **If time is short,** drop vote 2, and leave the explorer for home.

# %% [markdown] tags=["instructor", "key"]
# ## Key for the instructor
#
# **Two honest rates.** 1.77 and 3.44 %. Scope, window and exclusions are the same; the denominator differs, and with it the numerator, since only sign-ups in article visits are left above the line.
#
# **Vote 1 (03-q23).** Expect the class to split between all visits and article visits, with some for the count. Defensible: all visits. Let the *article* side say who could move their rate without winning a reader, and let the *count* side say what happens in a week with twice the traffic. Grant that any denominator is fine that is named before and cannot be chosen by whoever is paid.
#
# **The plan.** On sign-ups Northlight draws a prize; totals such as orders stay silent, and what subscribers buy fires. On carts it is a louder button, and buyers among cart users fire. On `purchase` it cuts channels, and the number of orders fires where its rate does not. A limit of 5 % is narrower than luck for most numbers of this shop: the check says so, and the game has no luck.
#
# **Vote 2 (03-q24).** Expect *yes* from a third to a half, most because the fall "is not significant". Defensible: to wait. Draw the interval and the limit on the board; ask which true values still fit. Then ask what a longer test costs.
#
# **03-q14.** No option is keyed. Paying as asked and stopping the mails are hard to defend, for opposite reasons; a low price with a running holdout, taking the pop-up down, and the guest checkout can each be argued. Press for the number: sign for $2 from about 65 more buyers per 1,000 sign-ups at the average margin, where the test has 35; in money, from two dollars each, where it has 1.37. And of whose sign-ups?
#
# **What goes wrong, and the answer.** Nobody needs to divide the holdout's difference: everybody in the test signed up. The others are counted with `.nunique()`. Exercise 4 (stretch) has a short way: visits times value gives back the orders that passed the step.

# %% tags=["facts"]
with_letter = load("sessions")["session"].isin(letters["session"])
by_article = load("sessions")["landing_page"] == "article"
print("rates:", 100 * with_letter.mean(), 100 * with_letter[by_article].mean())
print("break-even per 1,000:", 1000 * asked / margin_per_order)
print("by the test per 1,000:", readings.loc["experiment", "orders"], f"in money: {money:.2f}")
print("limit of the guardrail, %:", 5)
