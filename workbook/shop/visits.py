"""Who comes when, and what comes of it (the model's sections 3 and 4).

A visit is named by its cause: the person, the process (own, mail, welcome, remarketing) and a
number. When a candidate would come is fixed; the person's state only decides whether it does.
So a visit added or taken away moves no other visit.

Persons do not touch one another, so all of them advance at once: each round takes every
person's next candidate, in the person's own order of time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from workbook.shop import catalog, draws, people, steps
from workbook.shop.calendar import DAY, DAYS, THIS_AUTUMN, WARM_UP_DAYS, Autumn, day_of
from workbook.shop.draws import Bools, Floats, Ints, Keys
from workbook.shop.people import (
    BRAND,
    DESKTOP,
    DIRECT,
    EMAIL,
    MOBILE,
    ORGANIC,
    REFERRAL,
    REMARKETING,
    SOCIAL,
    People,
)
from workbook.shop.policy import InForce, Policy

PROCESSES = ("own", "mail", "welcome", "remarketing")
OWN, MAIL, WELCOME, RETARGET = range(4)
NO_CART, SERIOUS, IDLE = range(3)
CHECKOUTS = ("none", "this cart", "earlier cart", "express")
NO_CHECKOUT, FROM_CART, FROM_OLD_CART, EXPRESS = range(4)
LANDINGS = ("home", "category", "product", "article")
LAND_HOME, LAND_CATEGORY, LAND_PRODUCT, LAND_ARTICLE = range(4)
# Landing page by channel, in the order of CHANNELS: home, category, product, article (A).
_LANDING = np.array(
    [
        [0.30, 0.25, 0.25, 0.20],
        [0.75, 0.12, 0.10, 0.03],
        [0.80, 0.12, 0.06, 0.02],
        [0.10, 0.45, 0.40, 0.05],
        [0.35, 0.20, 0.30, 0.15],
        [0.30, 0.25, 0.25, 0.20],
        [0.35, 0.40, 0.25, 0.00],
        [0.30, 0.40, 0.28, 0.02],
        [0.15, 0.20, 0.65, 0.00],
    ]
)
assert len(_LANDING) == len(people.CHANNELS)

FURTHER_OWN_VISITS = 12
_NEVER = np.int64(2**60)
_LONG_AGO = -_NEVER
_END = DAYS * DAY
# Two visits of one person begin at least this far apart. No visit is longer than 43 minutes, so
# half an hour of silence separates any two: the rule by which sessions are told apart.
APART = 4_500
LONGEST_VISIT = 2_600
MOST_VIEWS = 25
# Labels of further visits of one's own, and which of them a reminder ad takes.
_LATER = np.array([DIRECT, ORGANIC, BRAND, REFERRAL, SOCIAL])
_LATER_SHARE = [0.47, 0.27, 0.17, 0.05, 0.04]


@dataclass
class Visits:
    """One value per visit in each array, in no particular order until sorted.

    person: number of the person; key: the visit's key; browser: key of the browser it came by
    start: seconds; process, number: the cause; channel, device: indices into people.CHANNELS,
    people.DEVICES; returning: the person was here before; new_browser: the browser was not
    coupon: a mailed coupon holds: the order ships free
    v, a, s: momentary intent, browsing appetite, dislike of cost
    landing: index into LANDINGS
    views: products viewed; wish_list, size_guide, video, share, chat, newsletter: the secondary
    action happened
    cart: NO_CART, SERIOUS, IDLE; checkout: NO_CHECKOUT, FROM_CART, FROM_OLD_CART, EXPRESS
    account: an account was made; wall, shipping, paid: that checkout step was passed
    first_order: paid, and for the first time
    items: goods this visit would buy, seen first; in_cart, in_cart_quantities: what a cart holds
    bought_items, bought_quantities, bought_total: the basket at checkout (that of an earlier
    visit if FROM_OLD_CART), total in cents; goods are indices into the catalog, -1 for none
    """

    person: Ints
    key: Keys
    browser: Keys
    start: Ints
    process: Ints
    number: Ints
    channel: Ints
    device: Ints
    returning: Bools
    new_browser: Bools
    coupon: Bools
    v: Floats
    a: Floats
    s: Floats
    landing: Ints
    views: Ints
    wish_list: Bools
    size_guide: Bools
    video: Bools
    share: Bools
    chat: Bools
    newsletter: Bools
    cart: Ints
    checkout: Ints
    account: Bools
    wall: Bools
    shipping: Bools
    paid: Bools
    first_order: Bools
    items: Ints
    in_cart: Ints
    in_cart_quantities: Ints
    bought_items: Ints
    bought_quantities: Ints
    bought_total: Ints

    def __len__(self) -> int:
        return len(self.start)

    def take(self, which: Any) -> Visits:
        """Those visits, in that order."""
        return Visits(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    @staticmethod
    def joined(parts: list[Visits]) -> Visits:
        """All visits of the parts, one part after the other."""
        return Visits(
            **{
                f.name: np.concatenate([getattr(part, f.name) for part in parts])
                for f in fields(Visits)
            }
        )


@dataclass
class _State:
    """What persons carry from visit to visit; one value per person in each array."""

    size: int
    last_visit: Ints = field(init=False)
    last_own_day: Ints = field(init=False)
    last_order: Ints = field(init=False)
    last_cart: Ints = field(init=False)  # serious, and not yet bought
    last_trigger: Ints = field(init=False)  # a cart or four views, with no order since
    coupon_until: Ints = field(init=False)
    subscribed: Ints = field(init=False)
    has_ordered: Bools = field(init=False)
    has_account: Bools = field(init=False)
    has_read: Bools = field(init=False)  # landed on an article
    been_here: Bools = field(init=False)
    browsers: Ints = field(init=False)  # a bit per device whose browser was here
    cart_items: Ints = field(init=False)
    cart_quantities: Ints = field(init=False)
    cart_total: Ints = field(init=False)

    def __post_init__(self) -> None:
        n = self.size
        for name in ("last_visit", "last_own_day", "last_order", "last_cart", "last_trigger"):
            setattr(self, name, np.full(n, _LONG_AGO))
        self.coupon_until = np.full(n, _LONG_AGO)
        self.subscribed = np.full(n, _NEVER)
        for name in ("has_ordered", "has_account", "has_read", "been_here"):
            setattr(self, name, np.zeros(n, bool))
        self.browsers = np.zeros(n, np.int64)
        self.cart_items = np.full((n, catalog.MAX_LINES), -1)
        self.cart_quantities = np.zeros((n, catalog.MAX_LINES), np.int64)
        self.cart_total = np.zeros(n, np.int64)


def run(seed: int, numbers: Ints, policy: Policy, autumn: Autumn = THIS_AUTUMN) -> Visits:
    """All visits of the persons with these numbers, warm-up included."""
    who = people.make(seed, numbers, policy, autumn)
    state = _State(len(numbers))
    state.has_ordered |= who.earlier
    state.has_account |= who.earlier
    state.been_here |= who.earlier
    state.browsers |= np.where(who.earlier, 1 << who.device, 0)
    state.subscribed[who.on_list] = -WARM_UP_DAYS * DAY - 1
    own = _own_candidates(who)
    coming = np.full((4, len(numbers)), _NEVER)
    coming[OWN] = np.where(who.exists, own[:, 0], _NEVER)
    listed = np.flatnonzero(who.on_list & who.exists)
    coming[MAIL, listed] = _next_mail(who, listed, state.subscribed[listed], policy)
    parts = []
    while len(i := np.flatnonzero(coming.min(axis=0) < _END)):
        process = coming[:, i].argmin(axis=0)
        start = coming[process, i]
        k = (own[i] == start[:, None]).argmax(axis=1)
        number = np.where(process == OWN, k, np.where(process == WELCOME, 0, day_of(start)))
        happens = _happens(who, state, i, process, start, number)
        cause = _Cause(i[happens], process[happens], start[happens], number[happens])
        if len(cause.i):
            parts.append(_visit(who, state, cause, numbers, policy, autumn))
        _look_ahead(who, state, own, coming, i, process, start, policy)
    return Visits.joined(parts)


@dataclass(frozen=True)
class _Cause:
    """What names the visits of one round; `i` is the place of the person in the arrays."""

    i: Ints
    process: Ints
    start: Ints
    number: Ints


def _own_candidates(who: People) -> Ints:
    """Times of the person's own candidates 0 to 12; never for those no state could let happen.

    A candidate hangs on its own draw, so dropping the hopeless ones at once changes nothing.
    """
    k = np.arange(1, FURTHER_OWN_VISITS + 1)
    keys = draws.child(who.keys[:, None], "own", k[None, :])
    days = 0.04 + 0.75 * np.exp(1.2 * draws.normal(keys, "gap"))
    gaps = (days * np.where(who.slow, 4.0, 1.0)[:, None] * DAY).astype(np.int64)
    times = who.arrival[:, None] + np.cumsum(gaps, axis=1)
    yes = np.ones(len(who.keys), bool)
    most = steps.comes_back(who.intent, who.return_inclination, yes, yes)
    times[draws.uniform(keys, "comes") >= most[:, None]] = _NEVER
    return np.concatenate([who.arrival[:, None], times], axis=1)


def _happens(
    who: People, state: _State, i: Ints, process: Ints, start: Ints, number: Ints
) -> Bools:
    """Which candidates become visits."""
    p = steps.comes_back(
        who.intent[i],
        who.return_inclination[i],
        start - state.last_cart[i] <= 15 * DAY,
        start - state.last_order[i] <= 60 * DAY,
    )
    drawn = draws.uniform(draws.child(who.keys[i], "own", number), "comes") < p
    own = (number == 0) | (drawn & (day_of(start) != state.last_own_day[i]))
    rested = start - state.last_visit[i] >= APART
    happens: Bools = rested & ((process != OWN) | own)
    return happens


def _next_mail(who: People, i: Ints, after: Ints, policy: Policy) -> Ints:
    """When the next Thursday's mail brings each subscriber, after a time; or never."""
    thursdays = np.arange(-WARM_UP_DAYS + 3, DAYS, 7)
    if not policy.mails:
        thursdays = thursdays[thursdays < policy.since]
    keys = draws.child(who.keys[i][:, None], "mail", thursdays[None, :])
    brings = draws.uniform(keys, "comes") < steps.opens_mail(who.intent[i])[:, None]
    times = thursdays * DAY + _mail_hour(keys)
    return _earliest(times, brings & (times > after[:, None]))


def _mail_hour(keys: Keys) -> Ints:
    """Second of the day at which a mail sent at nine is followed, at the latest at 23:59 (A)."""
    wait = -np.log(draws.uniform(keys, "mail hour")) * 3.5 * 3600
    return 9 * 3600 + np.minimum(wait, 14.9 * 3600).astype(np.int64)


def _welcome(who: People, i: Ints, signed_up: Ints) -> Ints:
    """When the welcome mail brings each new subscriber: the day after sign-up, or never."""
    keys = draws.child(who.keys[i], "welcome", 0)
    times = (day_of(signed_up) + 1) * DAY + _mail_hour(keys)
    return np.where(draws.uniform(keys, "comes") < steps.WELCOME_MAIL, times, _NEVER)


def _next_remarketing(who: People, state: _State, i: Ints, after: Ints) -> Ints:
    """When a reminder ad next brings each person who would not have come; or never."""
    trigger = state.last_trigger[i]
    days = day_of(np.maximum(trigger, -WARM_UP_DAYS * DAY))[:, None] + np.arange(1, 11)
    keys = draws.child(who.keys[i][:, None], "remarketing", days)
    brings = draws.uniform(keys, "comes") < steps.REMARKETING_DAY
    times = days * DAY + people.time_of_day(keys, "remarketing")
    fits = brings & (trigger != _LONG_AGO)[:, None] & (times > after[:, None])
    return _earliest(times, fits)


def _earliest(times: Ints, fits: Bools) -> Ints:
    """The first time in each row that fits, or never."""
    first: Ints = np.where(fits, times, _NEVER).min(axis=1, initial=_NEVER)
    return first


def _look_ahead(
    who: People,
    state: _State,
    own: Ints,
    coming: Ints,
    i: Ints,
    process: Ints,
    start: Ints,
    policy: Policy,
) -> None:
    """Put every process's next candidate into `coming`, for the persons of this round."""
    of_own = process == OWN
    coming[OWN, i[of_own]] = _earliest(own[i[of_own]], own[i[of_own]] > start[of_own, None])
    joined = state.subscribed[i] == start
    mailed = joined | (process == MAIL)
    coming[MAIL, i[mailed]] = _next_mail(who, i[mailed], start[mailed], policy)
    coming[WELCOME, i[process == WELCOME]] = _NEVER
    welcome = _welcome(who, i[joined], start[joined])
    mailed_at_all = policy.mails | (welcome < policy.since * DAY)
    coming[WELCOME, i[joined]] = np.where(mailed_at_all, welcome, _NEVER)
    touched = (
        (process == RETARGET) | (state.last_trigger[i] == start) | (state.last_order[i] == start)
    )
    reminder = _next_remarketing(who, state, i[touched], start[touched])
    if "remarketing" in policy.off:
        reminder = np.where(reminder < policy.since * DAY, reminder, _NEVER)
    coming[RETARGET, i[touched]] = reminder


def _visit(
    who: People,
    state: _State,
    cause: _Cause,
    numbers: Ints,
    whole_policy: Policy,
    autumn: Autumn,
) -> Visits:
    """One visit of each of the persons of a cause; their state is updated."""
    i, start = cause.i, cause.start
    policy = InForce(whole_policy, start >= whole_policy.since * DAY)
    key = np.empty(len(i), np.uint64)
    for process, name in enumerate(PROCESSES):
        of_it = cause.process == process
        key[of_it] = draws.child(who.keys[i[of_it]], name, cause.number[of_it])

    def chance(decision: str, p: Floats) -> Bools:
        return draws.uniform(key, decision) < p

    device = _device(who, cause, key)
    channel = _channel(who, state, cause, key, policy)
    browser, new_browser = _browser(who, state, i, key, device)
    mailed = (cause.process == MAIL) | (cause.process == WELCOME)
    state.coupon_until[i[mailed]] = start[mailed] + 7 * DAY
    coupon = start < state.coupon_until[i]
    returning, a, s = state.been_here[i], who.browsing[i], who.cost_dislike[i]
    own_trust = who.trust[i] + 0.35 * state.has_ordered[i]
    v = steps.momentary_intent(
        who.intent[i], day_of(start), start - state.last_order[i], draws.normal(key, "moment")
    )

    # Products, and the secondary actions beside the path.
    looks = chance("product view", steps.product_view(v, a, returning))
    further = draws.geometric(key, "views", steps.further_views(v, a)).clip(max=MOST_VIEWS - 1)
    views = np.where(looks, 1 + further, 0)
    landing = _landing(key, channel, looks, policy)
    reads = landing == LAND_ARTICLE
    state.has_read[i] |= reads
    own_trust = own_trust + steps.READER_TRUST * state.has_read[i]
    trust = own_trust + policy.trust_seals
    wish_list = looks & (chance("wish list", steps.wish_list(v, a)) | policy.wishlist_for_all)
    size_guide = looks & chance("size guide", steps.size_guide(v))
    video = looks & chance("video", steps.video(v, a))
    share = looks & chance("share", steps.share(a))
    chat = looks & chance("chat", steps.chat(own_trust))
    newsletter = (state.subscribed[i] == _NEVER) & chance(
        "newsletter", steps.newsletter(v, a, reads, policy)
    )

    # Carts.
    serious = looks & chance("serious cart", steps.serious_cart(v, a, device, policy))
    idle = looks & ~serious & chance("idle cart", steps.idle_cart(a, policy))
    cart = np.where(serious, SERIOUS, np.where(idle, IDLE, NO_CART))
    items, quantities, total = _basket(key, views)
    in_cart, in_cart_quantities = items.copy(), quantities.copy()
    in_cart[idle, 1:], in_cart_quantities[idle, 1:], in_cart_quantities[idle, 0] = -1, 0, 1
    total = np.where(idle, catalog.CATALOG.price[items[:, 0]], total)

    # Checkout: from this cart, from an older one, or straight from the product page.
    p = steps.checkout(v, trust, device, coupon, autumn.mobile_steps)
    p *= np.where(idle, steps.IDLE_FACTOR, 1.0)
    from_cart = (cart != NO_CART) & chance("checkout", p)
    from_old = (
        (cart == NO_CART)
        & (start - state.last_cart[i] <= 30 * DAY)
        & chance("checkout from old cart", steps.checkout_from_old_cart(v))
    )
    express = (
        looks
        & (cart == NO_CART)
        & ~from_old
        & chance("express checkout", steps.express_checkout(v))
    )
    checkout = np.select(
        [from_cart, from_old, express], [FROM_CART, FROM_OLD_CART, EXPRESS], NO_CHECKOUT
    )
    old = from_old[:, None]
    bought_items = np.where(old, state.cart_items[i], in_cart)
    bought_quantities = np.where(old, state.cart_quantities[i], in_cart_quantities)
    bought_total = np.where(from_old, state.cart_total[i], total)

    started = checkout != NO_CHECKOUT
    stranger = started & ~state.has_account[i] & ~state.has_ordered[i]
    passes = stranger & chance("account wall", steps.passes_account_wall(v, trust))
    freely = stranger & chance("free account", steps.makes_account_freely(trust))
    account = np.where(policy.forced_account, passes, freely)
    wall = np.where(policy.forced_account, passes | (started & ~stranger), started)
    shipping = wall & chance("shipping", steps.passes_shipping(v, s, bought_total, coupon, policy))
    paid = shipping & chance("payment", steps.pays(v, trust, device, coupon, autumn.mobile_steps))

    visits = Visits(
        person=numbers[i],
        key=key,
        browser=browser,
        start=start,
        process=cause.process,
        number=cause.number,
        channel=channel,
        device=device,
        returning=returning,
        new_browser=new_browser,
        coupon=coupon,
        v=v,
        a=a,
        s=s,
        landing=landing,
        views=views,
        wish_list=wish_list,
        size_guide=size_guide,
        video=video,
        share=share,
        chat=chat,
        newsletter=newsletter,
        cart=cart,
        checkout=checkout,
        account=account,
        wall=wall,
        shipping=shipping,
        paid=paid,
        first_order=paid & ~state.has_ordered[i],
        items=items,
        in_cart=in_cart,
        in_cart_quantities=in_cart_quantities,
        bought_items=np.where(started[:, None], bought_items, -1),
        bought_quantities=np.where(started[:, None], bought_quantities, 0),
        bought_total=np.where(started, bought_total, 0),
    )
    _remember(state, cause, visits, total)
    return visits


def _remember(state: _State, cause: _Cause, visits: Visits, total: Ints) -> None:
    """What the persons carry on from this visit."""
    i, start, paid = cause.i, cause.start, visits.paid
    serious = visits.cart == SERIOUS
    state.been_here[i] = True
    state.last_visit[i] = start
    of_own = cause.process == OWN
    state.last_own_day[i[of_own]] = day_of(start[of_own])
    state.subscribed[i[visits.newsletter]] = start[visits.newsletter]
    state.has_account[i] |= visits.account
    state.has_ordered[i] |= paid
    state.cart_items[i[serious]] = visits.in_cart[serious]
    state.cart_quantities[i[serious]] = visits.in_cart_quantities[serious]
    state.cart_total[i[serious]] = total[serious]
    triggers = (visits.cart != NO_CART) | (visits.views >= 4)
    state.last_cart[i[serious]] = start[serious]
    state.last_trigger[i[triggers]] = start[triggers]
    state.last_order[i[paid]] = start[paid]
    state.last_cart[i[paid]] = _LONG_AGO
    state.last_trigger[i[paid]] = _LONG_AGO


def _landing(key: Keys, channel: Ints, looks: Bools, policy: InForce) -> Ints:
    """The first page; a product only if the visit looks at one."""
    edges = np.cumsum(_LANDING, axis=1)[channel]
    place = (draws.uniform(key, "landing page")[:, None] >= edges).sum(axis=1).clip(max=3)
    place = np.where((place == LAND_ARTICLE) & ~np.asarray(policy.articles), LAND_CATEGORY, place)
    return np.where((place == LAND_PRODUCT) & ~looks, LAND_CATEGORY, place)


def _basket(key: Keys, views: Ints) -> tuple[Ints, Ints, Ints]:
    """Goods, units and total in cents of what each visit would buy; empty without a view."""
    items = np.full((len(key), catalog.MAX_LINES), -1)
    quantities = np.zeros((len(key), catalog.MAX_LINES), np.int64)
    total = np.zeros(len(key), np.int64)
    looks = views > 0
    basket = catalog.fill(key[looks], views[looks])
    items[looks], quantities[looks], total[looks] = basket.items, basket.quantities, basket.total
    return items, quantities, total


def _device(who: People, cause: _Cause, key: Keys) -> Ints:
    """The usual device; one later visit in ten comes on the other one."""
    usual = who.device[cause.i]
    first = (cause.process == OWN) & (cause.number == 0)
    switches = ~first & (draws.uniform(key, "other device") < 0.10)
    return np.where(switches, np.where(usual == MOBILE, DESKTOP, MOBILE), usual)


def _browser(who: People, state: _State, i: Ints, key: Keys, device: Ints) -> tuple[Keys, Bools]:
    """Key of the browser, and whether the shop sees it for the first time."""
    bit = 1 << device
    clears = who.clears[i]
    known = ~clears & (state.browsers[i] & bit > 0)
    state.browsers[i] |= bit
    kept = draws.child(who.keys[i], "browser", device)
    return np.where(clears, draws.child(key, "browser"), kept), ~known


def _channel(who: People, state: _State, cause: _Cause, key: Keys, policy: InForce) -> Ints:
    """The label of each visit: how the shop's analytics says it came."""
    i, process = cause.i, cause.process
    later = _LATER[draws.choice(key, "channel", _LATER_SHARE)]
    label = np.where(cause.number == 0, who.first_channel[i], later)
    label = np.where(policy.off("brand search") & (label == BRAND), ORGANIC, label)
    reminded = (
        (cause.number > 0)
        & (cause.start - state.last_trigger[i] <= 10 * DAY)
        & (draws.uniform(key, "remarketing takes the label") < steps.TAKES_LABEL)
    )
    label = np.where(reminded & ~policy.off("remarketing"), REMARKETING, label)
    mailed = (process == MAIL) | (process == WELCOME)
    return np.where(mailed, EMAIL, np.where(process == RETARGET, REMARKETING, label))
