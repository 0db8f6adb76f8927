"""What may be typed: the argument parser. Imports nothing heavy."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from wardclient.commands.export_parser import add_parser as _export
from wardclient.commands.placement_parser import add_parsers as _placements
from wardclient.commands.shortlist_parser import add_parser as _shortlist

if TYPE_CHECKING:
    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001

PAPERS = (
    *("consent", "withdrawal", "request", "plan", "receipt", "letter", "opening", "shortlist", "visit"),
    *("session", "history", "who-can-see", "disclosure", "handover"),
)
"""Names of the papers, as `desk.prints` knows them."""
_VALUES_HELP = "欄=値 / field=value (domain identifiers; comma-separated lists)"


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the parsed arguments; usage errors exit with code 2."""
    arguments = _screen(argv) or _build().parse_args(argv)
    if arguments.act == "device":
        arguments.act = f"device {arguments.device_act}"
    return arguments


def _screen(argv: list[str]) -> argparse.Namespace | None:
    """Return what was typed where it opens the screen: to describe all commands first costs a tenth of the start."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    _common(parser)
    parser.set_defaults(command="open", act=None)
    try:
        arguments, rest = parser.parse_known_args(argv)
    except argparse.ArgumentError:
        # Said by the whole parser, with its own usage.
        return None
    return None if rest else arguments


def _build() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardclient",
        description="一体的実施コーナーの業務端末。引数なしで画面を開きます。 / Without a command: the screen.",
    )
    _common(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    # After add_subparsers, which would put its own None in the place of an earlier default.
    parser.set_defaults(command="open", act=None)
    for add in (
        _demo,
        _setup,
        _cases,
        _consent,
        _notes,
        _session,
        _plan,
        _export,
        _print,
        _training,
        _openings,
        _shortlist,
        _referral,
        _placements,
        _inbox,
        _sync,
        _upkeep,
        _admin,
    ):
        add(commands)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    """What may stand before every command."""
    parser.add_argument("--home", type=Path, help="ホームフォルダ / home folder (WARDCLIENT_HOME)")
    parser.add_argument(
        "--passphrase-file", type=Path, help="合言葉のファイル / read the passphrase from a file"
    )
    parser.add_argument("--json", action="store_true", help="JSON で出力 / print one JSON document")
    parser.add_argument("--lang", choices=("ja", "en"), help="表示言語 / language")
    parser.add_argument(
        "--offline", action="store_true", help="接続しないで使う / do not contact the central service"
    )


def _acts(commands: "Commands", name: str, text: str) -> "Commands":
    group = commands.add_parser(name, help=text)
    return group.add_subparsers(dest="act", metavar="ACT", required=True)


def _act(
    acts: "Commands", name: str, text: str, *positions: str, values: bool = False
) -> argparse.ArgumentParser:
    act = acts.add_parser(name, help=text)
    for position in positions:
        act.add_argument(position.lower(), metavar=position)
    if values:
        act.add_argument("set", nargs="*", metavar="FIELD=VALUE", help=_VALUES_HELP)
        act.add_argument(
            "--values",
            metavar="FILE",
            help="JSON object; - reads standard input (keeps names off the command line)",
        )
    return act


def _demo(commands: "Commands") -> None:
    demo = commands.add_parser("demo", help="練習区を開く / open a practice ward on this machine")
    demo.add_argument("--as", dest="side", choices=("city", "hellowork"), default="city")
    demo.add_argument("--dir", type=Path, help="練習区のフォルダ / folder of the practice ward")
    demo.add_argument("--cases", type=int, default=320, help="ケースの数 / number of synthetic cases")
    demo.add_argument("--openings", type=int, default=3000, help="求人の数 / number of synthetic openings")
    demo.add_argument("--build-only", action="store_true", help="作るだけで開かない / build and do not open")
    demo.add_argument("--fresh", action="store_true", help="作り直す / build anew")
    demo.add_argument(
        "--offline", action="store_true", dest="offline", default=argparse.SUPPRESS, help="接続しないで使う"
    )
    demo.add_argument(
        "--stop", action="store_true", help="練習区の中央サービスを止める / stop the practice service"
    )


def _setup(commands: "Commands") -> None:
    acts = _acts(commands, "setup", "この端末の最初の設定 / first run of a PC")
    found = _act(acts, "found", "区を始める / found a ward")
    found.add_argument("--server", required=True, help="http(s)://HOST:PORT")
    found.add_argument("--ward", required=True, help="区コード / ward code, e.g. 14101")
    found.add_argument("--label", required=True, help="担当の表示名 / desk label, e.g. CW 3係")
    found.add_argument("--roles", default="sv,adm", help="役割 / roles, comma-separated; must include adm")
    found.add_argument("--team", choices=("city", "hellowork"), default="city")
    join = _act(acts, "join", "招待で参加する / enrol with an invite", "INVITE")
    join.add_argument("--label", required=True)
    join.add_argument(
        "--wait", type=float, default=600.0, help="承認を待つ秒数 / seconds to wait for the admin"
    )
    join.add_argument(
        "--code-file", type=Path, help="照合番号を書き出す / also write the comparison code here"
    )


def _cases(commands: "Commands") -> None:
    acts = _acts(commands, "cases", "ケース / cases")
    found = _act(acts, "list", "探す・一覧 / search and list")
    found.add_argument("--query", default="")
    found.add_argument("--mine", action="store_true")
    found.add_argument("--status", default="")
    found.add_argument("--target-group", default="")
    found.add_argument("--consent", default="")
    found.add_argument("--limit", type=int, default=50)
    _act(acts, "show", "表示 / show", "ID")
    opened = _act(acts, "open", "受付 / open a case (search first)", values=True)
    opened.add_argument(
        "--none-match", action="store_true", help="候補に該当なし / none of the candidates is this person"
    )
    _act(
        acts,
        "set",
        "直す / change fields (KIND: person case assessment welfare registration)",
        "ID",
        "KIND",
        values=True,
    )
    loaded = _act(acts, "import", "取込 / read a caseload CSV", "FILE")
    loaded.add_argument("--dry-run", action="store_true")
    loaded.add_argument("--accept-duplicates", action="store_true")


def _consent(commands: "Commands") -> None:
    acts = _acts(commands, "consent", "同意 / consent")
    record = _act(acts, "record", "記録 / record", "ID", values=True)
    record.add_argument(
        "--yes",
        action="store_true",
        help="内容を確認した / the preview was read; without it nothing is shared",
    )
    _act(acts, "decline", "同意しない / record a refusal", "ID", values=True)
    withdraw = _act(acts, "withdraw", "撤回 / withdraw", "ID", values=True)
    withdraw.add_argument("--yes", action="store_true")
    _act(acts, "status", "状態 / state", "ID")
    due = _act(acts, "due", "期限の近いもの / ending soon")
    due.add_argument("--days", type=int, default=60)


def _notes(commands: "Commands") -> None:
    acts = _acts(commands, "notes", "面談記録 / notes")
    _act(acts, "add", "追加 / add", "ID", values=True)
    _act(acts, "list", "一覧 / list", "ID")


def _session(commands: "Commands") -> None:
    acts = _acts(commands, "session", "同席面談 / joint session")
    _act(acts, "start", "始める / start", "ID", values=True)
    _act(acts, "show", "表示 / show", "SESSION")
    _act(acts, "write", "自分の側の記録 / write my side's text", "SESSION", values=True)
    part = "相手側に渡さない文を自分側のメモへ / move what may not be shared into an own-office note"
    _act(acts, "part", part, "SESSION")
    _act(acts, "action", "決めたこと / add an agreed action", "SESSION", values=True)
    _act(acts, "confirm", "確認 / confirm", "SESSION")


def _plan(commands: "Commands") -> None:
    acts = _acts(commands, "plan", "支援プラン / support plan")
    _act(acts, "show", "表示 / show", "ID")
    _act(acts, "make", "作成・見直し / make a version", "ID", values=True)
    _act(acts, "step", "取組を足す / add a step", "ID", values=True)
    _act(acts, "done", "取組の結果 / finish a step (done_on=, outcome=)", "ID", "STEP", values=True)


def _print(commands: "Commands") -> None:
    acts = _acts(commands, "print", "様式の印刷 / papers")
    _act(acts, "list", "印刷できる様式 / papers that are possible", "ID")
    _act(acts, "printed", "印刷の記録 / what was printed", "ID")
    undone = _act(acts, "undo", "印刷の取りやめ / nothing came of a print", "ID", "SERIAL")
    undone.add_argument("--reason", default="紙が出なかった・捨てた", help="理由 / why")
    _act(acts, "confirm", "返事のない印刷が出た / a print without an answer came out", "ID", "SERIAL")
    for name in PAPERS:
        made = _act(acts, name, "印刷、または PDF を作る / print, or make the PDF", "ID")
        made.add_argument(
            "--record", default="", help="紹介・面談・求人の番号 / referral, session or opening"
        )
        made.add_argument("--language", default="", help="同意書に添える言語 / en zh ko vi pt es tl")
        made.add_argument("--printer", default="", help="プリンターの名前 / name of the printer")
        made.add_argument("-o", "--output", type=Path, help="印刷せず PDF に書く / write a PDF instead")


def _training(commands: "Commands") -> None:
    acts = _acts(commands, "training", "訓練・事業 / training courses and programmes")
    loaded = _act(acts, "import", "取込 / read a list (CSV)", "FILE")
    loaded.add_argument("--dry-run", action="store_true")
    listed = _act(acts, "list", "一覧 / list")
    listed.add_argument("--query", default="")
    listed.add_argument("--all", action="store_true", help="締切後も / those whose deadline is over, too")


def _openings(commands: "Commands") -> None:
    acts = _acts(commands, "openings", "求人 / openings")
    _act(
        acts,
        "publish",
        "読み込んだ求人を区のすべての端末に配る / publish what was read in to all PCs of the ward",
    )
    _act(acts, "fetch", "配られた求人を受け取る / fetch what was published")
    _act(acts, "feed", "求人の配信の状態 / state of the feed")
    use = _act(acts, "use", "年次の利用報告の件数 / yearly count of hires through supplied openings")
    use.add_argument("--year", help="年度 / fiscal year (2026, R8)")
    memo = _act(acts, "memo", "受理安定所への連絡メモ / memo to the office that received it", "NO")
    memo.add_argument("--change", choices=("changed", "withdrawn", "filled", "differs"), required=True)
    memo.add_argument("--from", dest="heard_from", required=True, help="聞いた相手 / heard from")
    memo.add_argument("--on", default="", help="聞いた日 / day it was heard")
    memo.add_argument("--text", required=True, help="内容 / what was heard")
    memo.add_argument("--output", type=Path, required=True, help="PDF")
    limits = _act(acts, "limits", "古くなったとする日数 / days after which a file is old")
    limits.add_argument("--warn", type=int, help="知らせる / warn after")
    limits.add_argument("--block", type=int, help="紹介を止める / refer no more after")
    loaded = _act(acts, "import", "取込 / read an openings file", "FILE")
    loaded.add_argument("--dry-run", action="store_true")
    search = _act(acts, "search", "検索 / search", "QUERY")
    search.add_argument("--municipality", action="append", default=[])
    search.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="くわしい条件 / e.g. age=45 traits=bonus,car",
    )
    search.add_argument("--limit", type=int, default=20)
    search.add_argument(
        "--sort",
        choices=("received", "deadline"),
        default="received",
        help="受付順・期限順 / newest or soonest to end",
    )
    search.add_argument(
        "--for", dest="case_id", metavar="CASE", help="この人の希望に合う順 / the best for this case first"
    )
    search.add_argument(
        "--without", action="append", default=[], metavar="PART", help="数えない項目 / a part not to count"
    )
    search.add_argument("--client-facing", action="store_true", help="来所者に見せてよい表示")
    save = _act(acts, "save", "検索を保存 / keep a search", "NAME", "QUERY")
    save.add_argument("--municipality", action="append", default=[])
    save.add_argument(
        "--filter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="くわしい条件 / e.g. age=45 traits=bonus,car",
    )
    save.add_argument("--for", dest="case_id", metavar="CASE", help="だれのためか / for whom")
    saved = _act(acts, "saved", "保存した検索と新着 / saved searches and what is new")
    saved.add_argument("--seen", metavar="SEARCH", help="見た / mark as seen")
    saved.add_argument("--rename", nargs=2, metavar=("SEARCH", "NAME"), help="名前を直す / rename")
    saved.add_argument("--drop", metavar="SEARCH", help="消す / forget it")
    synonyms = _act(acts, "synonyms", "同義語を見る・変える / see or change synonyms", "WORD")
    synonyms.add_argument("also", nargs="*", metavar="ALSO", help="一緒に探す言葉 / words searched with it")
    synonyms.add_argument("--none", action="store_true", help="何も足さない / nothing more")
    synonyms.add_argument("--reset", action="store_true", help="最初の一覧に戻す / the product's list again")
    shown = _act(acts, "show", "求人票 / one opening", "NO")
    shown.add_argument("--client-facing", action="store_true")


def _referral(commands: "Commands") -> None:
    refer = commands.add_parser("refer", help="紹介 / enter a referral")
    refer.add_argument("id", metavar="CASE")
    refer.add_argument("opening_no", metavar="NO", help="求人番号、なければ -")
    refer.add_argument("set", nargs="*", metavar="FIELD=VALUE", help=_VALUES_HELP)
    refer.add_argument("--values", metavar="FILE")
    result = commands.add_parser("result", help="採否 / enter a result")
    result.add_argument("id", metavar="CASE")
    result.add_argument("referral", metavar="REFERRAL")
    result.add_argument("set", nargs="*", metavar="FIELD=VALUE", help=_VALUES_HELP)
    result.add_argument("--values", metavar="FILE")

    acts = _acts(commands, "referral", "紹介の経過 / referrals on their way")
    shown = _act(acts, "list", "一覧 / list of all that is open")
    shown.add_argument("--ended", action="store_true", help="終わったものも / those that ended, too")
    _act(acts, "log", "経過 / the log of one", "ID", "REFERRAL")
    offer = _act(
        acts,
        "offer",
        "本人に案内、または紹介を依頼 / offer it, or ask for it",
        "ID",
        "OPENING_NO",
        values=True,
    )
    offer.epilog = "state=offered (本人の返事待ち) / state=requested (市からハローワークへの依頼)"
    _act(acts, "make", "案内・依頼した紹介を登録 / make one that was offered", "ID", "REFERRAL", values=True)
    move = _act(acts, "move", "状態を進める / the next step", "ID", "REFERRAL", "STATE", values=True)
    move.add_argument(
        "--corrects", default="", metavar="STEP", help="訂正する経過 / the step that it strikes out"
    )

    acts = _acts(commands, "request", "支援要請 / ask Hello Work for support")
    _act(acts, "list", "動いている要請 / open requests")
    _act(acts, "show", "一件のケースの要請 / those of a case", "ID")
    _act(acts, "ask", "要請する / ask", "ID", values=True)
    answer = _act(acts, "move", "次の状態 / the next step", "ID", "REQUEST", "STATE", values=True)
    answer.epilog = "note= 両方に見える経緯 / seen by both; own_note= 自分の側だけの経緯 / for the own office"
    answer.add_argument("--corrects", default="", metavar="STEP")


def _inbox(commands: "Commands") -> None:
    acts = _acts(commands, "inbox", "確認箱 / inbox")
    _act(acts, "list", "一覧 / list")
    resolve = _act(acts, "resolve", "重なった変更を決める / decide a conflict", "CONFLICT")
    resolve.add_argument("--keep", default="", metavar="VERSION")
    resolve.add_argument("--value", default=None)
    out = _act(acts, "export", "送れなかった仕事を書き出す / write tray work to an encrypted file", "TRAY")
    out.add_argument("-o", "--output", type=Path, required=True)
    known = _act(acts, "acknowledge", "復旧を確認する (管理者) / acknowledge a restore of the service")
    known.add_argument("--yes", action="store_true", help="運用の担当に確かめた / the operator confirmed it")
    proof = _act(acts, "evidence", "異常の証拠を書き出す / write the evidence of an incident", "INCIDENT")
    proof.add_argument("-o", "--output", type=Path, required=True)


def _sync(commands: "Commands") -> None:
    sync = commands.add_parser("sync", help="同期 / exchange with the central service")
    sync.add_argument("--once", action="store_true", help="一度だけ (既定) / once (default)")
    sync.add_argument("--watch", action="store_true", help="続ける / go on until interrupted")
    commands.add_parser("status", help="同期の状態 / sync state")


def _upkeep(commands: "Commands") -> None:
    verify = commands.add_parser("verify", help="検査 / check the local database")
    verify.add_argument(
        "--rebuild", action="store_true", help="画面用の表を作り直す / rebuild the read models"
    )
    backup = commands.add_parser("backup", help="控え / encrypted backup")
    backup.add_argument("file", type=Path, metavar="FILE")
    passphrase = commands.add_parser("passphrase", help="合言葉を変える / change the passphrase")
    passphrase.add_argument("--new-file", type=Path, required=True)


def _admin(commands: "Commands") -> None:
    acts = _acts(commands, "admin", "管理 / administration")
    invite = _act(acts, "invite", "招待を作る / make a one-use invite")
    invite.add_argument("--team", choices=("city", "hellowork"), required=True)
    invite.add_argument("--roles", required=True)
    invite.add_argument("--invite-file", type=Path, help="招待をファイルに書く / also write the invite here")
    _act(acts, "resume", "異常を確かめて同期を再開する / go on after an incident stopped the exchange")
    admit = _act(acts, "admit", "参加を承認する / admit a new PC", "INVITE")
    admit.add_argument(
        "--code", required=True, help="相手の画面の8桁の照合番号 / the 8 digits on the other screen"
    )
    device = acts.add_parser("device", help="端末と担当 / devices and whose they are")
    devices = device.add_subparsers(dest="device_act", metavar="ACT", required=True)
    _act(devices, "list", "一覧 / list")
    remove = _act(devices, "remove", "端末を外す / remove a device", "DEVICE")
    remove.add_argument("--yes", action="store_true")
    _act(devices, "roles", "役割を変える / change roles", "DEVICE", "ROLES")
