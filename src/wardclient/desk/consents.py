"""Acts on consent: preview, record, refuse, withdraw."""

import datetime as dt
import uuid
from collections.abc import Mapping

from wardclient.casework import fields as catalogue
from wardclient.casework import reference
from wardclient.casework.calendar import format_wareki
from wardclient.casework.codes import SCOPE_TO_CITY, SCOPE_TO_HW
from wardclient.casework.consent import default_period
from wardclient.casework.validation import normalise, validate
from wardclient.desk.case_view import consent_view
from wardclient.desk.cases import CaseActs
from wardclient.desk.place import JAPAN, CaseStream, problem, refuse
from wardclient.desk.rows import CaseFilter, CaseView, ConsentPreview, FactRow, Values, WithdrawPreview
from wardclient.desk.streams import SINGLE_KINDS, CaseStreams, scopes, streams_of, values_of
from wardclient.desk.writing import plain, puts
from wardclient.ledger.events import Op, Put, Rec
from wardclient.locale import _, language
from wardproto.wire import encode

FORM_VERSION = "同意書 第1版"
OTHER = {"city": "hellowork", "hellowork": "city"}
DAY = dt.timedelta(days=1)


class ConsentActs(CaseActs):
    """The consent of one person to the sharing of one case."""

    def consent_defaults(self, case_id: str) -> Values:
        """Return a filled form: the ward's office, today, the usual period, the present form version."""
        self._do(lambda: streams_of(self.place, case_id))
        today = self.place.today()
        begin, until = default_period(today)
        return {
            "form_version": FORM_VERSION,
            "signed_on": today.isoformat(),
            "signer_kind": "1",
            "method": "1",
            "explained_by": self.place.me.label,
            "recipients": [reference.office_of_ward(self.place.me.ward_code)],
            "purpose": ["1", "2", "3"],
            "scope_to_hw": ["S1", "S2", "S3", "S4", "S6"],
            "scope_to_city": ["H1", "H2", "H3", "H4", "H5"],
            "valid_from": begin.isoformat(),
            "valid_until": until.isoformat(),
        }

    def preview_consent(self, case_id: str, values: Values) -> ConsentPreview:
        """Return exactly the facts that this form would share."""

        def look() -> ConsentPreview:
            streams = streams_of(self.place, case_id)
            form = self._form(case_id, values)
            shared = self._facts(streams, form)
            given = self._ticked(form)
            there = {fact.item for fact in shared}
            labels = {**SCOPE_TO_HW, **SCOPE_TO_CITY}
            return ConsentPreview(
                tuple(
                    FactRow(f.item, labels[f.item].label(language()), f.label(language()), f.shown)
                    for f in shared
                ),
                tuple(labels[item].label(language()) for item in given if item not in there),
                tuple(labels[item].label(language()) for item in self._wanted(form)),
                tuple(reference.office_name(code) for code in _texts(form.get("recipients"))),
                _period(form),
                self._warnings(form),
            )

        return self._do(look)

    def record_consent(self, case_id: str, values: Values) -> str:
        """Record the consent here at once; sharing begins when the central service has it."""
        consent_id = uuid.uuid4().hex

        def work() -> None:
            streams = streams_of(self.place, case_id)
            form = self._form(case_id, values)
            self._refuse_second(streams)
            self._record(streams, consent_id, form)

        self._do(work)
        self.place.changed({"case", "consent"}, case_id)
        return consent_id

    def _record(self, streams: CaseStreams, consent_id: str, form: Mapping[str, object]) -> None:
        """Own record, control act and disclosure, in one transaction."""
        me, client = self.place.me, self.place.client
        own = streams.own
        assert own is not None  # noqa: S101  # _form refuses a partner
        joint = uuid.uuid4().bytes
        evidence = encode((consent_id, sorted((k, str(v)) for k, v in form.items()), me.label, me.device))
        partner = OTHER[me.team]
        kept = {
            **form,
            "state": "given",
            "recorded_by": me.label,
            "stream": joint.hex(),
            "case_id": streams.case_id,
        }
        entity = f"consent:{consent_id}"
        facts = self._facts(streams, form)
        with self.place.transaction():
            status = self._status_put(own.stream, "consented")
            ops: list[Op] = [*puts(entity, kept, {}), Rec(entity, "evidence", evidence), *status]
            self.place.record(own.stream, "record_consent", ops)
            client.set_consent(
                bytes.fromhex(consent_id),
                joint,
                partner=partner,
                from_ms=_midnight_ms(form["valid_from"]),
                until_ms=_midnight_ms(form["valid_until"], after=True),
                items=tuple(sorted({*_texts(form["scope_to_hw"]), *_texts(form["scope_to_city"])})),
                evidence=evidence,
            )
            disclosed: list[Op] = [
                *puts(
                    "disclosure",
                    {
                        "case_id": streams.case_id,
                        "consent_id": consent_id,
                        "owner": me.team,
                        "partner": partner,
                    },
                    {},
                ),
                Rec("disclosure", "evidence", evidence),
                *puts(entity, kept, {}),
                Put("case", "case_id", streams.case_id),
            ]
            disclosed += [Put(fact.kind, fact.field, plain(fact.value)) for fact in facts]
            self.place.record(joint, "disclosed", disclosed)

    def decline_consent(self, case_id: str, values: Values) -> None:
        """Record that the person was asked and said no: its own state, shared with nobody."""
        consent_id = uuid.uuid4().hex

        def work() -> None:
            streams = streams_of(self.place, case_id)
            self._refuse_partner(streams)
            assert streams.own is not None  # noqa: S101
            form = {
                "signed_on": self.place.today().isoformat(),
                "explained_by": self.place.me.label,
                **normalise("consent", dict(values)),
                "state": "refused",
                "case_id": case_id,
                "recorded_by": self.place.me.label,
            }
            self.place.record(streams.own.stream, "refuse_consent", puts(f"consent:{consent_id}", form, {}))

        self._do(work)
        self.place.changed({"case", "consent"}, case_id)

    def preview_withdrawal(self, case_id: str) -> WithdrawPreview:
        """Return what stops, and what nobody can call back."""

        def look() -> WithdrawPreview:
            streams = streams_of(self.place, case_id)
            joint = self._given(streams)
            items, wanted = scopes(self.place, joint)
            labels = {**SCOPE_TO_HW, **SCOPE_TO_CITY}
            devices = self.place.client.partner_devices(joint.stream)
            return WithdrawPreview(
                tuple(f"{item} {labels[item].label(language())}" for item in (*items, *wanted)),
                (
                    _("相手側で、すでに読まれた内容は消せません。"),
                    _("印刷した紙、書き写したもの、覚えていることは戻せません。"),
                    *(
                        _("{device} に届いていた内容は、次の接続で消え、消した記録が届きます。").format(
                            device=self.place.labels(device)
                        )
                        for device in devices
                    ),
                ),
                self.place.store.drafts_in(joint.stream),
            )

        return self._do(look)

    def withdraw_consent(self, case_id: str, values: Values) -> None:
        """Stop at once on this PC; the withdrawal goes before everything else at the next contact."""

        def work() -> None:
            streams = streams_of(self.place, case_id)
            joint = self._given(streams)
            entity = f"consent:{joint.consent_id}"
            given = {
                "withdrawn_on": self.place.today().isoformat(),
                "withdrawn_how": "1",
                "withdrawn_heard_by": self.place.me.label,
                **normalise("consent", dict(values)),
                "state": "withdrawn",
            }
            with self.place.transaction():
                own = streams.own
                if own is not None:
                    ops = puts(entity, given, self.place.registers(own.stream, entity))
                    ops += (
                        self._status_put(own.stream, "candidate")
                        if streams.owner == self.place.me.team
                        else []
                    )
                    self.place.record(own.stream, "withdraw_consent", ops)
                self.place.client.end_consent(bytes.fromhex(joint.consent_id))

        self._do(work)
        self.place.changed({"case", "consent", "session", "referral"}, case_id)

    def consents_due(self, days: int = 60) -> tuple[CaseView, ...]:
        """Return cases whose consent ends within ``days``, soonest first. A list is not a look at each of them."""
        last = (self.place.today() + days * DAY).isoformat()
        page = self.find_cases("", CaseFilter(consent="given"), 10_000)
        due = sorted(
            (r.consent_until, r.case_id) for r in page.rows if r.consent_until and r.consent_until <= last
        )
        return tuple(self.case(case_id, again=True) for _, case_id in due)

    # --- parts -----------------------------------------------------------------

    def _form(self, case_id: str, values: Values) -> dict[str, object]:
        """Return the checked form."""
        streams = streams_of(self.place, case_id)
        self._refuse_partner(streams)
        form = {**self.consent_defaults(case_id), **normalise("consent", dict(values))}
        me = self.place.me
        refuse(*validate("consent", form, today=self.place.today(), team=me.team, roles=me.roles))
        return form

    def _refuse_partner(self, streams: CaseStreams) -> None:
        if streams.owner != self.place.me.team or streams.own is None:
            refuse(
                problem(
                    "not_owner",
                    "同意は、このケースを受け付けた側が記録します。",
                    "The consent is recorded by the side that owns the case.",
                )
            )

    def _refuse_second(self, streams: CaseStreams) -> None:
        if consent_view(self.place, streams).state in ("given", "pending"):
            refuse(
                problem(
                    "second_consent",
                    "有効な同意がすでにあります。範囲を広げるときは、今の同意を終えて新しい同意書で記録します。",
                    "A consent is in force. End it and record the new paper to change its scope.",
                )
            )

    def _given(self, streams: CaseStreams) -> CaseStream:
        found = streams.joint
        if found is None:
            refuse(problem("no_consent", "有効な同意はありません。", "There is no consent in force."))
        assert found is not None  # noqa: S101
        return found

    def _facts(self, streams: CaseStreams, form: Mapping[str, object]) -> tuple[catalogue.Fact, ...]:
        values = {kind: values_of(self.place, streams, kind) for kind in SINGLE_KINDS}
        direction = "to_hw" if self.place.me.team == "city" else "to_city"
        return tuple(catalogue.facts(values, self._ticked(form), direction))

    def _ticked(self, form: Mapping[str, object]) -> tuple[str, ...]:
        return _texts(form.get("scope_to_hw" if self.place.me.team == "city" else "scope_to_city"))

    def _wanted(self, form: Mapping[str, object]) -> tuple[str, ...]:
        return _texts(form.get("scope_to_city" if self.place.me.team == "city" else "scope_to_hw"))

    def _status_put(self, own: bytes, status: str) -> list[Op]:
        """Move the case's state where the move is one of the life cycle (domain 3.2)."""
        registers = self.place.registers(own, "case")
        shown = registers["status"].shown if "status" in registers else None
        before = shown.value if shown is not None else ""
        moves = {"consented": {"intake", "candidate"}, "candidate": {"consented", "requested", "active"}}
        return puts("case", {"status": status}, registers) if before in moves[status] else []

    def _warnings(self, form: Mapping[str, object]) -> tuple[str, ...]:
        if "S5" in self._ticked(form):
            return (_("S5 健康・障害の配慮 を渡します。病名や診断が入っていないか確かめてください。"),)
        return ()


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ()


def _period(form: Mapping[str, object]) -> str:
    begin, until = (dt.date.fromisoformat(str(form[name])) for name in ("valid_from", "valid_until"))
    return f"{format_wareki(begin)} ～ {format_wareki(until)}"


def _midnight_ms(day: object, *, after: bool = False) -> int:
    """Return the start (or the end) of a day at the office, in milliseconds."""
    date = dt.date.fromisoformat(str(day)) + (DAY if after else 0 * DAY)
    return int(dt.datetime.combine(date, dt.time(), JAPAN).timestamp() * 1000)
