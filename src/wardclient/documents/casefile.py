"""Papers of a case: plan, next visit, session, history, who can see, disclosure, handover, request, opening."""

from dataclasses import dataclass

from wardclient.documents.paper import Heading, Notice, Paper, Rows, Sign, Table, plain
from wardclient.documents.words import era

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlanValues:
    """支援プラン (domain 5.3): no welfare amounts. ``facts``: label and text; ``steps``: four cells each."""

    name: str
    kana: str
    facts: tuple[Line, ...]
    steps: tuple[tuple[str, str, str, str], ...]


def plan_paper(values: PlanValues) -> Paper:
    """Return the 支援プラン."""
    return Paper(
        "支援プラン",
        (
            Rows((("氏名", values.name), ("フリガナ", values.kana), *values.facts)),
            Heading("取組"),
            Table(
                ("何を", "だれが", "いつまでに", "結果"),
                tuple((what, who, era(due), era(done)) for what, who, due, done in values.steps)
                or (("", "", "", ""),),
            ),
            Sign(("本人確認", "日付")),
        ),
    )


def _due(steps: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """Return what is agreed with its days as offices write them; one empty line where there is nothing."""
    return tuple((what, who, era(due)) for what, who, due in steps) or (("", "", ""),)


def visit_paper(name: str, next_on: str, office: str, by: str) -> Paper:
    """Return the 次回来所のご案内, fit to be shown to anybody."""
    return Paper(
        "次回来所のご案内",
        (
            plain(f"{name} 様"),
            Rows((("日", era(next_on)), ("時刻", ""), ("場所", office), ("担当", by), ("持ち物", ""))),
            plain("都合が悪くなったときは、早めに電話でお知らせください。"),
        ),
    )


@dataclass(frozen=True, slots=True)
class SessionValues:
    """面談記録 of one joint session. ``texts``: (whose, text)."""

    name: str
    held_on: str
    hours: str
    texts: tuple[Line, ...]
    steps: tuple[tuple[str, str, str], ...]
    state: str


def session_paper(values: SessionValues) -> Paper:
    """Return the 面談記録; an unconfirmed one says so."""
    blocks = [Rows((("氏名", values.name), ("面談日", era(values.held_on)), ("時間", values.hours)))]
    texts = [part for whose, text in values.texts for part in (Heading(whose), plain(text))]
    return Paper(
        "面談記録",
        (
            *([] if values.state == "sealed" else [Notice("双方の確認が済んでいない記録です。")]),
            *blocks,
            *texts,
            Heading("決めたこと"),
            Table(("何を", "だれが", "いつまでに"), _due(values.steps)),
        ),
    )


def history_paper(name: str, rows: tuple[tuple[str, str, str], ...]) -> Paper:
    """Return the 支援経過一覧: (when ISO, what, who), oldest first."""
    return Paper(
        "支援経過一覧",
        (
            Rows((("氏名", name),)),
            Table(("日時", "内容", "記録した人"), tuple((era(at), what, who) for at, what, who in rows)),
        ),
    )


@dataclass(frozen=True, slots=True)
class SeenValues:
    """だれが見られるか・だれが見たか."""

    name: str
    consent: str
    own: str
    other: tuple[str, ...]
    seen: tuple[tuple[str, str, str], ...]
    """(moment or day ISO, whose PC, what was done), oldest first."""
    covered: tuple[Line, ...]
    """(PC of the own office, which times its looks are known of here)."""
    partner: str
    """The other office, whose looks are not here; empty when it never had a part in the case."""


def seen_paper(values: SeenValues) -> Paper:
    """Return the sheet that tells a person who can see the record and who did."""
    nothing = ("相手機関に見えるものはありません。",)
    return Paper(
        "だれが見られるか・だれが見たか",
        (
            Rows((("氏名", values.name), ("同意", values.consent), ("見られる機関", values.own))),
            Heading("同意により相手機関が見られるもの"),
            *(plain(line) for line in values.other or nothing),
            Heading("見た記録・印刷した記録"),
            Table(
                ("日時", "端末", "したこと"),
                tuple((era(at), who, what) for at, who, what in values.seen) or (("", "", ""),),
            ),
            Heading("この紙に載っているもの"),
            Table(("端末", "見た記録が載っている期間"), values.covered),
            plain(
                "ほかの端末で見た記録は一時間ごとにまとめて届き、日ごとの回数と時刻で載せています。"
                "「まだ届いていません」とある端末の分と、届いた後の分は、その端末で印刷してお渡しします。"
            ),
            plain("印刷した記録は、両方の機関のもののうち、この端末に届いているものをすべて載せています。"),
            *([Notice(_elsewhere(values.partner))] if values.partner else []),
        ),
    )


def _elsewhere(partner: str) -> str:
    return (
        f"{partner}の端末で見た記録は、ここにはありません。{partner}の窓口に申し出ると、同じ紙を受け取れます。"
        "面談の記録を伝え合う同意がない間の印刷も、同じです。"
    )


@dataclass(frozen=True, slots=True)
class DisclosureValues:
    """開示用出力. ``withheld``: how many notes hold what a third party said and need a decision."""

    name: str
    facts: tuple[Line, ...]
    notes: tuple[tuple[str, str, str], ...]
    withheld: int


def disclosure_paper(values: DisclosureValues) -> Paper:
    """Return the 開示用出力; what a third party told is left for a decision, and the paper says so."""
    held = f"第三者から得た情報を含む記録 {values.withheld} 件は、開示の可否の決定を待つため載せていません。"
    return Paper(
        "開示用出力",
        (
            Notice("開示決定の手続のための写しです。決裁の前に本人へ渡さないでください。"),
            Rows((("氏名", values.name), *values.facts)),
            Heading("記録"),
            Table(
                ("日", "内容", "記録した人"),
                tuple((era(day), text, who) for day, text, who in values.notes) or (("", "", ""),),
            ),
            *([Notice(held)] if values.withheld else []),
        ),
    )


@dataclass(frozen=True, slots=True)
class HandoverValues:
    """引継書 of one case."""

    name: str
    kana: str
    facts: tuple[Line, ...]
    open_steps: tuple[tuple[str, str, str], ...]
    recent: tuple[tuple[str, str, str], ...]


def handover_paper(values: HandoverValues) -> Paper:
    """Return the 引継書: where things stand, what is open, what happened last."""
    return Paper(
        "引継書",
        (
            Rows((("氏名", values.name), ("フリガナ", values.kana), *values.facts)),
            Heading("これからすること"),
            Table(("何を", "だれが", "いつまでに"), _due(values.open_steps)),
            Heading("最近の経過"),
            Table(
                ("日時", "内容", "記録した人"),
                tuple((era(at), what, who) for at, what, who in values.recent) or (("", "", ""),),
            ),
            Sign(("引き継いだ人", "受けた人", "日付")),
        ),
    )


@dataclass(frozen=True, slots=True)
class RequestValues:
    """支援要請書 (domain 5.4). ``facts``: label and text, from 区分 to 担当."""

    request_no: str
    requested_on: str
    office: str
    ward_name: str
    facts: tuple[Line, ...]


def request_paper(values: RequestValues) -> Paper:
    """Return the 支援要請書 with Hello Work's answer at its foot."""
    return Paper(
        "支援要請書",
        (
            plain("次の方について、就労による自立のための支援を要請します。"),
            Rows((("要請番号", values.request_no), *values.facts)),
            Heading("回答欄(ハローワーク記入)"),
            Rows((("支援を始める日", ""), ("担当者・期間", ""), ("始めない場合の理由", ""))),
        ),
        date=era(values.requested_on),
        to=(f"{values.office}長 様",),
        sender=(f"横浜市{values.ward_name}福祉保健センター長(公印省略)",),
    )


def opening_paper(conditions: tuple[Line, ...], source: str, read_on: str) -> Paper:
    """Return the 求人票の写し: every condition word for word, and where it is from (domain 7.6)."""
    return Paper("求人票(写し)", (Notice(source), Rows(conditions), plain(f"印刷日 {era(read_on)}")))
