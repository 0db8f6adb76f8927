"""What a request may be answered instead of what it asked for: problem details with a code.

The code is for the program; the sentences are for whoever reads a log or calls by hand.
"""

import json
from collections.abc import Mapping

PROBLEMS: Mapping[str, tuple[int, str, str]] = {
    "malformed": (400, "要求を読み取れません。", "The request cannot be read."),
    "cut": (400, "要求が途中で切れました。", "The request was cut off."),
    "signature": (401, "端末の署名がないか、正しくありません。", "The device signature is missing or wrong."),
    "clock": (
        401,
        "端末の時計がずれています。",
        "The clock is off; sign again with the server's time.",
    ),
    "replay": (401, "この要求はすでに受け付けています。", "This request was used before."),
    "not_member": (403, "この端末は登録されていません。", "This device is not a member of the ward."),
    "forbidden": (403, "この操作は認められていません。", "This is not allowed."),
    "unknown_ward": (404, "この拠点はここにありません。", "There is no such ward here."),
    "not_found": (404, "見つかりません。", "There is nothing here."),
    "method": (405, "この方法では使えません。", "This method is not available here."),
    "timeout": (408, "要求が届くのに時間がかかりすぎました。", "The request took too long to arrive."),
    "conflict": (409, "この招待はすでに使われています。", "This invitation holds another request."),
    "invite_over": (410, "この招待は期限切れか使用済みです。", "This invitation has ended or was used."),
    "feed_conflict": (
        409,
        "求人の配信は、ほかの端末が先に更新しています。",
        "Another device published in the meantime; fetch the feed and try again.",
    ),
    "feed_incomplete": (
        409,
        "求人の配信の一部が届いていません。",
        "A part of the feed is not here; send what is missing first.",
    ),
    "too_big": (413, "要求が大きすぎます。", "The request is too large."),
    "rate": (429, "要求が多すぎます。", "Too many requests; wait a little."),
    "failed": (500, "サーバーで処理できませんでした。", "The server could not do this."),
    "busy": (503, "サーバーが混み合っています。", "The server is busy; try again."),
    "stopping": (503, "サーバーは停止の準備をしています。", "The server is about to stop."),
    "moving": (
        503,
        "この拠点は移転作業中です。しばらくして送り直してください。",
        "The ward is being moved; send again in a while.",
    ),
    "moved": (308, "この拠点は移転しました。", "The ward lives at another address."),
    "storage": (
        503,
        "サーバーに保存できませんでした。",
        "The server could not store this.",
    ),
    "damaged": (503, "サーバーの記録が壊れています。", "What the server stored of this ward is damaged."),
}
"""Code: status, Japanese sentence, English sentence."""

CLOSING = frozenset({"too_big", "timeout", "cut", "busy"})
"""After these the rest of the request may still be on its way: the connection is closed."""


WAITS: Mapping[str, int] = {"rate": 1, "busy": 2, "stopping": 5, "moving": 1}
"""Seconds after which it makes sense to come again, where nothing better is known."""


class ProblemError(Exception):
    """The request is answered with this problem. Carries no content."""

    def __init__(self, code: str, address: str = "", wait_seconds: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.wait_seconds = wait_seconds
        """How long the caller should wait; 0 where only the code decides."""
        self.address = address
        """Where a ward that moved is served now."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return PROBLEMS[self.code][0]


def document(code: str, server_ms: int, address: str = "") -> bytes:
    """Return the problem document of a code; ``address`` says where a ward that moved is served."""
    status, ja, en = PROBLEMS[code]
    fields = {
        "type": f"urn:wardclient:problem:{code}",
        "title": en,
        "title_ja": ja,
        "status": status,
        "code": code,
        "server_ms": server_ms,
    }
    if address:
        fields["address"] = address
    return json.dumps(fields, ensure_ascii=False).encode()
