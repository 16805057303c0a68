"""Channels: GA4's default groups of what links are tagged with, and of how they are mistagged."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.analysis.channels import CHANNEL_GROUPS, default_channel_group
from workbook.shop.ga4_lines import ORIGINS

few = settings(max_examples=60, deadline=None)

# An example of each clause of Google's page, "[GA4] Default channel group", manual traffic.
PUBLISHED = [
    ("(direct)", "(none)", "Direct"),
    ("(direct)", "(not set)", "Direct"),
    ("ebay", "cpc", "Paid Shopping"),
    ("google", "cpc", "Paid Search"),
    ("bing", "ppc", "Paid Search"),
    ("facebook.com", "retargeting", "Paid Social"),
    ("tiktok", "paid", "Paid Social"),
    ("youtube", "cpv-cpm", "Paid Video"),
    *(
        ("dv360", medium, "Display")
        for medium in ("display", "banner", "expandable", "interstitial", "cpm")
    ),
    ("partner", "cpc", "Paid Other"),
    ("etsy.com", "referral", "Organic Shopping"),
    ("pinterest.co.uk", "referral", "Organic Social"),
    *(
        ("club", medium, "Organic Social")
        for medium in (
            "social", "social-network", "social-media", "sm", "social network", "social media",
        )
    ),
    ("m.youtube.com", "referral", "Organic Video"),
    ("club", "in-video-link", "Organic Video"),
    ("duckduckgo", "referral", "Organic Search"),
    ("startpage", "organic", "Organic Search"),
    *(("craftpost.example", medium, "Referral") for medium in ("referral", "app", "link")),
    *((name, "autumn", "Email") for name in ("email", "e-mail", "e_mail", "e mail")),
    *(("shop", name, "Email") for name in ("email", "e-mail", "e_mail", "e mail")),
    ("partner", "affiliate", "Affiliates"),
    ("podcast", "audio", "Audio"),
    ("sms", "autumn", "SMS"),
    ("shop", "sms", "SMS"),
    ("app", "webpush", "Mobile Push Notifications"),
    ("app", "mobile-banner", "Mobile Push Notifications"),
    ("app", "notifications", "Mobile Push Notifications"),
    ("firebase", "autumn", "Mobile Push Notifications"),
    ("poster", "qr", "Unassigned"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "medium", "channel"), PUBLISHED)
def test_each_published_clause_leads_to_its_channel(source, medium, channel):
    assert default_channel_group(source, medium) == channel


def test_every_channel_has_an_example_and_no_other_is_given():
    assert {channel for _, _, channel in PUBLISHED} == set(CHANNEL_GROUPS)
    assert len(set(CHANNEL_GROUPS)) == len(CHANNEL_GROUPS)


# --- what goes wrong with UTM tags ----------------------------------------------------------------


def test_email_is_tagged_as_email_and_not_as_newsletter():
    assert default_channel_group("newsletter", "email") == "Email"
    assert default_channel_group("newsletter", "e-mail") == "Email"
    assert default_channel_group("newsletter", "newsletter") == "Unassigned"
    assert default_channel_group("thursday", "emailing") == "Unassigned"


def test_capitals_change_no_channel():
    assert default_channel_group("google", "CPC") == "Paid Search"
    assert default_channel_group("Facebook", "Paid_Social") == "Paid Social"
    assert default_channel_group("Newsletter", "Email") == "Email"


def test_an_ad_on_a_social_site_needs_a_paid_medium():
    assert default_channel_group("facebook", "paid_social") == "Paid Social"
    assert default_channel_group("facebook", "social") == "Organic Social"
    assert default_channel_group("facebook", "social-paid") == "Organic Social"
    assert default_channel_group("facebook", "ads") == "Organic Social"


def test_a_paid_medium_needs_a_source_that_ga4_knows():
    assert default_channel_group("autumn_campaign", "paid_social") == "Paid Other"
    assert default_channel_group("facebook", "paid_social") == "Paid Social"


def test_source_and_medium_swapped_are_another_channel():
    assert default_channel_group("cpc", "google") == "Unassigned"
    assert default_channel_group("email", "newsletter") == "Email", "either of the two will do"


def test_a_plural_is_no_affiliate():
    assert default_channel_group("partner", "affiliates") == "Unassigned"


@pytest.mark.parametrize("site", ["bigoogle", "ig.com", "notfacebook.com", "google.example.org"])
def test_a_name_within_another_is_not_that_site(site):
    assert default_channel_group(site, "referral") == "Referral"


# --- order of the rules ---------------------------------------------------------------------------


def test_the_first_rule_that_matches_wins():
    assert default_channel_group("facebook", "cpm") == "Paid Social", "before Display"
    assert default_channel_group("dv360", "cpm") == "Display", "before Paid Other"
    assert default_channel_group("youtube", "social") == "Organic Social", "before Organic Video"
    assert default_channel_group("google", "email") == "Organic Search", "before Email"
    assert default_channel_group("email", "referral") == "Referral", "before Email"
    assert default_channel_group("google", "display") == "Display"


# --- what is not known ----------------------------------------------------------------------------


@pytest.mark.parametrize("source", [None, np.nan, pd.NA, "", "(not set)", "(Not Set)"])
@pytest.mark.parametrize("medium", [None, np.nan, pd.NA, "", "(not set)", "(none)"])
def test_what_is_missing_is_unassigned_and_never_direct(source: Any, medium: Any):
    assert default_channel_group(source, medium) == "Unassigned"


def test_half_a_tag_counts_as_far_as_it_goes():
    assert default_channel_group("poster", None) == "Unassigned"
    assert default_channel_group("facebook", None) == "Organic Social"
    assert default_channel_group(None, "email") == "Email"


@few
@given(st.text(max_size=8), st.text(max_size=8))
def test_only_a_source_called_direct_is_direct(source, medium):
    found = default_channel_group(source, medium)
    assert found in CHANNEL_GROUPS
    assert found != "Direct" or source.lower() == "(direct)"


words = st.sampled_from(["cp", "paid", "ppc", "retargeting", "x", "_", " ", "display"])


@few
@given(st.lists(words, max_size=3).map("".join))
def test_a_paid_medium_is_that_of_the_published_pattern(medium):
    paid = re.match(r"^(.*cp.*|ppc|retargeting|paid.*)$", medium) is not None
    assert (default_channel_group("bing", medium) == "Paid Search") == paid


# --- tables ---------------------------------------------------------------------------------------


def test_two_columns_give_a_column_with_the_same_rows():
    table = pd.DataFrame(PUBLISHED, columns=["source", "medium", "channel"])
    table = table.sample(frac=2, replace=True, random_state=1)
    found = default_channel_group(table["source"], table["medium"])
    assert found.index.equals(table.index) and found.name == "channel_group"
    assert found.tolist() == table["channel"].tolist()


def test_columns_may_have_gaps_and_categories():
    source = pd.Series(["google", None, "(direct)", np.nan], dtype="category")
    medium = pd.Series(["organic", "email", "(none)", np.nan], dtype="str")
    found = default_channel_group(source, medium)
    assert found.tolist() == ["Organic Search", "Email", "Direct", "Unassigned"]


def test_no_rows_give_no_rows():
    none = pd.Series([], dtype="str")
    found = default_channel_group(none, none)
    assert len(found) == 0
    assert found.dtype == default_channel_group(*[pd.Series(["google"])] * 2).dtype


def test_the_shops_links_are_tagged_as_ga4_wants_them():
    channels = {
        "organic": "Organic Search", "direct": "Direct", "brand search": "Paid Search",
        "non-brand search": "Paid Search", "referral": "Referral", "social": "Paid Social",
        "display": "Display", "email": "Email", "remarketing": "Display",
    }  # fmt: skip
    for origin in ORIGINS:
        found = default_channel_group(origin.source, origin.medium)
        assert found == channels[origin.channel], origin


@pytest.mark.parametrize(
    ("source", "medium", "words"),
    [
        (1, "cpc", "source is a text such as 'google'; 1 is none"),
        ("google", ["cpc"], "medium is a text"),
        (pd.Series(["google"]), "cpc", "two columns of one table"),
        (pd.Series(["google"]), pd.Series(["cpc", "cpc"]), "two columns of one table"),
        (pd.Series(["google"]), pd.Series(["cpc"], index=[7]), "two columns of one table"),
        (pd.Series(["google"]), pd.Series([3]), "medium is a text"),
    ],
)
def test_what_is_no_name_is_refused_in_one_sentence(source: Any, medium: Any, words):
    with pytest.raises(ValueError, match=words):
        default_channel_group(source, medium)
