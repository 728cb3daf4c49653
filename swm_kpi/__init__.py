"""Declare, compute and explain performance metrics: one object, one number, everywhere.

Importing this package, and reading the catalogue, loads no dataframe library.
"""

from pathlib import Path as _Path

if not (_Path(__file__).parent / "definitions").is_dir():
    # In a checkout or an editable install, swm_kpi.definitions is the folder beside this one.
    __path__.append(str(_Path(__file__).parents[1]))

from swm_kpi.availability import Availability, Evidence
from swm_kpi.catalogue import Catalogue, catalogue
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
    Problem,
    RequestError,
    SwmKpiError,
)
from swm_kpi.examples import Example
from swm_kpi.expressions import Assumption
from swm_kpi.measures import (
    Average,
    Count,
    Duration,
    Measure,
    MeanOfSnapshots,
    Proportion,
    Rate,
    Ratio,
    StockAtDate,
    Sum,
    Variance,
)
from swm_kpi.metric import Alias, Break, Entry, Heading, Metric, NoMetricText, Planned
from swm_kpi.periods import Period, periods
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
