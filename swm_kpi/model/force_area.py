"""The area of a police force: its name and districts, and the Local Policing Area of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator

from swm_kpi.declaration import Declaration, Finding, FrozenMapping


class ForceArea(Declaration):
    """The area of a police force, in the words of public data files.

    The readers of public files use it to find the Local Policing Area of a row. A catalogue
    declares it, as ``Catalogue(force_area=...)``.

    Attributes:
        force: the force's name without "Police" or "Constabulary".
        lpa_by_district: the Local Policing Area of each district, by the district's name without
            "County of" or "City of", and with "and" instead of "&".
        district_by_code: the name of each district, by its ONS code.

    Raises:
        DefinitionError: the force has no name, there is no district, or a code has a district
            without a Local Policing Area.
    """

    force: str
    lpa_by_district: Annotated[Mapping[str, str], AfterValidator(FrozenMapping)]
    district_by_code: Annotated[Mapping[str, str], AfterValidator(FrozenMapping)]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the area."""
        if not self.force.strip():
            yield "force", "it is empty", "Write the force's name, such as 'Kent'"
        if not self.lpa_by_district:
            yield "lpa_by_district", "it is empty", "Give the area of at least one district"
        without = sorted(set(self.district_by_code.values()) - set(self.lpa_by_district))
        if without:
            rule = f"{without[0]!r} has no Local Policing Area"
            yield "district_by_code", rule, "Add the district to lpa_by_district"
