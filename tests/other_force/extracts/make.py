"""Make the extracts in this folder: invented, and like those of real systems."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
FIRST, DAYS = datetime(2024, 4, 1), 183
BEATS = ("N1", "N2", "S1", "S2", "")
# The system got a new code for nuisance on 1 July 2024.
CLOSING = ("AN", "AP", "AE", "TH", "VI", "XX", "")
OFFENCES = ("105A", "8N", "28A", "45", "58B", "46")


def write(name: str, header: str, rows: list[list[object]]) -> None:
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def moment(numbers: random.Random) -> datetime:
    return FIRST + timedelta(minutes=numbers.randrange(DAYS * 24 * 60))


def command_log(numbers: random.Random) -> None:
    rows = []
    for number in range(120):
        opened = moment(numbers)
        code = numbers.choices(CLOSING, (30, 8, 4, 20, 20, 1, 3))[0]
        if code == "AN" and opened >= datetime(2024, 7, 1):
            code = "AN2"
        grade = numbers.choice("1233445")
        epoch = int(opened.replace(tzinfo=UTC).timestamp())
        arrived = epoch + numbers.randrange(300, 4000) if numbers.random() < 0.7 else ""
        row = [f"L{number:04}", epoch, arrived, grade, code, numbers.choice(BEATS)]
        rows.append(
            [*row, numbers.choice("YNN"), numbers.choice(["Y", "N", ""]), "Caller at the door"]
        )
    header = "LogNo,OpenedUTC,ArrivedUTC,Grade,CloseCode,Beat,MH,DA,Remarks"
    write("command_log.csv", header, rows)


def crimes(numbers: random.Random) -> None:
    rows = []
    for number in range(90):
        recorded = moment(numbers)
        beat, flag = numbers.choice(BEATS[:4]), numbers.choices(["Y", "N", ""], (3, 8, 1))[0]
        for line in range(1, numbers.choice((2, 2, 2, 3, 4))):
            row = [f"22/{number:05}/24", line, numbers.choice(OFFENCES)]
            rows.append([*row, recorded.strftime("%d/%m/%Y %H:%M"), flag, beat, "Smith"])
    numbers.shuffle(rows)
    header = "Crime Number,Line,Offence,Recorded,Domestic?,Beat Code,Victim Surname"
    write("niche_crimes.csv", header, rows)


def calls(numbers: random.Random) -> None:
    rows = []
    for number in range(150):
        start = moment(numbers).isoformat(sep=" ")
        wait = numbers.randrange(2, 90)
        later = datetime.fromisoformat(start) + timedelta(seconds=wait)
        ended = (
            ["", later.isoformat(sep=" ")]
            if numbers.random() < 0.1
            else [later.isoformat(sep=" "), ""]
        )
        rows.append([f"C{number}", numbers.choice(("999", "101")), start, *ended])
    write("telephony.csv", "call_id,queue,offered,answered,abandoned", rows)


if __name__ == "__main__":
    seeded = random.Random(24)  # noqa: S311
    command_log(seeded)
    crimes(seeded)
    calls(seeded)
