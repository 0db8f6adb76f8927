"""Acts on the inbox (確認箱): conflicts, work not accepted, incidents."""

import json
from pathlib import Path

from wardclient.casework import fields as catalogue
from wardclient.casework.normalise import normalise_value
from wardclient.casework.validation import validate_value
from wardclient.desk.place import Acts, problem, refuse
from wardclient.desk.restores import restore_rows
from wardclient.desk.rows import ConflictView, HeadView, Inbox, IncidentRow, TrayRow
from wardclient.desk.streams import streams_of
from wardclient.desk.times import iso
from wardclient.desk.words_of_events import what
from wardclient.desk.writing import puts
from wardclient.ledger.events import Put
from wardclient.ledger.registers import Register, Write
from wardclient.locale import language
from wardclient.sync.audit import parts_of
from wardclient.sync.notices import RESTORED
from wardclient.vault.sealing import seal_small
from wardproto.control import ADMIN_ROLE

REASONS = {
    "closed": "同意が終わったため、相手側には渡していません",
    "not_member": "この端末が外されたため、送れません",
    "rolled_back": "この端末のデータが古い控えに戻されたため、送れません",
    "refused": "中央サービスが受け付けませんでした",
}
INCIDENTS = {
    "rolled_back": "この端末のデータが古い控えに戻っています。書き込みを止めました。管理者に知らせてください。",
    "old_page": "中央サービスから、前と同じ古い返事が届きました。取り込まずに、もう一度たずねています。",
    "resumed": "管理者が異常を確かめ、同期を再開しました。",
    "gap": "中央サービスから届いた記録が抜けています。取り込みを止めました。管理者に知らせてください。",
    "fork": "中央サービスの記録が食い違っています。管理者に知らせてください。",
    "shrunk": "中央サービスの記録が前より短くなっています。取り込みを止めました。管理者に知らせてください。",
    "restored": "中央サービスの記録が、控えから復旧されました(サービスの署名があり、不正ではありません)。"
    "この端末で見たもの、書いたものは消えていません。「復旧」の欄を見てください。",
    "restored_differs": "復旧の知らせが、この端末の記録と食い違っています。証拠を残して取り込みを止めました。"
    "この端末での仕事は続けられ、失われません。管理者に知らせてください。",
    "forged_notice": "署名の正しくない復旧の知らせが届きました。信じていません。管理者に知らせてください。",
    "not_full": "中央サービスが記録の一部を渡していません。取り込みを止めました。管理者に知らせてください。",
    "withheld_body": "中央サービスが記録の本文を渡していません。管理者に知らせてください。",
    "withheld_key": "中央サービスが鍵を渡していません。管理者に知らせてください。",
    "forged": "署名の正しくない記録が届きました。取り込みを止めました。管理者に知らせてください。",
    "over_claim": "規則に合わない置き換えを含む記録が届きました。置き換えていません。管理者に知らせてください。",
    "forked": "中央サービスが、この端末とほかの端末に違う記録を見せています。証拠を残して取り込みを止めました。"
    "この端末での仕事は続けられ、失われません。管理者に知らせてください。",
    "withheld": "中央サービスが記録の一部を隠しています。証拠を残して取り込みを止めました。"
    "この端末での仕事は続けられ、失われません。管理者に知らせてください。",
    "forged_checkpoint": "中央サービスの署名が正しくありません。取り込みを止めました。"
    "この端末での仕事は続けられ、失われません。管理者に知らせてください。",
    "refused_included": "中央サービスが、断ったと署名した記録を取り込んでいます。証拠を残して取り込みを止めました。"
    "管理者に知らせてください。",
    "no_checkpoint": "中央サービスが、記録全体の証明を出さなくなりました。管理者に知らせてください。",
    "receipt": "中央サービスの受領書が記録と合いません。管理者に知らせてください。",
    "receipt_broken": "中央サービスが受け取ったと署名した記録が届いていません。管理者に知らせてください。",
    "bad_wrap": "鍵の一つが正しくありません。該当の記録は開いていません。管理者に知らせてください。",
    "grant_without_consent": "同意のない鍵が差し出されました。開かずに捨てました。管理者に知らせてください。",
}


class InboxActs(Acts):
    """What needs a person's decision."""

    def inbox(self) -> Inbox:
        """Return everything that waits for somebody."""
        return self._do(
            lambda: Inbox(
                tuple(self._conflicts()),
                tuple(self._tray()),
                tuple(self._incidents()),
                tuple(restore_rows(self.place)),
            )
        )

    def resolve(self, conflict_id: str, version: str = "", value: object = None) -> None:
        """Decide: the chosen or newly written value replaces all that stand; the others stay in the history."""

        def work() -> str:
            stream, kind, name = _parse(conflict_id)
            case_id = self.place.store.case_of_stream(stream)
            streams = streams_of(self.place, case_id)
            register = self.place.registers(stream, kind).get(name, Register())
            if not register.conflict:
                refuse(
                    problem(
                        "decided", "この重なりは、もう決まっています。", "This conflict is already decided."
                    )
                )
            field = catalogue.field_of(kind, name)
            chosen = normalise_value(field, value) if field is not None else value
            if not version and field is not None:
                refuse(*validate_value(field, chosen))
            if version:
                head = next((h for h in register.heads if _version_text(h) == version), None)
                if head is None:
                    refuse(
                        problem(
                            "version",
                            "選んだ値は、もうありません。もう一度開いてください。",
                            "That value is gone; look again.",
                        )
                    )
                assert head is not None  # noqa: S101
                chosen = head.value
            with self.place.transaction():
                self.place.record(stream, "resolve", [Put(kind, name, chosen, register.versions)])  # type: ignore[arg-type]
                own = streams.own
                if own is not None and own.stream != stream and streams.owner == self.place.me.team:
                    ops = puts(kind, {name: chosen}, self.place.registers(own.stream, kind))
                    self.place.record(own.stream, "resolve", ops)
            return case_id

        case_id = self._do(work)
        self.place.changed({"case", "inbox", "session"}, case_id)

    def resume_sync(self) -> None:
        """Go on after an incident stopped the exchange: an administrator has looked at it. The evidence stays."""
        if ADMIN_ROLE not in self.place.me.roles:
            refuse(
                problem(
                    "forbidden",
                    "同期の再開は、管理者だけができます。異常の内容を管理者に知らせてください。",
                    "Only an administrator may resume. Tell the administrator what the incident says.",
                )
            )
        if self.place.client.status().halted == RESTORED:
            refuse(
                problem(
                    "restored",
                    "中央サービスの復旧のために止まっています。「復旧」の欄を読み、そこで確認してください。",
                    "It waits for a restore of the service: read it there, and acknowledge it there.",
                )
            )
        if not self._do(self.place.client.resume):
            refuse(problem("not_stopped", "同期は止まっていません。", "The exchange is not stopped."))
        self.place.changed({"inbox"})

    def write_tray(self, tray_id: str, path: Path) -> None:
        """Write tray work to a file sealed with this home's key, for hand-over or support."""
        self._do(lambda: self._export(tray_id, path))

    def write_evidence(self, incident_id: str, path: Path) -> None:
        """Write what was kept of an incident to a new file: signed notes, hashes and places, nothing personal."""
        self._do(lambda: self._write_evidence(incident_id, path))

    def _write_evidence(self, incident_id: str, path: Path) -> None:
        found = self.place.store.incident_detail(int(incident_id)) if incident_id.isdecimal() else None
        if found is None:
            refuse(problem("incident", "この記録は、もうありません。", "This record is gone."))
            return
        kind, wseq, detail, at_ms = found
        state = self.place.client.state
        report = {
            "incident": kind,
            "at": iso(at_ms),
            "number": wseq,
            "ward": state.ward.hex(),
            "service_key": state.server_key.hex(),
            "device": self.place.me.device,
            "evidence": [_readable(part) for part in parts_of(detail)],
        }
        try:
            with path.open("x", encoding="utf-8") as file:
                json.dump(report, file, ensure_ascii=False, indent=2)
        except FileExistsError:
            refuse(
                problem(
                    "exists",
                    "その名前のファイルは、もうあります。別の名前にしてください。",
                    "There is a file of that name already; choose another.",
                )
            )

    def _export(self, tray_id: str, path: Path) -> None:
        for item in self.place.store.quarantined():
            if f"{item.stream.hex()}/{item.n}" == tray_id:
                sealed = seal_small(self.place.export_key, b"tray", item.event)
                path.write_bytes(sealed)
                return
        refuse(problem("tray", "この項目は、もうありません。", "This item is gone."))

    def _conflicts(self) -> list[ConflictView]:
        found = []
        for stream, kind, name in self.place.store.conflicts():
            if self.place.ending(stream):
                continue
            case_id = self.place.store.case_of_stream(stream)
            hit = self.place.store.case_hit(case_id)
            register = self.place.registers(stream, kind)[name]
            field = next(
                (f for f in catalogue.FIELDS.get(kind.partition(":")[0], ()) if f.name == name), None
            )
            heads = tuple(
                self._head(head, field) for head in sorted(register.heads, key=Write.order, reverse=True)
            )
            found.append(
                ConflictView(
                    f"{stream.hex()}/{kind}/{name}",
                    case_id,
                    hit.name if hit else "",
                    field.label(language()) if field else name,
                    heads,
                    "",
                )
            )
        return found

    def _head(self, head: Write, field: catalogue.Field | None) -> HeadView:
        device = head.version[0]
        shown = catalogue.shown(field, head.value) if field else str(head.value)
        return HeadView(
            _version_text(head),
            shown,
            head.value,
            self.place.labels(device),
            self.place.client.team_of(device),
            iso(head.hlc >> 16),
            iso(head.recv_ms) if head.recv_ms is not None else "",
        )

    def _tray(self) -> list[TrayRow]:
        rows = []
        names = self.place.store.tray_names()
        for item in self.place.store.quarantined():
            name, case_id = names[item.stream, item.n]
            said = what(item.event)
            rows.append(
                TrayRow(
                    f"{item.stream.hex()}/{item.n}",
                    case_id,
                    name,
                    said,
                    REASONS.get(item.reason, item.reason),
                    iso(item.at_ms),
                )
            )
        for intent, _ in self.place.store.refused_intents():
            rows.append(
                TrayRow(
                    f"intent/{intent.id}", "", "", intent.kind, REASONS["refused"], iso(intent.created_ms)
                )
            )
        return rows

    def _incidents(self) -> list[IncidentRow]:
        return [
            IncidentRow(
                str(number),
                iso(at),
                INCIDENTS.get(kind, f"異常を記録しました ({kind})。管理者に知らせてください。"),
            )
            for number, kind, at in self.place.store.incidents()
        ]


def _readable(part: bytes) -> str:
    """A signed note as its text, anything else as hexadecimal."""
    return part.decode("utf-8", "backslashreplace") if part.startswith(b"wc/1/") else part.hex()


def _parse(conflict_id: str) -> tuple[bytes, str, str]:
    try:
        stream, kind, name = conflict_id.split("/", 2)
        return bytes.fromhex(stream), kind, name
    except ValueError:
        refuse(problem("conflict", "この重なりは見つかりません。", "There is no such conflict."))
        raise


def _version_text(head: Write) -> str:
    device, n, i = head.version
    return f"{device.hex()}.{n}.{i}"
