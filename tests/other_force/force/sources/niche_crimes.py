"""The crime recording system."""

import swm_kpi as kpi
from swm_kpi.definitions.contracts.crime import Crime
from swm_kpi.mapping import MappingExample, codes, flag, not_in_source


class NicheCrimes(kpi.Source, table="niche_crimes", source="Crime recording system"):
    """One row per offence line. A crime can have several lines, and the first is the principal."""

    number = kpi.Column(
        str, header="Crime Number", personal=True, description="Number of the crime."
    )
    line = kpi.Column(int, header="Line", description="Number of the line within the crime.")
    offence = kpi.Column(str, header="Offence", description="The force's code of the offence.")
    recorded = kpi.Column(str, header="Recorded", description="dd/mm/yyyy hh:mm, local time.")
    domestic = kpi.Column(str, header="Domestic?", description="Y, N or empty.")
    beat = kpi.Column(str, header="Beat Code", description="Code of the beat.")
    surname = kpi.Column(str, header="Victim Surname", personal=True, description="Never mapped.")


crime = kpi.Mapping(
    Crime,
    source=NicheCrimes,
    version=1,
    valid_from="2024-04-01",
    owner="Crime registrar",
    one_row_per=NicheCrimes.number,
    first_by=NicheCrimes.line,
    columns={
        Crime.crime_id: NicheCrimes.number,
        Crime.recorded_at: NicheCrimes.recorded.parse("%d/%m/%Y %H:%M"),
        Crime.occurred_from: not_in_source("Not in the extract"),
        Crime.reported_at: not_in_source("Not in the extract"),
        Crime.offence_subgroup: codes("../codes/offence.csv", NicheCrimes.offence),
        Crime.ho_code: not_in_source("The system has the force's own codes"),
        Crime.status: "recorded",
        Crime.outcome_code: not_in_source("Outcomes are in another extract"),
        Crime.outcome_at: not_in_source("Outcomes are in another extract"),
        Crime.is_da: flag(NicheCrimes.domestic, yes="Y", no="N"),
        Crime.is_knife: not_in_source("No field for it"),
        Crime.is_firearm: not_in_source("No field for it"),
        Crime.is_online: not_in_source("No field for it"),
        Crime.is_business: not_in_source("No field for it"),
        Crime.is_rural: not_in_source("The force has no rule for rural crime"),
        Crime.is_drug_related: not_in_source("No field for it"),
        Crime.lpa: NicheCrimes.beat,
        Crime.district: NicheCrimes.beat,
    },
    examples=[
        MappingExample(
            description="A crime with two lines has the offence of line 1.",
            rows="""
            | number | line | offence | recorded         | domestic | beat |
            | 22/1   | 2    | 46      | 01/04/2024 00:05 | Y        | N1   |
            | 22/1   | 1    | 105A    | 01/04/2024 00:05 | Y        | N1   |
            | 22/2   | 1    | 28A     | 02/04/2024 12:00 |          | S1   |
            """,
            expect="""
            | crime_id | recorded_at      | offence_subgroup     | is_da |
            | 22/1     | 2024-04-01 00:05 | Violence with injury | true  |
            | 22/2     | 2024-04-02 12:00 | Residential burglary |       |
            """,
        ),
    ],
)
