# ---
# title: What counts as a conversion
# genre: a dispute
# minutes: {core: 50, stretch: 45, no_code: 35}
# objectives: [L1.1, L1.2, L1.3, L1.4, L1.5, L1.6]
# tables: [events, sessions, orders, actions, business_models, action_labels, sixth_business]
# moves: [isin]
# emphasis: [acts, one page, where to look]
# votes: [01-q32, 01-q33]
# cited:
#   "4,848 of 360,129": "Google's public sample, sessions of 2020 and 2021 in published audits"
# ---

# %% [markdown]
# **The shop's question of the day: how many conversions did we have?**
#
# Monday at Pebble Street, three reports on the same 13 weeks.
#
# * **Mara**: "Count the orders. Orders pay the bills."
# * **Northlight**, paid per sign-up: "Count the sign-ups. Whoever signs up is won."
# * **Theo**: "Count everything. I record every event."
#
# Mara needs a list of what counts, with a reason for each line. You write it.
#
# **Afterwards you can**
#
# * tell a macro from a micro conversion with four questions, and both from everything else a site records;
# * say why the same action changes its label from business to business;
# * compute what a report on orders alone leaves unexplained, and argue for more without promising sales;
# * keep action, event, key event, conversion, metric and KPI apart.
#
# **Two routes.** As in lesson 00; *Stretch* is extra on both.

# %% tags=["setup"]
from workbook import check, hint, load, quiz, show, solution
from workbook import comparison, draw_journey, glossary, model_explorer, text_table

# %%
quiz.recall("01")

# %% [markdown]
# ## 1 Three counts of one log
#
# One new move: `.isin([...])` keeps the rows whose value is **in** a list.

# %%
events = load("events")
orders = load("orders")
sign_ups = events[events["event"].isin(["create_account", "newsletter_signup"])]

print("Mara, orders:        ", len(orders))
print("Northlight, sign-ups:", len(sign_ups))
print("Theo, events:        ", len(events))

# %% [markdown]
# Take `"newsletter_signup"` out of the list and run the cell again. Northlight's word covers two actions: somebody at the checkout creates an account (`create_account`), or a reader leaves an address (`newsletter_signup`).
#
# Nobody has miscounted. One word, different things. (The whole shop has ten times as many.)

# %% [markdown]
# ## 2 Four questions
#
# Ask them in this order of any action.
#
# 1. **Was it completed, on this site?** A form half filled is an intention; a click on an ad happens elsewhere. (An order by telephone too; leaving it out is our choice.) If not: no conversion of the site.
# 2. **Has somebody decided to want it?** A log shows what happened, never what was wanted. If nobody has: an event and no more.
# 3. **Does it complete the declared primary objective of this site?** If so it is a **macro conversion**. A site may declare more than one.
# 4. If not, it is a **micro conversion**, and one question is left: does the usual way to the objective run through it (**on the path**), or is it wanted although the objective can be reached without it (**beside the path**)?
#
# *Micro* says "short of the objective". It does not say "unimportant".
#
# Questions 2 and 3 cannot be answered from data. Somebody has to declare. Mara has:

# %%
sheets = load("business_models")
shop = sheets[sheets["model"] == "shop"]
text_table(shop[["fact", "text"]], "Pebble Street, ten facts")

# %% [markdown]
# Two examples. *A visitor puts a lamp on the wish list*: completed; wanted, by the last line of the sheet; no paid order; orders do without it. Micro, beside the path. *A customer sends a mirror back and asks for the money*: completed, but nobody wants more of this. The second question stops it: neither.
#
# Settle the dispute with ten more.

# %%
quiz("01-q02")

# %% [markdown]
# ### Exercise 1. Mara's list
#
# The names in the log, and how often each occurs. Google Analytics 4 (GA4) sends the first five without being asked.

# %%
events = load("events")
events["event"].value_counts()

# %% [markdown]
# Which of them are conversions of Pebble Street, **macro or micro**? By its fact sheet, not by how often they occur.
#
# Answer: a set of event names, spelled as in the table above, such as `{"scroll", "page_view"}`: braces outside, every name in quotes, commas between.

# %% key="01-conversion-events" kind="set" objective="L1.2" by_hand=true
conversion_events = ...
### BEGIN SOLUTION
conversion_events = {
    "purchase",
    "add_to_cart",
    "begin_checkout",
    "create_account",
    "add_shipping_info",
    "add_payment_info",
    "newsletter_signup",
    "add_to_wishlist",
    "view_size_guide",
}
### END SOLUTION

# %%
check("01-conversion-events")

# %% [markdown] tags=["hint"] key="01-conversion-events"
# The log answers only the first of the four questions: it shows what was completed. Which page of this lesson answers the second?

# %% [markdown] tags=["hint"] key="01-conversion-events"
# Go down the fact sheet line by line, and for each thing that is wanted find its name in the log. Some wanted things have none: nobody records them yet.

# %% tags=["ways"]
from workbook.authoring import accepted, cases, wrong


@wrong("01-conversion-events")
def the_macro_alone():
    """You listed the macro conversion and stopped. That is Mara's own first answer.

    Her fact sheet wants more than orders. What do you call the actions that are wanted and fall short of an order?
    """
    return {"purchase"}


@wrong("01-conversion-events")
def all_that_is_recorded():
    """You listed everything in the log: Theo's answer.

    For `page_view` or `scroll`, who at Pebble Street has decided to want more of them?
    """
    return set(load("events")["event"])


@wrong("01-conversion-events")
def the_sign_ups():
    """You listed what Northlight is paid for.

    An invoice is a decision too, but not the shop's. Which lines of the fact sheet are missing?
    """
    return {"create_account", "newsletter_signup"}


@wrong("01-conversion-events")
def the_micros_without_the_macro():
    """You listed the micro conversions and left out the order.

    The question asks for conversions of both kinds. Which kind is the order?
    """
    return {
        "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
        "newsletter_signup", "add_to_wishlist", "view_size_guide",
    }


@wrong("01-conversion-events")
def three_stations_of_the_path():
    """You listed three stations of the path to an order, the ones everybody knows.

    The log has more names between the cart and the order, and the sheet speaks of *every* step. What does it want beside the path?
    """
    return {"purchase", "add_to_cart", "begin_checkout"}


@wrong("01-conversion-events")
def without_the_forced_step():
    """One is missing: a step that buyers do not choose, since the checkout demands it.

    Does the test ask whether somebody likes a step, or whether the way to an order runs through it?
    """
    return {
        "purchase", "add_to_cart", "begin_checkout", "add_shipping_info", "add_payment_info",
        "newsletter_signup", "add_to_wishlist", "view_size_guide",
    }


@wrong("01-conversion-events")
def without_the_reading():
    """One is missing: an action in which somebody only reads.

    Does the test ask how much was done, or whether somebody has decided to want it?
    """
    return {
        "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
        "newsletter_signup", "add_to_wishlist",
    }


@wrong("01-conversion-events")
def without_the_forms_of_the_checkout():
    """You went from the checkout straight to the order. Two names in the log lie between them.

    Which line of the sheet says how many of the steps are wanted?
    """
    return {
        "purchase", "add_to_cart", "begin_checkout", "create_account", "newsletter_signup", "add_to_wishlist",
        "view_size_guide",
    }


@wrong("01-conversion-events")
def product_views_as_well():
    """You counted product views. Many lists on the web do.

    Read what the sheet says about them. Is a page that was shown something that Mara has decided to want?
    """
    return {
        "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
        "newsletter_signup", "add_to_wishlist", "view_size_guide", "view_item",
    }


@wrong("01-conversion-events")
def videos_and_shares_as_well():
    """You added the videos and the shares. Many lists on the web name both.

    Somebody else's list is a decision for somebody else's site. Which line of Mara's sheet wants these two?
    """
    return {
        "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
        "newsletter_signup", "add_to_wishlist", "view_size_guide", "video_start", "share",
    }


@wrong("01-conversion-events")
def questions_in_the_chat_as_well():
    """You added the questions in the chat. A question was typed and sent, so it is completed.

    That settles the first question of the test. Which line of the sheet answers the second?
    """
    return {
        "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
        "newsletter_signup", "add_to_wishlist", "view_size_guide", "chat_question",
    }


@wrong("01-conversion-events")
def all_that_is_done_on_a_product_page():
    """You added whatever a visitor does on a product page: video, share, chat. All three are completed, and all three show interest.

    Does the test ask for interest, or for a decision? Look for each of the three on the sheet.
    """
    return {
        "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info",
        "newsletter_signup", "add_to_wishlist", "view_size_guide", "video_start", "share", "chat_question",
    }


@wrong("01-conversion-events")
def the_path_alone():
    """You listed the path: cart, checkout and what follows. That answers half of question 4.

    Which actions does Mara want although an order can do without them?
    """
    return {"purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info", "add_payment_info"}


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("01-q03")

# %% [markdown]
# Many lists on the web add `video_start` and `share`. Another shop may want them.
#
# ## 3 What a report on orders alone leaves unexplained
#
# How common is one conversion? A rate needs five things said. For the newsletter:
#
# * **numerator**: visits with at least one sign-up;
# * **denominator**: all visits;
# * **scope** (what one of them is): a visit;
# * **window** (from when to when): the 13 weeks of the log;
# * **exclusions** (what is left out): nothing.

# %%
events = load("events")
sessions = load("sessions")
sign_ups = events[events["event"] == "newsletter_signup"]
with_sign_up = sign_ups["session"].nunique()

round(100 * with_sign_up / len(sessions), 2)  # in percent

# %% [markdown]
# ### Exercise 2. The unexplained share
#
# Mara's report lists orders and nothing else. In what share of the visits is it silent?
#
# Numerator: visits without an order. Denominator: all visits. Scope: visit. Window: the log. Exclusions: none. A number in percent, not rounded. `sessions` and `orders` both have a column `session`. Several lines are fine; the last one sets `unexplained_share`.

# %% key="01-unexplained-share" kind="number" objective="L1.6" places=4
sessions = load("sessions")
orders = load("orders")
unexplained_share = ...
### BEGIN SOLUTION
with_order = orders["session"].nunique()
unexplained_share = 100 * (1 - with_order / len(sessions))
### END SOLUTION

# %%
check("01-unexplained-share")

# %% [markdown] tags=["hint"] key="01-unexplained-share"
# Begin with the visits that the report does explain. How many different visits stand in `orders`?

# %% [markdown] tags=["hint"] key="01-unexplained-share"
# `sessions` has one row for each visit, so `len(sessions)` is the denominator. What is left when the explained share is taken from the whole?

# %% tags=["ways"]
@accepted("01-unexplained-share")
def by_filtering():
    with_order = sessions[sessions["session"].isin(orders["session"])]
    return 100 * (len(sessions) - len(with_order)) / len(sessions)


@wrong("01-unexplained-share")
def share_of_events():
    """You divided by events. A visit leaves about ten events, so almost everything looks unexplained.

    What does one row of your denominator stand for, and what should it stand for?
    """
    events = load("events")
    return 100 * (1 - len(events[events["event"] == "purchase"]) / len(events))


@wrong("01-unexplained-share")
def share_of_users():
    """You counted people: users without an order among all users. The question asks about visits.

    A buyer may have visited four times and ordered once. How many of those visits does the report explain?
    """
    return 100 * (1 - orders["user"].nunique() / sessions["user"].nunique())


@wrong("01-unexplained-share")
def orders_over_users():
    """You took visits with an order, and divided by users. Such a ratio is a share of nothing.

    Which of the two does the question ask about?
    """
    return 100 * (1 - orders["session"].nunique() / sessions["user"].nunique())


@wrong("01-unexplained-share")
def the_explained_share():
    """This is the share of visits that the report **does** explain.

    Which visits does the question ask about?
    """
    return 100 * orders["session"].nunique() / len(sessions)


@wrong("01-unexplained-share")
def rounded_to_two_places():
    """The share is right, but it was rounded, or typed in from somewhere.

    The next shop has another log. Which formula gives all the digits for any log?
    """
    return round(100 * (1 - orders["session"].nunique() / len(sessions)), 2)


@wrong("01-unexplained-share")
def rounded_to_one_place():
    """The share is right, but it was rounded, or typed in from somewhere.

    The next shop has another log. Which formula gives all the digits for any log?
    """
    return round(100 * (1 - orders["session"].nunique() / len(sessions)), 1)


@wrong("01-unexplained-share")
def a_number_of_visits():
    """This is how many visits the report leaves out. A count depends on how large the shop is.

    What is a count divided by to become a share in percent?
    """
    return len(sessions) - orders["session"].nunique()


@wrong("01-unexplained-share")
def only_the_one_times_hundred():
    """Python multiplies and divides before it subtracts, so your 100 reached only the 1.

    Which part has to be finished first, and how do parentheses say so?
    """
    return 100 * 1 - orders["session"].nunique() / len(sessions)


@wrong("01-unexplained-share")
def only_the_share_times_hundred():
    """Python multiplies and divides before it subtracts, so your 100 did not reach the 1.

    Which part has to be finished first, and how do parentheses say so?
    """
    return 1 - orders["session"].nunique() / len(sessions) * 100


@wrong("01-unexplained-share")
def share_of_page_views():
    """You divided by page views. A visit shows several pages.

    Which table has exactly one row for each visit?
    """
    events = load("events")
    return 100 * (1 - len(orders) / len(events[events["event"] == "page_view"]))


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("01-q04")

# %% tags=["facts"]
print("without a purchase event, Google's sample:", round(100 * (1 - 4848 / 360129), 1))
facts, everything = load("events"), len(load("sessions"))
silent = 100 * (1 - load("orders")["session"].nunique() / everything)
wanted = facts[facts["event"].isin(conversion_events)]["session"].nunique()
print("silent:", silent, 100 * (1 - wanted / everything), silent - 100 * (1 - wanted / everything))
accounts = facts[facts["event"] == "create_account"]["session"].nunique()
ordered = load("orders")["session"]
both = ordered.isin(facts[facts["event"] == "create_account"]["session"]).sum()
print("visits with and without an account, with an order:", accounts, both)
print(everything - accounts, len(ordered) - both)

# %% [markdown]
# Pebble Street is no exception. In Google's public sample, the Merchandise Store from November 2020 to January 2021, 4,848 of 360,129 sessions hold a purchase event: 98.7 % hold none.
#
# "So we add the micro conversions," says Theo, "and then we know." By how much? Commit first.

# %%
quiz("01-q05")

# %% [markdown]
# ### Exercise 3. Still silent
#
# In what share of the visits did **none** of the events in `wanted` happen?
#
# Numerator: visits without any of them. Denominator: all visits. Scope: visit. Window: the log. Exclusions: none. A number in percent, not rounded.

# %% key="01-still-silent" kind="number" objective="L1.6" places=4
events = load("events")
sessions = load("sessions")
wanted = [
    "purchase", "add_to_cart", "begin_checkout", "create_account", "add_shipping_info",
    "add_payment_info", "newsletter_signup", "add_to_wishlist", "view_size_guide",
]
still_silent = ...
# A way to begin (remove the first # of both lines, fill the gaps):
# spoken = events[...]                    # the rows that are wanted
# still_silent = 100 * (1 - ... / ...)    # visits, not rows
### BEGIN SOLUTION
spoken = events[events["event"].isin(wanted)]
still_silent = 100 * (1 - spoken["session"].nunique() / len(sessions))
### END SOLUTION

# %%
check("01-still-silent")

# %% [markdown] tags=["hint"] key="01-still-silent"
# A visit with two carts and a checkout has three rows and is one visit. What turns rows into visits?

# %% [markdown] tags=["hint"] key="01-still-silent"
# Keep the wanted rows with `.isin(wanted)`, then count different visits in the column `session`.

# %% tags=["ways"]
@accepted("01-still-silent")
def by_filtering_the_visits():
    spoken = events[events["event"].isin(wanted)]
    left = sessions[~sessions["session"].isin(spoken["session"])]
    return 100 * len(left) / len(sessions)


@wrong("01-still-silent")
def rows_instead_of_visits():
    """You subtracted events. A visit that goes from cart to order leaves five wanted rows or more.

    How often should this visit be taken out of the silent ones?
    """
    return 100 * (1 - len(events[events["event"].isin(wanted)]) / len(sessions))


@wrong("01-still-silent")
def orders_only():
    """You looked for orders only, as in Exercise 2.

    The list holds eight more events. Which visits change sides when they count as well?
    """
    return 100 * (1 - load("orders")["session"].nunique() / len(sessions))


@wrong("01-still-silent")
def one_event_after_the_other():
    """You added up the visits of each event. A visit with a cart and a checkout was taken out twice.

    How can you ask once for visits that have at least one of them?
    """
    pairs = events[events["event"].isin(wanted)].groupby("event")["session"].nunique()
    return 100 * (1 - pairs.sum() / len(sessions))


@wrong("01-still-silent")
def users_without_any():
    """You counted users. The question asks about visits.

    Somebody who signed up in the first visit may be silent in the second. Does your count see that?
    """
    spoken = events[events["event"].isin(wanted)]
    return 100 * (1 - spoken["user"].nunique() / sessions["user"].nunique())


@wrong("01-still-silent")
def the_number_in_the_picture():
    """The share is right, but it was rounded, or read off the picture below.

    Which rows do you keep, and what do you count in them, so that all the digits follow?
    """
    spoken = events[events["event"].isin(wanted)]
    return round(100 * (1 - spoken["session"].nunique() / len(sessions)), 1)


@wrong("01-still-silent")
def users_among_visits():
    """You took different users out of the visits. A user with three visits that are not silent was taken out once.

    The denominator counts visits. Which column does the numerator need?
    """
    spoken = events[events["event"].isin(wanted)]
    return 100 * (1 - spoken["user"].nunique() / len(sessions))


@wrong("01-still-silent")
def how_many_visits_spoke():
    """This is how many visits hold something wanted: a count, and of the others.

    Out of how many visits is it, and which part is still silent?
    """
    return events[events["event"].isin(wanted)]["session"].nunique()


@wrong("01-still-silent")
def share_of_rows():
    """You divided rows by rows: the share of the **events** that are not wanted.

    What should one unit of numerator and denominator be?
    """
    return 100 * (1 - len(events[events["event"].isin(wanted)]) / len(events))


@wrong("01-still-silent")
def visits_with_something_unwanted():
    """You kept the events that are not wanted and counted their visits. Every visit holds a page view.

    A visit with a page view *and* an order: is it silent?
    """
    return 100 * events[~events["event"].isin(wanted)]["session"].nunique() / len(sessions)


@wrong("01-still-silent")
def a_number_of_silent_visits():
    """This is how many visits are silent.

    What is a count divided by to become a share in percent?
    """
    return len(sessions) - events[events["event"].isin(wanted)]["session"].nunique()


@wrong("01-still-silent")
def the_visits_that_spoke():
    """This is the share in which something wanted **did** happen.

    Which visits are still silent?
    """
    return 100 * events[events["event"].isin(wanted)]["session"].nunique() / len(sessions)


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("01-q06")

# %% [markdown]
# The dispute on one page. A box counts visits with at least one, in any order; two steps of the checkout are left out.

# %%
fig, words = draw_journey(load("events"), load("sessions"))
show(fig, alt=words)

# %% [markdown]
# Orders alone leave 98.0 % of the visits unexplained. Eight micro conversions bring that down to 89.2 %, by 8.8 points and no further. Most visits do nothing that anybody at the shop has decided to want.
#
# So report both. The case is no stronger than this: orders decide, and micro conversions show **where to look** in visits about which orders say nothing. It is not the case that tracking sells, or that each cart added brings an order. Northlight tries:

# %%
quiz("01-q10")

# %% [markdown]
# ## 4 Another business, another label
#
# "A sign-up is a sign-up," says Northlight. Keep the 20 actions and change the business. First: which label do you expect to move most often, and which never?

# %% tags=["facts"]
print(len(load("actions")), "actions")

# %%
model_explorer()

# %% [markdown]
# An order of goods can be macro, micro or neither; a free account can be the objective. Money does not decide, and neither does the button: the declared objective does. Six actions are conversions on none of the five sites: the half-typed form, the scroll, the refund, the bounce, the ad click, the impression. The first or the second question stops each.
#
# ### Exercise 4. A sixth business

# %%
text_table(load("sixth_business"), "Loom & Lathe, ten facts")

# %% [markdown]
# What are these five actions **there**? Answer: a dictionary. Copy this one over the `...` in the answer cell. Then replace each `...` in it by `"macro"`, `"micro"` or `"neither"`, with the quotes and in small letters.
#
# ```python
# {
#     "account": ...,
#     "newsletter": ...,
#     "contact form": ...,
#     "taster evening": ...,
#     "five-evening pass": ...,
# }
# ```

# %% key="01-sixth-business" kind="mapping" objective="L1.3" by_hand=true
labels = ...
### BEGIN SOLUTION
labels = {
    "account": "neither",
    "newsletter": "micro",
    "contact form": "macro",
    "taster evening": "micro",
    "five-evening pass": "macro",
}
### END SOLUTION

# %%
check("01-sixth-business")

# %% [markdown] tags=["hint"] key="01-sixth-business"
# Find the declared objectives first. There are two.

# %% [markdown] tags=["hint"] key="01-sixth-business"
# One of the five is completed by the system, and nobody looks at it. What does the second question say about it?

# %% tags=["ways"]
@wrong("01-sixth-business")
def labels_of_pebble_street():
    """These are Pebble Street's labels. You took the label for a property of the action.

    What does *this* sheet declare about accounts, and what about the contact form?
    """
    return {
        "account": "micro", "newsletter": "micro", "contact form": "neither",
        "taster evening": "micro", "five-evening pass": "macro",
    }


@wrong("01-sixth-business")
def money_decides():
    """You let money decide: macro where something is paid.

    No money moves when a company asks for an evening. Read the objectives again: is that request short of them?
    """
    return {
        "account": "neither", "newsletter": "micro", "contact form": "micro",
        "taster evening": "micro", "five-evening pass": "macro",
    }


@wrong("01-sixth-business")
def recorded_means_wanted():
    """You gave the account a label because it is created and recorded.

    Who has decided to want more accounts here?
    """
    return {
        "account": "micro", "newsletter": "micro", "contact form": "macro",
        "taster evening": "micro", "five-evening pass": "macro",
    }


@wrong("01-sixth-business")
def capital_letters():
    """Every label fits, but Python tells capital letters from small ones.

    How does the prompt write the three labels?
    """
    return {
        "account": "Neither", "newsletter": "Micro", "contact form": "Macro",
        "taster evening": "Micro", "five-evening pass": "Macro",
    }


@wrong("01-sixth-business")
def contact_forms_are_a_nuisance():
    """You treated the contact form as Pebble Street does, where it brings questions about parcels.

    Who sends it here, and what does the line of the declared objectives say about that?
    """
    return {
        "account": "neither", "newsletter": "micro", "contact form": "neither",
        "taster evening": "micro", "five-evening pass": "macro",
    }


@wrong("01-sixth-business")
def what_is_free_does_not_count():
    """You let only objectives count and dropped an action that is free.

    An action short of the objective can still be wanted. Which lines of the sheet say *wanted* or *wants*?
    """
    return {
        "account": "neither", "newsletter": "micro", "contact form": "macro",
        "taster evening": "neither", "five-evening pass": "macro",
    }


@wrong("01-sixth-business")
def macro_or_nothing():
    """You found the objectives and called everything else *neither*.

    What is an action called that falls short of the objective and is wanted all the same?
    """
    return {
        "account": "neither", "newsletter": "neither", "contact form": "macro",
        "taster evening": "neither", "five-evening pass": "macro",
    }


@wrong("01-sixth-business")
def every_booking_is_macro():
    """You counted the taster evening as the objective, since it is a booking.

    The objective has two words. Which of them does the taster lack?
    """
    return {
        "account": "neither", "newsletter": "micro", "contact form": "macro",
        "taster evening": "macro", "five-evening pass": "macro",
    }


# %% [markdown]
# **No code?** Answer this instead.

# %%
quiz("01-q07")

# %% [markdown]
# ## 5 Words that get mixed up
#
# A person **acts**; the log holds an **event**; the owner may mark an event as a **key event**. That is GA4's word since March 2024. Before, GA4 said *conversion*; Google now keeps this word for what is shared with Google Ads, where a conversion rate is conversions per ad interaction. A **metric** is a number computed from records. A metric with an objective, a target and an owner is a **KPI** (key performance indicator); many texts drop the target. In this workbook a *conversion* is the action: completed and wanted.

# %%
quiz("01-q08")

# %% [markdown]
# An impression or an ad click is no conversion of the site: it happens elsewhere, and the shop pays for it. A bounce is none either: leaving is no action that anybody wants. But a visit of one page need not have failed, and it need not be a bounce. In GA4 a visit is *engaged* if it lasts over 10 seconds, or has a key event, or a second page view; bounces are the rest.

# %%
quiz("01-q09")

# %% [markdown]
# ## 6 Your decision
#
# Mara slides the agency's contract across the table.

# %% tags=["facts"]
accounts = facts[facts["event"] == "create_account"]["session"].nunique()
letters = facts[facts["event"] == "newsletter_signup"]
print("accounts, sign-ups, both:", accounts, len(letters), accounts + len(letters))
print("accounts without an order:", accounts - both)
bought = load("orders")
print("sign-up, and an order in the visit:", letters["session"].isin(bought["session"]).sum())
print("first orders, orders:", bought["new_customer"].sum(), len(bought))
print("dollars per sign-up, as the contract says:", 2)

# %%
quiz("01-q11")

# %% [markdown]
# ## Exam corner
#
# Two questions as exams put them. Textbooks and exams contradict each other on these points.

# %%
quiz("01-q12", "01-q14")

# %% [markdown]
# Know what answer keys say, and what you can defend.
#
# | The item | The usual key | Defensible |
# |---|---|---|
# | "What is a micro conversion?" with a definition *and* an example among the options | Google's course 5: the definition. One bank for WGU D381: the newsletter sign-up | the definition, unless the item asks for an example |
# | Account creation | micro in some texts, macro in others | micro for a shop, macro for a community; no business named: think of a shop |
# | Lead or contact form | macro | macro for a lead business, and still no revenue; in a shop often support |
# | "Subscription sign-up" | macro | paid plan: usually macro; trial: by the model; newsletter of a shop: micro |
# | "All micros are steps to the macro" | true | on the path, **or** wanted beside it |
# | "Adding to cart **without** buying" | micro | the cart counts whatever follows; counting only unpaid carts judges an action by what came later |

# %% [markdown]
# ## Stretch
#
# Eight more actions, the test in one question, Mara's objection, and two more exam items.

# %%
quiz("01-q34", "01-q01", "01-q17", "01-q18", "01-q13", "01-q15")

# %% [markdown]
# Side by side:

# %%
events = load("events")
micro_events = [
    "add_to_cart", "begin_checkout", "create_account", "add_shipping_info",
    "add_payment_info", "newsletter_signup", "add_to_wishlist", "view_size_guide",
]
visits_with_order = events[events["event"] == "purchase"]["session"].nunique()
visits_with_micro = events[events["event"].isin(micro_events)]["session"].nunique()

text_table(comparison(visits_with_order, visits_with_micro, len(load("sessions"))), "Macro and micro conversions compared")

# %% [markdown]
# ### Exercise 5 (stretch). The carts a study guide forgets
#
# A study guide counts "adding to cart **without** completing the purchase". How many visits with a cart does it leave out at Pebble Street, because an order was paid **in the same visit**?
#
# Scope: visit. Window: the log. A whole number.

# %% key="01-carts-that-paid" kind="number" objective="L1.2" tolerance=0 stretch=true
events = load("events")
orders = load("orders")
carts_that_paid = ...
### BEGIN SOLUTION
carts = events[events["event"] == "add_to_cart"]
paid = carts[carts["session"].isin(orders["session"])]
carts_that_paid = paid["session"].nunique()
### END SOLUTION

# %%
check("01-carts-that-paid")

# %% [markdown] tags=["hint"] key="01-carts-that-paid"
# You need visits that are in two tables at once. `.isin(...)` also takes a column of another table.

# %% [markdown] tags=["hint"] key="01-carts-that-paid"
# Keep the cart rows, then those whose `session` is in `orders["session"]`, then count different visits.

# %% tags=["ways"]
@accepted("01-carts-that-paid")
def from_the_orders():
    carts = events[events["event"] == "add_to_cart"]
    return len(orders[orders["session"].isin(carts["session"])])


@wrong("01-carts-that-paid")
def every_order():
    """You counted all visits with an order. Some buyers take the express checkout and fill no cart; some filled it in an earlier visit.

    Did each of these visits hold a cart?
    """
    return orders["session"].nunique()


@wrong("01-carts-that-paid")
def the_guides_own_count():
    """This is what the guide **does** count: carts without an order.

    Which ones does it leave out?
    """
    carts = events[events["event"] == "add_to_cart"]
    return carts[~carts["session"].isin(orders["session"])]["session"].nunique()


@wrong("01-carts-that-paid")
def carts_of_buyers():
    """You looked for carts of people who ordered at some time, perhaps weeks later.

    The scope is the visit. Which column says that cart and order were in the same one?
    """
    carts = events[events["event"] == "add_to_cart"]
    return carts[carts["user"].isin(orders["user"])]["session"].nunique()


@wrong("01-carts-that-paid")
def every_cart():
    """You counted every visit with a cart, the ones without an order included.

    The question asks for those that the guide drops.
    """
    return events[events["event"] == "add_to_cart"]["session"].nunique()


@wrong("01-carts-that-paid")
def cart_rows():
    """You counted rows. Two things put into one cart leave two rows in one visit.

    What does the question count?
    """
    carts = events[events["event"] == "add_to_cart"]
    return len(carts[carts["session"].isin(orders["session"])])


# %%
quiz("01-q16")

# %% [markdown]
# ### Exercise 6 (stretch). One page, and no bounce
#
# How many visits of exactly **one page** lasted longer than 10 seconds? GA4 does not call these bounces.
#
# Scope: visit. Window: the log. `sessions` has the columns `pages` and `engaged_seconds`. A whole number.

# %% key="01-short-but-engaged" kind="number" objective="L1.5" tolerance=0 stretch=true
sessions = load("sessions")
short_but_engaged = ...
### BEGIN SOLUTION
single = sessions[sessions["pages"] == 1]
short_but_engaged = len(single[single["engaged_seconds"] > 10])
### END SOLUTION

# %%
check("01-short-but-engaged")

# %% [markdown] tags=["hint"] key="01-short-but-engaged"
# Two filters, one after the other: first the pages, then the seconds.

# %% tags=["ways"]
@wrong("01-short-but-engaged")
def every_single_page():
    """You counted every visit of one page. That was the old definition of a bounce, in Universal Analytics.

    Which second condition does the question name?
    """
    return len(sessions[sessions["pages"] == 1])


@wrong("01-short-but-engaged")
def one_of_the_two():
    """You counted visits that meet at least one of the two conditions.

    Has a visit of five pages any place in this count?
    """
    return len(sessions[(sessions["pages"] == 1) | (sessions["engaged_seconds"] > 10)])


@wrong("01-short-but-engaged")
def the_quick_ones():
    """You counted the quick ones, 10 seconds or less.

    Which side of the limit is asked for?
    """
    single = sessions[sessions["pages"] == 1]
    return len(single[single["engaged_seconds"] <= 10])


@wrong("01-short-but-engaged")
def every_long_visit():
    """You counted all visits over 10 seconds, however many pages they saw.

    A visit of two pages is no bounce in any definition. Which visits are the interesting ones here?
    """
    return len(sessions[sessions["engaged_seconds"] > 10])


# %%
quiz("01-q19")

# %% [markdown]
# ## Key points
#
# * A conversion is a completed action that somebody has decided to want. Recorded is not wanted.
# * Macro or micro is a statement about this business, not about the click: does the action complete the declared objective?
# * Micro conversions lie on the path or beside it. An action counts as what it is, whatever follows.
# * Orders alone are silent about nearly every visit. Micro conversions shrink the silence a little and show where to look. That they bring orders, a trial has to show.

# %%
glossary("01")

# %% [markdown]
# **Sources:** A. Kaushik, *Excellent Analytics Tip 13: Measure Macro AND Micro Conversions*, kaushik.net (2008) · Nielsen Norman Group, *Macro and Micro Conversions* (read 2026), and J. Cardello's two kinds of micro conversion as reported by UserTesting (2023) · Google, Digital Marketing & E-commerce Certificate, course 5, *Assess for Success* (read 2026) · Google Analytics Help, *engaged sessions* (12798876) and *key events* (2024) · Google's public GA4 sample of the Merchandise Store, counts from published audits (data of 2020 and 2021) · Pebble Street is simulated: its seed and its assumptions are in `datasets/README.md`

# %% [markdown] tags=["instructor"]
# ## For the instructor
#
# | minutes | what | how |
# |---|---|---|
# | 0-6 | The dispute (section 1) | Three voices read it aloud; each table bets on one speaker. Run section 1: it settles the bet, and you ask how all three can have counted correctly. |
# | 6-10 | The four questions (section 2) | You ask them aloud, of the two examples and of one action that the class names. |
# | 10-15 | Vote (1) | Vote, two minutes with a neighbor, vote again. |
# | 15-23 | The ten actions, 01-q02 | In pairs; odd tables begin at the top, even ones at the bottom. Each pair writes the label it argued about longest on the board. |
# | 23-32 | The unexplained share, Exercise 2 (section 3) | Alone; no-code tables do 01-q04, then 01-q06. |
# | 32-36 | The bet 01-q05, then the picture | Everybody locks a number; hands up for below a half, above it, above three quarters. Then run the picture's cell on the screen. |
# | 36-42 | Explorer (section 4) | One business per table: two minutes to find its three oddest labels, then each table reads one of them out, with the line of its sheet. |
# | 42-46 | Vote (2) | As before, one minute with the neighbor. |
# | 46-50 | The decision 01-q11 (section 6) | Each locks one; collect the numbers that would change their minds. |
#
# **Before class.** Rehearse in one unzipped handout and teach from a second, fresh one: its record is empty. Run the fresh one as far as the fact sheet. Keep `solutions/` in a second window, for what is solved on the screen. *Projector:* Ctrl+B hides the list of files, Ctrl and + enlarges, the contents list at the left jumps to a section. In Exercise 2 stop scrolling at the check: what stands below it shows the way. *Early:* 01-q34 or Exercise 5 or 6 (stretch), or a reason for each wrong option of a vote. *No laptop:* sit with a pair as its reader; votes, the bet and the questions without code need none. *Home:* Exercises 1, 3 and 4, 01-q10, section 5, exam corner; the recall at the top on the evening before.
#
# **What goes wrong.** Somebody makes money the test: ask which of the four questions names money. Labels are given out of habit: send them to the fact sheet and ask for the line. Tables quarrel about a name in Theo's log and expect you to settle it: ask who has the right to. In code: let them say the share as a sentence that begins with "of all visits", and ask what one row of the table is. `isin` loses the brackets of its list.
#
# **If time is short,** drop vote (2), and let the explorer show two businesses only, Kessler Kitchens and The Allotment.

# %% [markdown] tags=["instructor", "key"]
# **Showing a vote.** Run `quiz("01-q32")` or `quiz("01-q33")` in a new cell. Press *Check* only after the second vote.
#
# **The bet on a speaker.** All three win: each counted rightly what he or she calls a conversion. What is missing is a decision, and section 2 asks for it.
#
# **Vote (1), 01-q32.** At first expect about half for *one*, most of these because the order swallows what came before. After the discussion most should hold that every wanted step is counted by itself. If the discussion is quiet, ask: what happens to a count of carts that forgets the paid ones, on the day the checkout gets better?
#
# **The ten actions.** Argued about longest: the free box (a step to the paid one, and beside the path of all other orders: both reasons are accepted), the account (forced, and still a wanted step), the contact form (sent, complete, and fewer are wanted), the ad click (stops at question 1; who stops it at question 2 is right as well).
#
# **The unexplained share.** Exercise 2: 98.0 %. The bet and Exercise 3: 89.2 %. Most bets lie far below. Whoever does Exercise 3 at home has seen the rounded number; the check asks for all digits.
#
# **Explorer, three odd labels each, with the line.** *Stillwater:* an order of goods is micro (cushions, "welcome as side income"), the newsletter neither ("nobody has asked for readers"), the guide neither (it "opens by itself"). *Kessler Kitchens:* the contact form is macro (it is the request for a quote), an order of goods micro on the path (door samples, "a step to a request"), the account neither ("nobody has decided to want more"). *The Allotment:* account and newsletter are both macro ("two are declared"), the free month neither ("nobody has decided anything about it"). *Tallyroom:* an order of goods is neither (scanners "at cost"), the free month macro ("the site's job"), the contact form micro on the path (a demo before the free month). *Pebble Street:* this table looks for what never moves: the six that are conversions nowhere, and the answered help page, micro everywhere. Orders of goods and carts move on all four other sites.
#
# **Vote (2), 01-q33.** Expect *yes* and *no* in equal parts, both with confidence, and few who say that it cannot be said. Defensible is only the last. Ask what one would have to know: would these readers have come anyway, and what do letters sell? Mara's sheet wants readers, so the second *yes* is no foolish answer; it takes a wanted action for a gain.
#
# **What goes wrong, and the answer.** Money: the contact form of the kitchen fitter is macro, and nobody pays. Product views, videos, shares, the chat (Exercise 1): Mara's sheet does not want them; another shop may. That is the point of the lesson, not an error in its list. Rows for visits: `.nunique()` on the column `session`, where the class wrote `len`. Exercise 4: two objectives, the contact form and the pass; the account nobody looks at is neither.
#
# **01-q10, Northlight's slide.** Buyers pass the account because the checkout asks for it; only a trial of checkouts with and without it could tell what it does.
#
# **The decision 01-q11.** No option is right. A fee for each sign-up pays for accounts that every new buyer must create; a fee for first orders pays for orders that would have come anyway; a fixed fee leaves the risk with Mara.

# %% tags=["facts"]
spoke = load("events")
spoke = spoke[spoke["event"].isin(conversion_events)]["session"].nunique()
print("Exercises 2 and 3:", round(silent, 1), round(100 * (1 - spoke / everything), 1))
