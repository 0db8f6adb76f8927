"""What the acts on the openings feed (求人の配信) answer, and why a feed was not taken, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wardclient.casework.problems import Problem


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """What a publication or a fetch did.

    ``what``: ``published``, ``taken``, ``same`` (nothing to do), ``none`` (nobody has published yet),
    ``older`` (a newer file was read in here), ``cancelled``. ``records`` and ``gone`` are counts of
    openings, ``size`` the packed bytes of what was published or taken.
    """

    what: Literal["published", "taken", "same", "none", "older", "cancelled"]
    number: int = 0
    file_date: str = ""
    records: int = 0
    gone: int = 0
    size: int = 0
    whole: bool = False

    @property
    def text(self) -> str:
        """The outcome in words."""
        number, day = self.number, self.file_date
        counts = f"{self.records:,} 件を追加・変更、{self.gone:,} 件を取消  {self.size / 1e6:,.2f} MB"
        return {
            "published": f"求人を配信しました: 第{number}号({day} のファイル) {counts}",
            "taken": f"求人の配信を受け取りました: 第{number}号({day} のファイル) {counts}",
            "same": f"求人の配信は最新です: 第{number}号({day} のファイル)",
            "none": "求人の配信は、まだありません。求人ファイルを取り込んだ端末から配信してください。",
            "older": "この端末には、配信より新しい求人ファイルがあります。配信は受け取っていません。",
            "cancelled": "やめました。前の求人のままです。届いた分は残してあり、次は続きから始めます。",
        }[self.what]

    @property
    def text_en(self) -> str:
        """The outcome in English."""
        number, day = self.number, self.file_date
        counts = f"{self.records:,} added or changed, {self.gone:,} withdrawn, {self.size / 1e6:,.2f} MB"
        return {
            "published": f"Published feed {number} (file of {day}): {counts}",
            "taken": f"Took feed {number} (file of {day}): {counts}",
            "same": f"The feed is up to date: number {number} (file of {day})",
            "none": "No feed has been published yet. Publish from a PC that read an openings file in.",
            "older": "This PC has a newer openings file than the feed. The feed was not taken.",
            "cancelled": "Cancelled. The openings are as before; what arrived is kept for the next time.",
        }[self.what]


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """The feed as this PC knows it: who published what when, how old the file is, what is wrong.

    ``days`` is None before the first file. ``trouble`` is the code of the newest feed that was set aside.
    """

    number: int
    file_date: str
    days: int | None
    level: str
    age_ja: str
    age_en: str
    publisher: str
    taken_at: str
    openings: int
    source: str
    trouble: str
    trouble_ja: str
    trouble_en: str
    warn_after: int = 2
    block_after: int = 7
    """Days after which the ward warns, and refers no more."""


_AS_BEFORE = "前の求人はそのままです。"
_AS_BEFORE_EN = " The openings are as before."
WRONG: Mapping[str, tuple[str, str]] = {
    "signer": (
        "届いた求人の配信は、配信できる職員の端末の署名ではありません。受け取っていません。",
        "The feed offered is not signed by a PC that may publish. It was not taken.",
    ),
    "ward": (
        "届いた求人の配信は、別の拠点のものです。受け取っていません。",
        "The feed offered belongs to another ward. It was not taken.",
    ),
    "chunk": (
        "求人の配信の一部が壊れて届きました。受け取っていません。次に届くときにもう一度確かめます。",
        "A part of the feed arrived damaged. It was not taken and will be asked for again.",
    ),
    "bomb": (
        "届いた求人の配信は、広げると大きすぎます。受け取らずに別に置きました。",
        "The feed offered unpacks beyond all bounds. It was set aside.",
    ),
    "rolled_back": (
        "中央サービスの求人の配信が、前に受け取ったものより古くなっています。管理者に知らせてください。",
        "The service offers an older feed than the one taken before. Tell the administrator.",
    ),
    "fork": (
        "中央サービスの求人の配信が、前に受け取ったものと食い違っています。管理者に知らせてください。",
        "The service offers a feed that contradicts the one taken before. Tell the administrator.",
    ),
    "listing": (
        "届いた求人の配信は、署名された件数や求人番号と合いません。受け取らずに別に置きました。",
        "The feed offered does not add up to what was signed. It was set aside.",
    ),
    "lost": (
        "中央サービスに求人の配信がありません。求人のある端末から、もう一度配信してください。",
        "The service has lost the feed. Publish it again from a PC that has the openings.",
    ),
    "malformed": (
        "届いた求人の配信を読み取れません。受け取らずに別に置きました。",
        "The feed offered cannot be read. It was set aside.",
    ),
}


def wrong(code: str) -> Problem:
    """Return why a feed was not taken; what is safe stands at the end."""
    ja, en = WRONG.get(code, WRONG["malformed"])
    return Problem("", f"feed_{code}", ja + _AS_BEFORE, en + _AS_BEFORE_EN)


MAY_NOT = Problem(
    "",
    "feed_role",
    "この端末の役割では、求人を配信できません。管理者に役割を確かめてください。",
    "The role of this PC does not let it publish openings. Ask the administrator.",
)
MAY_NOT_SET = Problem(
    "",
    "feed_rule_role",
    "求人が古くなったとする日数は、管理者だけが決められます。",
    "Only an administrator may set after how many days openings are old.",
)
NO_FILE = Problem(
    "",
    "feed_no_file",
    "配信する求人がありません。先に求人ファイルを取り込んでください。",
    "There are no openings to publish. Read an openings file in first.",
)
CONFLICT = Problem(
    "",
    "feed_conflict",
    "ほかの端末が先に配信しました。何も配信していません。受け取ってから、もう一度配信してください。",
    "Another PC published first. Nothing was published; fetch, then publish again.",
)
BUSY = Problem(
    "",
    "openings_busy",
    "求人の取り込みか配信が進んでいます。終わってから、もう一度してください。前の求人はそのままです。",
    "An import or the feed is under way. Try again when it is done. The openings are as before.",
)
NO_ROOM = Problem(
    "",
    "disk_full",
    "ディスクの空きが足りないため、求人の配信を受け取れません。空きを作ってください。前の求人はそのままです。",
    "The disk is full; the feed was not taken. Make room. The openings are as before.",
)
