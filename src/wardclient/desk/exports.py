"""Taking lists out (書き出し): with a reason, encrypted unless chosen otherwise, and in the log of access.

Only what this person sees on the screens goes into a file. Openings are never taken out as a list: the
terms under which they were supplied allow one sheet for one client (domain 7.6).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.casework.codes import Actor, Status, TargetGroup
from wardclient.casework.csv_text import csv_text
from wardclient.casework.my_number import holds_my_number
from wardclient.desk.api import Cancelled, OnProgress, RefusedError
from wardclient.desk.case_view import build_case_view
from wardclient.desk.export_rows import KINDS, ExportOrder, ExportRow
from wardclient.desk.place import JAPAN, problem, refuse
from wardclient.desk.plans import PlanActs
from wardclient.desk.rows import CaseRow, Progress
from wardclient.desk.saved_searches import SavedSearchActs
from wardclient.desk.streams import streams_of
from wardclient.vault.files import replace_whole
from wardclient.vault.passfile import open_file, seal_file
from wardclient.vault.passphrases import WeakPassphraseError
from wardclient.vault.sealing import CannotOpenError

if TYPE_CHECKING:
    from wardclient.casework.problems import Problem

PURPOSE = b"wardclient/export"
MOST = 100_000
REASON_MOST = 200
MAY_EXPORT = frozenset({"cw", "sv", "es", "fs", "hw", "hwm"})
"""Roles that work with people by name; the others see figures or masked records, and take out neither."""
MAY_PLAIN = frozenset({"sv", "hwm"})
"""Roles that may decide for a file that is not encrypted."""
_HEADS = {
    "cases": (
        *("ケース", "氏名", "フリガナ", "生年月日", "ケース番号", "対象者区分", "状態", "同意", "同意の期限"),
        *("担当", "最終接触", "次回"),
    ),
    "referrals": ("ケース", "氏名", "紹介日", "求人番号", "事業所", "職種", "紹介状番号", "面接", "採否"),
    "steps": ("ケース", "氏名", "取組", "だれが", "いつまで", "訓練・事業", "済んだ日", "結果"),
    "searches": ("名前", "言葉", "件数", "新着"),
}
_CONSENT = {
    "none": "なし",
    "refused": "不同意",
    "given": "同意",
    "pending": "開始待ち",
    "ending": "撤回の途中",
    "withdrawn": "撤回",
    "expired": "期限切れ",
    "other_basis": "ほかの根拠",
}


class ExportActs(PlanActs, SavedSearchActs):
    """Take a list out, open such a file again, read the log."""

    def export_list(
        self,
        order: ExportOrder,
        path: Path,
        passphrase: str,
        progress: OnProgress = lambda _: None,
        cancelled: Cancelled = lambda: False,
    ) -> ExportRow | None:
        """Write a list to a new file; None when it was cancelled (nothing is then written or logged).

        The log has its line before the file exists, so that no file is without one. Raises RefusedError: no
        reason, openings, a role that may not, a file of that name, a weak passphrase, an unwritable place.
        """
        self._check_export(order, path)
        rows: list[tuple[str, ...]] = []
        cases: set[str] = set()
        for case_id, row in self._export_rows(order):
            rows.append(row)
            cases |= {case_id} if case_id else set()
            if cancelled():
                return None
            progress(Progress(0, 0, len(rows)))
        data = csv_text(_HEADS[order.kind], rows).encode()
        try:
            content = data if order.plain else seal_file(passphrase, PURPOSE, data)
        except WeakPassphraseError as error:
            refuse(problem("weak", error.ja, error.en, "passphrase"))
            raise AssertionError from error
        made = self._log_line(order, path, len(rows))
        self._do(lambda: self._log_export(made, cases))
        try:
            replace_whole(path, content)
        except OSError as error:
            failed = self._log_line(order, path, 0, "failed")
            self._do(lambda: self._log_export(failed, set()))
            raise RefusedError((_unwritable(),)) from error
        return made

    def open_export(self, path: Path, passphrase: str) -> str:
        """Return the CSV text of an encrypted file; the opening is a line of the log, too."""
        try:
            text = open_file(passphrase, PURPOSE, path.read_bytes()).decode()
        except (OSError, CannotOpenError, UnicodeDecodeError) as error:
            raise RefusedError((_closed(),)) from error
        count = max(0, text.count("\r\n") - 1)
        opened = self._log_line(ExportOrder("open", ""), path, count)
        self._do(lambda: self._log_export(opened, set()))
        return text

    def exports(self) -> tuple[ExportRow, ...]:
        """Return the log of this PC, newest first."""
        found = self._do(lambda: self.place.store.acts("export-list"))
        rows = [ExportRow(_iso(at), **json.loads(record)) for at, record in found]
        return tuple(reversed(rows))

    # --- parts ---------------------------------------------------------------------

    def _check_export(self, order: ExportOrder, path: Path) -> None:
        roles = set(self.place.me.roles)
        if order.kind == "openings":
            refuse(problem("openings", *_OPENINGS))
        if order.kind not in KINDS:
            refuse(problem("kind", *_KIND, "kind"))
        if not roles & MAY_EXPORT:
            refuse(problem("role", *_ROLE))
        if order.plain and not roles & MAY_PLAIN:
            refuse(problem("plain", *_PLAIN, "plain"))
        reason = order.reason.strip()
        if not reason or len(reason) > REASON_MOST or holds_my_number(reason):
            refuse(problem("reason", *_REASON, "reason"))
        if path.exists() or path.is_symlink():
            refuse(problem("exists", *_EXISTS, "file"))
        if not path.parent.is_dir():
            refuse(_unwritable())

    def _export_rows(self, order: ExportOrder) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (case, cells); each case is asked for alone, so that other work goes on between."""
        if order.kind == "searches":
            for saved in self.saved_searches():
                search = saved.search
                yield "", (search.name, search.text, str(saved.total), str(len(saved.new)))
            return
        cells = {"cases": _case_cells, "referrals": self._referral_cells, "steps": self._step_cells}[
            order.kind
        ]
        for case in self.find_cases(order.text, order.narrow, MOST).rows:
            for row in cells(case):
                yield case.case_id, row

    def _referral_cells(self, case: CaseRow) -> list[tuple[str, ...]]:
        view = self._do(lambda: build_case_view(self.place, streams_of(self.place, case.case_id)))
        return [
            (
                *(case.case_id, case.name, row.referred_on, row.opening_no, row.employer_name, row.job_title),
                *(row.letter_no, row.interview_at, row.state_text),
            )
            for row in view.referrals
        ]

    def _step_cells(self, case: CaseRow) -> list[tuple[str, ...]]:
        return [
            (
                *(case.case_id, case.name, row.what, _label(Actor.of(row.who), row.who), row.by_when),
                *(row.training, row.done_on, row.outcome),
            )
            for row in self.plan(case.case_id).steps
        ]

    def _log_line(self, order: ExportOrder, path: Path, rows: int, outcome: str = "") -> ExportRow:
        at, who = _iso(self.place.now_ms()), self.place.me.label
        return ExportRow(at, who, order.kind, rows, order.plain, order.reason.strip(), path.name, outcome)

    def _log_export(self, row: ExportRow, cases: set[str]) -> None:
        """Add the line, and one for each person's own log, as one change."""
        told = {name: getattr(row, name) for name in row.__slots__ if name != "at"}
        now = self.place.now_ms()
        with self.place.transaction():
            self.place.store.note_access("export-list", json.dumps(told, ensure_ascii=False), now)
            for case_id in sorted(cases):
                self.place.store.note_access("export", case_id, now)


def _case_cells(case: CaseRow) -> list[tuple[str, ...]]:
    target = "、".join(_label(TargetGroup.of(c), c) for c in case.target_group.split(",")) or ""
    return [
        (
            *(case.case_id, case.name, case.kana, case.birth_date, case.case_no, target),
            *(_label(Status.of(case.status), case.status), _CONSENT.get(case.consent, case.consent)),
            *(case.consent_until, case.caseworker, case.last_contact, case.next_on),
        )
    ]


def _label(code: "Actor | Status | TargetGroup | None", text: str) -> str:
    return code.label() if code is not None else text


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, JAPAN).isoformat()


def _unwritable() -> "Problem":
    ja = "そこには書けませんでした。場所を確かめてください。何も書き出していません。"
    return problem("unwritable", ja, "That place cannot be written. Nothing was taken out.", "file")


def _closed() -> "Problem":
    ja = "開けませんでした。ファイルと、書き出したときの合言葉を確かめてください。"
    return problem("closed", ja, "It cannot be opened. Check the file and the passphrase of its export.")


_OPENINGS = (
    "求人の一覧は書き出せません。提供の条件で、相談に使う一件ずつの求人票だけが認められています。",
    "Openings cannot be taken out as a list: the terms of supply allow one sheet for one client.",
)
_KIND = ("書き出す一覧を選んでください。", "Choose the list to take out.")
_ROLE = (
    "この役割では、氏名のある一覧を書き出せません。担当か上司に頼んでください。",
    "This role may not take out lists of people. Ask the caseworker or supervisor.",
)
_PLAIN = (
    "暗号化しないファイルを作れるのは、査察指導員と統括の役割だけです。暗号化して書き出してください。",
    "Only supervisors may make a file that is not encrypted. Take it out encrypted.",
)
_REASON = (
    "書き出す理由を200字以内で書いてください。個人番号は書けません。何も書き出していません。",
    "Give the reason, in at most 200 characters and without a My Number. Nothing was taken out.",
)
_EXISTS = (
    "その名前のファイルは、もうあります。別の名前にしてください。",
    "There is a file of that name already; choose another.",
)
