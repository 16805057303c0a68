# ---
# title: A mini lesson
# genre: a test
# minutes: {core: 5}
# objectives: [L1.1, L1.2]
# tables: [visits]
# moves: [mean, groupby]
# votes: [01-q02, 01-q03]
# ---

# %% tags=["setup"]
import matplotlib.pyplot as plt
import pandas as pd
from workbook import check, hint, load, quiz, show, solution

# %% [markdown]
# **The shop's question of the day: how often does a visit end with an order?**
#
# An average, and an average for each group:

# %%
ages = pd.DataFrame({"town": ["A", "A", "B"], "age": [30, 40, 50]})
print(ages["age"].mean())
ages.groupby("town")["age"].mean()

# %% [markdown]
# ### Exercise 1. The share
#
# Count the visits with an order, as a share. Round to two decimals.

# %% key="01-share" kind="number" places=2 objective="L1.1"
visits = load("visits")
share = ...
### BEGIN SOLUTION
share = visits["ordered"].mean()
### END SOLUTION
share

# %%
check("01-share")

# %% [markdown] tags=["hint"] key="01-share"
# What is divided by what?

# %% [markdown] tags=["hint"] key="01-share"
# The denominator is `len(visits)`.

# %% tags=["ways"]
from workbook.authoring import accepted, cases, wrong


@accepted("01-share")
def by_hand():
    return visits["ordered"].sum() / len(visits)


@wrong("01-share")
def per_user():
    """You divided by people, not by visits.

    Which of the two does the prompt name?
    """
    return visits["ordered"].sum() / visits["user"].nunique()


# %%
quiz("01-q01")

# %% [markdown]
# ### Exercise 2. The buyers
#
# The users who ordered, as a set.

# %% key="01-buyers" kind="set" objective="L1.1" stretch=true
visits = load("visits")
buyers = ...
### BEGIN SOLUTION
buyers = set(visits[visits["ordered"]]["user"])
### END SOLUTION

# %%
check("01-buyers")

# %% [markdown] tags=["hint"] key="01-buyers"
# Filter first.


# %% tags=["ways"]
@wrong("01-buyers")
def everyone():
    """You kept every visitor. Who of them ordered?"""
    return set(visits["user"])


# %% [markdown]
# Visits per device, as a Series.

# %% key="01-devices" kind="series" objective="L1.1" stretch=true
visits = load("visits")
devices = ...
### BEGIN SOLUTION
devices = visits["device"].value_counts()
### END SOLUTION

# %%
check("01-devices")

# %% [markdown] tags=["hint"] key="01-devices"
# One number per device.


# %% tags=["ways"]
@wrong("01-devices")
def users_per_device():
    """You counted people. What does the prompt count?"""
    return visits.groupby("device")["user"].nunique()


# %% [markdown]
# Per device the visits and the orders, as a DataFrame with columns `device`, `visits`, `orders`.

# %% key="01-table" kind="frame" objective="L1.1" stretch=true
visits = load("visits")
table = ...
### BEGIN SOLUTION
table = visits.groupby("device", as_index=False).agg(
    visits=("user", "size"), orders=("ordered", "sum")
)
### END SOLUTION

# %%
check("01-table")

# %% [markdown] tags=["hint"] key="01-table"
# Group, then aggregate.


# %% tags=["ways"]
@wrong("01-table")
def only_buyers():
    """You filtered the orders before you counted the visits."""
    kept = visits[visits["ordered"]]
    return kept.groupby("device", as_index=False).agg(
        visits=("user", "size"), orders=("ordered", "sum")
    )


# %% [markdown]
# A function `rate(part, whole)` that gives a percentage and 0 if `whole` is 0.

# %% key="01-rate" kind="function" objective="L1.1" stretch=true
rate = ...


### BEGIN SOLUTION
def rate(part, whole):
    return 100 * part / whole if whole else 0


### END SOLUTION

# %%
check("01-rate")

# %% [markdown] tags=["hint"] key="01-rate"
# Divide, then think of 0.


# %% tags=["ways"]
@cases("01-rate")
def calls():
    return [(1, 4), (0, 5), (3, 0)]


@wrong("01-rate")
def without_zero(part, whole):
    """You forgot the case without any visit: what is divided by then?"""
    return 100 * part / whole


# %% [markdown]
# The busiest device, as a text; the three counts in falling order, as a list; user: visits, as a dictionary.

# %% key="01-busiest" kind="string" objective="L1.1" stretch=true
visits = load("visits")
busiest = ...
### BEGIN SOLUTION
busiest = visits["device"].value_counts().index[0]
### END SOLUTION

# %%
check("01-busiest")

# %% [markdown] tags=["hint"] key="01-busiest"
# Count, then look at the first.


# %% tags=["ways"]
@wrong("01-busiest")
def rarest():
    """You took the rarest one."""
    return visits["device"].value_counts().index[-1]


# %% key="01-counts" kind="list" objective="L1.1" stretch=true ordered=true
visits = load("visits")
counts = ...
### BEGIN SOLUTION
counts = list(visits["device"].value_counts())
### END SOLUTION

# %%
check("01-counts")

# %% [markdown] tags=["hint"] key="01-counts"
# Start from the counts per device.


# %% tags=["ways"]
@wrong("01-counts")
def of_users():
    """You counted per person, not per device."""
    return list(visits["user"].value_counts())


# %% key="01-per-user" kind="mapping" objective="L1.1" stretch=true
visits = load("visits")
per_user = ...
### BEGIN SOLUTION
per_user = dict(visits["user"].value_counts())
### END SOLUTION

# %%
check("01-per-user")

# %% [markdown] tags=["hint"] key="01-per-user"
# `dict(...)` makes a dictionary of a Series.


# %% tags=["ways"]
@wrong("01-per-user")
def orders_per_user():
    """You counted orders. What does the prompt count?"""
    return dict(visits.groupby("user")["ordered"].sum())


# %% [markdown]
# Bars of visits per device, from zero.

# %% key="01-bars" kind="figure" objective="L1.1" stretch=true facts=["bars", "y_starts_at_zero"]
visits = load("visits")
ax = ...
### BEGIN SOLUTION
fig, ax = plt.subplots(figsize=(4, 2.5))
counted = visits["device"].value_counts()
ax.bar(counted.index, counted)
ax.set_ylabel("visits")
ax.set_title("Most visits come from phones")
### END SOLUTION

# %%
check("01-bars")

# %% [markdown] tags=["hint"] key="01-bars"
# `ax.bar(names, heights)`.


# %% tags=["ways"]
@wrong("01-bars")
def cut_axis():
    """Your bars do not start at zero, so their lengths say nothing."""
    axes = plt.subplots()[1]
    counted = visits["device"].value_counts()
    axes.bar(counted.index, counted)
    axes.set_ylim(1, 10)
    return axes


# %%
if ax is not ...:
    show(ax.figure, alt="Bars: phones lead.")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# Only for instructors.
#
# | minutes | what | how |
# |---|---|---|
# | 0-20 | Exercise 1 | Alone, then in pairs. |
# | 20-40 | Votes | Vote, discuss, vote again. |
# | 40-50 | Exercises 2 to 3 | On the screen. |
#
# **Before class.** Open the lesson.
#
# **What goes wrong.** Somebody counts people.
#
# **If time is short,** drop vote 2.

# %% [markdown] tags=["instructor", "key"]
# **Vote 1.** Expect a split in half. The secret of the key cell.
