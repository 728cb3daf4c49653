"""The 70 refs of the Safer West Mercia Plan 2021-2025, in plan order."""

from swm_kpi import Catalogue

from .plan import heading, no_text, planned
from .reassuring.appointments import appointments
from .reassuring.contact import call_handling, new_platforms
from .reforming.money import expenditure_and_variance
from .reforming.response import emergency_response, unresourced_incidents
from .reforming.workforce import officer_numbers
from .secure.anti_social_behaviour import asb_incidents
from .secure.crime_volumes import cyber_crime, homicides, serious_violence
from .secure.flagged_crime import business_crime, domestic_abuse_offences, rural_crime
from .secure.neighbourhood_crime import neighbourhood_crime
from .secure.outcomes import (
    domestic_abuse_outcomes,
    domestic_abuse_outcomes_again,
    police_outcomes,
    sexual_violence_outcomes,
)
from .secure.roads import collisions_and_casualties, road_use_incidents
from .secure.sexual_violence import sexual_violence
from .victims_and_survivors.mental_health import mental_health_incidents

CATALOGUE = Catalogue(
    [
        planned("1", "complaints"),
        planned("2", "victims_code"),
        planned("3", "victim_satisfaction"),
        planned("4", "victim_care_training"),
        planned("5", "explanation_to_victims"),
        planned("6", "victim_advice_line"),
        planned("7", "victim_service_referrals"),
        planned("8", "repeat_victimisation"),
        mental_health_incidents,
        planned("10", "exploitation_training"),
        police_outcomes,
        planned("12", "first_time_entrants"),
        planned("13", "investigators"),
        planned("14", "reoffending"),
        asb_incidents,
        heading("16", "national_policing_measures"),
        homicides,
        serious_violence,
        planned("19", "drug_homicides_and_county_lines"),
        neighbourhood_crime,
        cyber_crime,
        planned("22", "problem_solving"),
        rural_crime,
        business_crime,
        planned("25", "vulnerability_training"),
        planned("26", "serious_organised_crime"),
        domestic_abuse_offences,
        sexual_violence,
        domestic_abuse_outcomes,
        sexual_violence_outcomes,
        heading("31", "powers_domestic_abuse"),
        domestic_abuse_outcomes_again,
        planned("33", "domestic_abuse_arrests"),
        planned("34", "protection_notices_and_orders"),
        planned("35", "powers_sexual_violence"),
        planned("36", "repeat_domestic_abuse_victims"),
        planned("37", "repeat_domestic_abuse_offenders"),
        planned("38", "repeat_sexual_violence"),
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
        planned("59", "perceptions_of_accessibility"),
        planned("60", "engagement_vans"),
        heading("61", "local_policing_charter"),
        planned("62", "parish_priorities"),
        planned("63", "neighbourhood_alerts"),
        planned("64", "station_dip_samples"),
        planned("65", "events"),
        planned("66", "social_media"),
        planned("67", "watch_schemes"),
        planned("68", "organisational_culture"),
        planned("69", "workforce_composition"),
        planned("70", "complaint_volume"),
    ]
)
