"""Enrolment in its simple form: found a ward, invite, join, admit (protocol 4.12)."""

import hmac
import threading
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wardclient.sync.answers import checked_answer
from wardclient.sync.client import Client
from wardclient.sync.core import WARD_KEY, keep_identity
from wardclient.sync.founding import Newcomer, genesis, named, newcomer
from wardclient.sync.ports import Store
from wardclient.sync.transport import Credentials, Transport, TransportError
from wardclient.vault.identity import Identity
from wardclient.vault.invites import SECRET_BYTES as INVITE_BYTES
from wardclient.vault.invites import (
    InviteCode,
    InviteError,
    check_join,
    make_join,
    new_invite,
    open_label,
    read_invite,
    seal_label,
)
from wardclient.vault.sealing import HybridSealing
from wardproto.control import ROLES, TEAMS
from wardproto.messages import JoinBody, comparison_code
from wardproto.records import Invite, Receipt
from wardproto.signing import Ed25519Signing

INVITE_MS = 24 * 3600 * 1000
POLL_SECONDS = 0.3
SLOW_POLL_SECONDS = 2.0
KEY_BYTES = 32


class EnrolError(Exception):
    """Enrolment did not come about. ``ja``/``en`` say what happened, what is safe, what to do."""

    def __init__(self, code: str, ja: str, en: str) -> None:
        """Keep code and words."""
        super().__init__(code)
        self.code = code
        self.ja = ja
        self.en = en


class AdmitError(EnrolError):
    """The new PC was not admitted."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a PC has become: a device of a ward."""

    ward: bytes
    device: bytes
    team: str
    server: str
    ward_code: str = ""


def found(
    store: Store,
    server: str,
    *,
    label: str,
    team: str,
    roles: tuple[str, ...],
    token: str = "",
    admins: Sequence[Newcomer] = (),
) -> Enrolled:
    """Found a ward at a central service; TransportError, EnrolError.

    ``admins`` are further ones of the same team, at the same table, who are members from the
    first record on; others are invited later.
    """
    if team not in TEAMS or not set(roles) <= ROLES:
        raise EnrolError(
            "roles",
            "役割の指定が正しくありません。何も作っていません。",
            "Unknown team or role. Nothing was made.",
        )
    signing, sealing = Ed25519Signing(), HybridSealing()
    transport = Transport(server, signing)
    try:
        hello = transport.hello()
        identity = Identity.create(sealing)
        mine = newcomer(signing, sealing, identity, label, roles)
        founding = genesis(signing, sealing, identity, (mine, *admins), team, hello.key, hello.server_ms)
        reply = transport.found(founding.ward, founding.push, token)
        said = reply.answers[0] if reply.answers else b""
        answer = checked_answer(signing, hello.key, founding.ward, said, founding.name)
        if not isinstance(answer, Receipt):
            raise EnrolError(
                "refused",
                "中央サービスが区の開始を受け付けませんでした。何も作っていません。",
                "The central service did not accept the new ward. Nothing was made.",
            )
        keep_identity(store, identity, founding.ward, team)
        _first_exchange(store, transport, identity, founding.ward)
        return Enrolled(founding.ward, identity.device, team, server)
    finally:
        transport.close()


def make_invite(
    client: Client,
    server: str,
    ward_code: str,
    in_lane: Callable[..., object],
    exchange: Callable[[], None],
    team: str,
    roles: tuple[str, ...],
) -> str:
    """Announce a one-use invite and return its text; the text is kept nowhere."""
    core = client.core
    code = new_invite(server, core.ward, ward_code, team, core.sealing.random(INVITE_BYTES))
    public = core.signing.public(code.sign_secret)

    def announce() -> None:
        until = client.server_now_ms() + INVITE_MS
        client.invite(Invite(code.invite, public, team, tuple(sorted(roles)), until))

    in_lane(announce)
    exchange()
    if code.invite not in client.state.invites:
        raise EnrolError(
            "refused",
            "招待を作れませんでした。役割の指定か、この端末の権限を確かめてください。",
            "The invite was not accepted: check the roles and this PC's rights.",
        )
    return code.text()


def admit(
    client: Client,
    transport: Transport,
    in_lane: Callable[..., object],
    exchange: Callable[[], None],
    invite: str,
    typed: str,
) -> bytes:
    """Admit the PC whose screen shows the digits typed; return its device id. AdmitError."""
    code = _read(invite)
    request = transport.get_join(code.invite)
    if request is None:
        raise AdmitError(
            "not_yet",
            "新しい端末からの申し込みがまだ届いていません。相手の画面に番号が出てから入力してください。",
            "The new PC has not asked yet. Type the digits once its screen shows them.",
        )
    try:
        body = check_join(client.core.signing, code, request)
    except InviteError as error:
        raise _not_genuine() from error
    digits = "".join(c for c in unicodedata.normalize("NFKC", typed) if c.isdigit())
    if not hmac.compare_digest(digits.encode(), comparison_code(request.body).encode()):
        raise AdmitError(
            "code",
            "番号が相手の画面とちがいます。だれも加えていません。相手の画面の8桁をもう一度確かめてください。",
            "The digits are not those of the other screen. Nobody was admitted.",
        )
    in_lane(lambda: _admit(client, code, body))
    exchange()
    if client.state.member(body.device) is None:
        raise _not_genuine()
    return body.device


def _admit(client: Client, code: InviteCode, body: JoinBody) -> None:
    known = client.state.invites.get(code.invite)
    ward_key = client.core.store.get(WARD_KEY)
    if known is None or ward_key is None or code.invite in client.state.spent:
        raise AdmitError(
            "spent",
            "この招待は使い終わったか、期限が過ぎています。新しい招待を作ってください。",
            "This invite is used or over. Make a new one.",
        )
    label = open_label(code, body.label)
    who = Newcomer(body.device, body.staff, label, known.roles, body.sign_key, body.wrap_key)
    client.admit(named(ward_key, who, known.team), code.invite)


def join(
    store: Store, invite: str, *, label: str, show_code: Callable[[str], None], wait_seconds: float
) -> Enrolled:
    """Ask to join, show the comparison code, wait for the admin, and take over the ward's log."""
    code = _read(invite)
    signing, sealing = Ed25519Signing(), HybridSealing()
    identity = Identity.create(sealing)
    transport = Transport(code.server, signing)
    try:
        body = JoinBody(
            code.ward,
            code.invite,
            identity.device,
            identity.staff,
            identity.sign_public(signing),
            sealing.public_of(identity.wrap_secret),
            seal_label(code, label),
        )
        request = make_join(signing, code, body, identity.sign_secret)
        try:
            transport.put_join(code.ward, code.invite, request)
        except TransportError as error:
            if error.code in ("not_found", "invite_over", "conflict", "signature", "taken"):
                raise _over() from error
            raise
        show_code(comparison_code(request.body))
        transport.credentials = Credentials(code.ward, identity.device, identity.sign_secret)
        _wait_for_admission(transport, wait_seconds)
        keep_identity(store, identity, code.ward, code.team)
        _first_exchange(store, transport, identity, code.ward)
        return Enrolled(code.ward, identity.device, code.team, code.server, code.ward_code)
    finally:
        transport.close()


def _wait_for_admission(transport: Transport, wait_seconds: float) -> None:
    """Ask until the log is opened to this device; slower after a while."""
    begin = time.monotonic()
    pause = threading.Event()
    while True:
        try:
            transport.log(0, 1)
        except TransportError as error:
            if error.code != "not_member":
                raise
        else:
            return
        waited = time.monotonic() - begin
        if waited > wait_seconds:
            raise EnrolError(
                "waited",
                "管理者の承認が届きませんでした。招待は24時間使えます。もう一度、管理者と一緒に試してください。",
                "The admin's approval did not come. Try again together with the admin.",
            )
        pause.wait(POLL_SECONDS if waited < 60 else SLOW_POLL_SECONDS)  # noqa: PLR2004


def _first_exchange(store: Store, transport: Transport, identity: Identity, ward: bytes) -> None:
    from wardclient.sync.loop import SyncLoop

    transport.credentials = Credentials(ward, identity.device, identity.sign_secret)
    client = Client(store, Ed25519Signing(), HybridSealing(), lambda: time.time_ns() // 1_000_000)
    SyncLoop(client, transport, lambda job: job(), lambda _: None).sync_once()
    if client.state.member(identity.device) is None:
        raise _not_genuine()


def _read(invite: str) -> InviteCode:
    try:
        return read_invite(invite)
    except InviteError as error:
        raise AdmitError(
            "mistyped",
            "招待の文字が正しくありません。写しまちがいがないか確かめてください。",
            "This is not an invite: check for typing errors.",
        ) from error


def _over() -> EnrolError:
    return EnrolError(
        "over",
        "この招待は使い終わったか、期限が過ぎています。管理者に新しい招待を頼んでください。",
        "This invite is used or over. Ask the admin for a new one.",
    )


def _not_genuine() -> AdmitError:
    return AdmitError(
        "not_genuine",
        "申し込みの署名が正しくないため、加えていません。管理者に知らせてください。",
        "The request is not genuine; nobody was admitted. Tell the admin.",
    )
