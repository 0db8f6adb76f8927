"""All keys of the workstation, in one table: what each is called, where it may not clash.

Windows Terminal and the Japanese input methods take many keys for themselves; FORBIDDEN
names them, and a test holds the table against it. Labels are Japanese and are translated
where they are shown.
"""

from dataclasses import dataclass

from wardclient.locale import mark

FORBIDDEN = frozenset(
    (  # noqa: SIM905  # a table of words
        "f6 f7 f8 f9 f10 f11 ctrl+@ ctrl+space ctrl+tab ctrl+c ctrl+v ctrl+h ctrl+i ctrl+j ctrl+m "
        "ctrl+comma ctrl+plus ctrl+minus ctrl+0 ctrl+left_square_bracket shift+insert insert"
    ).split()
)
"""Keys that an input method or the terminal takes first, or that arrive as another key."""
FORBIDDEN_HELD = ("alt+", "ctrl+shift+", "ctrl+alt+", "super+", "meta+")
"""No key with one of these held: the terminal opens menus, moves panes or changes its size."""
MOST_SHOWN = 7
"""Keys on the line at the bottom: more do not fit on 80 columns."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: Textual's name, what it does (action), its verb, and how it is written."""

    key: str
    action: str
    label: str
    face: str
    hidden: bool = False
    """Not on the key line, but in the help."""

    def named(self, label: str, *, hidden: bool | None = None) -> "Key":
        """Return the same key under another verb."""
        return Key(self.key, self.action, label, self.face, self.hidden if hidden is None else hidden)

    def aside(self) -> "Key":
        """Return the same key, shown in the help alone."""
        return self.named(self.label, hidden=True)


HELP = Key("f1", "help", mark("説明"), "F1")
BACK = Key("escape", "back", mark("戻る"), "Esc")
CURTAIN = Key("f12", "curtain", mark("目隠し"), "F12")
LOCK = Key("ctrl+l", "lock", mark("ロック"), "Ctrl+L", hidden=True)
QUIT = Key("ctrl+q", "leave", mark("終わる"), "Ctrl+Q", hidden=True)
THEME = Key("ctrl+t", "theme", mark("画面の色"), "Ctrl+T", hidden=True)
PALETTE = Key("ctrl+p", "palette", mark("操作の一覧"), "Ctrl+P", hidden=True)
EVERYWHERE = (HELP, CURTAIN, PALETTE, LOCK, THEME, QUIT)
"""Work on every screen, whatever has the focus."""
MORE = PALETTE.named(mark("ほか"))
"""The palette as the line of keys shows it, at its end, where a screen has more acts than fit."""
EVERYWHERE_KEYS = frozenset(key.key for key in EVERYWHERE)
"""The same by name: a screen may show one of them in its own words."""

UNLOCK = Key("enter", "unlock", mark("解錠"), "Enter")
OPEN = Key("enter", "open", mark("開く"), "Enter")
NEXT = Key("enter", "next", mark("次へ"), "Enter")
SAVE = Key("ctrl+s", "save", mark("保存"), "Ctrl+S")
DISCARD = Key("ctrl+g", "discard", mark("書きかけを捨てる"), "Ctrl+G", hidden=True)
TOGGLE = Key("space", "none", mark("切り替え"), "Space")
MOVE = Key("tab", "none", mark("次の欄"), "Tab")

NEW_CASE = Key("f2", "new_case", mark("新規"), "F2")
OPENINGS = Key("f3", "openings", mark("求人"), "F3")
INBOX = Key("f4", "inbox", mark("確認箱"), "F4")
SYNC = Key("f5", "sync", mark("同期"), "F5")
OFFLINE = Key("ctrl+o", "offline", mark("接続を切る・戻す"), "Ctrl+O", hidden=True)
IMPORT = Key("ctrl+r", "import", mark("取り込み"), "Ctrl+R", hidden=True)
EXPORT = Key("ctrl+y", "export", mark("書き出し"), "Ctrl+Y", hidden=True)
TAKE_OUT = Key("ctrl+s", "take_out", mark("書き出す"), "Ctrl+S")

DUE = Key("ctrl+n", "due", mark("同意の期限"), "Ctrl+N", hidden=True)
PIPELINE = Key("ctrl+b", "pipeline", mark("紹介の経過"), "Ctrl+B", hidden=True)
FOLLOW_UP = Key("ctrl+f", "follow_up", mark("定着と求職登録"), "Ctrl+F", hidden=True)
ASK_SUPPORT = Key("f2", "ask_support", mark("要請する"), "F2")
REQUESTS = Key("y", "requests", mark("支援要請"), "y", hidden=True)
LOOKED = Key("d", "looked", mark("確かめた"), "d")
PLACE = Key("j", "place", mark("就職"), "j")
ENDED_TOO = Key("f2", "ended", mark("終わったものも"), "F2")
MOVE_ON = Key("m", "move_on", mark("進める"), "m")
MAKE_REFERRAL = Key("p", "make", mark("紹介する"), "p")
STRIKE = Key("e", "strike", mark("訂正"), "e")
OFFER = Key("f2", "offer", mark("案内・依頼だけ"), "F2")
WITHIN_60 = Key("1", "within(60)", mark("60日"), "1")
WITHIN_30 = Key("2", "within(30)", mark("30日"), "2")
WITHIN_7 = Key("3", "within(7)", mark("7日"), "3")

NOTE = Key("n", "note", mark("記録"), "n")
SESSION = Key("s", "session", mark("同席面談"), "s")
REFER = Key("p", "refer", mark("紹介"), "p")
RESULT = Key("r", "result", mark("採否"), "r")
CONSENT = Key("c", "consent", mark("同意"), "c")
EDIT = Key("e", "edit", mark("直す"), "e")
PLAN = Key("g", "plan", mark("プラン"), "g")
ADD_STEP = Key("a", "add_step", mark("取組を足す"), "a")
FINISH_STEP = Key("d", "finish_step", mark("済みにする"), "d")
CHOOSE_COURSE = Key("t", "training", mark("訓練から選ぶ"), "t")
TAKE_COURSE = Key("f3", "add_step", mark("取組に足す"), "F3")
EVERYTHING = Key("f2", "everything", mark("締切後も見る"), "F2")
MATCHES = Key("f5", "matches", mark("合う順"), "F5")
DETAILS = Key("f2", "details", mark("くわしい条件"), "F2")
SEARCH_SO = Key("ctrl+s", "search_so", mark("探す"), "Ctrl+S")
PICK_CODE = Key("f4", "pick_code", mark("一覧で選ぶ"), "F4")
CLEAR_DETAILS = Key("ctrl+g", "clear_details", mark("条件を消す"), "Ctrl+G")
SYNONYMS = Key("ctrl+y", "synonyms", mark("同義語"), "Ctrl+Y", hidden=True)
ADD_SYNONYM = Key("a", "add_synonym", mark("足す"), "a")
RESET_SYNONYM = Key("x", "reset_synonym", mark("はじめに戻す"), "x")
SWITCH_SYNONYMS = Key("s", "switch_synonyms", mark("使う・使わない"), "s")
SAVE_SEARCH = Key("ctrl+s", "save_search", mark("検索を保存"), "Ctrl+S", hidden=True)
SAVED_SEARCHES = Key("ctrl+n", "saved", mark("保存した検索"), "Ctrl+N", hidden=True)
FEED = Key("ctrl+b", "feed", mark("求人の配信"), "Ctrl+B", hidden=True)
RENAME = Key("e", "rename", mark("名前を直す"), "e")
DROP = Key("x", "drop", mark("消す"), "x")
ALL_HITS = Key("f2", "everything", mark("すべて・新着"), "F2")
FETCH_FEED = Key("f5", "fetch", mark("受け取る"), "F5")
PUBLISH_FEED = Key("f2", "publish", mark("配信する"), "F2")
AGE_LIMITS = Key("l", "limits", mark("日数の決まり"), "l")
SUPPLY_USE = Key("u", "supply_use", mark("利用報告"), "u")
YEAR_BEFORE = Key("left", "year(-1)", mark("前の年度"), "左")
YEAR_AFTER = Key("right", "year(1)", mark("次の年度"), "右")
MEMO = Key("m", "memo", mark("連絡メモ"), "m")
TO_PREVIEW = Key("ctrl+s", "save", mark("紙を確かめる"), "Ctrl+S")
MARK_OPENING = Key("space", "mark", mark("印"), "Space")
COMPARE = Key("f5", "compare", mark("並べる"), "F5")
COUNTED_PARTS = Key("f2", "parts", mark("数える項目"), "F2")
REVISE_PLAN = Key("e", "revise", mark("見直す"), "e")
TAB_LEFT = Key("left", "tab(-1)", mark("前の面"), "左", hidden=True)
TAB_RIGHT = Key("right", "tab(1)", mark("次の面"), "右", hidden=True)

SHORTLIST = Key("k", "shortlist", mark("候補求人"), "k", hidden=True)
PICK = Key("f3", "pick", mark("候補に"), "F3")
SAY_OF = Key("m", "say_of", mark("本人の意向"), "m")
STRIKE_WORD = Key("e", "strike", mark("意向を訂正"), "e", hidden=True)
EARLIER = Key("u", "order(-1)", mark("上へ"), "u")
LATER_DOWN = Key("d", "order(1)", mark("下へ"), "d")
PLACEMENTS = Key("j", "placements", mark("就職"), "j", hidden=True)
STRIKE_CLAIM = Key("e", "strike", mark("取り消す"), "e")

PAPERS = Key("t", "papers", mark("印刷"), "t", hidden=True)
PAPERS_BESIDE = Key("ctrl+r", "papers", mark("印刷"), "Ctrl+R", hidden=True)
"""The same where letters are typed, or t is another act."""
PRINT = Key("p", "print", mark("印刷する"), "p")
VIEW_PAPER = Key("o", "view", mark("PDFで開く"), "o")
PAPER_LANGUAGE = Key("l", "language", mark("言語"), "l")
PAPER_RECORD = Key("r", "record", mark("もとの記録"), "r")
PRINTER = Key("f2", "printer", mark("プリンター"), "F2")
UNDO_PRINT = Key("e", "undo", mark("最後の印刷が出たかを記録"), "e", hidden=True)

REFUSE = Key("f2", "refuse", mark("同意しない"), "F2")
WITHDRAW = Key("w", "withdraw", mark("撤回"), "w")
RENEW = Key("n", "renew", mark("新しい同意"), "n")
RECORD = Key("ctrl+s", "record", mark("記録する"), "Ctrl+S")

ADD_ACTION = Key("f2", "add_action", mark("決めたことを足す"), "F2")
OWN_NOTE = Key("f5", "own_note", mark("区だけのメモ"), "F5")
PART_OUT = Key("f3", "part_out", mark("自分側のメモへ移す"), "F3", hidden=True)
CONFIRM = Key("ctrl+s", "confirm", mark("確認して閉じる"), "Ctrl+S")

TRY = Key("f2", "try", mark("試しに読む"), "F2")
READ_IN = Key("f5", "read_in", mark("取り込む"), "F5")
CANCEL = Key("escape", "back", mark("やめる"), "Esc")
CLIENT_FACING = Key("v", "client", mark("来所者表示"), "v")

PICK_LEFT = Key("1", "pick(0)", mark("左にする"), "1")
PICK_RIGHT = Key("2", "pick(1)", mark("右にする"), "2")
REWRITE = Key("3", "rewrite", mark("書き直す"), "3")
LATER = Key("4", "later", mark("あとで"), "4")
HISTORY = Key("enter", "history", mark("経過を見る"), "Enter")
RESUME = Key("f5", "resume_sync", mark("同期を再開"), "F5")
ACKNOWLEDGE = Key("f5", "resume_sync", mark("復旧を確認"), "F5")
WRITE_OUT = Key("f2", "write_out", mark("書き出す"), "F2")

SAME = Key("1", "same", mark("この人です"), "1")
NOBODY = Key("2", "nobody", mark("該当なし"), "2")
OTHER = Key("space", "other", mark("次の候補"), "Space")


def all_keys() -> tuple[Key, ...]:
    """Return every key of this table."""
    own = [value for value in globals().values() if isinstance(value, Key)]
    return tuple(dict.fromkeys(own))


def forbidden(key: str) -> bool:
    """Return whether a key never arrives, or not as itself."""
    return key in FORBIDDEN or key.startswith(FORBIDDEN_HELD)
