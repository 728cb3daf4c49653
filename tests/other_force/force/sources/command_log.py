"""The log of the command and control system."""

import swm_kpi as kpi
from swm_kpi.definitions.contracts.incident import Incident
from swm_kpi.mapping import MappingExample, codes, flag, not_in_source


class CommandLog(kpi.Source, table="command_log", source="Command and control"):
    """One row per log. Times are seconds since 1970, in UTC."""

    log_no = kpi.Column(str, header="LogNo", personal=True, description="Number of the log.")
    opened = kpi.Column(int, header="OpenedUTC", description="When it was opened.")
    arrived = kpi.Column(int, header="ArrivedUTC", description="First arrival; empty if none.")
    grade = kpi.Column(str, header="Grade", description="Grade at first dispatch, 1 to 5.")
    close_code = kpi.Column(str, header="CloseCode", description="Code of the result.")
    beat = kpi.Column(str, header="Beat", description="Code of the beat.")
    mental_health = kpi.Column(str, header="MH", description="Y or N.")
    domestic = kpi.Column(str, header="DA", description="Y, N or empty.")


opened = CommandLog.opened.parse("epoch seconds")

incident = kpi.Mapping(
    Incident,
    source=CommandLog,
    version=1,
    valid_from="2024-04-01",
    owner="Head of contact management",
    columns={
        Incident.incident_id: CommandLog.log_no,
        Incident.created_at: opened,
        Incident.grade: CommandLog.grade,
        Incident.first_arrived_at: CommandLog.arrived.parse("epoch seconds"),
        Incident.cancelled: not_in_source("The extract leaves out cancelled logs"),
        Incident.police_generated: not_in_source("No field for it"),
        Incident.closing_code: codes(
            "../codes/closing.csv", CommandLog.close_code, at=opened, unmapped="null"
        ),
        Incident.mental_health: flag(CommandLog.mental_health, yes="Y", no="N"),
        Incident.is_da: flag(CommandLog.domestic, yes="Y", no="N"),
        Incident.became_crime: not_in_source("No field for it"),
        Incident.lpa: CommandLog.beat,
        Incident.district: CommandLog.beat,
    },
    examples=[
        MappingExample(
            description="AN means nuisance until 30 June 2024. After that, AN2 does.",
            rows="""
            | log_no | opened     | close_code | beat |
            | L1     | 1719788340 | AN         | N1   |
            | L2     | 1719788400 | AN         | S2   |
            | L3     | 1719788400 | AN2        |      |
            """,
            expect="""
            | incident_id | created_at       | closing_code |
            | L1          | 2024-06-30 23:59 | ASB nuisance |
            | L2          | 2024-07-01 00:00 |              |
            | L3          | 2024-07-01 00:00 | ASB nuisance |
            """,
        ),
    ],
)
