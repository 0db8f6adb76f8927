"""Referrals and their steps as the streams of a case hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from wardclient.casework import referral_states as machine
from wardclient.casework.calendar import format_month_day
from wardclient.casework.referral_states import ReferralState, Standing, Step, standing
from wardclient.casework.steps import as_day
from wardclient.casework.work_codes import SelectionResult
from wardclient.desk.place import Place
from wardclient.desk.step_log import Written, as_text, first_author, read_step
from wardclient.desk.streams import CaseStreams
from wardclient.desk.writing import shown_values
from wardclient.ledger.events import Value
from wardclient.ledger.registers import Register


@dataclass(slots=True)
class Referral:
    """A referral and its log."""

    referral_id: str
    values: dict[str, Value] = field(default_factory=dict)
    written: list[Written[ReferralState]] = field(default_factory=list)
    devices: dict[str, bytes] = field(default_factory=dict)
    """Who wrote the shown value of a field."""

    author: bytes = b""
    unsent: bool = False
    """Whether something of the referral itself has not been sent yet."""

    def author_of(self, step: Step) -> bytes:
        """The device that wrote what a derived step was read from."""
        name = "referred_on" if step.state is ReferralState.REFERRED else "result"
        return self.devices.get(name, b"")

    @property
    def steps(self) -> list[Step]:
        """All steps: the written ones, and what the referral itself says where no step says it."""
        steps = [each.step for each in self.written]
        return [*self.derived(steps), *steps]

    def derived(self, steps: Sequence[Step]) -> list[Step]:
        """Steps that an older program or form implied."""
        said = {step.state for step in steps}
        found = machine.first(
            "",
            self.values.get("result"),
            as_day(self.values.get("referred_on")),
            as_day(self.values.get("result_on")),
            self.referral_id,
        )
        asked = tuple(s.step_id for s in steps if s.state in (ReferralState.REQUESTED, ReferralState.OFFERED))
        begin = [replace(step, after=asked) for step in found[:1] if step.state not in said]
        ends = [
            replace(step, after=(*step.after, *(s.step_id for s in steps if s.on <= step.on)))
            for step in found[1:]
            if step.state not in said
        ]
        return begin + ends

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return standing(self.steps)

    def words(self, today: date, lang: str = "ja") -> str:
        """Where it stands, for a list: 面接 11月27日, 不採用, 返事なし 34日."""
        here, ja = self.standing, lang == "ja"
        if here.conflict:
            said = ("・" if ja else "/").join(state.label(lang) for state in here.states)
            return f"要確認 {said}" if ja else f"decide: {said}"
        state = here.state
        if state is None:
            return ""
        silent = self.silent_days(today)
        late = silent >= machine.REMINDERS[0]
        interview = as_day(self.values.get("interview_at"))
        if state in (ReferralState.REFERRED, ReferralState.INTERVIEW):
            if interview is not None and interview >= today:
                day = format_month_day(interview) if ja else f"{interview.month}/{interview.day}"
                return f"{ReferralState.INTERVIEW.label(lang)} {day}"
            if late:
                return f"返事なし {silent}日" if ja else f"No answer {silent} days"
            if interview is not None:
                return SelectionResult.WAITING.label(lang)
        words = state.label(lang)
        return words if not late else f"{words} {silent}日" if ja else f"{words} {silent} days"

    def silent_days(self, today: date) -> int:
        """For how many days an answer is waited for."""
        return machine.silent_days(self.standing, as_day(self.values.get("interview_at")), today)


def referrals(place: Place, streams: CaseStreams) -> dict[str, Referral]:
    """Return the referrals of a case that may be shown here, by id."""
    found: dict[str, Referral] = {}
    for stream in streams.all:
        for entity in place.store.entities(stream.stream, "referral:"):
            name = entity.partition(":")[2]
            registers = place.registers(stream.stream, entity)
            referral = found.setdefault(name, Referral(name))
            referral.values.update(shown_values(registers))
            referral.author = referral.author or first_author(registers)
            referral.unsent |= any(h.recv_ms is None for r in registers.values() for h in r.heads)
            referral.devices |= {n: r.shown.version[0] for n, r in registers.items() if r.shown is not None}
    for stream in streams.all:
        for entity in place.store.entities(stream.stream, "referral_step:"):
            _add_step(found, entity, place.registers(stream.stream, entity))
    return {name: each for name, each in found.items() if as_text(each.values.get("channel"))}


def _add_step(found: dict[str, Referral], entity: str, registers: Mapping[str, Register]) -> None:
    written = read_step(ReferralState, entity.partition(":")[2], registers)
    referral = found.get(as_text(written.values.get("referral_id"))) if written is not None else None
    if written is not None and referral is not None:
        referral.written.append(written)
