"""The kinds of measure, one file for each: what the engine accumulates, and what the value means.

A kind never reads a row. It names sufficient statistics. The engine accumulates them as arrays over
the grid of periods and members, and the kind combines the arrays. ``measure.py`` says what every
kind declares, and ``rules.py`` holds the vocabularies. This package imports contracts and below.
"""

from typing import TYPE_CHECKING

from swm_kpi.measures.arithmetic import (
    AddedRows,
    Arithmetic,
    AverageOfRows,
    AverageOfSnapshots,
    DifferenceOfSums,
    DistinctValues,
    QuotientOfColumns,
    QuotientOfInputs,
    ShareOfRows,
)
from swm_kpi.measures.average_stock import AverageStock
from swm_kpi.measures.budget_variance import BudgetVariance
from swm_kpi.measures.count import Count
from swm_kpi.measures.distribution import Distribution
from swm_kpi.measures.duration import Average, Duration
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.mean import Mean
from swm_kpi.measures.measure import Measure, TableMeasure
from swm_kpi.measures.null_conditions import (
    MAX_UNDECIDED_SHARE,
    Bounds,
    Completeness,
    all_of,
    can_be_unknown,
)
from swm_kpi.measures.period_end_stock import PeriodEndStock
from swm_kpi.measures.proportion import Proportion
from swm_kpi.measures.rate import Rate
from swm_kpi.measures.ratio import Ratio
from swm_kpi.measures.reoffending_rate import ReoffendingRate
from swm_kpi.measures.repeat_rate import RepeatRate
from swm_kpi.measures.rules import (
    Additivity,
    AverageOverRows,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
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
from swm_kpi.measures.statement_period import StatementPeriod
from swm_kpi.measures.statistic import Limit, Operation, Statistic, TimeAlignment
from swm_kpi.measures.sum import Sum
from swm_kpi.measures.sum_product import SumProduct
from swm_kpi.measures.survey_proportion import SurveyProportion
from swm_kpi.measures.text_report import TextReport
from swm_kpi.measures.uptime import Uptime

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array as Array
    from swm_kpi.measures.grid_cells import Limits as Limits

__all__ = [
    "MAX_UNDECIDED_SHARE",
    "AddedRows",
    "Additivity",
    "Arithmetic",
    "Average",
    "AverageOfRows",
    "AverageOfSnapshots",
    "AverageOverRows",
    "AverageStock",
    "Bounds",
    "BudgetVariance",
    "Cells",
    "ChangeRule",
    "ChangeTest",
    "ChangeTestRule",
    "Completeness",
    "Count",
    "CountedValue",
    "DifferenceOfSums",
    "DisclosureRule",
    "DistinctValues",
    "Distribution",
    "Duration",
    "FreeText",
    "Limit",
    "Mean",
    "MeanOfCounts",
    "Measure",
    "NoCounts",
    "Operation",
    "PeriodEndStock",
    "PoolingMethod",
    "PoolingRule",
    "ProcessLimitRule",
    "Proportion",
    "QuotientOfColumns",
    "QuotientOfInputs",
    "QuotientOfMeasures",
    "Rate",
    "Ratio",
    "ReoffendingRate",
    "RepeatRate",
    "ResultColumn",
    "ShareOfCounts",
    "ShareOfRows",
    "StatementPeriod",
    "Statistic",
    "Sum",
    "SumProduct",
    "SurveyProportion",
    "TableMeasure",
    "TextReport",
    "TimeAlignment",
    "UnlinkedCount",
    "Uptime",
    "all_of",
    "can_be_unknown",
    "divide",
]
