"""What the operator is told, in Japanese and in English."""

import locale
import os
from collections.abc import Mapping

from wardcentral.backup_texts import BACKUP_TEXTS

TEXTS: Mapping[str, tuple[str, str]] = {
    "about": (
        "中央サービス: 拠点の端末から届く封印済みの記録を、順に番号を付けて保管し、中継します。",
        "The central service: it numbers, keeps and relays the sealed records of the wards.",
    ),
    "init": ("データフォルダーを新しく作る", "make a new data folder"),
    "serve": ("サービスを始める", "serve"),
    "migrate": (
        "データベースの表をこの版にする (動いているサービスを止めずに)",
        "bring the tables to this version while the service runs",
    ),
    "migrated": ("表はこの版です ({version})。", "The tables are of this version ({version})."),
    "tables_older": (
        "データベースの表が古い版です。記録は無事です。先に wardcentral migrate を実行してください。",
        "The tables are of an older version; the records are safe. Run wardcentral migrate first.",
    ),
    "tables_newer": (
        "データベースの表は新しい版のもので、この版では扱えません。記録は無事です。新しい版を使ってください。",
        "The tables are of a newer version that this one cannot serve; the records are safe. Use the newer one.",
    ),
    "status": ("保管している内容の概要", "what is kept"),
    "verify": ("保管している記録をすべて検証する", "verify every stored record"),
    "move-ward": ("拠点を別のセルへ移す", "move a ward to another cell"),
    **BACKUP_TEXTS,
    "key_from": (
        "同じ導入のセルを増やすとき、鍵を受け継ぐデータフォルダー",
        "for a further cell of the installation: the data folder whose key it shares",
    ),
    "which_ward": ("拠点の番号(先頭の数桁でよい)", "id of the ward, or its first digits"),
    "to_cell": ("移す先のセルのデータフォルダー", "data folder of the cell it goes to"),
    "cell_address": ("移す先のセルのアドレス", "address of the cell it goes to"),
    "feed": (
        "求人の配信を置くフォルダー(一つの導入のプロセスで共有する。初めはデータフォルダーの feed)",
        "folder of the openings feeds, shared by an installation's processes (default: feed in the data folder)",
    ),
    "to_feed": (
        "移す先のセルの、求人の配信を置くフォルダー(初めは移す先のデータフォルダーの feed)",
        "folder of the openings feeds of the cell to move to (default: feed in its data folder)",
    ),
    "not_feed_differs": (
        "求人の配信の写しが、名の示す内容と一致しません。拠点は元の場所で続いています。端末から配信し直してから、もう一度移してください。",
        "A chunk of the openings feed is not what its name says. The ward goes on where it was; publish again, then move.",
    ),
    "map": ("拠点とセルの対応表のファイル", "file that says which cell serves which ward"),
    "moved": (
        "拠点 {ward} を {address} へ移しました。記録 {entries}件、ストリーム {streams}件、拒否 {refusals}件。",
        "Moved ward {ward} to {address}: {entries} entries, {streams} streams, {refusals} refusals.",
    ),
    "other_key": (
        "移す先の鍵が違います。init --key-from で作ったセルにだけ移せます。何も変えていません。",
        "The target has another key; make cells with init --key-from. Nothing was changed.",
    ),
    "no_such_ward": (
        "その番号で始まる拠点は一つに決まりません。status で確かめてください。",
        "No single ward begins with these digits; see status.",
    ),
    "not_unknown_ward": (
        "その拠点はここにありません。何も変えていません。",
        "No such ward here; nothing was changed.",
    ),
    "not_taken": (
        "移す先に同じ拠点がすでにあります。何も変えていません。",
        "The target serves that ward already; nothing was changed.",
    ),
    "not_moved": (
        "その拠点は別の場所へ移してあります。何も変えていません。",
        "That ward was moved elsewhere before; nothing was changed.",
    ),
    "not_differs": (
        "写した結果が元と一致しません。写しを消し、拠点は元の場所で続いています。verify で確かめてください。",
        "The copy differs from what is here: it was dropped and the ward goes on where it was. Run verify.",
    ),
    "data": ("データフォルダー", "data folder"),
    "listen": (
        "待ち受けるアドレス (ホスト:ポート、ポート 0 は空きを選ぶ)",
        "HOST:PORT to listen on (port 0: any)",
    ),
    "port_file": ("受付を始めたときにポート番号を書くファイル", "file to write the port to when accepting"),
    "pid_file": ("プロセス番号を書くファイル", "file to write the process id to"),
    "idle": ("この秒数だれも使わなければ終わる", "end after so many seconds without a request"),
    "certificate": (
        "TLS の証明書 (中間証明書も続けて入れる。PEM)",
        "TLS certificate, followed by its intermediates (PEM)",
    ),
    "certificate_key": ("証明書の秘密鍵 (PEM)", "key of the certificate (PEM)"),
    "proxy": (
        "前に置いた中継サーバーのアドレス。そこから来た X-Forwarded-For だけを信じる (何度でも)",
        "address of a proxy in front, whose X-Forwarded-For alone is believed (repeatable)",
    ),
    "both_files": (
        "--certificate と --certificate-key は両方を指定してください。",
        "Give both --certificate and --certificate-key.",
    ),
    "bad_certificate": (
        "証明書か鍵を使えません (読めない、対になっていない、鍵に合言葉がある): {path}",
        "Certificate or key cannot be used (unreadable, no pair, or a passphrase): {path}",
    ),
    "certificate_renewed": ("新しい証明書に替えました。", "The new certificate is in use."),
    "certificate_kept": (
        "新しい証明書を使えません。いままでの証明書で続けます。",
        "The new certificate cannot be used; the service goes on with the one before.",
    ),
    "in_the_clear": (
        "TLS なしで {address} を待ち受けています。前に TLS を終える中継サーバーがなければ、証明書を指定してください。",
        "Listening on {address} without TLS: give a certificate unless a proxy in front ends TLS.",
    ),
    "metrics": (
        "監視用の数値を渡すアドレス (この機械の中だけ。既定: 渡さない)",
        "HOST:PORT on loopback that gives metrics to the monitoring (default: none)",
    ),
    "metrics_outside": (
        "--metrics はこの機械の中のアドレス (127.0.0.1 など) にだけ置けます。",
        "--metrics may only be at an address of this machine, such as 127.0.0.1.",
    ),
    "metrics_at": ("監視用の数値: この機械のポート {port}", "Metrics at port {port} of this machine"),
    "connections": (
        "同時に開いておける接続の数 (既定: 4096)",
        "connections that may be open at one time (default: 4096)",
    ),
    "fewer_connections": (
        "開けるファイルの上限により、同時の接続は {count} までです (LimitNOFILE で増やせます)。",
        "The limit of open files allows {count} connections at one time (raise LimitNOFILE).",
    ),
    "log": ("ログを書くファイル (既定: 標準エラー出力)", "file for the log (default: standard error)"),
    "log_format": (
        "ログの形 (既定: ファイルなら json、ほかは text)",
        "form of the log (default: json into a file, else text)",
    ),
    "log_size": (
        "ログがこの大きさ (MB) になったら自分で切り替え、五つまで残す (既定: 外の logrotate に任せる)",
        "rotate the log by itself at this size and keep five (default: leave it to logrotate)",
    ),
    "log_requests": (
        "要求ごとに一行書く (経路の型・結果・時間だけ。だれの要求かは書かない)",
        "a line for each request: template of its route, status, time, and not whose it is",
    ),
    "no_log": ("ログのファイルを開けません: {path}", "The log file cannot be opened: {path}"),
    "drain": (
        "停止の合図から、新しい仕事を断り始めるまでの秒数 (その間 /health/ready は 503 を返す)",
        "seconds to go on after the signal to stop, while /health/ready says 503",
    ),
    "announce": ("受付を始めたら標準出力に一行書く", "print a line when accepting"),
    "founding": (
        "拠点の開設を許す相手 (既定: この機械の中だけで待ち受けるなら open、ほかは token)",
        "who may found a ward (default: open on loopback, else token)",
    ),
    "database": (
        "PostgreSQL のアドレス (既定: 環境変数 WARDCENTRAL_DATABASE、なければ DIR の中のファイル)",
        "PostgreSQL address (default: the variable WARDCENTRAL_DATABASE, else a file in DIR)",
    ),
    "service_role": (
        "サービスが使う役割 (表を変える権限も記録を消す権限も持たせない)",
        "the role that the service uses: it may neither change tables nor delete records",
    ),
    "to_database": ("移す先の PostgreSQL のアドレス", "PostgreSQL address of the cell to move to"),
    "json": ("JSON で出力する", "print JSON"),
    "made": ("データフォルダーを作りました: {path}", "Made the data folder: {path}"),
    "key": ("サーバー鍵: {key}", "Server key: {key}"),
    "token_at": ("拠点を開設する人に渡すトークン: {path}", "Token for whoever founds a ward: {path}"),
    "back_up_key": (
        "server.key を別の場所に控えてください。失うと、すべての拠点がこのサーバーを使えなくなります。",
        "Keep a copy of server.key elsewhere: without it no ward can go on with this server.",
    ),
    "exists": (
        "このフォルダーにはすでに鍵があります。何も変えていません。",
        "The folder already has a key; nothing was changed.",
    ),
    "no_key": (
        "鍵がありません。先に wardcentral init を実行してください。",
        "There is no key here. Run wardcentral init first.",
    ),
    "bad_key": ("鍵ファイルが壊れています。控えから戻してください。", "The key file is damaged; restore it."),
    "in_use": (
        "別のサービスがこのフォルダーを使っています。",
        "Another service is using this folder.",
    ),
    "no_folder": ("フォルダーを使えません: {path}", "The folder cannot be used: {path}"),
    "bad_database": (
        "データベースを開けません。壊れているか、新しい版で作られています。控えから戻すか、新しい版で開いてください。",
        "The database cannot be opened: it is damaged or was made by a newer version.",
    ),
    "bad_listen": ("アドレスは ホスト:ポート の形で書いてください。", "Write the address as HOST:PORT."),
    "taken": ("このアドレスでは待ち受けられません: {address}", "Cannot listen on {address}."),
    "ready": ("受付を始めました: {address}", "Accepting on {address}"),
    "stopped": ("終わりました。", "Stopped."),
    "wards": ("拠点 {count} か所、記録 {entries} 件", "{count} wards, {entries} entries"),
    "running": ("サービスは動いています。", "The service is running."),
    "not_running": ("サービスは止まっています。", "The service is not running."),
    "ward": ("{ward}: 記録 {entries} 件", "{ward}: {entries} entries"),
    "whole": (
        "{ward}: 記録 {entries} 件 (管理 {controls}、系列 {streams}) をすべて確かめました。",
        "{ward}: {entries} entries ({controls} control, {streams} streams) hold.",
    ),
    "broken": (
        "{ward}: {wseq} 番で合いません ({what})。",
        "{ward}: entry {wseq} does not hold ({what}).",
    ),
    "all_whole": ("異常はありません。", "Everything holds."),
    "some_broken": (
        "異常があります。サービスを止め、このフォルダーを写してから控えと比べてください。",
        "Something does not hold. Stop the service, copy the folder, and compare with a backup.",
    ),
}


def japanese() -> bool:
    """Whether messages are Japanese: the source language, unless the environment asks for English."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return not os.environ[name].startswith("en")
    return not (locale.getlocale()[0] or "").startswith(("en", "English"))


def say(name: str, **values: object) -> str:
    """Return a text in the operator's language."""
    ja, en = TEXTS[name]
    return (ja if japanese() else en).format(**values)
