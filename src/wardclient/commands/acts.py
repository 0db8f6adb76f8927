"""The desk's acts as commands: each takes the unlocked desk and prints what came of it."""

import argparse
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.commands import (
    exports,
    feeds,
    notes,
    openings,
    placements,
    plans,
    prints,
    referrals,
    requests,
    shortlists,
    trainings,
)
from wardclient.commands.output import Printer
from wardclient.commands.values import UsageError, read_values
from wardclient.commands.warned import warned
from wardclient.desk.api import DeskError
from wardclient.desk.rows import CaseFilter, ImportOutcome, Progress

if TYPE_CHECKING:
    from wardclient.desk.workstation import Workstation

Handler = Callable[["Workstation", argparse.Namespace, Printer], None]


def handler_of(command: str, act: str | None) -> Handler:
    """Return what runs a command."""
    return HANDLERS[(command, act)]


def _values(arguments: argparse.Namespace) -> dict[str, object]:
    return read_values(arguments.set, arguments.values)


# --- cases --------------------------------------------------------------------


def _list(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    narrow = CaseFilter(arguments.mine, arguments.status, arguments.target_group, arguments.consent)
    page = desk.find_cases(arguments.query, narrow, arguments.limit)
    rows = [(r.case_id, r.name, r.kana, r.birth_date, r.target_group, r.status, r.consent) for r in page.rows]
    printer.result(page, printer.table(rows))


def _show(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    view = desk.case(arguments.id)
    lines = [f"{view.row.name}  {view.row.kana}  {view.row.birth_date} ({view.age}歳)", view.consent.bar]
    lines += printer.table((f.label, f.shown) for f in view.fields if f.shown)
    printer.result(view, lines)


def _open(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = _values(arguments)
    case_fields = desk.case_fields()
    person = {k: v for k, v in values.items() if k not in case_fields}
    case = {k: v for k, v in values.items() if k in case_fields}
    candidates = desk.candidates(person)
    if candidates and not arguments.none_match:
        printer.result(
            {"opened": False, "candidates": candidates},
            printer.table(
                (c.case_id, c.name, c.kana, c.birth_date, "、".join(c.reasons)) for c in candidates
            ),
        )
    case_id = desk.open_case(person, case, none_match=arguments.none_match or not candidates)
    printer.result({"case_id": case_id}, (case_id,))


def _set(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.change(arguments.id, arguments.kind, _values(arguments))
    printer.result({"case_id": arguments.id}, ("保存しました",))


def _import_caseload(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    outcome = desk.import_caseload(
        Path(arguments.file),
        dry_run=arguments.dry_run,
        accept_duplicates=arguments.accept_duplicates,
        progress=_progress(printer),
        cancelled=threading.Event().is_set,
    )
    _outcome(outcome, printer, dry_run=arguments.dry_run)


def _progress(printer: Printer) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if not printer.as_json:
            printer.say(f"{progress.rows:,} 行", f"{progress.rows:,} rows")

    return tell


def _outcome(outcome: ImportOutcome, printer: Printer, *, dry_run: bool) -> None:
    lines = [outcome.text] if outcome.text else []
    lines += [f"{p.line}行 {p.column}: {p.text}" for p in outcome.problems]
    lines += [f"{line}行: {c.name} ({'、'.join(c.reasons)})" for line, c in outcome.duplicates]
    printer.result(outcome, lines)
    if not outcome.done and not dry_run:
        raise UsageRefusedError


class UsageRefusedError(UsageError):
    """A file was not taken in; its problems are printed already."""

    exit_code = 1

    def __init__(self) -> None:
        """Say that nothing was half done."""
        super().__init__(
            "取り込みませんでした。前の状態のままです。", "Nothing was imported; everything is as before."
        )


class StoppedError(DeskError):
    """The exchange was stopped by an incident: what came is not to be trusted, nothing of it was taken."""

    code = "stopped"
    exit_code = 4

    def __init__(self) -> None:
        """Say what is safe."""
        super().__init__(
            "異常が見つかったため、同期を止めています。この端末の記録はそのままです。"
            "確認箱を見て、管理者に知らせてください。",
            "The exchange is stopped by an incident. What is on this PC is as it was: "
            "see the inbox and tell the admin.",
        )


class RestoredError(StoppedError):
    """The service was restored; this PC waits until an administrator has acknowledged it."""

    code = "restored"

    def __init__(self) -> None:
        """Say what is safe and what to do."""
        DeskError.__init__(
            self,
            "中央サービスが控えから復旧されたため、管理者の確認を待っています。この端末の記録は消えていません。"
            "管理者は wardclient inbox list を読み、inbox acknowledge で確認してください。",
            "The service was restored from copies; this PC waits for an administrator. Nothing here is lost: "
            "read wardclient inbox list, then acknowledge it with inbox acknowledge.",
        )


# --- consent --------------------------------------------------------------------


def _consent_record(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    values = {**desk.consent_defaults(arguments.id), **_values(arguments)}
    preview = desk.preview_consent(arguments.id, values)
    lines = printer.table((f.item, f.item_label, f.label, f.shown) for f in preview.facts)
    if not arguments.yes:
        printer.result({"recorded": False, "preview": preview}, lines)
        printer.say(
            "内容を確かめて --yes を付けると記録します。まだ何も共有していません。",
            "Nothing is shared yet: add --yes.",
        )
        return
    consent_id = desk.record_consent(arguments.id, values)
    printer.result({"consent_id": consent_id, "preview": preview}, [*lines, consent_id])


def _consent_decline(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.decline_consent(arguments.id, _values(arguments))
    printer.result({"case_id": arguments.id}, ("同意しないことを記録しました。何も共有しません。",))


def _consent_withdraw(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    preview = desk.preview_withdrawal(arguments.id)
    lines = [*preview.stops, *preview.cannot_recall]
    if not arguments.yes:
        printer.result({"withdrawn": False, "preview": preview}, lines)
        printer.say("内容を確かめて --yes を付けると撤回します。", "Add --yes to withdraw.")
        return
    desk.withdraw_consent(arguments.id, _values(arguments))
    printer.result({"withdrawn": True, "preview": preview}, lines)


def _consent_status(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    view = desk.case(arguments.id)
    printer.result(
        {"consent": view.consent, "other_side_sees": view.other_side_sees},
        [view.consent.bar, *view.other_side_sees],
    )


def _consent_due(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    views = desk.consents_due(arguments.days)
    printer.result(views, printer.table((v.row.case_id, v.row.name, v.consent.valid_until) for v in views))


# --- openings and referral ---------------------------------------------------------


def _openings_import(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    outcome = desk.import_openings(
        Path(arguments.file),
        dry_run=arguments.dry_run,
        progress=_progress(printer),
        cancelled=threading.Event().is_set,
    )
    _outcome(outcome, printer, dry_run=arguments.dry_run)


def _refer(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    number = "" if arguments.opening_no == "-" else arguments.opening_no
    values = {**desk.referral_defaults(arguments.id, number), **_values(arguments)}
    referral_id = desk.refer(arguments.id, values)
    warnings = warned(printer, "referral", values)
    printer.result({"referral_id": referral_id, "warnings": warnings}, (referral_id,))


def _result(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.record_result(arguments.id, arguments.referral, _values(arguments))
    printer.result({"referral_id": arguments.referral}, ("採否を記録しました",))


# --- inbox, sync, upkeep -------------------------------------------------------------


def _inbox_list(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    inbox = desk.inbox()
    lines = [f"重なった変更  {c.conflict_id}  {c.name}  {c.label}" for c in inbox.conflicts]
    lines += [f"受け付けられなかったもの  {t.tray_id}  {t.name}  {t.what}  {t.reason}" for t in inbox.tray]
    lines += [f"異常  {i.incident_id}  {i.at}  {i.text}" for i in inbox.incidents]
    lines += [f"復旧  {r.at}  {r.author} {r.name}  {r.text}" for r in inbox.restores]
    printer.result(inbox, lines)


def _inbox_acknowledge(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    if not arguments.yes:
        raise UsageError(
            "運用の担当に復旧を確かめてから、--yes を付けてください。",
            "Ask the operator about the restore, then add --yes.",
        )
    desk.acknowledge_restore()
    printer.result({"acknowledged": True}, ("復旧を確認しました。この端末の分から送り直します。",))


def _inbox_resolve(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.resolve(arguments.conflict, arguments.keep, arguments.value)
    printer.result({"conflict_id": arguments.conflict}, ("決めました。もう一つの値は経過に残ります。",))


def _inbox_export(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.write_tray(arguments.tray, arguments.output)
    printer.result({"tray_id": arguments.tray}, ("暗号化して書き出しました",))


def _inbox_evidence(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.write_evidence(arguments.incident, arguments.output)
    printer.result({"incident_id": arguments.incident}, ("異常の証拠を書き出しました",))


def _sync(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    status = desk.sync_now()
    while arguments.watch:
        desk.wait_for_news()
        status = desk.sync_now()
    if status.state in ("stopped", "restored"):
        printer.result(status)
        raise RestoredError if status.state == "restored" else StoppedError
    printer.result(status, (f"同期しました。未送信 {status.unsent} 件",))


def _status(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    status = desk.status()
    lines = [f"{status.state}  未送信 {status.unsent} 件  最終 {status.last_contact or 'なし'}"]
    if status.verified:
        lines.append(
            f"確かめた記録 {status.verified:,} 件まで  {status.verified_at}  照合の言葉 {status.words}"
        )
    printer.result(status, lines)


def _verify(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    report = desk.verify(rebuild=arguments.rebuild)
    printer.result(report, (str(report["text"]),))


def _backup(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.backup(arguments.file)
    printer.result({"file": arguments.file.name}, ("暗号化した控えを作りました",))


def _passphrase(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    from wardclient.commands.run import read_passphrase

    desk.change_passphrase(read_passphrase(arguments.new_file))
    printer.result({"changed": True}, ("合言葉を変えました",))


# --- administration --------------------------------------------------------------------


def _staff(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    rows = desk.staff()
    printer.result(
        rows,
        printer.table(
            (r.device, r.label, r.team, ",".join(r.roles), "使用中" if r.active else "外した") for r in rows
        ),
    )


def _invite(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    roles = tuple(sorted(role.strip() for role in arguments.roles.split(",")))
    text = desk.invite(arguments.team, roles)
    if arguments.invite_file is not None:
        arguments.invite_file.write_text(text + "\n", encoding="utf-8")
    printer.result({"invite": text}, (text,))


def _admit(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    row = desk.admit(arguments.invite, arguments.code)
    printer.result(row, (f"{row.label} を加えました",))


def _remove(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    if not arguments.yes:
        raise UsageError("--yes を付けると外します。", "Add --yes to remove the device.")
    desk.remove_device(arguments.device)
    printer.result({"device": arguments.device}, ("外しました。鍵を新しくしました。",))


def _roles(desk: "Workstation", arguments: argparse.Namespace, printer: Printer) -> None:
    desk.set_roles(arguments.device, tuple(sorted(r.strip() for r in arguments.roles.split(","))))
    printer.result({"device": arguments.device}, ("役割を変えました",))


def _resume(desk: "Workstation", _: argparse.Namespace, printer: Printer) -> None:
    desk.resume_sync()
    printer.result({"resumed": True}, ("同期を再開しました",))


HANDLERS: Mapping[tuple[str, str | None], Handler] = {
    ("cases", "list"): _list,
    ("cases", "show"): _show,
    ("cases", "open"): _open,
    ("cases", "set"): _set,
    ("cases", "import"): _import_caseload,
    ("consent", "record"): _consent_record,
    ("consent", "decline"): _consent_decline,
    ("consent", "withdraw"): _consent_withdraw,
    ("consent", "status"): _consent_status,
    ("consent", "due"): _consent_due,
    **exports.HANDLERS,
    **feeds.HANDLERS,
    **notes.HANDLERS,
    **plans.HANDLERS,
    **referrals.HANDLERS,
    **requests.HANDLERS,
    **placements.HANDLERS,
    **shortlists.HANDLERS,
    **openings.HANDLERS,
    **prints.HANDLERS,
    **trainings.HANDLERS,
    ("openings", "import"): _openings_import,
    ("refer", None): _refer,
    ("result", None): _result,
    ("inbox", "list"): _inbox_list,
    ("inbox", "acknowledge"): _inbox_acknowledge,
    ("inbox", "resolve"): _inbox_resolve,
    ("inbox", "export"): _inbox_export,
    ("inbox", "evidence"): _inbox_evidence,
    ("sync", None): _sync,
    ("status", None): _status,
    ("verify", None): _verify,
    ("backup", None): _backup,
    ("passphrase", None): _passphrase,
    ("admin", "device list"): _staff,
    ("admin", "resume"): _resume,
    ("admin", "invite"): _invite,
    ("admin", "admit"): _admit,
    ("admin", "device remove"): _remove,
    ("admin", "device roles"): _roles,
}
