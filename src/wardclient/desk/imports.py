"""Reading a ward's caseload (CSV) in: dry run first, all rows or none."""

from pathlib import Path

from wardclient.casework.caseload import Caseload, read_caseload
from wardclient.casework.problems import Problem
from wardclient.desk.api import Cancelled, OnProgress, RefusedError
from wardclient.desk.cases import CaseActs
from wardclient.desk.rows import Candidate, ImportOutcome, ImportRowProblem, Progress

BATCH = 200


class ImportActs(CaseActs):
    """The caseload import."""

    def import_caseload(
        self,
        path: Path,
        *,
        dry_run: bool,
        accept_duplicates: bool,
        progress: OnProgress,
        cancelled: Cancelled,
    ) -> ImportOutcome:
        """Check every row; open all cases in one transaction, or none."""
        loaded = _read(path)
        problems = tuple(ImportRowProblem(p.line, p.column, p.ja) for p in loaded.problems)
        duplicates: list[tuple[int, Candidate]] = []
        total = len(loaded.rows)
        for number, row in enumerate(loaded.rows):
            if number % BATCH == 0:
                progress(Progress(number, total, number))
                if cancelled():
                    return _cancelled(total)
            duplicates += [(row.line, candidate) for candidate in self.candidates(row.person)]
        if problems or dry_run or (duplicates and not accept_duplicates):
            return ImportOutcome(
                done=False,
                rows=total,
                new=total if not problems else 0,
                changed=0,
                unchanged=0,
                vanished=0,
                problems=problems,
                duplicates=tuple(duplicates),
                text=_why(problems, duplicates, total, dry_run=dry_run),
            )
        if cancelled():
            return _cancelled(total)
        self.open_cases([(row.person, self._case_values(row.case)) for row in loaded.rows])
        progress(Progress(total, total, total))
        return ImportOutcome(
            True, total, total, 0, 0, 0, (), tuple(duplicates), f"{total:,} 件を取り込みました"
        )

    def _case_values(self, case: object) -> dict[str, object]:
        values = dict(case)  # type: ignore[call-overload]
        defaults = {
            "ward": self.place.me.ward_code,
            "opened_on": self.place.today().isoformat(),
            "status": "intake",
            "episode": 1,
            "caseworker_id": self.place.me.label,
        }
        return {**defaults, **{k: v for k, v in values.items() if v not in (None, "")}}


def _read(path: Path) -> Caseload:
    try:
        return read_caseload(path.read_bytes())
    except OSError as error:
        raise RefusedError(
            (
                Problem(
                    "",
                    "unreadable",
                    "ファイルを読めませんでした。場所と名前を確かめてください。何も取り込んでいません。",
                    "The file could not be read. Check its place and name. Nothing was imported.",
                ),
            )
        ) from error


def _cancelled(total: int) -> ImportOutcome:
    return ImportOutcome(False, total, 0, 0, 0, 0, (), text="やめました。何も取り込んでいません")


def _why(
    problems: tuple[ImportRowProblem, ...],
    duplicates: list[tuple[int, Candidate]],
    total: int,
    *,
    dry_run: bool,
) -> str:
    if problems:
        return f"{len(problems):,} か所を直してください。何も取り込んでいません"
    if duplicates:
        return f"{len(duplicates):,} 行は、すでにあるケースと同じ人かもしれません。確かめてから取り込んでください"
    return f"{total:,} 件を取り込めます。まだ取り込んでいません" if dry_run else ""
