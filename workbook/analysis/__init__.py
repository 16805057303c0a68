"""The analyst's tools: each question of the course, and the function that answers it.

What counts, and how sure is it?
    rates          a rate with numerator, denominator, scope, window, exclusions: `session_rate`,
                   `user_rate`, `event_rate`, `Rate`; `rate`, `wilson`, `change` (points and
                   relative), `ratio_of_sums`, `mean_of_ratios`
    intervals      one rate: `normal`, `clopper_pearson`; two rates: `wald`, `newcombe`,
                   `miettinen_nurminen`, `rate_ratio`, `odds_ratio`; several visits of one user:
                   `clustered`, `clustered_difference`, `design_effect`; anything: `bootstrap`
    sessions       visits and GA4's metrics: `sessionize`, `session_table`, `engaged`,
                   `engagement_rate`, `bounce_rate`, `session_key_event_rate`,
                   `user_key_event_rate`, `key_events_per_session`
    orders         duplicates and refunds: `deduplicate`, `deduplication`, `revenue_by_rule`,
                   `net_of_refunds`, `purchase_value`
    payload        a purchase event before it is sent, and what reports make of it:
                   `validate_payload`, `reports_of`, `without_clearing`

Where do people leave, and by which way?
    funnels        `funnel` (open or closed), `funnel_members`, `step_completion`, `abandonment`,
                   `recoverable_value`, `transitions`
    funnels_sql    the same for big logs: `funnel_sql` (the query), `run_funnel_sql`

Who, when, and who is still undecided?
    decomposition  rate or mix: `mix_and_rate_effects`, `standardized_rate`, `simpson_reversal`
    cohorts        `cohorts`, `retention_table`, `conversion_table`
    survival       time to conversion: `time_to_event`, `kaplan_meier`, `cumulative_incidence`,
                   `aalen_johansen` (competing outcomes), `at_time`
    lookalikes     all who had done the same so far, and how many reached the goal later:
                   `lookalikes`
    as_of          only what was known then: `as_of_join`, `known_counts`, `landmark_table`,
                   `refuse_leakage`; `watch` (a log up to a moment)

Which channel gets the credit, and what is it worth?
    attribution    `build_paths`, `credit`, `credit_table`, `touch_shares`, `assisted_conversions`
    channels       GA4's channel of a source and medium: `default_channel_group`
    markov         `removal_effects`, `markov_credit`, `transition_matrix`
    shapley        `shapley`, `orders_inside`, `coalition_rates`, `shapley_credit`
    value          of a micro: `naive_value`, `excess_value`, `incremental_value`; of a channel:
                   `channel_table`, `roas`, `roi`; of ads, by a holdout: `incrementality`; of a
                   customer: `clv`, `rfm`; why revenue changed: `revenue_drivers`

Does the micro predict the macro?
    association    `two_by_two` (lift, risk ratio, odds ratio, phi, recall, precision), `strata`,
                   `standardized`, `mantel_haenszel_risk_ratio`, `mantel_haenszel_risk_difference`
    prediction     `surrogate_prediction`, `surrogate_verdict`; `fit_logistic`, `auc`,
                   `roc_points`, `lift_by_tenth`, `calibration_table`, `brier`

What does the experiment say?
    sample_size    `sample_size`, `power`, `minimum_detectable_effect`, `duration`
    significance   `sample_ratio` (sample ratio mismatch, look here first), `two_proportions`,
                   `chi_square`, `fisher`, `welch`, `posterior`, `compare_effects`,
                   `difference_in_differences`; many tests: `bonferroni`, `holm`,
                   `benjamini_hochberg`, `family_wise_error`, `false_positive_risk`
    sequential     looking early: `peeking_error`, `pocock`, `obrien_fleming`, `inflation`
    variance       CUPED: `cuped`, `theta`, `variance_left`

Behind them: `inputs` checks arguments and reads logs, `kinds` names the types they share. Nothing
is imported here, so that a lesson waits only for what it uses.
"""
