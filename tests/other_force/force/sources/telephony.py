"""The telephone system."""

import swm_kpi as kpi
from swm_kpi.definitions.contracts.contact import Contact
from swm_kpi.mapping import not_in_source


class Telephony(kpi.Source, table="telephony", source="Telephony"):
    """One row per call offered to an operator."""

    call_id = kpi.Column(str, personal=True, description="Number of the call.")
    queue = kpi.Column(str, description="999 or 101.")
    offered = kpi.Column(str, description="yyyy-mm-dd hh:mm:ss, local time.")
    answered = kpi.Column(str, description="The same; empty if nobody answered.")
    abandoned = kpi.Column(str, description="The same; empty if the caller did not give up.")


contact = kpi.Mapping(
    Contact,
    source=Telephony,
    version=1,
    valid_from="2024-04-01",
    owner="Head of contact management",
    columns={
        Contact.contact_id: Telephony.call_id,
        Contact.line: Telephony.queue,
        Contact.presented_at: Telephony.offered.parse("ISO"),
        Contact.answered_at: Telephony.answered.parse("ISO"),
        Contact.abandoned_at: Telephony.abandoned.parse("ISO"),
        Contact.lpa: not_in_source("A caller's place is not known"),
        Contact.district: not_in_source("A caller's place is not known"),
    },
)
