"""What the operator is told, in Japanese and in English."""

import locale
import os
from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "about": (
        "中央サービス: 拠点の端末から届く封印済みの記録を、順に番号を付けて保管し、中継します。",
        "The central service: it numbers, keeps and relays the sealed records of the wards.",
    ),
    "init": ("データフォルダーを新しく作る", "make a new data folder"),
    "serve": ("サービスを始める", "serve"),
    "status": ("保管している内容の概要", "what is kept"),
    "verify": ("保管している記録をすべて検証する", "verify every stored record"),
    "data": ("データフォルダー", "data folder"),
    "listen": (
        "待ち受けるアドレス (ホスト:ポート、ポート 0 は空きを選ぶ)",
        "HOST:PORT to listen on (port 0: any)",
    ),
    "port_file": ("受付を始めたときにポート番号を書くファイル", "file to write the port to when accepting"),
    "pid_file": ("プロセス番号を書くファイル", "file to write the process id to"),
    "idle": ("この秒数だれも使わなければ終わる", "end after so many seconds without a request"),
    "announce": ("受付を始めたら標準出力に一行書く", "print a line when accepting"),
    "founding": (
        "拠点の開設を許す相手 (既定: この機械の中だけで待ち受けるなら open、ほかは token)",
        "who may found a ward (default: open on loopback, else token)",
    ),
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
