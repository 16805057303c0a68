# ---
# title: Rates, denominators and uncertainty
# genre: two honest analysts quarrel
# minutes: {core: 50, stretch: 60, no_code: 35}
# objectives: [L6.1, L6.2, L6.3, L6.4, L6.5, L6.6, L6.7]
# tables: [events, sessions, orders, ad_spend, truth_effects]
# moves: [diff, cumsum]
# votes: [06-q32, 06-q33]
# emphasis: [independent, point, percent, all]
# ---

# %% [markdown]
# **The shop's question of the day: do the ads convert better or worse than the rest of the shop?**
#
# Mara writes to her bank and wants one line about her ads. She has two drafts, about the same 13 weeks.
#
# * **Theo**: "Visits from ads order *less* often than other visits."
# * **Northlight**: "People whom the ads reach order *more* often than other people."
#
# "So one of you has miscounted," she says. Theo's count:

# %% tags=["setup"]
import matplotlib.pyplot as plt
import pandas as pd

from workbook import check, glossary, hint, load, quiz, show, solution
from workbook import headline_explorer, sessionize, wilson

# %%
ads = ["brand search", "non-brand search", "social", "display", "remarketing"]
sessions = load("sessions")
orders = load("orders")
sessions["ordered"] = sessions["session"].isin(orders["session"])
by_ad = sessions["channel"].isin(ads)

rate_ads = 100 * sessions[by_ad]["ordered"].mean()
rate_others = 100 * sessions[~by_ad]["ordered"].mean()
print("Visits from ads:", round(rate_ads, 2), "% with an order")
print("Other visits:   ", round(rate_others, 2), "%")

# %% tags=["facts"]
never = sessions[~sessions["user"].isin(sessions[by_ad]["user"])]
share = 100 * never[never["user"].isin(orders["user"])]["user"].nunique() / never["user"].nunique()
print("users never reached by an ad:", round(share, 2))

# %% [markdown]
# Northlight's count is Exercise 1. Say your number first.

# %%
quiz("06-q01")

# %% [markdown]
# **Afterwards you can**
#
# * count one rate by event, visit and user, and say why they differ;
# * say what makes a visit, and a bounce;
# * say how far luck may have moved a rate, also with few cases;
# * state a change in points and in percent, and see a denominator move.
#
# **Two routes.** The exercises, or the *No code?* questions.

# %%
quiz.recall("06")

# %% [markdown]
# ## 1 One action, three scopes
#
# * **Event**: how often it happened. Per visit this is a mean and no share: it may pass 1.
# * **Visit** (GA4: session): visits in which it happened at least once, of all visits.
# * **User**: users who did it at least once, of all users (GA4's reports: *active* users).
#
# Here for `add_to_cart`, 13 weeks, no exclusions:

# %%
events = load("events")
sessions = load("sessions")
carts = events[events["event"] == "add_to_cart"]
by_event = 100 * len(carts) / len(sessions)
by_visit = 100 * carts["session"].nunique() / len(sessions)
by_user = 100 * carts["user"].nunique() / sessions["user"].nunique()

print("event:", round(by_event, 1), "times in 100 visits")
print("visit:", round(by_visit, 1), "% of the visits")
print("user: ", round(by_user, 1), "% of the users")

# %% [markdown]
# In GA4, for a key event: *key events per session*, **session key event rate**, **user key event rate**. The last one also grows with the window.
#
# ### Exercise 1. Northlight's count
#
# Of the users who came by an ad, what percentage ordered?
#
# Numerator: users with at least one visit from an ad and at least one order, in whatever visit. Denominator: users with at least one visit from an ad. Scope: user. Window: the log. Exclusions: none. A number in percent, not rounded.

# %% key="06-by-user" kind="number" objective="L6.1" places=4
ads = ["brand search", "non-brand search", "social", "display", "remarketing"]
sessions = load("sessions")
orders = load("orders")
reached = ...
### BEGIN SOLUTION
ad_visits = sessions[sessions["channel"].isin(ads)]
buyers = ad_visits[ad_visits["user"].isin(orders["user"])]
reached = 100 * buyers["user"].nunique() / ad_visits["user"].nunique()
### END SOLUTION

# %%
check("06-by-user")

# %% [markdown] tags=["hint"] key="06-by-user"
# Two filters, one after the other: first the visits from ads, then those of them whose *user* has an order. In which column do you look for that?

# %% [markdown] tags=["hint"] key="06-by-user"
# Call the visits from ads `ad_visits`. Then `ad_visits[ad_visits["user"].isin(orders["user"])]` keeps those of users who ordered. One user may have several of them. What must be counted, above the line and below it?

# %% tags=["ways"]
from workbook.authoring import accepted, cases, wrong


def _by_ad(table=None):
    table = load("sessions") if table is None else table
    return table[table["channel"].isin(ads)]


@accepted("06-by-user")
def user_by_user():
    users = _by_ad().drop_duplicates("user")
    return 100 * users["user"].isin(orders["user"]).mean()


@wrong("06-by-user")
def the_order_in_a_visit_from_an_ad():
    """You counted users only if they ordered in a visit *from an ad*. Whoever ordered in another visit fell out.

    "In whatever visit": in which column of `orders` do you look a user up?
    """
    rows = _by_ad()
    return 100 * rows[rows["session"].isin(orders["session"])]["user"].nunique() / rows["user"].nunique()


@wrong("06-by-user")
def theos_count_again():
    """You counted visits, above and below the line. That is Theo's rate.

    The scope is the user. Which column names one?
    """
    rows = _by_ad()
    return 100 * rows["session"].isin(orders["session"]).mean()


@wrong("06-by-user")
def visits_of_buyers():
    """You counted the *visits* of users who ordered, among all visits from ads. Whoever came by three ads counts three times.

    What turns rows into different users, on both sides of the line?
    """
    rows = _by_ad()
    return 100 * rows["user"].isin(orders["user"]).mean()


@wrong("06-by-user")
def buyers_over_visits():
    """Users stand above your line and visits below it. Such a ratio is the share of nothing.

    Which unit does the prompt name for both?
    """
    rows = _by_ad()
    return 100 * rows[rows["user"].isin(orders["user"])]["user"].nunique() / len(rows)


@wrong("06-by-user")
def visits_of_buyers_over_users():
    """Visits stand above your line and users below it. A buyer with three visits from ads counts three times.

    Which unit does the prompt name for both?
    """
    rows = _by_ad()
    return 100 * rows["user"].isin(orders["user"]).sum() / rows["user"].nunique()


@wrong("06-by-user")
def orders_over_users():
    """You set orders over users. Some users ordered twice, and each of them is one user.

    What must stand above the line if users stand below it?
    """
    rows = _by_ad()
    return 100 * orders["user"].isin(rows["user"]).sum() / rows["user"].nunique()


@wrong("06-by-user")
def orders_of_ad_visits_over_users():
    """You set the visits with an order over users, and only orders in visits from ads.

    What must stand above the line if users stand below it, and in which visits may they have ordered?
    """
    rows = _by_ad()
    return 100 * rows["session"].isin(orders["session"]).sum() / rows["user"].nunique()


@wrong("06-by-user")
def everybody():
    """You took all users of the shop.

    The denominator is smaller. Which users does the prompt name?
    """
    return 100 * orders["user"].nunique() / sessions["user"].nunique()


@wrong("06-by-user")
def all_users_below():
    """Above the line your users came by an ad, below it stands everybody.

    Of whom is it to be a share?
    """
    rows = _by_ad()
    return 100 * rows[rows["user"].isin(orders["user"])]["user"].nunique() / sessions["user"].nunique()


@wrong("06-by-user")
def all_buyers_above():
    """All buyers of the shop stand above your line, also those who never came by an ad.

    The numerator must lie inside the denominator. Which buyers do?
    """
    return 100 * orders["user"].nunique() / _by_ad()["user"].nunique()


@wrong("06-by-user")
def the_other_users():
    """These are the users who *never* came by an ad. They are the ones to compare with.

    Which filter keeps those who did?
    """
    rows = sessions[~sessions["user"].isin(_by_ad()["user"])]
    return 100 * rows[rows["user"].isin(orders["user"])]["user"].nunique() / rows["user"].nunique()


@wrong("06-by-user")
def users_of_the_other_visits():
    """You kept the visits that came *without* an ad.

    Does `~` belong there?
    """
    rows = sessions[~sessions["channel"].isin(ads)]
    return 100 * rows[rows["user"].isin(orders["user"])]["user"].nunique() / rows["user"].nunique()


@wrong("06-by-user")
def buyers_who_came_by_an_ad():
    """You turned the question round: of the *buyers*, how many had come by an ad.

    "Of the users who came by an ad": who stands below the line?
    """
    return 100 * orders["user"].isin(_by_ad()["user"]).mean()


@wrong("06-by-user")
def buyers_counted_once_who_came_by_an_ad():
    """You turned the question round: of the different *buyers*, how many had come by an ad.

    "Of the users who came by an ad": who stands below the line?
    """
    theirs = orders[orders["user"].isin(_by_ad()["user"])]
    return 100 * theirs["user"].nunique() / orders["user"].nunique()


@wrong("06-by-user")
def a_number_of_users():
    """This is how many users it is. A count grows with the shop.

    Out of how many, and in percent?
    """
    rows = _by_ad()
    return rows[rows["user"].isin(orders["user"])]["user"].nunique()


@wrong("06-by-user")
def rounded_to_one_place():
    """The share is right, but rounded, or read off a picture.

    The prompt asks for all digits. Which formula gives them for any log?
    """
    return round(100 * _by_ad().drop_duplicates("user")["user"].isin(orders["user"]).mean(), 1)


@wrong("06-by-user")
def rounded_to_two_places():
    """The share is right, but rounded.

    The prompt asks for all digits. What does `round` take away?
    """
    return round(100 * _by_ad().drop_duplicates("user")["user"].isin(orders["user"]).mean(), 2)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("06-q02")

# %%
# To be run, not read: both counts side by side.
# Section 3 explains the thin lines (for visits a little too short).
ads = ["brand search", "non-brand search", "social", "display", "remarketing"]
sessions = load("sessions")
orders = load("orders")
by_ad = sessions["channel"].isin(ads)
users = sessions.drop_duplicates("user")["user"]
met_ad = users.isin(sessions[by_ad]["user"])
ordered, bought = sessions["session"].isin(orders["session"]), users.isin(orders["user"])
counts = {
    "visits": {"from an ad": ordered[by_ad], "other": ordered[~by_ad]},
    "users": {"reached by an ad": bought[met_ad], "never reached": bought[~met_ad]},
}

fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.2), sharey=True, layout="constrained")
said = []
for ax, (unit, groups) in zip(axes, counts.items(), strict=True):
    inks = [("#E69F00", "black"), ("#0072B2", "white")]
    for (name, hits), (color, ink) in zip(groups.items(), inks, strict=True):
        rate = 100 * hits.mean()
        ends = [100 * end for end in wilson(hits.sum(), len(hits))]
        ax.bar(name, rate, color=color, width=0.6)
        ax.errorbar(name, rate, [[rate - ends[0]], [ends[1] - rate]], color="black", capsize=4)
        ax.text(name, rate / 2, f"{rate:.2f} %", ha="center", weight="bold", color=ink)
        said.append(f"{unit} {name} {rate:.2f} % ({hits.sum():,} of {len(hits):,})")
    ax.set_xlabel(unit, fontsize=11)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("with an order, %")
words = {}
for unit, groups in counts.items():
    ads_rate, other_rate = (hits.mean() for hits in groups.values())
    words[unit] = "behind" if ads_rate < other_rate else "ahead"
fig.suptitle(
    f"Counted in visits the ads are {words['visits']}, in users {words['users']}",
    fontsize=11,
)
show(fig, alt="Two bar charts of the share with an order: " + "; ".join(said) + ".")

# %% tags=["facts"]
theirs = sessions[by_ad & ordered]["user"].nunique()
print("ordered in a visit from an ad:", theirs, "of", bought[met_ad].sum())
print("in other visits:", bought[met_ad].sum() - theirs)
placed = orders.merge(sessions[["session", "start"]], on="session")
placed["met"] = placed["user"].map(sessions[by_ad].groupby("user")["start"].min())  # NaT: never
since = placed[placed["start"] >= placed["met"]]["user"].nunique()
print("since the ad:", since, 100 * since / met_ad.sum(), "of them elsewhere:", since - theirs)
print("only before the ad:", bought[met_ad].sum() - since)
visits_each = sessions["user"].value_counts()
print("visits each:", visits_each[users[met_ad]].mean(), visits_each[users[~met_ad]].mean())
bill = load("ad_spend")
bill = bill[bill["channel"].isin(ads)]
print("users:", 100 * bought[met_ad].mean(), 100 * bought[~met_ad].mean())
print("sellers:", 100 * bill["conversions"].sum() / bill["clicks"].sum(), "within 30 days")

# %% [markdown]
# Your bet? It is 2.79 %, and both count right. Of the 556 buyers whom an ad had reached, 341 ordered in a visit from an ad. The other 215 ordered in visits that Theo counts as *other*: 102 of them after they had met an ad, 113 only *before*.
#
# So Northlight's number does not say what the ads *bring*. Strike those 113 above the line, and it is 2.22 %, close to the others' 2.15 %. And who comes often meets an ad more easily *and* orders more easily: users reached made 1.36 visits each, the others 1.18.
#
# The sellers of the ads have a third count, 2.18 %. All three: window 13 weeks, exclusions none.
#
# | | Theo | Northlight | Ad sellers |
# |---|---|---|---|
# | numerator | visits with an order | users with an order, in any visit | orders claimed, up to 30 days after a click; several sellers may claim one |
# | denominator | visits from ads | users with a visit from ads | clicks on ads |
# | scope | visit | user | ad interaction |
#
# The third is counted like the **conversion rate** of Google Ads: conversions / ad interactions (mostly clicks).
#
# Compare two rates only if their five parts agree. Only the groups may differ.

# %% [markdown]
# ## 2 What is a visit?
#
# In GA4 a visit ends after 30 minutes without activity (this **timeout** can be set). Cut this log with your finger.

# %%
quiz("06-q03")

# %% [markdown]
# `sessionize(log, timeout)` numbers each user's visits.

# %%
# To be run, not read: the same clicks, cut in three ways.
log = load("events")
for timeout in [5, 30, 24 * 60]:  # in minutes
    log["visit"] = sessionize(log, timeout)
    visits = log[["user", "visit", "event"]].drop_duplicates(["user", "visit"])
    bought = log[log["event"] == "purchase"].drop_duplicates(["user", "visit"])
    rate = 100 * len(bought) / len(visits)
    print(timeout, "minutes:", len(visits), "visits,", round(rate, 2), "% with an order")

# %% tags=["facts"]
sessions = load("sessions")
one_page = sessions["pages"] == 1
quick = sessions["engaged_seconds"] <= 10
only = load("events").query("event == 'purchase'")["session"]
print("Universal Analytics:", 100 * one_page.mean())
print("GA4, purchase alone:", 100 * (one_page & quick & ~sessions["session"].isin(only)).mean())

# %% [markdown]
# Same clicks, other denominators, though here it hardly matters.
#
# A **bounce** is a convention too. Universal Analytics (to 2023): a visit with a single interaction, as a rule one page. GA4: a visit that was not engaged (lesson 04); what is left to 100 % is the **engagement rate**. In this log 29.8 % of the visits bounced in the old sense and 11.6 % in the new one, with `purchase` alone starred. Old reports and new ones cannot be compared.

# %% [markdown]
# ## 3 How far luck reaches
#
# Luck has a part in every count: the same shop could have had a few orders more or fewer in these weeks. A **95 % interval** is made so that it catches the true rate in 95 of 100 such cases.
#
# The simplest is the normal one, $p \pm 1.96 \sqrt{p(1-p)/n}$ (p: the rate, n: how many users; 1.96 belongs to 95 %). `wilson(hits, n)` computes a better one. Both, in percent:

# %%
lines = []
for hits, n in [(45, 1500), (3, 20), (0, 200)]:
    p = hits / n
    half = 1.96 * (p * (1 - p) / n) ** 0.5
    ends = [p - half, p + half, *wilson(hits, n)]
    lines.append([f"{hits} of {n}", *(100 * end for end in ends)])
names = ["users who ordered", "normal from", "normal to", "Wilson from", "Wilson to"]
pd.DataFrame(lines, columns=names).round(1).set_index("users who ordered")

# %% [markdown]
# With few orders the **normal interval** breaks: it reaches below zero, and at 0 of 200 it has no width, as if an order were impossible. **Wilson's interval** holds the true rates that make such a count plausible. If none of $n$ did it, their rate is at most about $3/n$: the **rule of three**, here 1.5 %. (It looks at one end only; Wilson's 1.9 % is the upper of two.)
#
# ### Exercise 2. Two weeks of social
#
# Theo, after two weeks: "Of the people from social fewer order than in the whole shop, where it is 1.8 %." Compute Wilson's 95 % interval.
#
# Numerator: users with a visit from social and an order, in whatever visit. Denominator: users with a visit from social. Scope: user. Window: up to the end of October 5, above *and* below the line. Exclusions: none.
#
# Answer: `{"low": ..., "high": ...}`, in percent, not rounded. `wilson(3, 20).low` is a lower end, as a share of 1.

# %% tags=["facts"]
early = load("sessions").query("start < '2025-10-06'")
sold = load("orders").query("time < '2025-10-06'")
print("all users of the two weeks:", f"{early['user'].nunique():,}", 100 * early.drop_duplicates("user")["user"].isin(sold["user"]).mean())
social = early.query("channel == 'social'").drop_duplicates("user")["user"]
ends = wilson(social.isin(sold["user"]).sum(), len(social))
print("social:", social.isin(sold["user"]).sum(), "of", len(social), 100 * ends.low, 100 * ends.high)
print("shop:", early[early["user"].isin(sold["user"])]["user"].nunique())
print("social's rate:", 100 * social.isin(sold["user"]).mean())
print("rule of three:", 100 * 3 / 200, "all at 95 %")

# %% key="06-social-interval" kind="mapping" objective="L6.4" places=4
sessions = load("sessions")
orders = load("orders")
early = sessions[sessions["start"] < "2025-10-06"]  # the visits of the two weeks

interval = ...
# A way to begin (remove the first # of each line, fill the gaps):
# social = early[...]
# sold = ...  # the orders of the same two weeks; their moment is in the column "time"
# buyers = social[...]
# found = wilson(..., ...)  # how many different users did it, of how many
# interval = {"low": 100 * found.low, "high": ...}
### BEGIN SOLUTION
social = early[early["channel"] == "social"]
sold = orders[orders["time"] < "2025-10-06"]
buyers = social[social["user"].isin(sold["user"])]
found = wilson(buyers["user"].nunique(), social["user"].nunique())
interval = {"low": 100 * found.low, "high": 100 * found.high}
### END SOLUTION

# %%
check("06-social-interval")

# %% [markdown] tags=["hint"] key="06-social-interval"
# Numerator and denominator need the same window. Which table besides `sessions` must be cut?

# %% [markdown] tags=["hint"] key="06-social-interval"
# Count different users twice: all with a visit from social, and those of them who are in the orders of the two weeks. Both counts go into `wilson`, the smaller one first.

# %% tags=["ways"]
def _two_weeks(unit="user", orders_cut=True, channel="social", visits_cut=True):
    """Hits and cases: users (or visits) of a channel, and those with an order."""
    rows = load("sessions")
    rows = rows[rows["start"] < "2025-10-06"] if visits_cut else rows
    rows = rows[rows["channel"] == channel] if channel else rows
    sold = load("orders")
    sold = sold[sold["time"] < "2025-10-06"] if orders_cut else sold
    hits = rows[rows[unit].isin(sold[unit])]
    return hits[unit].nunique(), rows[unit].nunique()


def _percent(ends):
    return {"low": 100 * float(ends[0]), "high": 100 * float(ends[1])}


@accepted("06-social-interval")
def by_the_formula():
    hits, n = _two_weeks()
    p, z = hits / n, 1.959963984540054
    center = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    return _percent([center - half, center + half])


@wrong("06-social-interval")
def the_normal_interval():
    """This is the normal interval, p plus and minus 1.96 standard errors. With few orders it lies too low.

    Which of the two intervals does the prompt name?
    """
    hits, n = _two_weeks()
    p = hits / n
    half = 1.96 * (p * (1 - p) / n) ** 0.5
    return _percent([p - half, p + half])


@wrong("06-social-interval")
def orders_of_any_day():
    """Below the line stand two weeks, above it orders of thirteen. Whoever came in September may have ordered in December.

    Which window does the prompt set for the orders?
    """
    return _percent(wilson(*_two_weeks(orders_cut=False)))


@wrong("06-social-interval")
def the_whole_log():
    """This is the interval for the whole log. It is much shorter, since it rests on many more users.

    Which window does the prompt set?
    """
    return _percent(wilson(*_two_weeks(orders_cut=False, visits_cut=False)))


@wrong("06-social-interval")
def visits_for_users():
    """You counted visits: those from social, and those of them with an order.

    The scope is the user, and the order may fall in whatever visit. Which column do you look up?
    """
    return _percent(wilson(*_two_weeks("session")))


@wrong("06-social-interval")
def ordered_in_a_visit_from_social():
    """You counted users only if they ordered in the visit from social itself.

    "In whatever visit": do you look the session up in the orders, or the user?
    """
    rows = load("sessions").query("start < '2025-10-06' and channel == 'social'")
    hits = rows[rows["session"].isin(load("orders")["session"])]["user"].nunique()
    return _percent(wilson(hits, rows["user"].nunique()))


@wrong("06-social-interval")
def the_whole_shop():
    """This is the interval for all users of the two weeks.

    Which channel does Theo speak about?
    """
    return _percent(wilson(*_two_weeks(channel=None)))


@wrong("06-social-interval")
def of_all_users():
    """Above the line stand users from social, below it all users of the two weeks.

    Of whom is it to be a share?
    """
    return _percent(wilson(_two_weeks()[0], _two_weeks(channel=None)[1]))


@wrong("06-social-interval")
def a_rate_for_the_count():
    """You gave `wilson` a rate where it wants a count, and so it took it for a hundredth of a user.

    Its first number is how many did it, its second is how many there are. Which two counts are these?
    """
    hits, n = _two_weeks()
    return _percent(wilson(hits / n, n))


@wrong("06-social-interval")
def a_rate_of_one():
    """You gave `wilson` a rate, and 1 for the number of users. From one user nothing can be learned.

    Its first number is how many did it, its second is how many there are. Which two counts are these?
    """
    hits, n = _two_weeks()
    return _percent(wilson(hits / n, 1))


@wrong("06-social-interval")
def a_share_of_one():
    """Both ends are right, as shares of 1.

    The prompt asks for percent. Which factor is missing?
    """
    ends = wilson(*_two_weeks())
    return {"low": ends.low, "high": ends.high}


@wrong("06-social-interval")
def the_ends_exchanged():
    """The two ends stand under each other's name.

    Which of them is the smaller one?
    """
    low, high = _percent(wilson(*_two_weeks())).values()
    return {"low": high, "high": low}


@wrong("06-social-interval")
def rounded_to_one_place():
    """Both ends are right, but rounded.

    The prompt asks for all digits. What does `round` take away?
    """
    return {name: round(value, 1) for name, value in _percent(wilson(*_two_weeks())).items()}


@wrong("06-social-interval")
def rounded_to_two_places():
    """Both ends are right, but rounded.

    The prompt asks for all digits. What does `round` take away?
    """
    return {name: round(value, 2) for name, value in _percent(wilson(*_two_weeks())).items()}


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("06-q06")

# %% tags=["facts"]
from workbook.analysis.intervals import design_effect

for name in ["purchase", "begin_checkout"]:
    per_visit = load("sessions")
    did = per_visit["session"].isin(load("events").query("event == @name")["session"])
    by_user = did.groupby(per_visit["user"])
    effect = design_effect(by_user.sum(), by_user.size())
    print(name, "design effect", round(effect, 2), "too short by", round(100 * (1 - effect**-0.5), 1), "%")

# %% [markdown]
# Social: 10 of 879 users, 1.1 %, Wilson's interval 0.6 to 2.1 %. The shop's 1.8 % (137 of all 7,602 users) lies inside: Theo may be right, but two weeks do not show it.
#
# An interval is about luck only; a broken tag, or the choice of the best of nine channels, is not in it. And its cases must be **independent**. Visits of one user are alike, so intervals for visits are too short: for orders by 2 %, for checkouts by 8 %. Counting users avoids this.

# %% [markdown]
# ## 4 A denominator that moves
#
# "Then stop the worst channel," says Theo. Of the visits from social 0.7 % order.
#
# A change has two names: from 2 % to 3 % is 1 percentage **point**, and 50 **percent**.
#
# ### Exercise 3. Without social
#
# Suppose the visits from social were gone with their orders, and nothing else changed. The rate: visits with an order / visits, scope visit, window the log, no exclusions.
#
# Answer: a dictionary of three numbers, not rounded, below zero for a fall:
#
# * `"points"`: by how many percentage points the shop's rate changes;
# * `"percent"`: the same in percent of the rate now;
# * `"orders"`: by how many percent the orders change.

# %% tags=["facts"]
print("from 2 % to 3 %:", 100 * (0.03 - 0.02), "point,", 100 * (0.03 / 0.02 - 1), "percent")
print("as shares of 1:", 0.02, 0.03)

# %% key="06-without-social" kind="mapping" objective="L6.7" places=4
sessions = load("sessions")
orders = load("orders")
change = ...
# A way to begin (remove the first # of each line, fill the gaps):
# ordered = sessions["session"].isin(orders["session"])  # True or False for each visit
# stays = ...  # True for visits that are not from social
# now, then = 100 * ordered.mean(), 100 * ordered[...].mean()
# change = {"points": ..., "percent": ..., "orders": ...}
### BEGIN SOLUTION
rest = sessions[sessions["channel"] != "social"]
kept = orders[orders["session"].isin(rest["session"])]
now = 100 * len(orders) / len(sessions)
then = 100 * len(kept) / len(rest)
change = {
    "points": then - now,
    "percent": 100 * (then / now - 1),
    "orders": 100 * (len(kept) / len(orders) - 1),
}
### END SOLUTION

# %%
check("06-without-social")

# %% [markdown] tags=["hint"] key="06-without-social"
# Four counts are enough: visits and orders now, visits and orders that are left (`.sum()` counts the True). `!=` between two values means *is not*.

# %% [markdown] tags=["hint"] key="06-without-social"
# Compute both rates in percent. Points are their difference. For percent, by which of the two rates do you divide?

# %% tags=["ways"]
def _without(channel="social", unit="session"):
    sessions, orders = load("sessions"), load("orders")
    rest = sessions[sessions["channel"] != channel]
    kept = orders[orders["session"].isin(rest["session"])]
    counts = [t[unit].nunique() for t in (orders, sessions, kept, rest)]
    return counts


def _change(orders, visits, kept, rest):
    now, then = 100 * orders / visits, 100 * kept / rest
    return {"points": then - now, "percent": 100 * (then / now - 1), "orders": 100 * (kept / orders - 1)}


@accepted("06-without-social")
def by_a_filter():
    paid = sessions["session"].isin(orders["session"])
    stays = sessions["channel"] != "social"
    now, then = 100 * paid.mean(), 100 * paid[stays].mean()
    return {
        "points": then - now,
        "percent": 100 * (then - now) / now,
        "orders": 100 * (paid[stays].sum() - paid.sum()) / paid.sum(),
    }


@wrong("06-without-social")
def points_and_percent_exchanged():
    """Points and percent stand under each other's name.

    Which of the two is the plain difference of two rates?
    """
    found = _change(*_without())
    return {"points": found["percent"], "percent": found["points"], "orders": found["orders"]}


@wrong("06-without-social")
def points_under_both_names():
    """The difference of the two rates stands under both names.

    That is points. In percent the same difference is compared with something. With what?
    """
    found = _change(*_without())
    return {**found, "percent": found["points"]}


@wrong("06-without-social")
def percent_of_the_new_rate():
    """You divided the difference by the *new* rate.

    "In percent of the rate now": which of the two is that?
    """
    orders, visits, kept, rest = _without()
    return {**_change(orders, visits, kept, rest), "percent": 100 * (1 - (orders / visits) / (kept / rest))}


@wrong("06-without-social")
def all_orders_over_fewer_visits():
    """You took the visits away and left their orders in. The denominator moved without the numerator.

    Which orders belong to the visits that are left?
    """
    orders, visits, _, rest = _without()
    return _change(orders, visits, orders, rest)


@wrong("06-without-social")
def fewer_orders_over_all_visits():
    """You took the orders away and left their visits in. The numerator moved without the denominator.

    Which visits are gone?
    """
    orders, visits, kept, _ = _without()
    return _change(orders, visits, kept, visits)


@wrong("06-without-social")
def users_for_visits():
    """You counted users, above and below the line.

    Which scope does the prompt name?
    """
    return _change(*_without(unit="user"))


@wrong("06-without-social")
def social_alone():
    """You compared social with the shop as it is.

    The prompt asks about the shop *without* social. Which visits are left?
    """
    orders, visits, kept, rest = _without()
    return _change(orders, visits, orders - kept, visits - rest)


@wrong("06-without-social")
def social_against_the_rest():
    """You compared social with the rest of the shop.

    The prompt compares the shop now with the shop without social. Which visits does "now" hold?
    """
    orders, visits, kept, rest = _without()
    return _change(kept, rest, orders - kept, visits - rest)


@wrong("06-without-social")
def the_wrong_direction():
    """All three have the wrong sign: you went from the shop without social to the shop as it is.

    What is now, and what would be then?
    """
    return {name: -value for name, value in _change(*_without()).items()}


@wrong("06-without-social")
def seen_from_the_shop_without_social():
    """You took the shop without social for 100 percent, and went from there to the shop as it is.

    What is now, and what would be then?
    """
    orders, visits, kept, rest = _without()
    return _change(kept, rest, orders, visits)


@wrong("06-without-social")
def a_fall_without_its_sign():
    """The rate is right both ways. The orders get fewer, and your number says more.

    Which sign has a fall?
    """
    found = _change(*_without())
    return {**found, "orders": -found["orders"]}


@wrong("06-without-social")
def factors_for_changes():
    """Under *percent* and *orders* you say to how many percent it changes, not *by* how many.

    What is 100 for "no change" here, and what should it be?
    """
    found = _change(*_without())
    return {**found, "percent": 100 + found["percent"], "orders": 100 + found["orders"]}


@wrong("06-without-social")
def orders_as_a_factor():
    """Both rates are right. Under *orders* you say to how many percent they change, not *by* how many.

    What is "no change" here, and what should it be?
    """
    found = _change(*_without())
    return {**found, "orders": 100 + found["orders"]}


@wrong("06-without-social")
def orders_as_a_number():
    """Both rates are right. Under *orders* stands a number of orders.

    The prompt asks for percent. Of how many?
    """
    orders, visits, kept, rest = _without()
    return {**_change(orders, visits, kept, rest), "orders": kept - orders}


@wrong("06-without-social")
def shares_of_one():
    """All three are right, as shares of 1.

    The prompt asks for points and percent. Which factor is missing?
    """
    return {name: value / 100 for name, value in _change(*_without()).items()}


@wrong("06-without-social")
def points_as_shares():
    """Your changes in percent are right. The points are a difference of shares of 1.

    From 0.02 to 0.03, how many points is that?
    """
    found = _change(*_without())
    return {**found, "points": found["points"] / 100}


@wrong("06-without-social")
def rounded_as_in_a_report():
    """All three are right, but rounded, or read off a text.

    The prompt asks for all digits. What does `round` take away?
    """
    found = _change(*_without())
    return {name: round(value, 2 if name == "points" else 1) for name, value in found.items()}


@wrong("06-without-social")
def rounded_to_one_place():
    """All three are right, but rounded.

    The prompt asks for all digits. What does `round` take away?
    """
    return {name: round(value, 1) for name, value in _change(*_without()).items()}


@wrong("06-without-social")
def rounded_to_two_places():
    """All three are right, but rounded.

    The prompt asks for all digits. What does `round` take away?
    """
    return {name: round(value, 2) for name, value in _change(*_without()).items()}


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("06-q07")

# %% tags=["facts"]
whole, paid = load("sessions"), load("orders")
for channel in ["social", "display", "non-brand search"]:
    visits_of_it = whole[whole["channel"] == channel]
    hits = visits_of_it["session"].isin(paid["session"]).sum()
    left, kept = len(whole) - len(visits_of_it), len(paid) - hits
    now, then = 100 * len(paid) / len(whole), 100 * kept / left
    cost = load("ad_spend").query("channel == @channel")["cost"].sum()
    print(channel, f"{len(visits_of_it):,}", hits, round(100 * hits / len(visits_of_it), 1), f"{cost:,.0f}")
    print("  points", round(then - now, 2), "percent", round(100 * (then / now - 1), 1), "orders", round(100 * (kept / len(paid) - 1), 1))

# %% tags=["facts"]
earned = load("order_items").merge(load("products")[["item_id", "margin"]], on="item_id")
print("margin of an average order:", (earned["quantity"] * earned["margin"]).sum() / len(paid))

# %% [markdown]
# The rate rises by 0.16 points, or 7.7 %; the orders fall by 3.6 %. Nobody behaved differently: the denominator moved. So print both counts beside every rate.

# %%
quiz("06-q08")

# %% [markdown]
# The shop's truth: averages of six simulated shops, 13 weeks, per 60,000 visits; each channel was stopped eight weeks before these. Visits, orders and margin are changes.

# %%
truth = load("truth_effects")
effects = truth.pivot(index="change", columns="outcome", values="expected")
now = truth.groupby("outcome")["base"].mean()  # the shop as it is
spend = load("ad_spend").groupby("channel")["cost"].sum() * 60000 / len(load("sessions"))

stops = ["social", "display", "non-brand search"]
table = effects.loc[[f"{name} off" for name in stops], ["visits", "orders", "margin"]]
table = table.rename(columns={"margin": "margin, $"})
table["saved, $"] = spend[stops].to_numpy()
table["gain, $"] = table["margin, $"] + table["saved, $"]
table = table.round().astype(int)
then = effects.loc[table.index] + now
table["rate then, %"] = (100 * then["orders"] / then["visits"]).round(2)
table = table.rename_axis(None).rename_axis(None, axis=1)
print("The rate as it is:", round(100 * now["orders"] / now["visits"], 2), "%")
table

# %% tags=["facts"]
shown = load("sessions").query("channel == 'display'")
print("display:", f"{len(shown):,}", shown["session"].isin(load("orders")["session"]).sum())
print("orders fall by", (-100 * effects.loc[table.index, "orders"] / now["orders"]).tolist())
print("break even", (100 * spend[stops] / now["margin"]).tolist())
every, buyers = load("sessions"), load("orders")
came = every["channel"].isin(ads)
met = every["user"].isin(every[came]["user"])
for part in [every[came], every[~came]]:
    print("visits:", 100 * part["session"].isin(buyers["session"]).mean())
for part in [every[met], every[~met]]:
    print("users:", 100 * part.drop_duplicates("user")["user"].isin(buyers["user"]).mean())

# %% [markdown]
# Each stop lifts the rate and loses money. It would pay if orders fell by less than about 3.4, 2.4 and 5.5 %; they fall by 5.3, 3.8 and 8.9 %. Where was your number?
#
# And more goes than stands under a channel's name: display has 14 orders in 1,288 visits, yet 46 orders and 5,123 visits stay away. Most people whom it brings do not click: they search or type the address later, and are booked under other names.
#
# **What Mara writes.** "In 13 weeks visits from ads ended with an order less often than others (1.63 % against 2.23 %). People who came by an ad ordered more often (2.79 % against 2.15 %), a fifth of these buyers only before they had come by one. Neither tells what the ads bring."

# %% [markdown]
# ## Exam corner
#
# | The item | Usually keyed | Defensible |
# |---|---|---|
# | "Conversion rate" | with "ad", "click", "interaction": conversions / ad interactions; with "visitor", "session", "user": the share of these with the action | the same, with the unit named |
# | "A high bounce rate" | people leave at once | in GA4 not engaged; in older texts one page, however long |
# | "From 2 % to 3 %" | up 1 percentage point, or up 50 % | both, each with its name; "up 1 %" is wrong |
# | "**Margin of error**" | how far a result may lie from that of many more users | half an interval; it covers luck, no faulty count |
# | "95 % confidence" | 95 % sure that the true rate lies inside | the method catches the true rate in 95 of 100 cases |
# | "The rate fell" | something got worse | first look at both counts |

# %% tags=["facts"]
print("from 2 % to 3 %:", 100 * (0.03 - 0.02), "point,", 100 * (0.03 / 0.02 - 1), "percent")
print("level: 95 %")

# %%
quiz("06-q09", "06-q10")

# %% [markdown]
# ## Key points
#
# * The same orders can make ads look worse by visit and better by user. Compare rates whose five parts agree.
# * Events per visit are no share. Visits and bounces are made by definitions.
# * Put rates together by adding up counts, not by averaging (Stretch).
# * With few cases use Wilson's interval; 0 of 200 is not 0. Count independent cases, as users are.
# * Name points and percent. A rate can move by its denominator alone: print both counts.

# %%
glossary("06")

# %% [markdown]
# **Sources:** Nielsen Norman Group, *Conversion Rates* (2013) · Google Ads Help, *Conversion rate* (2684489, read 2026) · Google Analytics Help, *sessions and engaged sessions* (12798876) and *key event rates* (2024) · E. B. Wilson, *Probable Inference* (1927) · L. D. Brown, T. T. Cai and A. DasGupta, *Interval Estimation for a Binomial Proportion* (2001) · J. A. Hanley and A. Lippman-Hand, *If Nothing Goes Wrong, Is Everything All Right?* (1983), on the rule of three · L. Kish, *Survey Sampling* (1965), on the design effect · Pebble Street is simulated: its seed and its assumptions are in `datasets/README.md`

# %% [markdown]
# ---
# # Stretch
#
# ### Explorer
#
# Here are three pairs of opposite headlines. The ads you know from section 1, so take the phones and December. Find both headlines of each pair, then turn one into the other by changing a single part.

# %%
headline_explorer()

# %% [markdown]
# ## The average of averages
#
# Theo's report on the mails has one line for each day with a visit.

# %%
sessions = load("sessions")
mail = sessions[sessions["channel"] == "email"]
ordered = mail["session"].isin(load("orders")["session"])
days = ordered.groupby(mail["start"].dt.date)
report = pd.DataFrame({"visits": days.size(), "rate": 100 * days.mean()})

print("Average of the daily rates:", round(report["rate"].mean(), 1), "%")
report.head(9).round(1)

# %% [markdown]
# ### Exercise 4 (stretch). One rate for the 13 weeks
#
# Theo has sent you `report` and nothing else. What percentage of **all** visits from mails ended with an order?
#
# Numerator: visits from mails with an order. Denominator: visits from mails. Scope: visit. Window: the log. Exclusions: none. A number in percent, not rounded, from the columns `visits` and `rate` (in percent).

# %% key="06-mail-rate" kind="number" objective="L6.6" places=4 stretch=true
sessions = load("sessions")
mail = sessions[sessions["channel"] == "email"]
ordered = mail["session"].isin(load("orders")["session"])
days = ordered.groupby(mail["start"].dt.date)
report = pd.DataFrame({"visits": days.size(), "rate": 100 * days.mean()})

mail_rate = ...
### BEGIN SOLUTION
mail_rate = (report["visits"] * report["rate"]).sum() / report["visits"].sum()
### END SOLUTION

# %%
check("06-mail-rate")

# %% [markdown] tags=["hint"] key="06-mail-rate"
# How many orders did a day with 131 visits and a rate of 3.8 % have? You can bring them back for every line at once.

# %% [markdown] tags=["hint"] key="06-mail-rate"
# Visits times rate, added up over all days, stands above the line. Below it stands the sum of one column.

# %% tags=["ways"]
def _report():
    mail = load("sessions").query("channel == 'email'")
    days = mail["session"].isin(load("orders")["session"]).groupby(mail["start"].dt.date)
    return pd.DataFrame({"visits": days.size(), "rate": 100 * days.mean()})


@accepted("06-mail-rate")
def from_the_visits():
    mail = load("sessions").query("channel == 'email'")
    return 100 * mail["session"].isin(load("orders")["session"]).mean()


@wrong("06-mail-rate")
def average_of_averages():
    """You averaged the daily rates. A day with two visits counts as much as a Thursday with a hundred and more.

    By what must each rate be multiplied before you add them up?
    """
    return _report()["rate"].mean()


@wrong("06-mail-rate")
def divided_by_the_days():
    """You weighted the rates and then divided by the number of days.

    What do the weights add up to?
    """
    report = _report()
    return (report["visits"] * report["rate"]).sum() / len(report)


@wrong("06-mail-rate")
def over_all_visits_of_the_shop():
    """Below your line stand all visits of the shop.

    Which visits does `report` hold?
    """
    report = _report()
    return (report["visits"] * report["rate"]).sum() / len(load("sessions"))


@wrong("06-mail-rate")
def sum_of_the_rates():
    """You added the daily rates up. A sum of percentages passes 100 sooner or later.

    How many visits stand behind each of them?
    """
    return _report()["rate"].sum()


@wrong("06-mail-rate")
def rates_over_visits():
    """You divided the sum of the rates by the sum of the visits. Above the line the visits are missing.

    How many orders does one line of the report stand for?
    """
    report = _report()
    return report["rate"].sum() / report["visits"].sum()


@wrong("06-mail-rate")
def times_the_average_day():
    """You multiplied two averages. The average of a product is not the product of the averages.

    Multiply line by line first, then add up.
    """
    report = _report()
    return report["rate"].mean() * report["visits"].mean() / 100


@wrong("06-mail-rate")
def the_middle_day():
    """This is the rate of the day in the middle.

    The question asks about visits, not about days. Which days have most of them?
    """
    return _report()["rate"].median()


@wrong("06-mail-rate")
def without_the_days_at_zero():
    """You left out the days without an order. Their visits belong below the line.

    Which rows of the report did you drop?
    """
    report = _report().query("rate > 0")
    return (report["visits"] * report["rate"]).sum() / report["visits"].sum()


@wrong("06-mail-rate")
def only_the_large_days():
    """You left the small days out. They weigh little, but they are visits from mails too.

    Which rows does "all visits" include?
    """
    report = _report().query("visits > 50")
    return (report["visits"] * report["rate"]).sum() / report["visits"].sum()


@wrong("06-mail-rate")
def a_number_of_orders():
    """These are orders: all of them, from all days.

    By what do you divide to get a rate?
    """
    report = _report()
    return (report["visits"] * report["rate"]).sum() / 100


@wrong("06-mail-rate")
def orders_in_hundredths():
    """You added up visits times rate and stopped there.

    What stands below the line?
    """
    report = _report()
    return (report["visits"] * report["rate"]).sum()


@wrong("06-mail-rate")
def rounded_to_one_place():
    """The rate is right, but rounded, or read off the picture below.

    The prompt asks for all digits. What does `round` take away?
    """
    report = _report()
    return round((report["visits"] * report["rate"]).sum() / report["visits"].sum(), 1)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("06-q05")

# %%
# To be run, not read: how much the small days weigh, in each way of counting.
sessions = load("sessions")
mail = sessions[sessions["channel"] == "email"]
ordered = mail["session"].isin(load("orders")["session"])
days = ordered.groupby(mail["start"].dt.date)
report = pd.DataFrame({"visits": days.size(), "rate": 100 * days.mean()})
small = report["visits"] <= 5
weights = {
    f"average of {len(report)} days\n= {report['rate'].mean():.1f} %": 100 * small.mean(),
    f"all {report['visits'].sum():,} visits\n= {100 * ordered.mean():.1f} %":
        100 * report[small]["visits"].sum() / report["visits"].sum(),
}  # fmt: skip

fig, ax = plt.subplots(figsize=(7.4, 2.5), layout="constrained")
for name, weight in weights.items():
    ax.barh(name, weight, color="#E69F00")
    ax.barh(name, 100 - weight, left=weight, color="#56B4E9")
    ax.text(weight / 2, name, f"{weight:.0f} %", ha="center", va="center")
    ax.text((100 + weight) / 2, name, f"{100 - weight:.0f} %", ha="center", va="center")
ax.legend(
    ["days with at most five visits", "larger days"], ncols=2, frameon=False,
    loc="upper center", bbox_to_anchor=(0.5, -0.3),
)  # fmt: skip
ax.invert_yaxis()
ax.set_xlabel("weight, %")
in_average, in_visits = weights.values()
ax.set_title(
    f"The smallest days make {in_average:.0f} % of the average "
    f"and {in_visits:.0f} % of the visits",
    fontsize=11, loc="left",
)  # fmt: skip
ax.spines[["top", "right"]].set_visible(False)
show(
    fig,
    alt="Two stacked bars of weights. "
    f"{small.sum()} of {len(report)} days have at most five visits: {in_average:.0f} % of the weight in the average of the days, which is "
    f"{report['rate'].mean():.1f} %, and {in_visits:.0f} % of the "
    f"{report['visits'].sum():,} visits, of which {100 * ordered.mean():.1f} % ended "
    "with an order.",
)

# %% [markdown]
# The **ratio of sums** gives every visit the same weight, the **mean of ratios** every day. The second fits only a question about days, such as "how does a usual day go?".

# %% [markdown]
# ## Cut a log yourself
#
# Two new moves. `.diff()` is the difference to the row above; `.cumsum()` adds up from the top (a True counts 1).

# %%
minutes = pd.Series([0, 10, 25, 56, 60, 120, 149])
waited = minutes.diff()
long = waited >= 50
pd.DataFrame({"minute": minutes, "waited": waited, "long": long, "so far": long.cumsum()})

# %% [markdown]
# **Run and change one thing.** Put `30` in the place of `50`. Which rows begin a visit now?
#
# ### Exercise 5 (stretch). A function that numbers visits
#
# Write `number_visits(minutes, timeout)`: for each click of *one* user the number of its visit, 1, 2, 3 and so on. `minutes` is a Series in the order of time; a silence of `timeout` minutes **or more** begins a new visit.
#
# Answer: a function that returns a Series. Try it on the minutes above.

# %% key="06-number-visits" kind="function" objective="L6.3" ordered=true stretch=true
number_visits = ...
### BEGIN SOLUTION
def number_visits(minutes, timeout):
    return (minutes.diff() >= timeout).cumsum() + 1
### END SOLUTION

# %%
check("06-number-visits")

# %% [markdown] tags=["hint"] key="06-number-visits"
# The table above shows all but the first visit's number. What does its last column lack?

# %% [markdown] tags=["hint"] key="06-number-visits"
# Three steps in one line: the wait, whether it is long, how many long ones so far. The first visit has number 1.

# %% tags=["ways"]
@cases("06-number-visits")
def clicks():
    import numpy as np

    found = [(pd.Series([0, 10, 25, 56, 60, 120, 149]), 30), (pd.Series([0, 30, 59, 119]), 30)]
    for seed in range(5):
        draw = np.random.default_rng(seed)
        found.append((pd.Series(np.cumsum(draw.integers(1, 45, 14))), int(draw.integers(15, 32))))
    return found


@accepted("06-number-visits")
def by_the_shop_s_function(minutes, timeout):
    log = pd.DataFrame({"user": "u1", "minute": minutes})
    return sessionize(log, timeout)


@accepted("06-number-visits")
def click_by_click(minutes, timeout):
    numbers, last = [], None
    for minute in minutes:
        new = last is None or minute - last >= timeout
        numbers.append((numbers[-1] if numbers else 0) + new)
        last = minute
    return pd.Series(numbers)


@wrong("06-number-visits")
def counted_from_zero(minutes, timeout):
    """Your first visit has number 0.

    What is missing at the end of the line?
    """
    return (minutes.diff() >= timeout).cumsum()


@wrong("06-number-visits")
def longer_than_the_timeout(minutes, timeout):
    """You let a silence of exactly the timeout pass.

    Which sign says "or more"?
    """
    return (minutes.diff() > timeout).cumsum() + 1


@wrong("06-number-visits")
def by_the_clock(minutes, timeout):
    """You cut at fixed marks of the clock, whatever happened between them.

    What ends a visit: a moment, or a silence?
    """
    return minutes // timeout + 1


@wrong("06-number-visits")
def since_the_first_click(minutes, timeout):
    """You measured from the first click of all. After `timeout` minutes every click begins a visit.

    From which row is the silence measured?
    """
    return (minutes - minutes.iloc[0] >= timeout).cumsum() + 1


@wrong("06-number-visits")
def since_the_visit_began(minutes, timeout):
    """You ended a visit when it had lasted for `timeout` minutes, although the clicks went on.

    From where is the silence measured: from the first click of the visit, or from the last?
    """
    numbers, start = [], None
    for minute in minutes:
        new = start is None or minute - start >= timeout
        start = minute if new else start
        numbers.append((numbers[-1] if numbers else 0) + new)
    return pd.Series(numbers)


@wrong("06-number-visits")
def only_true_and_false(minutes, timeout):
    """Your function says which clicks begin a visit. The number of the visit is how many began so far.

    Which move adds up from the top?
    """
    return minutes.diff() >= timeout


@wrong("06-number-visits")
def always_thirty(minutes, timeout):
    """Your function never uses `timeout`.

    Where must it come in?
    """
    return (minutes.diff() >= 30).cumsum() + 1


@wrong("06-number-visits")
def nothing_comes_back(minutes, timeout):
    """Your function gives nothing back: `print` shows a value, `return` hands it over.

    What stands in its last line?
    """
    return None


# %% [markdown]
# ## The same rate, three intervals
#
# Visits with a checkout, of all visits. `wilson` on visits takes each as news; `clustered` knows which visits one user made; the last line counts users instead.

# %%
from workbook.analysis.intervals import clustered, design_effect

sessions = load("sessions")
events = load("events")
checkouts = events[events["event"] == "begin_checkout"]
sessions["did"] = sessions["session"].isin(checkouts["session"])
by_user = sessions.groupby("user")["did"]
hits, visits = by_user.sum(), by_user.size()

naive = wilson(hits.sum(), visits.sum())
honest = clustered(hits, visits).interval
users = wilson((hits > 0).sum(), len(hits))
three = {"visits, Wilson": naive, "visits, clustered": honest, "users, Wilson": users}
for name, ends in three.items():
    width = 100 * (ends[1] - ends[0])
    print(name, [round(100 * end, 2) for end in ends], "width", round(width, 2))
print("design effect:", round(design_effect(hits, visits), 2))

# %% [markdown]
# The **design effect** is by how much the variance (the square of what luck does) grows because several visits come from one user. Its square root is by how much the interval must: at 1.2 by a tenth.

# %% [markdown]
# ## Old and new bounces

# %%
sessions = load("sessions")
events = load("events")
key_events = [  # all nine conversions of lesson 01, starred
    "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info",
    "add_payment_info", "newsletter_signup", "add_to_wishlist", "view_size_guide",
]
with_key_event = events[events["event"].isin(key_events)]["session"]
one_page = sessions["pages"] == 1
quick = sessions["engaged_seconds"] <= 10
bounced = one_page & quick & ~sessions["session"].isin(with_key_event)

print("Universal Analytics:", round(100 * one_page.mean(), 1), "% bounced")
print("GA4:", round(100 * bounced.mean(), 1), "%")

# %% tags=["facts"]
print("purchase alone:", 100 * (one_page & quick & ~sessions["session"].isin(only)).mean())

# %% [markdown]
# Two reports of GA4 cannot be compared either if their stars differ: with `purchase` alone it is 11.6 %. *With code:* put `"scroll"` into the list and run it again. From 11.4 % to what, although nobody behaves differently?

# %%
quiz("06-q04")

# %% [markdown]
# ### Exercise 6 (stretch). What the second definition rescues
#
# Of the visits that Universal Analytics would have called bounces (one page), what percentage is **engaged** in GA4, because it lasted over 10 seconds or held an event of `wanted`?
#
# Numerator: visits of one page that are engaged. Denominator: visits of one page. Scope: visit. Window: the log. Exclusions: none. A number in percent, not rounded. `|` between two conditions in parentheses means *or*.

# %% key="06-rescued" kind="number" objective="L6.2" places=4 stretch=true
sessions = load("sessions")
events = load("events")
wanted = [
    "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info",
    "add_payment_info", "newsletter_signup", "add_to_wishlist", "view_size_guide",
]
rescued = ...
### BEGIN SOLUTION
single = sessions[sessions["pages"] == 1]
key_events = events[events["event"].isin(wanted)]
engaged = (single["engaged_seconds"] > 10) | single["session"].isin(key_events["session"])
rescued = 100 * engaged.mean()
### END SOLUTION

# %%
check("06-rescued")

# %% [markdown] tags=["hint"] key="06-rescued"
# Begin with the denominator: keep the visits of one page. Then which two conditions, joined by *or*, make one of them engaged?

# %% tags=["ways"]
def _single():
    return load("sessions").query("pages == 1")


def _with_key_event(table):
    return table["session"].isin(events[events["event"].isin(wanted)]["session"])


@wrong("06-rescued")
def only_the_long_ones():
    """You took the long visits only. A short visit with a newsletter sign-up is engaged too.

    Which second condition does the prompt name?
    """
    return 100 * (_single()["engaged_seconds"] > 10).mean()


@wrong("06-rescued")
def only_the_key_events():
    """You took only the visits with an event of `wanted`. Most engaged visits are simply long enough.

    Which first condition does the prompt name?
    """
    return 100 * _with_key_event(_single()).mean()


@wrong("06-rescued")
def any_event_at_all():
    """You looked the visits up among *all* events. Each visit holds some event, so each one passed.

    Which events make a visit engaged? Keep only their rows first.
    """
    return 100 * _single()["session"].isin(load("events")["session"]).mean()


@wrong("06-rescued")
def without_parentheses():
    """You left the parentheses out. `|` binds before `>`, so it joined the 10 with your second condition.

    Put each of the two conditions into parentheses of its own. Which two are they?
    """
    single = _single()
    return 100 * (single["engaged_seconds"] > 10 | _with_key_event(single)).mean()


@wrong("06-rescued")
def both_at_once():
    """You asked for both conditions at once. One of them is enough.

    Which sign means *or*?
    """
    single = _single()
    return 100 * ((single["engaged_seconds"] > 10) & _with_key_event(single)).mean()


@wrong("06-rescued")
def of_all_visits():
    """Below your line stand all visits.

    Of which visits is it to be a share?
    """
    single = _single()
    hits = ((single["engaged_seconds"] > 10) | _with_key_event(single)).sum()
    return 100 * hits / len(load("sessions"))


@wrong("06-rescued")
def the_engagement_rate():
    """This is the engagement rate of all visits.

    Which visits does the denominator keep?
    """
    table = load("sessions")
    hits = (table["pages"] > 1) | (table["engaged_seconds"] > 10) | _with_key_event(table)
    return 100 * hits.mean()


@wrong("06-rescued")
def the_bounces():
    """These are the visits of one page that are *not* engaged.

    Which share is asked for?
    """
    single = _single()
    return 100 * (1 - ((single["engaged_seconds"] > 10) | _with_key_event(single)).mean())


@wrong("06-rescued")
def a_share_of_one():
    """The share is right, as a number between 0 and 1.

    The prompt asks for percent. Which factor is missing?
    """
    single = _single()
    return ((single["engaged_seconds"] > 10) | _with_key_event(single)).mean()


@wrong("06-rescued")
def rounded_to_one_place():
    """The share is right, but rounded.

    The prompt asks for all digits. What does `round` take away?
    """
    single = _single()
    return round(100 * ((single["engaged_seconds"] > 10) | _with_key_event(single)).mean(), 1)


# %% [markdown]
# ## More questions

# %%
quiz("06-q11", "06-q12", "06-q13", "06-q14", "06-q15", "06-q16", "06-q17")

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minutes | what | how |
# |---|---|---|
# | 0-4 | The quarrel | Two voices read the drafts; run Theo's cell. Hands: who has miscounted, Theo, Northlight, both, nobody? The counts go on the board. |
# | 4-7 | The bet 06-q01 | Everybody writes a number before a word about scope is said. Collect the smallest and the largest. (The recall is for the evening before.) |
# | 7-17 | Section 1, Exercise 1 | Together on the screen; tables without code do 06-q02. Then run the figure and go back to the hands of minute 0. |
# | 17-22 | Vote 1 | Before the rest of section 1 is on the screen. Vote, two minutes in pairs, vote again. |
# | 22-26 | The rest of section 1 | Read the two paragraphs below the figure, then the table: which row differs first between two columns? |
# | 26-31 | Section 2, the clicks | `0 10 25 56 60 120 149` on the board. The class calls *new* or *same*, you write the number of the visit below. Then run the cell with three timeouts. |
# | 31-38 | Section 3, the table | The paragraph above it first. Then line by line: do both say the same? Which end cannot be? Would you promise that nobody orders? |
# | 38-42 | Vote 2 | Vote, one minute in pairs, vote again. |
# | 42-46 | Mara's line | The figure of section 1 on the screen. Each table writes the line; two are read aloud. |
# | 46-50 | The decision 06-q08 | Jump with the contents to section 4 and scroll until only the question is seen. Each writes down a choice and the number that would change it; run the cell below, and end with the line that Mara writes. |
#
# **Before class.** Unzip the handout twice. Rehearse in one; teach from the other, in which nothing is answered. Run it down to the exam corner, then *Edit*, *Clear Outputs of All Cells*. Projector: Ctrl+B puts the list of files away, Ctrl and + enlarges, Ctrl+Shift+K opens the contents, the blue bar left of a long cell folds it. In Exercise 1 stop scrolling at the check. The worked notebook, in `solutions/` of the repository, belongs in a second window, off the projector. For home: Exercise 2; Exercise 3 before what stands below it is read; the exam corner; then `save_my_work("Name")`.
#
# **Exam class.** 06-q04 (Stretch) in pairs in place of the clicks; 06-q09 and 06-q10 by hands in place of Vote 2.
#
# **Early, or without a laptop.** Pairs that are early take 06-q04 or the explorer in Stretch, or write for each option of a vote what somebody who chose it must have thought. Without a laptop: the board, the votes, the bet, Mara's line and the decision.
#
# **What goes wrong.** Somebody divides orders by users, or users by visits: let them say the rate as a sentence that begins with "of all". An interval is read as the range of the days: ask what would vary if the same shop lived these weeks again. Points are called percent: ask "percent of what?". In code: `wilson` gets a rate instead of two counts.
#
# **If time is short,** leave the clicks for home, and run the cell with three timeouts only if somebody asks.

# %% [markdown] tags=["instructor", "key"]
# **Both votes** (06-q32, 06-q33) stand in the open sheet that `python -m workbook teach 06` prints: project it.
#
# **The hands of minute 0.** Nobody has miscounted. Most hands go up for Northlight, because Theo's number is on the screen. The bet: most write something between 1.6 and 2.2, and it is 2.8 (556 of 19,917). Ask where the orders are that Theo does not see: under *other visits*, and half of them are older than the ad. Whoever asks which came first, the ad or the order, has seen more than both drafts.
#
# **06-q02.** 40 %: `a` and `d` of `a`, `b`, `d`, `f`, `g`.
#
# **Vote 1 (06-q32).** After ten minutes of visits and users expect two thirds for the users, and most others for the visits, as the report is used to. If it is so, skip the second vote and ask who chose *open*: what would settle it? Defensible is the users, since Mara's sentence asks for **people**: underline the word. Who says "more orders" has a point: print the count beside it; but it answers how much, not how many of the people.
#
# **The table of section 1.** The numerator differs first, then everything else. The word decides what an exam wants: with *ad* or *click* it is the Google Ads rate.
#
# **The clicks.** The disputed one is minute 149: 29 minutes after the one before, so the same visit. Minute 56 is 31 minutes after 25. Whoever cuts at the half hours of the clock gets four visits.
#
# **Section 3.** The first line: both intervals say the same. The second: no rate lies below zero. The third: the rule of three says at most 1.5 % (one end), Wilson 1.9 % (two ends), and both say that it need not be 0.
#
# **Vote 2 (06-q33).** Expect half for "even the lower end" and most others for the picking or for "too wide". The whole interval does lie above 2 %. Yet this channel was chosen because it was the best of nine, and among nine one looks good by luck more easily (about one chance in sixteen here, against one in 141 for a single channel). So: not yet; another week decides. Ask: would you have shown me the slide of the second best?
#
# **Mara's line.** Accept any that names a unit for each rate, and that does not say what the ads *bring*.
#
# **The decision 06-q08.** Every stop lifts the rate, none pays: the margin lost is larger than the money saved. Go on with all three is defensible here, by the shop's truth. A real shop does not know it; it would switch one channel off in some regions and count orders. Do not let the class conclude that low rates are good: the rate just does not answer. The first question will be why display costs 5,123 visits and has 1,288: some saw the ad, did not click, and came by search or by typing, or came back later.
#
# **Exercises.** 2: both tables must be cut at the same day; the rate of the whole shop lies inside the interval, so Theo's sentence is not shown. 3: 0.16 points, 7.7 percent, orders down by 3.6 percent. 4 (stretch): the average of the days is 3.6 %, all visits together 5.1 %; one Thursday weighs as much as a day with a handful of visits.
#
# **Will be asked.** *Is half an hour a law?* No, GA4's default, and it can be set. *Does GA4 show intervals?* Not beside its rates. *Are users people?* Browsers.

# %% tags=["facts"]
from math import comb

below = sum(comb(20, k) * 0.02**k * 0.98 ** (20 - k) for k in range(3))
print("3 or more of 20 at 2 %: one in", 1 / (1 - below), "best of nine: one in", 1 / (1 - below**9))
print("waits:", 149 - 120, "at", 149, "and", 56 - 25, "at", 56, "after", 25)
visits, paid = load("sessions"), load("orders")
met_ad = visits["channel"].isin(ads)
for part in [visits[met_ad], visits[~met_ad]]:
    print("visits", 100 * part["session"].isin(paid["session"]).mean())
reached_by = visits[met_ad].drop_duplicates("user")["user"]
buys = reached_by.isin(paid["user"])
print("users reached", 100 * buys.mean(), buys.sum(), f"{len(buys):,}", "06-q02:", 100 * 2 / 5)
print("0 of 200:", 100 * wilson(0, 200).high, 100 * 3 / 200)
print("display off:", load("truth_effects").query("change == 'display off' and outcome == 'visits'")["expected"].tolist())
print("display:", (visits["channel"] == "display").sum())
mails = visits[visits["channel"] == "email"]
hits = mails["session"].isin(paid["session"])
print("mails", 100 * hits.groupby(mails["start"].dt.date).mean().mean(), 100 * hits.mean())
stay = visits[visits["channel"] != "social"]
now, then = 100 * len(paid) / len(visits), 100 * stay["session"].isin(paid["session"]).mean()
print("without social", then - now, 100 * (then / now - 1), 100 * (1 - stay["session"].isin(paid["session"]).sum() / len(paid)))
