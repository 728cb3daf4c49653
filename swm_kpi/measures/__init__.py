"""The kinds of measure, a small file per family: what each accumulates, and how it is combined.

A kind never sees a row. It names sufficient statistics; the engine gives them back as arrays over
the grid of periods and members; the kind combines the arrays. May import contracts and below.
"""

from swm_kpi.measures.counts import Count, Sum
from swm_kpi.measures.distribution import Distribution
from swm_kpi.measures.durations import Average, Duration
from swm_kpi.measures.measure import Cells, Measure, TableMeasure
from swm_kpi.measures.repeats import ReoffendingRate, RepeatRate
from swm_kpi.measures.rules import (
    Additivity,
    AverageOverRows,
    ChangeRule,
    CountedValue,
    DisclosureRule,
    FreeText,
    MeanOfCounts,
    NoCounts,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    QuotientOfMeasures,
    ResultColumn,
    ShareOfCounts,
    UnlinkedCount,
)
from swm_kpi.measures.shares import Proportion, Rate, Ratio
from swm_kpi.measures.statistic import Limit, Operation, Statistic, TimeAlignment
from swm_kpi.measures.stocks import AverageStock, BudgetVariance, PeriodEndStock
from swm_kpi.measures.sum_products import SumProduct
from swm_kpi.measures.surveys import SurveyProportion
from swm_kpi.measures.text_reports import TextReport
from swm_kpi.measures.uptime import Uptime

__all__ = [
    "Additivity",
    "Average",
    "AverageOverRows",
    "AverageStock",
    "BudgetVariance",
    "Cells",
    "ChangeRule",
    "Count",
    "CountedValue",
    "DisclosureRule",
    "Distribution",
    "Duration",
    "FreeText",
    "Limit",
    "MeanOfCounts",
    "Measure",
    "NoCounts",
    "Operation",
    "PeriodEndStock",
    "PoolingMethod",
    "PoolingRule",
    "ProcessLimitRule",
    "Proportion",
    "QuotientOfMeasures",
    "Rate",
    "Ratio",
    "ReoffendingRate",
    "RepeatRate",
    "ResultColumn",
    "ShareOfCounts",
    "Statistic",
    "Sum",
    "SumProduct",
    "SurveyProportion",
    "TableMeasure",
    "TextReport",
    "TimeAlignment",
    "UnlinkedCount",
    "Uptime",
]
