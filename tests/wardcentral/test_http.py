"""The service over real HTTP: calls as a workstation makes them."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.wardcentral.builders import SIGNING, Pc, Ward, pc
from tests.wardcentral.running import Caller, Running, found, joined, now_ms, problem, serving
from wardcentral.founding import Founding
from wardproto.messages import MAX_PUSH, JoinRequest, PushRequest, ServerHello
from wardproto.records import Head, Receipt, Refusal, Role, StreamClose
from wardproto.wire import CONTROL_STREAM, MAX_BLOCK, decode, encode

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for the tests here; each founds a ward of its own."""
    with serving(tmp_path_factory.mktemp("central")) as made:
        yield made


@pytest.fixture
def city(running: Running) -> Caller:
    """The first PC of a new ward."""
    return found(running.client, running.url, running.key)


def receipt(told: Receipt | Refusal) -> Receipt:
    """Return what must be a receipt."""
    assert isinstance(told, Receipt), told
    return told


def test_health_and_server_need_no_signature(running: Running) -> None:
    """Anyone may ask whether the service is alive, what its key is and what time it has."""
    assert running.client.get(f"{running.url}/health").text == "ok\n"
    answer = running.client.get(f"{running.url}/server")
    hello = decode(answer.content, ServerHello)
    assert hello.key == running.key
    assert abs(hello.server_ms - now_ms()) < 60_000
    assert answer.headers["wc-time"].isdigit()


def test_a_working_day(city: Caller) -> None:
    """Two teams, a consent, blocks of both, and each reads what it may."""
    corner = joined(city, pc("hellowork", "hw"))
    own = city.stream()
    push, consent, joint = city.ward.consent(city.pc, "hellowork", now_ms() - 1000, now_ms() + 3_600_000)
    receipt(city.control(push))
    body = os.urandom(512)
    receipt(city.blocks(city.ward.block(city.pc, own))[0])
    receipt(city.blocks(city.ward.block(city.pc, joint, body))[0])
    receipt(corner.blocks(corner.ward.block(corner.pc, joint))[0])
    assert [i.entry.wseq for i in city.page().items] == list(range(1, city.page().size + 1))
    theirs = [i for i in corner.page().items if i.entry.stream != CONTROL_STREAM]
    assert [i.entry.stream for i in theirs] == [joint, joint]
    assert theirs[0].body == body
    receipt(city.control(city.ward.consent_end(city.pc, consent)))
    assert not any(i.has_body for i in corner.page().items)


def test_pushing_again_gives_the_same_receipt(city: Caller) -> None:
    """The same body, signed anew, gets the same bytes: here a receipt and a refusal (two first blocks)."""
    stream = city.stream()
    body = encode(PushRequest((city.ward.block(city.pc, stream), city.ward.block(city.pc, stream))))
    first = city.call("POST", "blocks", body)
    assert city.call("POST", "blocks", body).content == first.content
    assert city.page().size == 3


def test_founding_again_gives_the_same_receipt(running: Running) -> None:
    """A founder whose answer was lost sends the same record again and founds nothing twice."""
    ward = Ward(running.key)
    genesis = encode(ward.genesis())
    url = f"{running.url}/w/{ward.id.hex()}/control"
    first = running.client.post(url, content=genesis)
    assert first.status_code == 200
    assert running.client.post(url, content=genesis).content == first.content


def test_each_refusal_code_comes_over_the_wire(city: Caller) -> None:
    """Every code that a record can be refused with arrives signed, item by item."""
    ward, me = city.ward, city.pc
    corner = joined(city, pc("hellowork", "hw"))
    colleague = joined(city, pc("city", "cw"))
    stream, closed = city.stream(), city.stream()
    push, _, early = ward.consent(me, "hellowork", now_ms() + 60_000, now_ms() + 3_600_000)
    receipt(city.control(push))
    receipt(city.blocks(ward.block(me, stream))[0])
    items = {
        "chain": ward.block(me, stream, change={"bseq": 7}),
        "epoch_race": ward.block(me, stream, change={"epoch": 1}, epoch=True),
        "too_big": ward.block(me, stream, change={"body_len": MAX_BLOCK + 1}),
        "proto_floor": ward.block(me, stream, change={"proto": 0}),
        "blob_missing": ward.block(me, stream, change={"blobs": (bytes(32),)}),
        "fork": ward.block(me, stream, change={"head": Head(1, bytes(32))}),
        "unknown_stream": ward.block(me, os.urandom(16)),
        "not_member": ward.block(corner.pc, stream),
        "malformed": ward.block(me, stream, change={"attempt": 3}),
        "early": ward.block(me, early),
        "cas": ward.block(me, stream, change={"cas": True, "head": Head()}),
    }
    got = {told.code for told in city.blocks(*items.values()) if isinstance(told, Refusal)}
    late = ward.block(me, closed)
    receipt(city.control(ward.control(me, StreamClose(closed))))
    stale = ward.block(me, stream)
    receipt(city.control(ward.device_remove(me, colleague.pc)))
    for item in (late, stale):
        (told,) = city.blocks(item)
        assert isinstance(told, Refusal)
        got.add(told.code)
    forbidden = corner.control(ward.control(corner.pc, Role(corner.pc.id, ("adm",))))
    assert isinstance(forbidden, Refusal)
    assert got == {*items, "closed", "stale_epoch"}
    assert forbidden.code == "forbidden"


def test_a_push_may_hold_only_so_many_blocks(city: Caller) -> None:
    """A push of more than MAX_PUSH blocks is refused whole."""
    stream = city.stream()
    item = city.ward.block(city.pc, stream)
    response = city.call("POST", "blocks", encode(PushRequest((item,) * (MAX_PUSH + 1))))
    assert problem(response) == "too_big"
    assert city.page().size == 2


def test_waiting_ends_when_something_comes(city: Caller) -> None:
    """A long poll returns at once when there is more, and as soon as something is committed."""
    stream = city.stream()
    assert city.wake(0).size == 2
    sizes: list[int] = []
    others = [Caller(city.url, city.ward, city.pc, city.client) for _ in range(5)]
    threads = [threading.Thread(target=lambda o=o: sizes.append(o.wake(2).size)) for o in others]
    for thread in threads:
        thread.start()
    receipt(city.blocks(city.ward.block(city.pc, stream))[0])
    for thread in threads:
        thread.join(15)
    assert sizes == [3] * 5


def test_waiting_ends_after_its_time(tmp_path: Path) -> None:
    """A long poll without news is answered with the size as it was."""
    with serving(tmp_path, wake_seconds=0.05) as running:
        city = found(running.client, running.url, running.key)
        assert city.wake(1).size == 1


def test_stopping_lets_waiting_clients_go(tmp_path: Path) -> None:
    """A graceful stop answers the long polls instead of holding the process."""
    answers: list[int] = []
    with serving(tmp_path, wake_seconds=3600) as running:
        city = found(running.client, running.url, running.key)
        poll = threading.Thread(target=lambda: answers.append(city.wake(1).size))
        poll.start()
        while not running.service.waited():
            threading.Event().wait(0.01)
    poll.join(15)
    assert answers == [1]


def test_a_removed_pc_may_only_read_of_its_removal(city: Caller) -> None:
    """It reads the control stream up to its removal; it does not push and does not wait."""
    colleague = joined(city, pc("city", "cw"))
    stream = city.stream()
    removal = receipt(city.control(city.ward.device_remove(city.pc, colleague.pc)))
    assert colleague.page().items[-1].entry.wseq == removal.wseq
    item = colleague.ward.block(colleague.pc, stream)
    assert problem(colleague.call("POST", "blocks", encode(PushRequest((item,))))) == "not_member"
    assert problem(colleague.call("GET", "wake?after=0")) == "not_member"


# --- the join box


def invited(city: Caller, newcomer: Pc) -> bytes:
    """Invite a newcomer; return the invite."""
    receipt(city.control(city.ward.invite(city.pc, newcomer.new.team, newcomer.new.roles, now_ms() + 60_000)))
    return next(name for name in city.ward.state.invites if name not in city.ward.state.spent)


def put(city: Caller, invite: bytes, body: bytes) -> httpx.Response:
    """Put a request into the join box, as a PC that is no member."""
    return city.client.put(city.url + city.target(f"join/{invite.hex()}"), content=body)


def test_a_newcomer_joins_by_its_invite(city: Caller) -> None:
    """A request signed by the invite's key waits for an admin, and goes when the PC has joined."""
    newcomer = pc("city", "cw")
    invite = invited(city, newcomer)
    assert problem(city.call("GET", f"join/{invite.hex()}")) == "not_found"
    request = city.ward.join_request(invite, newcomer)
    assert put(city, invite, request).status_code == 204
    assert put(city, invite, request).status_code == 204
    assert problem(put(city, invite, city.ward.join_request(invite, newcomer))) == "conflict"
    assert city.call("GET", f"join/{invite.hex()}").content == request
    receipt(city.control(city.ward.device_add(city.pc, newcomer, invite)))
    assert problem(city.call("GET", f"join/{invite.hex()}")) == "not_found"
    assert problem(put(city, invite, request)) == "invite_over"
    assert Caller(city.url, city.ward, newcomer, city.client).page().size == 3


def test_the_join_box_takes_only_what_the_invite_signed(city: Caller) -> None:
    """Wrong signatures, another ward's or invite's request and oversized ones are refused."""
    newcomer, ward = pc("city", "cw"), city.ward
    invite = invited(city, newcomer)
    good = decode(ward.join_request(invite, newcomer), JoinRequest)
    for bad in (
        JoinRequest(good.body, bytes(64), good.by_device),
        JoinRequest(good.body, good.by_invite, bytes(64)),
        JoinRequest(good.body[:-1] + b"\x00", good.by_invite, good.by_device),
    ):
        assert problem(put(city, invite, encode(bad))) in {"signature", "malformed"}
    assert problem(put(city, invite, os.urandom(40))) == "malformed"
    assert problem(put(city, invite, os.urandom(9000))) == "too_big"
    assert problem(put(city, os.urandom(16), encode(good))) == "not_found"
    ward.invites[bytes(16)] = ward.invites[invite]
    assert problem(put(city, invite, ward.join_request(bytes(16), newcomer))) == "malformed"
    assert problem(city.call("GET", f"join/{invite.hex()}")) == "not_found"


def test_only_an_admin_reads_the_join_box(city: Caller) -> None:
    """A caseworker without the admin's role does not see who asks to join."""
    colleague = joined(city, pc("city", "cw"))
    newcomer = pc("city", "cw")
    invite = invited(city, newcomer)
    assert put(city, invite, city.ward.join_request(invite, newcomer)).status_code == 204
    assert problem(colleague.call("GET", f"join/{invite.hex()}")) == "forbidden"


def test_a_request_to_join_ends_with_its_invite(tmp_path: Path) -> None:
    """After the invite's last minute nothing can be put in or taken out."""
    ahead = [0]
    with serving(tmp_path, clock_ms=lambda: now_ms() + ahead[0]) as running:
        city = found(running.client, running.url, running.key)
        newcomer = pc("city", "cw")
        invite = invited(city, newcomer)
        request = city.ward.join_request(invite, newcomer)
        assert put(city, invite, request).status_code == 204
        ahead[0] = 61_000
        assert problem(city.call("GET", f"join/{invite.hex()}")) == "not_found"
        assert problem(put(city, invite, request)) == "invite_over"


# --- founding


@pytest.mark.parametrize(
    ("founding", "shown", "code"),
    [
        (Founding("closed"), "", "forbidden"),
        (Founding("token", "correct"), "", "forbidden"),
        (Founding("token", "correct"), "wrong", "forbidden"),
        (Founding("token", ""), "", "forbidden"),
        (Founding("token", "correct"), "correct", ""),
    ],
)
def test_founding_can_be_kept_to_whoever_has_the_token(
    tmp_path: Path, founding: Founding, shown: str, code: str
) -> None:
    """Without the operator's token nobody founds a ward on a server that asks for it."""
    with serving(tmp_path, founding=founding) as running:
        ward = Ward(running.key)
        genesis = encode(ward.genesis())
        url = f"{running.url}/w/{ward.id.hex()}/control"
        response = running.client.post(url, content=genesis, headers={"wc-founding": shown})
        assert (problem(response) if code else response.status_code) == (code or 200)


def test_a_genesis_record_founds_only_its_own_ward(running: Running) -> None:
    """Posted under another id, or not a genesis record at all, it founds nothing."""
    ward = Ward(running.key)
    genesis = encode(ward.genesis())
    other = f"{running.url}/w/{os.urandom(32).hex()}/control"
    assert problem(running.client.post(other, content=genesis)) == "unknown_ward"
    assert problem(running.client.post(other, content=b"\xc0")) == "malformed"
    assert SIGNING.public(os.urandom(32)) not in running.service._snapshots
