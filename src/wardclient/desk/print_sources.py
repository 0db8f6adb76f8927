"""What papers (様式) are filled from: a case as this person may see it, and which papers it has the facts for."""

from collections.abc import Mapping
from dataclasses import dataclass

from wardclient.casework import fields as catalogue
from wardclient.casework.codes import Actor
from wardclient.desk.plan_rows import PlanView
from wardclient.desk.request_rows import RequestRow
from wardclient.desk.rows import CaseView, Values
from wardclient.desk.streams import CaseStreams
from wardclient.documents import casefile
from wardclient.documents.paper import Paper

RECENT = 20
TITLES: Mapping[str, str] = {
    "consent": "同意書",
    "withdrawal": "同意撤回届",
    "request": "支援要請書",
    "plan": "支援プラン",
    "receipt": "紹介控え",
    "letter": "紹介状",
    "opening": "求人票",
    "shortlist": "候補求人",
    "visit": "次回来所のご案内",
    "session": "面談記録",
    "history": "支援経過一覧",
    "who-can-see": "だれが見られるか・だれが見たか",
    "disclosure": "開示用出力",
    "handover": "引継書",
}
_ACTS = {"view": "ケースを開いた", "print": "印刷した", "export": "一覧に入れて書き出した"}
_PLAN_FACTS = (
    *("made_on", "version", "period_from", "period_until", "goal", "target_job", "target_by"),
    *("strengths", "considerations", "meeting_every", "review_on", "team"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """What a paper is filled from."""

    streams: CaseStreams
    view: CaseView
    plan: PlanView
    third_party: frozenset[str]
    """Ids of notes that hold what a third party told."""
    requests: tuple[RequestRow, ...] = ()
    """Requests for support, the newest first."""


def lacks(source: Source, kind: str) -> str:
    """Return why a paper cannot be made, empty when it can."""
    view = source.view
    sessions = any(note.kind == "session" for note in view.notes)
    # What was only offered or asked for has no paper yet.
    channels = {row.channel for row in view.referrals if row.referred_on}
    reasons: Mapping[str, tuple[bool, str]] = {
        "withdrawal": (
            view.consent.state in ("given", "pending", "ending", "withdrawn"),
            "同意がありません。",
        ),
        "request": (bool(source.requests), "支援要請の記録がありません。"),
        "plan": (bool(source.plan.current), "支援プランがまだありません。"),
        "receipt": ("1" in channels, "ハローワークの紹介がありません。"),
        "letter": ("2" in channels, "区の紹介がありません。"),
        "visit": (bool(view.row.next_on), "次回の日が決まっていません。"),
        "session": (sessions, "同席面談の記録がありません。"),
    }
    possible, why = reasons.get(kind, (True, ""))
    return "" if possible else why


def plan_of(source: Source) -> Paper:
    """Return the 支援プラン of what is planned now."""
    row, current = source.view.row, source.plan.current[0]
    found = {f.name: f for f in catalogue.FIELDS["plan"]}
    facts = tuple(
        (found[name].ja, catalogue.shown(found[name], current.values[name]))
        for name in _PLAN_FACTS
        if name in found and current.values.get(name) not in (None, "", [])
    )
    steps = tuple((s.what, actor_word(s.who), s.by_when, s.outcome or s.done_on) for s in source.plan.steps)
    return casefile.plan_paper(casefile.PlanValues(row.name, row.kana, facts, steps))


def history_of(view: CaseView) -> tuple[tuple[str, str, str], ...]:
    """Return (moment, what, who) of everything that happened, oldest first."""
    return tuple((row.at, row.text, row.author) for row in reversed(view.timeline))


def disclosure_of(source: Source) -> Paper:
    """Return the 開示用出力; what a third party told is counted, not shown."""
    view = source.view
    told = tuple((f.label, f.shown) for f in view.fields if f.shown)
    free = [note for note in view.notes if note.note_id not in source.third_party]
    notes = tuple((note.held_on, note.body, note.author) for note in free)
    return casefile.disclosure_paper(
        casefile.DisclosureValues(view.row.name, told, notes, len(view.notes) - len(free))
    )


def handover_of(source: Source) -> Paper:
    """Return the 引継書: where things stand, what is open, what happened last."""
    view = source.view
    row = view.row
    facts = (
        ("ケース番号", row.case_no),
        ("担当", row.caseworker),
        ("同意", view.consent.bar),
        ("次回", row.next_on),
        ("目標", source.plan.current[0].goal if source.plan.current else ""),
    )
    steps = tuple((s.what, actor_word(s.who), s.by_when) for s in source.plan.steps if not s.done_on)
    return casefile.handover_paper(
        casefile.HandoverValues(row.name, row.kana, facts, steps, history_of(view)[-RECENT:])
    )


def act_word(act: str) -> str:
    """Return a line of the access log in words."""
    word, _, rest = act.partition(" ")
    kind, _, serial = rest.partition(" ")
    return f"{_ACTS.get(word, word)} {TITLES.get(kind, kind)} {serial}".rstrip()


def actor_word(code: str) -> str:
    """Return who a step is for."""
    found = Actor.of(code)
    return found.ja if found else code


def words_of(kind: str, name: str, value: object) -> str:
    """Return a value as the catalogue shows it."""
    found = next(f for f in catalogue.FIELDS[kind] if f.name == name)
    return catalogue.shown(found, value) if value else ""


def text_of(values: Values, name: str) -> str:
    """Return a text, empty where there is none."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def texts_of(values: Values, name: str) -> tuple[str, ...]:
    """Return a list of texts, empty where there is none."""
    value = values.get(name)
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ()
