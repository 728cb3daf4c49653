"""Declare, compute and explain performance metrics: one object, one number, everywhere.

Importing this package, and reading the catalogue, loads no dataframe library.
"""

from pathlib import Path as _Path
from typing import TYPE_CHECKING, Any

if not (_Path(__file__).parent / "definitions").is_dir():
    # In a checkout or an editable install, swm_kpi.definitions is the folder beside this one.
    __path__.append(str(_Path(__file__).parents[1]))

from swm_kpi.calendar import Period, periods
from swm_kpi.contracts import (
    CheckedTable,
    Column,
    Contract,
    ContractError,
    ContractReport,
    Dimension,
    Rule,
    Unique,
    Violation,
)
from swm_kpi.errors import (
    DataError,
    DefinitionError,
    InputError,
    MissingExtra,
    OutputError,
    PeriodError,
    PlugInWarning,
    Problem,
    RequestError,
    SwmKpiError,
)
from swm_kpi.expressions import Assumption
from swm_kpi.measures import (
    Average,
    Count,
    Distribution,
    Duration,
    MeanOfSnapshots,
    Measure,
    Narrative,
    Proportion,
    Quantity,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    StockAtDate,
    Sum,
    SurveyProportion,
    Uptime,
    Variance,
)
from swm_kpi.model.availability import Availability, Evidence
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.examples import Example
from swm_kpi.model.metric import Alias, Break, Entry, Heading, Metric, NoMetricText, Planned
from swm_kpi.model.plugins import catalogue
from swm_kpi.vocabulary import (
    AvailabilityStatus,
    Basis,
    Direction,
    Frequency,
    Grain,
    Marker,
    Objective,
    Unit,
)

if TYPE_CHECKING:
    from swm_kpi import open_data, statistics, synthetic
    from swm_kpi.analysis.comparison import Comparison
    from swm_kpi.analysis.process_charts import ProcessChart, Target
    from swm_kpi.differences import Difference, diff
    from swm_kpi.disclosure import DisclosurePolicy, DisclosureRisk, differencing
    from swm_kpi.engine.compute import compute
    from swm_kpi.engine.query_plan import Explanation, explain
    from swm_kpi.engine.validate import Readiness, readiness, validate
    from swm_kpi.provenance import Provenance
    from swm_kpi.result import Result

# What needs a dataframe library is loaded when it is first used, so that tools which only read the
# catalogue start fast.
_LATER = {
    "DisclosurePolicy": "swm_kpi.disclosure",
    "DisclosureRisk": "swm_kpi.disclosure",
    "Difference": "swm_kpi.differences",
    "Comparison": "swm_kpi.analysis.comparison",
    "ProcessChart": "swm_kpi.analysis.process_charts",
    "Provenance": "swm_kpi.provenance",
    "Target": "swm_kpi.analysis.process_charts",
    "Readiness": "swm_kpi.engine.validate",
    "Result": "swm_kpi.result",
    "compute": "swm_kpi.engine.compute",
    "Explanation": "swm_kpi.engine.query_plan",
    "explain": "swm_kpi.engine.query_plan",
    "diff": "swm_kpi.differences",
    "differencing": "swm_kpi.disclosure",
    "readiness": "swm_kpi.engine.validate",
    "validate": "swm_kpi.engine.validate",
}
_ROOMS = ("open_data", "statistics", "synthetic")


__all__ = [
    "Alias",
    "Assumption",
    "Availability",
    "AvailabilityStatus",
    "Average",
    "Basis",
    "Break",
    "Catalogue",
    "CheckedTable",
    "Column",
    "Comparison",
    "Contract",
    "ContractError",
    "ContractReport",
    "Count",
    "DataError",
    "DefinitionError",
    "Difference",
    "Dimension",
    "Direction",
    "DisclosurePolicy",
    "DisclosureRisk",
    "Distribution",
    "Duration",
    "Entry",
    "Evidence",
    "Example",
    "Explanation",
    "Frequency",
    "Grain",
    "Heading",
    "InputError",
    "Marker",
    "MeanOfSnapshots",
    "Measure",
    "Metric",
    "MissingExtra",
    "Narrative",
    "NoMetricText",
    "Objective",
    "OutputError",
    "Period",
    "PeriodError",
    "Planned",
    "PlugInWarning",
    "Problem",
    "ProcessChart",
    "Proportion",
    "Provenance",
    "Quantity",
    "Rate",
    "Ratio",
    "Readiness",
    "ReoffendingRate",
    "RepeatRate",
    "RequestError",
    "Result",
    "Rule",
    "StockAtDate",
    "Sum",
    "SurveyProportion",
    "SwmKpiError",
    "Target",
    "Unique",
    "Unit",
    "Uptime",
    "Variance",
    "Violation",
    "catalogue",
    "compute",
    "diff",
    "differencing",
    "explain",
    "open_data",
    "periods",
    "readiness",
    "statistics",
    "synthetic",
    "validate",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    if name in _ROOMS:
        return import_module(f"swm_kpi.{name}")
    raise AttributeError(f"module 'swm_kpi' has no attribute {name!r}")
