"""What the operator is told about copies and restoring, in Japanese and in English."""

from collections.abc import Mapping

BACKUP_TEXTS: Mapping[str, tuple[str, str]] = {
    "backup": ("動いたまま控えを取る", "back up while the service runs"),
    "check-backup": ("控えから復旧できるかを確かめる", "find out whether the copies can be restored"),
    "restore": ("空のデータフォルダーへ控えから復旧する", "restore copies into an empty data folder"),
    "reopen": ("復旧した拠点への書き込みを許す", "let restored wards be written again"),
    "backup_to": ("記録の控えを置くフォルダー", "folder of the copies of the log"),
    "backup_keys": (
        "鍵箱の控えを置くフォルダー(記録とは別の場所。35日で消える)",
        "folder of the copies of the key box: apart from the log, kept for 35 days",
    ),
    "backup_every": ("終わらず、この秒数ごとに控える", "go on, and copy what is new after so many seconds"),
    "until": (
        "この時刻(2026-11-20T17:00)またはこの番号の記録まで復旧する",
        "restore up to this time (2026-11-20T17:00) or this number of the log",
    ),
    "backup_progress": ("控えています {done}/{total}", "Copying {done} of {total}"),
    "check_progress": ("確かめています {done}/{total}", "Checking {done} of {total}"),
    "restore_progress": ("復旧しています {done}/{total}", "Restoring {done} of {total}"),
    "backed_up": (
        (
            "控え {number} 番: 拠点 {wards} か所、新しい記録 {entries} 件、拒否 {refusals} 件、鍵 {wraps} 件。"
            "期限の過ぎた鍵の控え {keys_removed} 個を消しました。"
        ),
        (
            "Copy {number}: {wards} wards, {entries} new entries, {refusals} refusals, {wraps} wraps; "
            "{keys_removed} copies of the key box were too old and are gone."
        ),
    ),
    "backup_later": (
        "今回は控えられませんでした。保管済みの控えはそのままです。次の回にもう一度試します。",
        "Nothing was copied this time; what was copied before is untouched. It is tried again.",
    ),
    "backup_holds": (
        "控え {copies} 個から、拠点 {wards} か所、記録 {entries} 件を復旧できます。",
        "The {copies} copies can be restored: {wards} wards, {entries} entries.",
    ),
    "restored": (
        "{ward}: 記録 {entries} 件を復旧し、すべて確かめました(控えには {known} 件)。",
        "{ward}: {entries} entries restored and verified (the copies hold {known}).",
    ),
    "restored_next": (
        (
            "復旧した拠点は、まだ書き込めません。失われた記録がないかを拠点に確かめてから、"
            "wardcentral reopen を実行してください。"
        ),
        "The wards cannot be written yet. Ask them whether anything is missing, then run wardcentral reopen.",
    ),
    "restored_at": (
        "{ward}: 記録 {entries} 件まで控えから復旧した拠点です(控えには {known} 件)。",
        "{ward}: was restored from copies up to entry {entries} (they held {known}).",
    ),
    "restored_closed": (
        "{ward}: 記録 {entries} 件まで控えから復旧しました(控えには {known} 件)。まだ書き込めません。",
        "{ward}: restored from copies up to entry {entries} (they held {known}); not open for writing yet.",
    ),
    "reopened": ("拠点 {count} か所への書き込みを許しました。", "{count} wards can be written again."),
    "keys_old": (
        "鍵箱の控えが {days} 日より古くなっています。控えが止まっていないか確かめてください。",
        "The newest copy of the key box is more than {days} days old: is the backup still running?",
    ),
    "backup_damaged": (
        "控えが壊れています ({detail})。何も変えていません。別の場所の控えを使ってください。",
        "A copy is damaged ({detail}); nothing was changed. Use the copies of another place.",
    ),
    "backup_gap": (
        "控えが途中で欠けています ({detail})。何も変えていません。欠けた控えを同じフォルダーへ戻してください。",
        "A copy is missing ({detail}); nothing was changed. Put it back into the folder.",
    ),
    "backup_not_ours": (
        "このサーバーの鍵で作った控えではありません ({detail})。何も変えていません。server.key を確かめてください。",
        "A copy was not made with this server's key ({detail}); nothing was changed. See to server.key.",
    ),
    "backup_newer": (
        "新しい版で作られた控えです ({detail})。新しい版で復旧してください。",
        "A copy was made by a newer version ({detail}). Restore it with that version.",
    ),
    "backup_same_folder": (
        "記録の控えと鍵箱の控えは、互いに含まれない別々のフォルダーにしてください。何も書いていません。",
        "Log and key box must go to two folders, neither within the other; nothing was written.",
    ),
    "backup_behind": (
        (
            "保管している記録が、控えより少なくなっています ({detail})。何も書いていません。"
            "サービスを止めて verify で確かめてください。"
        ),
        "The store holds less than the copies do ({detail}); nothing was written. Stop the service and run verify.",
    ),
    "backup_other_log": (
        "この控えは別の記録のものです ({detail})。何も書いていません。新しいフォルダーに控えてください。",
        "These copies are of another log ({detail}); nothing was written. Use a new folder.",
    ),
    "backup_changed": (
        "控えている間に拠点が移されました ({detail})。何も書いていません。もう一度実行してください。",
        "A ward was moved meanwhile ({detail}); nothing was written. Run it again.",
    ),
    "backup_not_empty": (
        "復旧先にすでに記録があります。何も変えていません。init で作ったばかりのフォルダーへ復旧してください。",
        "There are records here already; nothing was changed. Restore into a folder fresh from init.",
    ),
    "backup_nothing": (
        "その時点までの控えがありません。何も変えていません。",
        "The copies hold nothing up to there; nothing was changed.",
    ),
    "backup_no_keys": (
        "鍵箱の控えがありません。--keys のフォルダーを確かめてください。何も変えていません。",
        "There is no copy of the key box: see to --keys. Nothing was changed.",
    ),
    "backup_no_keys_at": (
        (
            "鍵箱の控えが記録の控えより古く、鍵が足りません ({detail})。何も変えていません。"
            "新しい鍵箱の控えを使うか、--until でその前まで復旧してください。"
        ),
        (
            "The copy of the key box is older than that of the log ({detail}); nothing was changed. "
            "Use a newer one, or restore --until before it."
        ),
    ),
    "backup_differs": (
        "復旧した結果が控えと一致しません ({detail})。復旧先は空に戻しました。別の場所の控えを使ってください。",
        "What came out differs from the copies ({detail}); the store is empty again. Use other copies.",
    ),
    "backup_not_owner": (
        (
            "データベースがこの操作を許しませんでした。何も変えていません。"
            "復旧と reopen は、表の所有者のアドレスで実行してください。"
        ),
        "The database refused; nothing was changed. Restore and reopen as the owner of the tables.",
    ),
    "backup_which_ward": (
        "番号で止められるのは、拠点が一つの控えだけです。時刻で指定してください。",
        "A number names a moment of one ward only; these copies hold several. Give a time.",
    ),
    "backup_bad_until": (
        "時刻は 2026-11-20T17:00 の形、または記録の番号で書いてください。",
        "Give a time as 2026-11-20T17:00, or a number of the log.",
    ),
}
