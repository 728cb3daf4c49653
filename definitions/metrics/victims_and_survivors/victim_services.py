"""Refs 6 and 7: referrals to the Victim Advice Line and to services that the Commissioner funds."""

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

from ...assumptions import REFERRAL_WORKING_DAYS
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
from ...plan.availability import PLAN_STATEMENT, published_once
from ...plan.dimensions import DISTRICT, DOMESTIC_ABUSE, LPA
from ...plan.objectives import VICTIMS

VAL_VICTIM_TYPES = Assumption(
    "val_victim_types",
    (PERSON,),
    since="2021-04-01",
    because="The plan does not say which victims the referral rate is a share of. Our unverified "
    "working choice is every person who is a victim of a recorded crime. Businesses are left out.",
)

GATEWAY_SERVICES = Assumption(
    "gateway_services",
    (VICTIM_ADVICE_LINE,),
    since="2021-04-01",
    because="The Commissioner also funds the Victim Advice Line, which sends victims on to other "
    "services, so a victim would count twice. It has its own ref (6). Leaving it out here is our "
    "unverified working choice.",
)

_IN_SCOPE = (Victim.status == "recorded") & Victim.victim_type.is_in(VAL_VICTIM_TYPES)
# A blank among filled values means that the victim was not referred.
_REFERRED = _IN_SCOPE & Victim.referred_to_val & Victim.referred_to_val.is_not_null()

victim_advice_line = Metric(
    ref="6",
    key="victim_advice_line",
    version=3,
    title="Victim Advice Line referral rate",
    objective=VICTIMS,
    summary="The share of victims of crimes recorded in the period whom the police referred to the "
    "Victim Advice Line, and the share whom they referred in time. Of those "
    "referred, the share it reached and the share who took up support. Also all referrals it "
    "received, per crime recorded. Only victims who are people count in the shares.",
    measures=[
        Count(
            key="victims",
            label="Victims of recorded crime in scope",
            of=Victim,
            at=Victim.recorded_at,
            where=_IN_SCOPE,
            direction=Direction.NEUTRAL,
        ),
        Proportion(
            key="referral_rate",
            label="Victims in scope referred by the police to the Victim Advice Line",
            of=Victim,
            at=Victim.recorded_at,
            where=_IN_SCOPE,
            numerator=Victim.referred_to_val,
            blank_means_no=Victim.referred_to_val,
        ),
        Proportion(
            key="referred_in_time",
            label="Victims in scope referred by the police within the working days allowed",
            of=Victim,
            at=Victim.recorded_at,
            where=_IN_SCOPE,
            numerator=Victim.referred_to_val
            & (Victim.working_days_to_referral <= REFERRAL_WORKING_DAYS),
            blank_means_no=Victim.referred_to_val,
            direction=Direction.HIGHER_IS_BETTER,
        ),
        Proportion(
            key="contacted",
            label="Victims referred: reached by the Victim Advice Line",
            of=Victim,
            at=Victim.recorded_at,
            where=_REFERRED,
            numerator=Victim.val_contacted,
            blank_means_no=Victim.val_contacted,
            direction=Direction.HIGHER_IS_BETTER,
        ),
        Proportion(
            key="take_up",
            label="Victims referred: took up support",
            of=Victim,
            at=Victim.recorded_at,
            where=_REFERRED,
            numerator=Victim.val_engaged,
            blank_means_no=Victim.val_engaged,
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
            note="Not a share: a crime can have several victims or none, and victims of crimes "
            "that were not recorded can refer themselves.",
        ),
    ],
    headline="referral_rate",
    dimensions=[OFFENCE_SUBGROUP, DOMESTIC_ABUSE, REFERRAL_ROUTE, LPA, DISTRICT],
    direction=Direction.NEUTRAL,
    availability=published_once(
        Evidence(
            source="Shropshire Star, 2 May 2019, on the Victim Advice Line",
            finding="Gives 5,093 referrals and 2,392 victims contacted in the first month, April "
            "2019. It gives no referral rate.",
            date="2019-05-02",
        )
    ),
    standards=[
        "Code of Practice for Victims of Crime in England and Wales, from 1 April 2021: right 4, "
        "referral to services that support victims",
    ],
    limitations="A victim referred may not be reached, and a victim reached may not take up "
    "support: these are three different numbers. Victims who refer themselves stay in the "
    "denominator of the referral rate, as not referred by the police.",
    caveats=[
        "The rate is higher where victims are referred unless they refuse than where they are "
        "referred only with their consent. It is unverified which applied when in West Mercia, so "
        "no break is shown. You can break down all referrals by route, but not the "
        "rate.",
        "An assumption decides which victims are in scope.",
        "A victim with no record of a referral counts as not referred and stays in the "
        "denominator, as in refs 2 and 5. The same applies to the shares reached and supported. "
        "Where no victim has such a record, there is no share, because nobody recorded it.",
        "The two working days allowed for a referral are an assumption. A victim who was referred "
        "on an unknown day is in neither part of the share in time, and the note says how many "
        "there were.",
        "Victims of recent crimes may still be referred, be reached or take up support, so figures "
        "for recent periods can still rise.",
        "Compliance with the Victims' Code (ref 2) covers how soon victims were referred to any "
        "service.",
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
            description="Three of four victims are referred. Two of the three are reached, and one "
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
                "referral_rate": 2 / (2 + 1 + 1),
                "contacted": 0 / 2,
                "take_up": 0 / 2,
                "referrals": 1 + 1 + 1,
                "crimes": 1 + 1,
                "referrals_per_crime": 3 / 2,
            },
            edge_case="Referred does not mean reached: two are referred and none is known to be "
            "reached. Victims who refer themselves, or whom another agency refers, are referrals "
            "but are left out of the rate, which they would raise. A business is not in scope. A "
            "victim with no record about a referral counts as not referred, and one with no record "
            "of being reached as not reached.",
        ),
        Example(
            rows={
                "victim": """
            | victim_type | recorded_at | status   | referred_to_val | working_days_to_referral |
            | person      | 2024-05-07  | recorded | yes             | 0                        |
            | person      | 2024-05-07  | recorded | yes             | 2                        |
            | person      | 2024-05-07  | recorded | yes             | 3                        |
            | person      | 2024-05-07  | recorded | yes             |                          |
            | person      | 2024-05-07  | recorded | no              |                          |
            | person      | 2024-05-07  | recorded |                 |                          |
                """,
            },
            expect={
                "victims": 4 + 1 + 1,
                "referral_rate": 4 / (4 + 1 + 1),
                "referred_in_time": 2 / (3 + 1 + 1),
            },
            edge_case="A referral after three working days is late. Victims who were not referred, "
            "or of whom there is no record, were not referred in time. The victim who was referred "
            "on an unknown day is in neither part of the share in time.",
        ),
    ],
)

_TO_FUNDED_SERVICE = Referral.pcc_funded & ~Referral.service.is_in(GATEWAY_SERVICES)

victim_service_referrals = Metric(
    ref="7",
    key="victim_service_referrals",
    version=2,
    title="Referrals to PCC-funded victim services",
    objective=VICTIMS,
    summary="Referrals of victims to services that the Police and Crime Commissioner (PCC) funds, "
    "counted on the day the service received them; the number of victims referred; and the share "
    "of referrals that the services accepted.",
    measures=[
        Count(
            key="referrals",
            label="Referrals received",
            of=Referral,
            at=Referral.referred_at,
            where=_TO_FUNDED_SERVICE,
        ),
        Count(
            key="victims",
            label="Victims referred",
            of=Referral,
            at=Referral.referred_at,
            where=_TO_FUNDED_SERVICE,
            distinct=Referral.victim_id,
            unit=Unit.VICTIMS,
            note="Each victim counts once, however many referrals, if the service gives the "
            "victim's number. Referrals without a number are left out.",
        ),
        Proportion(
            key="accepted",
            label="Referrals accepted",
            of=Referral,
            at=Referral.referred_at,
            where=_TO_FUNDED_SERVICE,
            numerator=Referral.accepted,
            direction=Direction.HIGHER_IS_BETTER,
        ),
    ],
    dimensions=[VICTIM_SERVICE, REFERRAL_ROUTE, NEED_TYPE, LPA, DISTRICT],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=["Ministry of Justice victim services grant returns"],
    limitations="Counts referrals, not victims: one victim may be referred to several services. A "
    "referral does not mean that the victim was supported.",
    caveats=[
        "An assumption leaves out the Victim Advice Line, because it sends victims on to these "
        "services and they would count twice.",
        "Victims referred do not add up over areas, services or periods: one victim may be in "
        "several. Totals are counted afresh.",
        "The count changes when different services are commissioned or send returns.",
        "Each row says whether the Commissioner funds the service. If it is not recorded, the "
        "referral is not counted, and the note says how many there were.",
        "Numbers for one service, need and area can be small.",
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
            description="A referral that the service did not accept was still received, so it "
            "counts.",
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
            edge_case="One victim with two referrals counts as one victim. A victim without a "
            "number is left out of the count of victims. The Victim Advice Line and services that "
            "others fund are left out. The day of the referral decides, not the day support began. "
            "A referral with no decision is left out of both parts of the share.",
        ),
    ],
)
