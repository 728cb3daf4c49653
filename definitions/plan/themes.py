"""Themes: our grouping of the refs by subject. The plan itself groups by objective."""

THEMES = {
    "Victims and survivors": ("2", "3", "4", "5", "6", "7", "8", "36"),
    "Domestic abuse": ("3", "8", "27", "29", "31", "32", "33", "34", "36", "37"),
    "Sexual violence and stalking": ("28", "30", "31", "35", "38"),
    "Violence and homicide": ("17", "18", "19"),
    "Neighbourhood, business and rural crime": ("20", "21", "23", "24"),
    "Serious and organised crime": ("19", "26"),
    "Anti-social behaviour and problem solving": ("15", "22", "39"),
    "Outcomes and reoffending": ("11", "12", "14", "29", "30", "32", "37", "38"),
    "Mental health": ("9",),
    "Roads": ("39", "40", "41", "42", "43"),
    "Contact and response": ("53", "54", "56", "57", "58", "59"),
    "Local policing and engagement": ("42", "60", "61", "62", "63", "64", "65", "66", "67"),
    "Workforce and training": ("4", "10", "13", "25", "50", "52", "68", "69"),
    "Complaints": ("1", "70"),
    "Money, technology, information and carbon": ("44", "45", "46", "47", "48", "49", "51"),
}
