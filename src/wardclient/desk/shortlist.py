"""Acts on the shortlist of a case (候補求人): pick openings, note the person's word, order them, see what became of them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from wardclient.casework import shortlist as machine
from wardclient.casework.access import may_write
from wardclient.casework.shortlist import Candidate, ClientWord, OpeningState, Order, Pick, Step
from wardclient.casework.steps import as_day
from wardclient.casework.validation import normalise, validate
from wardclient.desk.api import RefusedError
from wardclient.desk.place import CaseStream, problem, refuse
from wardclient.desk.referral_log import Referral, referrals
from wardclient.desk.referrals import ReferralActs
from wardclient.desk.rows import OpeningView, Values
from wardclient.desk.shortlist_rows import PickRow, ShortlistRow, WordRow
from wardclient.desk.step_log import as_text, first_author, read_step
from wardclient.desk.streams import CaseStreams, streams_of
from wardclient.desk.writing import puts, shown_values
from wardclient.ledger.events import Op, Value
from wardclient.ledger.registers import Register
from wardclient.locale import language

MOST = 50
"""Openings in one list: more are no choice."""
WORD_FORM = ("state", "on", "note")


@dataclass(slots=True)
class _Found:
    """A case's records of its list, by their ids."""

    picks: dict[str, tuple[Pick, Mapping[str, Value], PickRow]] = field(default_factory=dict)
    words: dict[str, tuple[str, Step, WordRow]] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)

    def candidates(self) -> tuple[Candidate, ...]:
        return machine.candidates(
            (pick for pick, _values, _row in self.picks.values()),
            ((number, step) for number, step, _row in self.words.values()),
            self.orders,
        )

    def shared(self) -> set[str]:
        """The openings that the other office is shown."""
        return {pick.opening_no for pick, _values, row in self.picks.values() if row.shared}

    def facts(self, each: Candidate) -> Mapping[str, Value]:
        """What was copied when it was picked: it is shown when the sheet is gone."""
        return self.picks[each.picks[0].pick_id][1]


class ShortlistActs(ReferralActs):
    """Both offices pick and ask; the list is one, and is shared by the boxes of an offer (S6, H3)."""

    def shortlist(self, case_id: str) -> tuple[ShortlistRow, ...]:
        """Return the list of a case, the first choice first, what was taken off last."""

        def work() -> tuple[tuple[Candidate, ...], _Found, dict[str, Referral]]:
            streams = streams_of(self.place, case_id)
            found = self._shortlisted(streams)
            return found.candidates(), found, referrals(self.place, streams)

        listed, found, made = self._do(work)
        return tuple(self._shortlist_row(case_id, each, found, made) for each in listed)

    def pick_openings(self, case_id: str, numbers: Sequence[str], values: Values) -> int:
        """Put openings on the list with one reason; return how many are new on it.

        One that is on it already is not doubled; it is picked once more only where the other office could not see it
        and now can, or where it was taken off. RefusedError for an opening that this PC does not hold.
        """
        given = {"picked_on": self.place.today().isoformat(), "reason": str(values.get("reason") or "")}
        views = [self.opening(number) for number in dict.fromkeys(numbers)]
        records = [normalise("shortlist", {**given, **_copied(view)}) for view in views]
        for record in records:
            self._check_form("shortlist", record)

        def work() -> int:
            streams = self._writable(case_id)
            target = self._target(streams, self._box)
            listed = {each.opening_no: each for each in self._shortlisted(streams).candidates()}
            found = self._shortlisted(streams)
            wanted = [
                r for r in records if self._is_new(listed.get(str(r["opening_no"])), found, streams, target)
            ]
            if len(listed) + len(wanted) > MOST:
                refuse(
                    problem(
                        "too_many",
                        f"候補求人は{MOST}件までです。",
                        f"A shortlist holds {MOST} openings at most.",
                    )
                )
            with self.place.transaction():
                for record in wanted:
                    ops = puts(f"shortlist:{uuid.uuid4().hex}", {"case_id": case_id, **record}, {})
                    each = listed.get(str(record["opening_no"]))
                    if each is not None and each.taken_off:
                        back = {"state": str(ClientWord.UNSURE), "on": given["picked_on"]}
                        ops += self._word_ops(case_id, each, back, "")
                    self.place.record(target, "shortlist", ops)
            return len(wanted)

        count = self._do(work)
        self.place.changed({"shortlist", "case"}, case_id)
        return count

    def say_of_opening(self, case_id: str, opening_no: str, values: Values, *, corrects: str = "") -> None:
        """Write down what the person says of an opening; ``corrects`` names a word that is struck out."""

        def work() -> None:
            streams = self._writable(case_id)
            each = self._listed(streams, opening_no)
            with self.place.transaction():
                ops = self._word_ops(case_id, each, values, corrects)
                # Of an opening that the other office is not shown, no word goes there either.
                shared = each.opening_no in self._shortlisted(streams).shared()
                target = self._target(streams, self._box) if shared else self.own_of(streams)
                self.place.record(target, "shortlist_word", ops)

        self._do(work)
        self.place.changed({"shortlist", "case"}, case_id)

    def order_shortlist(self, case_id: str, opening_no: str, by: int) -> None:
        """Move an opening ``by`` places down the list (up: negative)."""

        def work() -> None:
            streams = self._writable(case_id)
            self._listed(streams, opening_no)
            found = self._shortlisted(streams)
            numbers = [c.opening_no for c in found.candidates()]
            order = list(machine.moved(numbers, opening_no, by))
            if order == numbers:
                return
            seen = found.shared()
            shown = [number for number in order if number in seen]
            with self.place.transaction():
                if shown:
                    self._write_order(case_id, self._target(streams, self._box), shown)
                if len(shown) < len(order):
                    # The whole order stays in the own file. It comes last: here it is the newest.
                    self._write_order(case_id, self.own_of(streams), order)

        self._do(work)
        self.place.changed({"shortlist", "case"}, case_id)

    # --- parts -----------------------------------------------------------------

    @property
    def _box(self) -> str:
        return "H3" if self.place.me.team == "hellowork" else "S6"

    def _writable(self, case_id: str) -> CaseStreams:
        """Return the streams of a case whose list this person's role writes (the access matrix, domain 6)."""
        streams = streams_of(self.place, case_id)
        agreed = streams.joint is not None
        if not any(may_write(role, "shortlist", consent_active=agreed) for role in self.place.me.roles):
            refuse(
                problem(
                    "role",
                    "候補求人を書くのは、ケースの担当とハローワークの窓口です。見ることはできます。",
                    "The shortlist is written by those who work on the case; you may read it.",
                )
            )
        return streams

    def _check_form(self, kind: str, given: Mapping[str, object]) -> None:
        me = self.place.me
        refuse(*validate(kind, given, today=self.place.today(), team=me.team, roles=me.roles))

    def _is_new(self, each: Candidate | None, found: _Found, streams: CaseStreams, target: bytes) -> bool:
        if each is None or each.taken_off:
            return True
        return (
            each.opening_no not in found.shared()
            and streams.joint is not None
            and target == streams.joint.stream
        )

    def _write_order(self, case_id: str, stream: bytes, numbers: list[str]) -> None:
        ops = puts(f"shortlist_order:{uuid.uuid4().hex}", {"case_id": case_id, "numbers": numbers}, {})
        self.place.record(stream, "shortlist_order", ops)

    def _listed(self, streams: CaseStreams, opening_no: str) -> Candidate:
        found = next((c for c in self._shortlisted(streams).candidates() if c.opening_no == opening_no), None)
        if found is None:
            refuse(
                problem(
                    "not_listed",
                    "この求人は候補求人にありません。先に候補に加えてください。",
                    "This opening is not on the shortlist; add it first.",
                )
            )
        assert found is not None  # noqa: S101
        return found

    def _word_ops(self, case_id: str, each: Candidate, values: Values, corrects: str) -> list[Op]:
        told = {"on": self.place.today().isoformat(), **values, "opening_no": each.opening_no}
        given = {
            k: v for k, v in normalise("shortlist_word", told).items() if k in (*WORD_FORM, "opening_no")
        }
        self._check_form("shortlist_word", given)
        here = each.standing
        if corrects and corrects not in here.heads:
            refuse(
                problem(
                    "not_last",
                    "訂正できるのは、最後の意向だけです。",
                    "Only the last word can be struck out.",
                    "corrects",
                )
            )
        rest = machine.standing(each.words, corrects) if corrects else None
        if ClientWord.of(given["state"]) not in machine.may_say(here, rest):
            refuse(
                problem(
                    "same_word",
                    "意向はもうそのとおりに記録されています。",
                    "That is what stands already.",
                    "state",
                )
            )
        after = {"after": list((here if rest is None else rest).heads)}
        more = {"corrects": corrects} if corrects else {}
        whole = {"case_id": case_id, **given, **after, **more}
        return puts(f"shortlist_word:{uuid.uuid4().hex}", whole, {})

    def _shortlisted(self, streams: CaseStreams) -> _Found:
        found = _Found()
        store = self.place.store
        for stream in streams.all:
            for kind, add in (
                ("shortlist", self._add_pick),
                ("shortlist_word", self._add_word),
                ("shortlist_order", _add_order),
            ):
                for entity in store.entities(stream.stream, f"{kind}:"):
                    add(found, entity.partition(":")[2], self.place.registers(stream.stream, entity), stream)
        return found

    def _add_pick(
        self, found: _Found, name: str, registers: Mapping[str, Register], stream: CaseStream
    ) -> None:
        values = shown_values(registers)
        number, on = as_text(values.get("opening_no")), as_day(values.get("picked_on"))
        if not number or on is None:
            return
        device = first_author(registers)
        heads = [head for register in registers.values() for head in register.heads]
        row = PickRow(
            picked_on=on.isoformat(),
            reason=as_text(values.get("reason")),
            author=self.place.labels(device),
            team=self.place.client.team_of(device),
            shared=stream.kind == "joint" and stream.open,
            unsent=any(head.recv_ms is None for head in heads),
        )
        found.picks[name] = (Pick(name, number, on, min(head.hlc for head in heads)), values, row)

    def _add_word(
        self,
        found: _Found,
        name: str,
        registers: Mapping[str, Register],
        stream: CaseStream,  # noqa: ARG002
    ) -> None:
        read = read_step(ClientWord, name, registers)
        if read is None:
            return
        number = as_text(read.values.get("opening_no"))
        row = WordRow(
            step_id=name,
            state=str(read.step.state),
            on=read.step.on.isoformat(),
            note=as_text(read.values.get("note")),
            author=self.place.labels(read.device),
            team=self.place.client.team_of(read.device),
            struck=False,
        )
        found.words[name] = (number, read.step, row)

    def _sheet(self, opening_no: str, *, client_facing: bool = False) -> OpeningView | None:
        try:
            return self.opening(opening_no, client_facing=client_facing)
        except RefusedError:
            # The file of this PC never held it, or holds it no more: what was copied is shown.
            return None

    def _shortlist_row(
        self, case_id: str, each: Candidate, found: _Found, made: Mapping[str, Referral]
    ) -> ShortlistRow:
        view = self._sheet(each.opening_no)
        for_client = self._sheet(each.opening_no, client_facing=True)
        copied = found.facts(each)
        state, why = self._state_of(view)
        struck = {step.corrects for step in each.words if step.corrects}
        log = tuple(
            replace(found.words[step.step_id][2], struck=step.step_id in struck) for step in each.words
        )
        said = [row for row in log if row.step_id in each.standing.heads]
        referral = _newest(each.opening_no, made)
        return ShortlistRow(
            case_id=case_id,
            opening_no=each.opening_no,
            job_title=view.row.title if view else as_text(copied.get("job_title")),
            employer_name=view.row.employer if view else as_text(copied.get("employer_name")),
            employer_for_client=for_client.row.employer if for_client else "",
            place=view.row.place if view else "",
            pay=view.row.pay if view else "",
            hours=view.row.hours if view else "",
            state=str(state),
            why_not=why,
            words=tuple(str(word) for word in each.standing.states),
            note="  ".join(row.note for row in said if row.note),
            log=log,
            next=tuple(str(word) for word in machine.may_say(each.standing)),
            picks=tuple(found.picks[pick.pick_id][2] for pick in each.picks),
            referral_id=referral.referral_id if referral else "",
            referral_text=referral.words(self.place.today(), language()) if referral else "",
            taken_off=each.taken_off,
            printed=each.printed,
        )

    def _state_of(self, view: OpeningView | None) -> tuple[OpeningState, str]:
        if view is None:
            return OpeningState.NOT_HERE, _NOT_HERE[0 if language() == "ja" else 1]
        return machine.STATE_OF.get(view.why_code, OpeningState.STALE), view.why_not


_NOT_HERE = (
    "この求人の求人票は、この端末にありません。電話で確かめるか、新しい求人ファイルを取り込んでください。",
    "This PC holds no sheet of this opening. Ask by phone, or read in a newer file.",
)


def _copied(view: OpeningView) -> dict[str, object]:
    row = view.row
    return {"opening_no": row.opening_no, "job_title": row.title[:80], "employer_name": row.employer[:80]}


def _add_order(
    found: _Found,
    name: str,
    registers: Mapping[str, Register],
    stream: CaseStream,  # noqa: ARG001  # as its like
) -> None:
    head = registers["numbers"].shown if "numbers" in registers else None
    if head is not None and isinstance(head.value, list):
        found.orders.append(Order(name, tuple(str(number) for number in head.value), head.hlc))


def _newest(opening_no: str, made: Mapping[str, Referral]) -> Referral | None:
    """Return the referral to an opening that was made last."""
    like = [each for each in made.values() if each.values.get("opening_no") == opening_no]
    return max(
        like, key=lambda each: (as_text(each.values.get("referred_on")), each.referral_id), default=None
    )
