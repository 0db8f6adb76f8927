"""A day of two offices with words that stand nowhere else."""

from pathlib import Path

from tests.journeys.offices import PASSPHRASE, Central, Office
from tests.journeys.wards import Ward, consent_form, found

PERSON: dict[str, object] = {
    "family_name": "鵜飼沢",
    "given_name": "千代乃",
    "name_kana": "ウカイザワ チヨノ",
    "birth_date": "S52.11.23",
    "municipality": "14101",
    "address1": "鶴見中央８－８７－６５",
    "phone": "08087654329",
    "contact_caution": "日中は弟が電話に出る",
    "target_group": "C1",
    "case_no": "QZ88-5253",
}
SECOND: dict[str, object] = {
    **PERSON,
    "family_name": "犬伏谷",
    "given_name": "総一朗",
    "name_kana": "イヌブシダニ ソウイチロウ",
    "birth_date": "S60.1.9",
    "phone": "08023456781",
    "case_no": "QZ88-6364",
}
OWN_NOTE = "古い万年筆を大切にしている"
JOINT_NOTE = "朝の市場で働きたいと話す"
CITY_TEXT = "白い手帳を次回持参"
HW_TEXT = "紫の封筒で求人票を渡した"
ACTION = "金色の自転車を修理に出す"
EMPLOYER = "架空植物園売店"
JOB = "温室の水やり補助"
PAPER = "南棟金庫Y-88"
IN_FLIGHT = "届かなかった最後の記録"
STAFF = ("鷹取台 3係", "雉子橋 3番窓口", "鶉野 新任")
PLANTED = (
    *("鵜飼沢", "千代乃", "ウカイザワ", "チヨノ", "ukaizawa", "chiyono", "犬伏谷", "総一朗", "イヌブシダニ"),
    *(
        "inubushidani",
        "1977-11-23",
        "昭和52年11月23日",
        "S52.11.23",
        "19771123",
        "1985-01-09",
        "昭和60年1月9日",
    ),
    *(
        "鶴見中央８－８７－６５",
        "8-87-65",
        "08087654329",
        "080-8765-4329",
        "08023456781",
        "日中は弟が電話に出る",
    ),
    *(
        "QZ88-5253",
        "QZ88-6364",
        OWN_NOTE,
        JOINT_NOTE,
        CITY_TEXT,
        HW_TEXT,
        ACTION,
        EMPLOYER,
        JOB,
        PAPER,
        IN_FLIGHT,
    ),
    *("14990-00098765", "R8-7007", "鷹取台", "雉子橋", "鶉野 新任", PASSPHRASE),
)
"""Names, kana, romaji, birth dates, numbers, notes, searches, offers, places of papers, staff, passphrase."""
SEARCHES = ("うかいざわ", "QZ88-5253")


def live(folder: Path, central: Central) -> None:
    """Found a ward and work in it: two cases, consents, notes, searches, a session, a referral, a withdrawal."""
    city, hellowork = (
        Office(folder / name, label) for name, label in zip(("city", "hw"), STAFF, strict=False)
    )
    ward = Ward(central, city, city, hellowork)
    found(ward)
    cases = [str(city.do("cases", "open", values=person)["case_id"]) for person in (PERSON, SECOND)]
    case = cases[0]
    for words in SEARCHES:
        city.do("cases", "list", "--query", words)
    for _ in range(2):
        city.do("notes", "add", case, values={"body": OWN_NOTE})
        city.sync()
    for each in cases:
        city.do("consent", "record", each, "--yes", values=consent_form(paper_location=PAPER))
    ward.everyone_syncs()
    hellowork.do("cases", "list", "--query", "犬伏谷")
    city.do("notes", "add", case, values={"body": JOINT_NOTE, "visibility": "1"})
    session = city.do("session", "start", case)["session_id"]
    city.do("session", "write", session, values={"body": CITY_TEXT})
    city.do("session", "action", session, values={"what": ACTION, "who": "client", "by_when": "2027-01-15"})
    ward.everyone_syncs()
    hellowork.do("session", "write", session, values={"body": HW_TEXT})
    referral: dict[str, object] = {
        "employer_name": EMPLOYER,
        "job_title": JOB,
        "opening_no": "14990-00098765",
        "letter_no": "R8-7007",
        "selection_kind": ["2"],
    }
    hellowork.do("refer", case, "-", values=referral)
    ward.everyone_syncs()
    # Written before the partner hears of the withdrawal: refused, and the refusal is kept.
    hellowork.do("notes", "add", case, values={"body": IN_FLIGHT, "visibility": "1"})
    city.do("consent", "withdraw", case, "--yes", values={"withdrawn_how": "1"})
    ward.everyone_syncs()
    # Somebody who waits to be admitted, label and all.
    newcomer = Office(folder / "new", STAFF[2])
    invite = city.do("admin", "invite", "--team", "city", "--roles", "cw")["invite"]
    newcomer.run("setup", "join", invite, "--label", newcomer.label, "--wait", "1")
