"""Refs 6 and 7: referrals to the Victim Advice Line, and to services the Commissioner pays for."""

from swm_kpi import (
    Assumption,
    Count,
    Direction,
    Evidence,
    Example,
    Metric,
    Proportion,
    Ratio,
    Unit,
)

from ...contracts.crime import OFFENCE_SUBGROUP, RECORDED, Crime
from ...contracts.victims import (
    NEED_TYPE,
    PERSON,
    REFERRAL_ROUTE,
    VICTIM_ADVICE_LINE,
    VICTIM_SERVICE,
    Referral,
    Victim,
)
from ...plan.availability import COLOUR_LOST, published_once
from ...plan.dimensions import LPA
from ...plan.objectives import VICTIMS

VAL_VICTIM_TYPES = Assumption(
    "val_victim_types",
    (PERSON,),
    since="2021-04-01",
    because="The plan does not say which victims the referral rate is a share of. Our unverified "
    "working choice is every person who is a victim of a recorded crime, and no business.",
)

GATEWAY_SERVICES = Assumption(
    "gateway_services",
    (VICTIM_ADVICE_LINE,),
    since="2021-04-01",
    because="The Victim Advice Line is itself paid for by the Commissioner and sends victims on to "
    "other services, so a victim would count twice. It has a ref of its own (6). Leaving it out "
    "here is our unverified working choice.",
)

in_scope = (Victim.status == "recorded") & Victim.victim_type.is_in(VAL_VICTIM_TYPES)

victim_advice_line = Metric(
    ref="6",
    key="victim_advice_line",
    title="Victim Advice Line referral rate",
    objective=VICTIMS,
    summary="Of the people who are victims of crimes recorded in the period, the share the police "
    "referred to the Victim Advice Line; and of those referred, the shares it reached and who took "
    "up support. With all referrals it received, for each crime recorded.",
    measures=[
        Count(
            key="victims",
            label="Victims of recorded crime in scope",
            of=Victim,
            at=Victim.recorded_at,
            where=in_scope,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="referral_rate",
            label="Victims in scope referred by the police to the Victim Advice Line",
            of=Victim,
            at=Victim.recorded_at,
            where=in_scope,
            numerator=Victim.referred_to_val,
        ),
        Proportion(
            key="contacted",
            label="Of those referred, reached by the Victim Advice Line",
            of=Victim,
            at=Victim.recorded_at,
            where=in_scope & Victim.referred_to_val,
            numerator=Victim.val_contacted,
            direction=Direction.HIGHER_IS_BETTER,
        ),
        Proportion(
            key="take_up",
            label="Of those referred, took up support",
            of=Victim,
            at=Victim.recorded_at,
            where=in_scope & Victim.referred_to_val,
            numerator=Victim.val_engaged,
            direction=Direction.HIGHER_IS_BETTER,
        ),
        Count(
            key="referrals",
            label="Referrals to the Victim Advice Line by any route",
            of=Referral,
            at=Referral.referred_at,
            where=Referral.service == VICTIM_ADVICE_LINE,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key="crimes",
            label="Crimes recorded",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED,
            direction=Direction.NEUTRAL,
        ),
        Ratio(
            key="referrals_per_crime",
            label="Referrals to the Victim Advice Line per crime recorded",
            numerator="referrals",
            denominator="crimes",
            direction=Direction.NEUTRAL,
            note="Not a share: a crime can have several victims or none, and people who were "
            "victims of no recorded crime refer themselves.",
        ),
    ],
    dimensions=[OFFENCE_SUBGROUP, REFERRAL_ROUTE, LPA],
    direction=Direction.NEUTRAL,
    availability=published_once(
        Evidence(
            source="Shropshire Star, 2 May 2019, on the Victim Advice Line",
            finding="5,093 referrals and 2,392 victims contacted in the first month, April 2019, "
            "are given. No referral rate is.",
            date="2019-05-02",
        )
    ),
    standards=[
        "Code of Practice for Victims of Crime in England and Wales, from 1 April 2021: right 4, "
        "referral within two working days",
    ],
    limitations="A victim referred is not a victim reached, and one reached has not taken up "
    "support: these are three numbers. People who refer themselves are not in the referral rate.",
    caveats=[
        "Whether victims are referred unless they refuse, or only with their consent, moves the "
        "rate more than anything the police do. Which applied when in West Mercia is unverified, "
        "so no break is drawn. All referrals can be broken down by route; the rate cannot.",
        "Which victims are in scope is an assumption.",
        "A victim for whom the referral is not recorded is in neither part of the rate, and the "
        "note says how many there were. The same holds of reaching and of support.",
        "Victims of recent crimes may still be referred, reached or take up support, so recent "
        "periods can still rise.",
        "How soon the referral was made is in Compliance with the Victims' Code.",
    ],
    examples=[
        Example(
            rows={
                "victim": """
            | victim_type | recorded_at | status   | referred_to_val | val_contacted | val_engaged |
            | person      | 2024-04-01  | recorded | yes             | yes           | yes         |
            | person      | 2024-05-06  | recorded | yes             | yes           | no          |
            | person      | 2024-05-06  | recorded | yes             | no            | no          |
            | person      | 2024-06-30  | recorded | no              | no            | no          |
                """,
                "referral": """
                | service            | route             | referred_at      |
                | Victim Advice Line | Police, automatic | 2024-04-02 09:00 |
                | Victim Advice Line | Police, automatic | 2024-05-07 09:00 |
                | Victim Advice Line | Police, automatic | 2024-05-07 09:00 |
                """,
                "crime": """
                | recorded_at      | status   |
                | 2024-04-01 00:00 | recorded |
                | 2024-05-06 12:00 | recorded |
                | 2024-05-06 12:00 | recorded |
                | 2024-06-30 23:59 | recorded |
                """,
            },
            expect={
                "victims": 3 + 1,
                "referral_rate": 3 / (3 + 1),
                "contacted": 2 / 3,
                "take_up": 1 / 3,
                "referrals": 1 + 1 + 1,
                "crimes": 4,
                "referrals_per_crime": 3 / 4,
            },
            description="Three of four victims are referred, two of the three are reached, and one "
            "takes up support.",
        ),
        Example(
            rows={
                "victim": """
        | victim_type | recorded_at | status    | referred_to_val | val_contacted | val_engaged |
        | person      | 2024-05-06  | recorded  | yes             | no            | no          |
        | person      | 2024-05-06  | recorded  | yes             |               |             |
        | person      | 2024-05-06  | recorded  | no              |               |             |
        | business    | 2024-05-06  | recorded  | no              |               |             |
        | person      | 2024-05-06  | cancelled | yes             | yes           | yes         |
        | person      | 2024-05-06  | recorded  |                 |               |             |
                """,
                "referral": """
                | service                | route             | referred_at      |
                | Victim Advice Line     | Police, automatic | 2024-05-07 09:00 |
                | Victim Advice Line     | Self              | 2024-05-07 09:00 |
                | Victim Advice Line     | Another agency    | 2024-05-07 09:00 |
                | Domestic abuse service | Another service   | 2024-05-07 09:00 |
                | Victim Advice Line     | Police, automatic | 2024-07-01 00:00 |
                """,
                "crime": """
                | recorded_at      | status    |
                | 2024-05-06 12:00 | recorded  |
                | 2024-05-06 12:00 | recorded  |
                | 2024-05-06 12:00 | cancelled |
                """,
            },
            expect={
                "victims": 2 + 1 + 1,
                "referral_rate": 2 / (2 + 1),
                "contacted": 0 / 1,
                "take_up": 0 / 1,
                "referrals": 1 + 1 + 1,
                "crimes": 1 + 1,
                "referrals_per_crime": 3 / 2,
            },
            edge_case="Referred is not reached: two are referred and none is known to be reached. "
            "Those who refer themselves, or whom another agency sends, are referrals and are not "
            "in the rate, which they would lift. A business is not in scope, and a victim for whom "
            "nobody recorded a referral is in neither part.",
        ),
    ],
)

to_funded_services = Referral.pcc_funded & ~Referral.service.is_in(GATEWAY_SERVICES)

victim_service_referrals = Metric(
    ref="7",
    key="victim_service_referrals",
    title="Referrals to PCC-funded victim services",
    objective=VICTIMS,
    summary="Referrals of victims to services that the Police and Crime Commissioner (PCC) pays "
    "for, counted on the day the service received them; how many victims that is, and the share of "
    "the referrals that the services accepted.",
    measures=[
        Count(
            key="referrals",
            label="Referrals received",
            of=Referral,
            at=Referral.referred_at,
            where=to_funded_services,
        ),
        Count(
            key="victims",
            label="Victims referred",
            of=Referral,
            at=Referral.referred_at,
            where=to_funded_services & Referral.victim_id.is_not_null(),
            distinct=Referral.victim_id,
            unit=Unit.VICTIMS,
            note="Each victim once, however many referrals, where services give the victim's "
            "number. Referrals without one are not in it.",
        ),
        Proportion(
            key="accepted",
            label="Referrals accepted",
            of=Referral,
            at=Referral.referred_at,
            where=to_funded_services,
            numerator=Referral.accepted,
            direction=Direction.HIGHER_IS_BETTER,
        ),
    ],
    dimensions=[VICTIM_SERVICE, REFERRAL_ROUTE, NEED_TYPE, LPA],
    direction=Direction.NEUTRAL,
    availability=COLOUR_LOST,
    standards=["Ministry of Justice victim services grant returns"],
    limitations="Referrals are not victims: one victim may be referred to several services. Nor "
    "are they victims who were supported.",
    caveats=[
        "The Victim Advice Line is left out, by an assumption, because it sends victims on to "
        "these services and would count them twice.",
        "Victims referred do not add over areas, services or periods: one victim may be in "
        "several. Totals are counted again.",
        "A change in what is commissioned, or in which services send returns, moves the count.",
        "Whether a service is paid for by the Commissioner is as the row says. Where it is not "
        "recorded the referral is not counted, and the note says how many there were.",
        "Numbers for one service, need and area are small.",
    ],
    examples=[
        Example(
            rows="""
            | victim_id | service                     | pcc_funded | referred_at      | accepted |
            | v         | Domestic abuse service      | yes        | 2024-04-01 00:00 | yes      |
            | w         | Sexual violence service     | yes        | 2024-06-30 23:59 | yes      |
            | x         | Restorative justice service | yes        | 2024-05-06 12:00 | no       |
            """,
            expect={"referrals": 1 + 1 + 1, "victims": 3, "accepted": (1 + 1) / 3},
            description="A referral that the service did not accept was received, and counts.",
        ),
        Example(
            rows="""
    | victim_id | service                    | pcc_funded | referred_at | accepted | engaged_at |
    | v         | Domestic abuse service     | yes        | 2024-05-06  | yes      | 2024-05-09 |
    | v         | Other commissioned service | yes        | 2024-05-08  |          |            |
    |           | Domestic abuse service     | yes        | 2024-05-08  | yes      |            |
    | v         | Victim Advice Line         | yes        | 2024-05-06  | yes      | 2024-05-06 |
    | w         | Other service              | no         | 2024-05-06  | yes      |            |
    | x         | Other service              |            | 2024-05-06  | yes      |            |
    | y         | Domestic abuse service     | yes        | 2024-03-31  | yes      | 2024-04-05 |
            """,
            expect={"referrals": 1 + 1 + 1, "victims": 1, "accepted": (1 + 1) / (1 + 1)},
            edge_case="One victim with two referrals is one victim, and the one whose number no "
            "service gives is not in that count. The Victim Advice Line and services that others "
            "pay for are out. The day of the referral decides, not the day support began. A "
            "referral nobody has decided on is in neither part of the share.",
        ),
    ],
)
