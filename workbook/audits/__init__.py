"""An audit of the log: what a learner says is wrong with it, scored against the planted faults.

`finding.checked` reads what the learner typed, `truth.planted` reads the faults from the shop's
tables, `matching.match` holds one finding against them, `scoring.score` all of them together.
Nothing is judged by the name that a finding bears.
"""

from workbook.audits.finding import Finding, Problem, Read, checked
from workbook.audits.matching import Match, Verdict, match
from workbook.audits.metrics import METRICS, Metric, metric_named
from workbook.audits.rules import RULES, Rule, reason
from workbook.audits.scoring import Judged, Score, score
from workbook.audits.truth import Planted, Truth, planted

__all__ = [
    "METRICS",
    "RULES",
    "Finding",
    "Judged",
    "Match",
    "Metric",
    "Planted",
    "Problem",
    "Read",
    "Rule",
    "Score",
    "Truth",
    "Verdict",
    "checked",
    "match",
    "metric_named",
    "planted",
    "reason",
    "score",
]
