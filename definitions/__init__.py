"""The 70 refs of the Safer West Mercia Plan 2021-2025, in plan order."""

from swm_kpi import Catalogue

from .plan import heading, no_text, planned
from .reassuring.appointments import appointments
from .reassuring.contact import call_handling, new_platforms
from .reassuring.culture import organisational_culture
from .reassuring.perceptions import perceptions_of_accessibility
from .reforming.money import expenditure_and_variance
from .reforming.response import emergency_response, unresourced_incidents
from .reforming.workforce import officer_numbers
from .secure.anti_social_behaviour import asb_incidents
from .secure.arrests import domestic_abuse_arrests
from .secure.county_lines import drug_homicides_and_county_lines, serious_organised_crime
from .secure.crime_volumes import cyber_crime, homicides, serious_violence
from .secure.flagged_crime import business_crime, domestic_abuse_offences, rural_crime
from .secure.neighbourhood_crime import neighbourhood_crime
from .secure.outcomes import (
    domestic_abuse_outcomes,
    domestic_abuse_outcomes_again,
    police_outcomes,
    sexual_violence_outcomes,
)
from .secure.powers import powers_sexual_violence, protection_notices_and_orders
from .secure.problem_solving import problem_solving
from .secure.reoffending import first_time_entrants, reoffending
from .secure.repeat_offending import repeat_domestic_abuse_offenders, repeat_sexual_violence
from .secure.roads import collisions_and_casualties, road_use_incidents
from .secure.sexual_violence import sexual_violence
from .secure.training import vulnerability_training
from .victims_and_survivors.complaints import complaint_volume, complaints
from .victims_and_survivors.mental_health import mental_health_incidents
from .victims_and_survivors.repeat_victims import (
    repeat_domestic_abuse_victims,
    repeat_victimisation,
)
from .victims_and_survivors.satisfaction import victim_satisfaction
from .victims_and_survivors.training import exploitation_training, victim_care_training
from .victims_and_survivors.victim_services import victim_advice_line, victim_service_referrals
from .victims_and_survivors.victims_code import explanation_to_victims, victims_code

CATALOGUE = Catalogue(
    [
        complaints,
        victims_code,
        victim_satisfaction,
        victim_care_training,
        explanation_to_victims,
        victim_advice_line,
        victim_service_referrals,
        repeat_victimisation,
        mental_health_incidents,
        exploitation_training,
        police_outcomes,
        first_time_entrants,
        planned("13", "investigators"),
        reoffending,
        asb_incidents,
        heading("16", "national_policing_measures"),
        homicides,
        serious_violence,
        drug_homicides_and_county_lines,
        neighbourhood_crime,
        cyber_crime,
        problem_solving,
        rural_crime,
        business_crime,
        vulnerability_training,
        serious_organised_crime,
        domestic_abuse_offences,
        sexual_violence,
        domestic_abuse_outcomes,
        sexual_violence_outcomes,
        heading("31", "powers_domestic_abuse"),
        domestic_abuse_outcomes_again,
        domestic_abuse_arrests,
        protection_notices_and_orders,
        powers_sexual_violence,
        repeat_domestic_abuse_victims,
        repeat_domestic_abuse_offenders,
        repeat_sexual_violence,
        road_use_incidents,
        collisions_and_casualties,
        planned("41", "road_campaigns"),
        planned("42", "speed_watch_groups"),
        planned("43", "road_concerns"),
        expenditure_and_variance,
        planned("45", "data_maturity"),
        planned("46", "ict_assets"),
        planned("47", "system_availability"),
        planned("48", "information_security"),
        planned("49", "data_breaches"),
        planned("50", "vision_and_values"),
        planned("51", "carbon_footprint"),
        officer_numbers,
        emergency_response,
        unresourced_incidents,
        no_text("55", "ref_without_text"),
        appointments,
        call_handling,
        new_platforms,
        perceptions_of_accessibility,
        planned("60", "engagement_vans"),
        heading("61", "local_policing_charter"),
        planned("62", "parish_priorities"),
        planned("63", "neighbourhood_alerts"),
        planned("64", "station_dip_samples"),
        planned("65", "events"),
        planned("66", "social_media"),
        planned("67", "watch_schemes"),
        organisational_culture,
        planned("69", "workforce_composition"),
        complaint_volume,
    ]
)
