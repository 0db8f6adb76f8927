"""Acts of a joint session (同席面談): one note by two offices, confirmed by both, then sealed."""

import uuid

from wardclient.casework.session import session_digest
from wardclient.casework.text_checks import part_out
from wardclient.casework.validation import normalise, validate
from wardclient.desk.api import RefusedError
from wardclient.desk.cases import CaseActs
from wardclient.desk.place import CaseStream, problem, refuse
from wardclient.desk.rows import SessionView, Values
from wardclient.desk.session_view import build_session_view, session_content
from wardclient.desk.streams import scopes, streams_of
from wardclient.desk.writing import puts
from wardclient.ledger.events import Op, Put, Rec
from wardproto.wire import encode


class SessionActs(CaseActs):
    """A session lives in the joint stream of the consent; each side writes its own text."""

    def start_session(self, case_id: str, values: Values) -> str:
        """Begin a session, now, in the corner, unless the form says otherwise."""
        session_id = uuid.uuid4().hex

        def work() -> None:
            streams = streams_of(self.place, case_id)
            joint = self.joint_of(streams)
            to_hw, to_city = scopes(self.place, joint)
            if "S6" not in to_hw or "H2" not in to_city:
                refuse(
                    problem(
                        "scope",
                        "同意の範囲に S6 支援プラン・面談記録 と H2 相談記録 の両方がないため、同席面談の記録は共有できません。",
                        "A joint note needs both S6 and H2 in the consent.",
                    )
                )
            moment = self.place.moment()
            given = normalise(
                "session",
                {
                    "held_on": moment.date().isoformat(),
                    "from": moment.strftime("%H:%M"),
                    "place": "1",
                    "kind": "3",
                    "attended_by_client": True,
                    "visibility": "1",
                    **values,
                },
            )
            me = self.place.me
            refuse(*validate("session", given, today=self.place.today(), team=me.team, roles=me.roles))
            ops = puts(f"session:{session_id}", {"case_id": case_id, "started_by": me.team, **given}, {})
            self.place.record(joint.stream, "hold_session", ops)

        self._do(work)
        self.place.changed({"case", "session"}, case_id)
        return session_id

    def session(self, session_id: str) -> SessionView:
        """Return a session as it stands."""
        return self._do(lambda: build_session_view(self.place, self._stream(session_id), session_id))

    def write_session(self, session_id: str, text: str) -> None:
        """Save my side's text. Every save is an event, so nothing typed depends on a later one."""

        def work() -> str:
            stream = self._open_stream(session_id)
            entity = f"session:{session_id}"
            checked = {"body": text}
            me = self.place.me
            problems = validate("session", checked, today=self.place.today(), team=me.team, roles=me.roles)
            refuse(*(p for p in problems if p.field == "body" and p.code != "required"))
            registers = self.place.registers(stream.stream, entity)
            self.place.record(
                stream.stream, "write_session", puts(entity, {f"text.{me.team}": text}, registers)
            )
            return self.place.store.case_of_stream(stream.stream)

        self.place.changed({"session"}, self._do(work))

    def part_session(self, session_id: str, text: str) -> tuple[str, str]:
        """Move the sentences of my side's text that may not be for the other office into an own-office note.

        Returns (what stays in the shared text, id of the note; "" when nothing was found). Both are written
        or neither. What the other side already had stays in its history: that cannot be called back.
        """
        stays, leaves = part_out(text)
        if not leaves:
            return text, ""
        note_id = uuid.uuid4().hex

        def work() -> str:
            stream = self._open_stream(session_id)
            case_id = self.place.store.case_of_stream(stream.stream)
            entity = f"session:{session_id}"
            me = self.place.me
            note = self._note({"body": leaves.strip("\n"), "visibility": "2" if me.team == "city" else "3"})
            refuse(*self._check("note", note))
            with self.place.transaction():
                own = self.own_of(streams_of(self.place, case_id))
                ops = puts(f"note:{note_id}", {"case_id": case_id, **note}, {})
                self.place.record(own, "hold_session", ops)
                registers = self.place.registers(stream.stream, entity)
                shared = puts(entity, {f"text.{me.team}": stays}, registers)
                self.place.record(stream.stream, "write_session", shared)
            return case_id

        self.place.changed({"session", "case"}, self._do(work))
        return stays, note_id

    def add_action(self, session_id: str, values: Values) -> str:
        """Add an agreed action (決めたこと)."""
        action_id = uuid.uuid4().hex

        def work() -> str:
            stream = self._open_stream(session_id)
            given = normalise("action", dict(values))
            me = self.place.me
            refuse(*validate("action", given, today=self.place.today(), team=me.team, roles=me.roles))
            ops = puts(f"action:{action_id}", {"session_id": session_id, **given}, {})
            self.place.record(stream.stream, "add_step", ops)
            return self.place.store.case_of_stream(stream.stream)

        self.place.changed({"session"}, self._do(work))
        return action_id

    def confirm_session(self, session_id: str) -> SessionView:
        """Confirm the content as it stands here; the second confirmation of the same content seals it."""

        def work() -> tuple[str, SessionView]:
            stream = self._open_stream(session_id)
            entity = f"session:{session_id}"
            content = session_content(self.place, stream, session_id)
            digest = session_digest(content.texts, content.actions)
            registers = self.place.registers(stream.stream, entity)
            moment = self.place.moment().isoformat()
            team = self.place.me.team
            mine = {f"confirmed.{team}": digest, f"confirmed_at.{team}": moment}
            ops: list[Op] = [op for op in puts(entity, mine, registers) if isinstance(op, Put)]
            if content.confirmed.get("hellowork" if team == "city" else "city") == digest:
                ops.append(Rec(entity, "sealed", encode((digest, content.texts, content.actions))))
            self.place.record(stream.stream, "confirm_session", ops)
            view = build_session_view(self.place, stream, session_id)
            return self.place.store.case_of_stream(stream.stream), view

        case_id, view = self._do(work)
        self.place.changed({"session", "case"}, case_id)
        return view

    def _stream(self, session_id: str) -> CaseStream:
        """Return the stream of a session that may be shown here."""
        stream = self.place.store.stream_of_entity(f"session:{session_id}")
        if stream is None:
            raise RefusedError(
                (
                    problem(
                        "no_session", "この面談はこの端末にはありません。", "This session is not on this PC."
                    ),
                )
            )
        streams = streams_of(self.place, self.place.store.case_of_stream(stream))
        return next(s for s in streams.all if s.stream == stream)

    def _open_stream(self, session_id: str) -> CaseStream:
        stream = self._stream(session_id)
        if not stream.open:
            refuse(
                problem(
                    "closed",
                    "同意が終わったため、もう書けません。",
                    "The consent has ended; nothing more can be written.",
                )
            )
        if build_session_view(self.place, stream, session_id).state == "sealed":
            refuse(
                problem(
                    "sealed",
                    "双方が確認して閉じた記録です。直すときは新しい記録を足します。",
                    "Both sides confirmed this note; add a new one to correct it.",
                )
            )
        return stream
