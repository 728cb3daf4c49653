"""Declare, compute and publish the performance metrics of a police force.

The definition of a metric is a Python object, and every number, page and chart of it comes from
that object. Importing this package and reading the catalogue loads no dataframe library.
"""

from pathlib import Path as _Path
from typing import TYPE_CHECKING, Any

if not (_Path(__file__).parent / "definitions").is_dir():
    # In a checkout or an editable install, the folder `definitions` is beside this one.
    __path__.append(str(_Path(__file__).parents[1]))

from swm_kpi.calendar import Period, periods
from swm_kpi.contracts import (
    Column,
    Contract,
    ContractError,
    ContractReport,
    Dimension,
    Rule,
    Unique,
    ValidatedTable,
    Violation,
)
from swm_kpi.coverage import Coverage
from swm_kpi.errors import (
    DataError,
    DefinitionError,
    InputError,
    MissingExtra,
    OutputError,
    PeriodError,
    PluginWarning,
    Problem,
    RequestError,
    SwmKpiError,
)
from swm_kpi.expressions import Assumption
from swm_kpi.measures import (
    Average,
    AverageStock,
    BudgetVariance,
    Count,
    Distribution,
    Duration,
    Mean,
    Measure,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    StatementPeriod,
    Sum,
    SumProduct,
    SurveyProportion,
    TextReport,
    Uptime,
)
from swm_kpi.model.areas import Areas
from swm_kpi.model.availability import Availability, Evidence, PastAvailability
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.examples import Example
from swm_kpi.model.metric import (
    Break,
    CatalogueEntry,
    Metric,
    MetricAlias,
    MetricGroup,
    UndefinedMetric,
)
from swm_kpi.model.objective import Objective
from swm_kpi.model.plugins import catalogue
from swm_kpi.vocabulary import (
    AvailabilityStatus,
    Basis,
    CoverageSource,
    Direction,
    Frequency,
    Grain,
    Marker,
    Unit,
)

if TYPE_CHECKING:
    from swm_kpi import mapping, open_data, statistics, synthetic
    from swm_kpi.analysis.comparison import Comparison
    from swm_kpi.analysis.judgement import Judgements
    from swm_kpi.analysis.members import Funnel
    from swm_kpi.analysis.process_charts import ProcessChart
    from swm_kpi.analysis.targets import Target, Targets
    from swm_kpi.auditor import Audit, Conclusion, HiddenCell, audit
    from swm_kpi.differences import Difference, diff
    from swm_kpi.disclosure import DisclosurePolicy, DisclosureRisk, differencing_risks
    from swm_kpi.engine.compute import compute
    from swm_kpi.engine.query_plan import QueryPlan, query_plan
    from swm_kpi.engine.readiness import InputReadiness, check_inputs
    from swm_kpi.engine.rows import NumberRows, rows
    from swm_kpi.engine.validate import validate
    from swm_kpi.force import Force, ForceTables
    from swm_kpi.mapping.mapping import Mapping
    from swm_kpi.mapping.source import Source
    from swm_kpi.provenance import Provenance
    from swm_kpi.result import Result

# These names need a dataframe library, so their modules are imported on first use. Tools that only
# read the catalogue start fast.
_LAZY_NAMES = {
    "Audit": "swm_kpi.auditor",
    "Conclusion": "swm_kpi.auditor",
    "HiddenCell": "swm_kpi.auditor",
    "audit": "swm_kpi.auditor",
    "DisclosurePolicy": "swm_kpi.disclosure",
    "DisclosureRisk": "swm_kpi.disclosure",
    "Difference": "swm_kpi.differences",
    "Comparison": "swm_kpi.analysis.comparison",
    "Judgements": "swm_kpi.analysis.judgement",
    "Force": "swm_kpi.force",
    "ForceTables": "swm_kpi.force",
    "Funnel": "swm_kpi.analysis.members",
    "Mapping": "swm_kpi.mapping.mapping",
    "ProcessChart": "swm_kpi.analysis.process_charts",
    "Provenance": "swm_kpi.provenance",
    "Target": "swm_kpi.analysis.targets",
    "Targets": "swm_kpi.analysis.targets",
    "InputReadiness": "swm_kpi.engine.readiness",
    "Result": "swm_kpi.result",
    "Source": "swm_kpi.mapping.source",
    "compute": "swm_kpi.engine.compute",
    "QueryPlan": "swm_kpi.engine.query_plan",
    "query_plan": "swm_kpi.engine.query_plan",
    "diff": "swm_kpi.differences",
    "differencing_risks": "swm_kpi.disclosure",
    "check_inputs": "swm_kpi.engine.readiness",
    "NumberRows": "swm_kpi.engine.rows",
    "rows": "swm_kpi.engine.rows",
    "validate": "swm_kpi.engine.validate",
}
_LAZY_PACKAGES = ("mapping", "open_data", "statistics", "synthetic")

__all__ = [
    "Areas",
    "Assumption",
    "Audit",
    "Availability",
    "AvailabilityStatus",
    "Average",
    "AverageStock",
    "Basis",
    "Break",
    "BudgetVariance",
    "Catalogue",
    "CatalogueEntry",
    "Column",
    "Comparison",
    "Conclusion",
    "Contract",
    "ContractError",
    "ContractReport",
    "Count",
    "Coverage",
    "CoverageSource",
    "DataError",
    "DefinitionError",
    "Difference",
    "Dimension",
    "Direction",
    "DisclosurePolicy",
    "DisclosureRisk",
    "Distribution",
    "Duration",
    "Evidence",
    "Example",
    "Force",
    "ForceTables",
    "Frequency",
    "Funnel",
    "Grain",
    "HiddenCell",
    "InputError",
    "InputReadiness",
    "Judgements",
    "Mapping",
    "Marker",
    "Mean",
    "Measure",
    "Metric",
    "MetricAlias",
    "MetricGroup",
    "MissingExtra",
    "NumberRows",
    "Objective",
    "OutputError",
    "PastAvailability",
    "Period",
    "PeriodEndStock",
    "PeriodError",
    "PluginWarning",
    "Problem",
    "ProcessChart",
    "Proportion",
    "Provenance",
    "QueryPlan",
    "Rate",
    "Ratio",
    "ReoffendingRate",
    "RepeatRate",
    "RequestError",
    "Result",
    "Rule",
    "Source",
    "StatementPeriod",
    "Sum",
    "SumProduct",
    "SurveyProportion",
    "SwmKpiError",
    "Target",
    "Targets",
    "TextReport",
    "UndefinedMetric",
    "Unique",
    "Unit",
    "Uptime",
    "ValidatedTable",
    "Violation",
    "audit",
    "catalogue",
    "check_inputs",
    "compute",
    "diff",
    "differencing_risks",
    "mapping",
    "open_data",
    "periods",
    "query_plan",
    "rows",
    "statistics",
    "synthetic",
    "validate",
]


def __getattr__(name: str) -> Any:
    """Import a name on first use (PEP 562) and keep it, so that each access gives one object."""
    from importlib import import_module

    if name in _LAZY_NAMES:
        public_object = getattr(import_module(_LAZY_NAMES[name]), name)
    elif name in _LAZY_PACKAGES:
        public_object = import_module(f"swm_kpi.{name}")
    else:
        raise AttributeError(f"module 'swm_kpi' has no attribute {name!r}")
    globals()[name] = public_object
    return public_object
