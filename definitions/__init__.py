"""The catalogue of the Safer West Mercia Plan 2021-2025: its 70 refs, in the plan's order."""

from swm_kpi import Catalogue

from .metrics.reassuring.appointments import appointments
from .metrics.reassuring.charter import neighbourhood_alerts, parish_priorities, station_dip_samples
from .metrics.reassuring.contact import call_handling, new_platforms
from .metrics.reassuring.culture import organisational_culture
from .metrics.reassuring.engagement import engagement_vans, events, watch_schemes
from .metrics.reassuring.perceptions import perceptions_of_accessibility
from .metrics.reassuring.social_media import social_media
from .metrics.reassuring.workforce_composition import workforce_composition
from .metrics.reforming.carbon import carbon_footprint
from .metrics.reforming.ict import ict_assets, system_availability
from .metrics.reforming.information import data_breaches, data_maturity, information_security
from .metrics.reforming.money import expenditure_and_variance
from .metrics.reforming.response import emergency_response, unresourced_incidents
from .metrics.reforming.vision import vision_and_values
from .metrics.reforming.workforce import officer_numbers
from .metrics.secure.anti_social_behaviour import asb_incidents
from .metrics.secure.arrests import domestic_abuse_arrests
from .metrics.secure.county_lines import drug_homicides_and_county_lines, serious_organised_crime
from .metrics.secure.crime_volumes import cyber_crime, homicides, serious_violence
from .metrics.secure.flagged_crime import business_crime, domestic_abuse_offences, rural_crime
from .metrics.secure.investigators import investigators
from .metrics.secure.neighbourhood_crime import neighbourhood_crime
from .metrics.secure.outcomes import (
    domestic_abuse_outcomes,
    domestic_abuse_outcomes_again,
    police_outcomes,
    sexual_violence_outcomes,
)
from .metrics.secure.powers import powers_sexual_violence, protection_notices_and_orders
from .metrics.secure.problem_solving import problem_solving
from .metrics.secure.reoffending import first_time_entrants, reoffending
from .metrics.secure.repeat_offending import repeat_domestic_abuse_offenders, repeat_sexual_violence
from .metrics.secure.road_safety_work import road_campaigns, road_concerns, speed_watch_groups
from .metrics.secure.roads import collisions_and_casualties, road_use_incidents
from .metrics.secure.sexual_violence import sexual_violence
from .metrics.secure.training import vulnerability_training
from .metrics.victims_and_survivors.complaints import complaint_volume, complaints
from .metrics.victims_and_survivors.mental_health import mental_health_incidents
from .metrics.victims_and_survivors.repeat_victims import (
    repeat_domestic_abuse_victims,
    repeat_victimisation,
)
from .metrics.victims_and_survivors.satisfaction import victim_satisfaction
from .metrics.victims_and_survivors.training import exploitation_training, victim_care_training
from .metrics.victims_and_survivors.victim_services import (
    victim_advice_line,
    victim_service_referrals,
)
from .metrics.victims_and_survivors.victims_code import explanation_to_victims, victims_code
from .plan.areas import AREAS
from .plan.availability import PLAN_STATEMENT
from .plan.objectives import OBJECTIVES
from .plan.rows import group, undefined
from .plan.themes import THEMES

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
        investigators,
        reoffending,
        asb_incidents,
        group(
            "16",
            "national_policing_measures",
            "There are six national priorities (West Mercia Police and Crime Commissioner, "
            "Performance information, undated page of the website). The sixth is victim "
            "satisfaction, in particular that of victims of domestic abuse. The plan has it as "
            "ref 3.",
        ),
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
        group(
            "31",
            "powers_domestic_abuse",
            "All three parts are about domestic abuse. Powers to tackle sexual violence are ref "
            "35, which the plan has outside this group.",
        ),
        domestic_abuse_outcomes_again,
        domestic_abuse_arrests,
        protection_notices_and_orders,
        powers_sexual_violence,
        repeat_domestic_abuse_victims,
        repeat_domestic_abuse_offenders,
        repeat_sexual_violence,
        road_use_incidents,
        collisions_and_casualties,
        road_campaigns,
        speed_watch_groups,
        road_concerns,
        expenditure_and_variance,
        data_maturity,
        ict_assets,
        system_availability,
        information_security,
        data_breaches,
        vision_and_values,
        carbon_footprint,
        officer_numbers,
        emergency_response,
        unresourced_incidents,
        undefined("55", "ref_without_text"),
        appointments,
        call_handling,
        new_platforms,
        perceptions_of_accessibility,
        engagement_vans,
        group("61", "local_policing_charter"),
        parish_priorities,
        neighbourhood_alerts,
        station_dip_samples,
        events,
        social_media,
        watch_schemes,
        organisational_culture,
        workforce_composition,
        complaint_volume,
    ],
    title="Safer West Mercia Plan",
    objectives=OBJECTIVES,
    themes=THEMES,
    areas=AREAS,
    availability=PLAN_STATEMENT,
)
