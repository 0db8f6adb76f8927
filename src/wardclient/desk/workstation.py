"""An unlocked home: the store, the core, the sync loop, and all acts."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wardclient.casework import reference
from wardclient.casework.problems import Problem
from wardclient.desk.api import DeskError, RefusedError, Unsubscribe
from wardclient.desk.case_list import index_rest
from wardclient.desk.clocks import clock_of
from wardclient.desk.consents import ConsentActs
from wardclient.desk.exports import ExportActs
from wardclient.desk.faults import away, damaged, told
from wardclient.desk.feed_publishing import FeedPublishingActs
from wardclient.desk.feed_watch import FeedWatch
from wardclient.desk.forms import FormActs
from wardclient.desk.imports import ImportActs
from wardclient.desk.inbox import InboxActs
from wardclient.desk.lanes import Lane, locked
from wardclient.desk.listeners import Listeners
from wardclient.desk.looks import carry
from wardclient.desk.matches import MatchActs
from wardclient.desk.memo_prints import MemoPrintActs
from wardclient.desk.openings_acts import OpeningsRoom
from wardclient.desk.place import Place
from wardclient.desk.placements import PlacementActs
from wardclient.desk.plans import PlanActs
from wardclient.desk.presence import PresenceActs
from wardclient.desk.restores import RestoreActs
from wardclient.desk.rows import Change, Me, SyncStatus
from wardclient.desk.saved_searches import SavedSearchActs
from wardclient.desk.sessions import SessionActs
from wardclient.desk.staff import StaffActs
from wardclient.desk.status import sync_status
from wardclient.desk.trainings import TrainingActs
from wardclient.storage.home import FileLock, Home, HomeProfile
from wardclient.storage.opening import backup, integrity, open_store
from wardclient.sync.client import Client
from wardclient.sync.loop import SyncLoop
from wardclient.sync.transport import Credentials, Transport, TransportError
from wardclient.vault.keyring import KeyRing, RingClosedError
from wardclient.vault.sealing import HybridSealing, MissingSuiteError, derive
from wardclient.vault.slots import WeakPassphraseError, change_passphrase
from wardproto.signing import Ed25519Signing

if TYPE_CHECKING:
    from wardclient.storage.log_store import SqlStore

DATABASE_KEY = "database"
KINDS = frozenset({"case", "consent", "session", "referral", "inbox", "staff"})


class Workstation(
    MemoPrintActs,
    ExportActs,
    ConsentActs,
    SessionActs,
    PlanActs,
    PlacementActs,
    MatchActs,
    SavedSearchActs,
    TrainingActs,
    FeedPublishingActs,
    ImportActs,
    InboxActs,
    RestoreActs,
    FormActs,
    StaffActs,
    PresenceActs,
):
    """One staff member's desk. Implements `desk.api.Desk` and the administrator's acts."""

    def __init__(
        self, home: Home, profile: HomeProfile, key: bytes, held: FileLock, *, offline: bool, background: bool
    ) -> None:
        """Take over the opened key and lock; everything is closed again by `lock`."""
        self._home = home
        self._profile = profile
        self._ring = KeyRing()
        self._ring.hold(DATABASE_KEY, key)
        self._held = held
        self._listeners = Listeners()
        self.background = background
        self._sealing = _suite()
        clock = clock_of(practice=profile.practice)
        lane = Lane("desk")
        try:
            store, client = lane.run(lambda: _open(home, key, self._sealing, clock))
        except BaseException:
            lane.close(_nothing)
            raise
        me = _me(client, profile)
        self.transport = Transport(
            profile.server,
            client.core.signing,
            Credentials(client.core.ward, client.core.me.device, client.core.me.sign_secret),
            clock,
            moved=lambda server: lane.run(lambda: home.note_server(server)),
        )
        self.room = OpeningsRoom(home.openings, derive(key, b"", b"wardclient/openings"))
        self._loop = SyncLoop(client, self.transport, lane.run, self._synced)
        self.exchange = self._loop.sync_once
        self._feed = FeedWatch(
            lambda: self.fetch_openings(cancelled=lambda: self._feed.stopping, person=False)
        )
        self.place = Place(
            lane=lane,
            store=store,
            client=client,
            me=me,
            labels=lambda device: client.label(device) if device else "",
            now_ms=clock,
            tell=self._listeners.tell,
            urge=self._loop.urge,
            export_key=derive(key, b"", b"wardclient/tray"),
        )
        self._offline = offline
        self.open_printing(home.path)
        self._do(lambda: carry(self.place))
        self._index()
        if background and not offline:
            self._loop.start()
            self._feed.start()

    # --- who and how ------------------------------------------------------------------

    def me(self) -> Me:
        """Return who works here."""
        return self.place.me

    def status(self) -> SyncStatus:
        """Return the sync line."""
        return self._do(lambda: sync_status(self.place, offline=self._offline, trouble=self._loop.trouble))

    def subscribe(self, told: Callable[[Change], None]) -> Unsubscribe:
        """Call ``told`` after every change."""
        return self._listeners.add(told)

    def set_offline(self, offline: bool) -> None:  # noqa: FBT001
        """Cut or restore the connection of this PC."""
        self._offline = offline
        if offline:
            self._loop.stop()
            self._feed.stop()
        elif self.background:
            self._loop.start()
            self._feed.start()
        self._listeners.tell(Change(frozenset({"sync"})))

    def sync_now(self) -> SyncStatus:
        """Exchange everything now; AwayError when there is no contact."""
        if self._offline:
            raise away()
        self._do(lambda: carry(self.place))
        try:
            with told():
                self._loop.sync_once()
        except TransportError as error:
            raise away() from error
        with suppress(DeskError):
            # What is wrong with a feed is kept for its own status: the cases are exchanged all the same.
            self.fetch_openings(cancelled=lambda: False, person=False)
        self._index()
        self._note_unsent()
        return self.status()

    def wait_for_news(self) -> None:
        """Wait until the central service has something new (command line ``--watch``)."""
        try:
            self._loop.wait_for_news()
        except TransportError as error:
            raise away() from error

    def lock(self) -> None:
        """Close the database and wipe the keys. Unsent work stays, encrypted."""
        if self._ring.closed:
            return
        self._note_unsent()
        self._loop.stop()
        self._feed.stop()
        self.transport.close()
        self.room.close()
        self.close_printing()
        self.place.lane.close(self.place.store.close)
        self._held.release()
        self._listeners.clear()
        self._sealing.forget()
        self._ring.close()
        self.place.export_key = b""

    # --- upkeep -------------------------------------------------------------------------

    def verify(self, *, rebuild: bool = False) -> dict[str, object]:
        """Check every page of the database; with ``rebuild`` make the read models anew."""

        def work() -> list[str]:
            wrong = integrity(self.place.store.connection)
            if rebuild and not wrong:
                self.place.store.rebuild()
            return wrong

        wrong = self._do(work)
        if wrong:
            raise damaged()
        text = "データベースに異常はありません。" + ("画面用の表を作り直しました。" if rebuild else "")
        return {"ok": True, "rebuilt": rebuild, "text": text}

    def backup(self, path: Path) -> None:
        """Write an encrypted copy of the database."""
        key = self._key()
        try:
            self._do(lambda: backup(self.place.store, path, key))
        except OSError as error:
            raise RefusedError((_CANNOT_WRITE,)) from error

    def change_passphrase(self, passphrase: str) -> None:
        """Seal the database key under a new passphrase."""
        try:
            change_passphrase(self._home.slots, self._key(), passphrase)
        except WeakPassphraseError as error:
            raise RefusedError((Problem("passphrase", "weak", error.ja, error.en),)) from error

    # --- parts ----------------------------------------------------------------------------

    def _synced(self, changed: bool) -> None:  # noqa: FBT001
        """The loop took something over, or the state of contact changed."""
        self._listeners.tell(Change(KINDS | {"sync"} if changed else frozenset({"sync"})))
        if changed:
            self._index()

    def _index(self) -> None:
        """Let the search index follow, in small steps between other work."""
        if self.background:
            index_rest(self.place)
        else:
            self._do(lambda: _index_all(self.place.store))

    def _key(self) -> bytes:
        """Return the database key; LockedError once the desk is locked."""
        try:
            return bytes(self._ring.key(DATABASE_KEY))
        except RingClosedError as error:
            raise locked() from error

    def _note_unsent(self) -> None:
        unsent = self.status().unsent
        self._home.note_unsent(unsent)


def open_workstation(
    home: Home, profile: HomeProfile, key: bytes, held: FileLock, *, offline: bool, background: bool
) -> Workstation:
    """Return the open desk of a home whose key is known and whose lock is held."""
    return Workstation(home, profile, key, held, offline=offline, background=background)


def _open(
    home: Home, key: bytes, sealing: HybridSealing, clock: Callable[[], int]
) -> "tuple[SqlStore, Client]":
    store = open_store(home, key)
    try:
        return store, Client(store, Ed25519Signing(), sealing, clock)
    except BaseException:
        store.close()
        raise


def _suite() -> HybridSealing:
    """Return the real cryptography; told in words where an algorithm is missing."""
    try:
        return HybridSealing()
    except MissingSuiteError as error:
        raise DeskError(error.ja, error.en) from error


def _me(client: Client, profile: HomeProfile) -> Me:
    member = client.state.members.get(client.core.me.device)
    return Me(
        label=profile.label,
        team=client.core.team,
        roles=member.roles if member is not None else (),
        ward_code=profile.ward_code,
        ward_name=reference.ward_name(profile.ward_code),
        practice=profile.practice,
        device=client.core.me.device.hex(),
    )


def _index_all(store: "SqlStore") -> None:
    while store.index_pending():
        pass


def _nothing() -> None:
    """Nothing was opened."""


_CANNOT_WRITE = Problem(
    "",
    "unwritable",
    "そこには書けませんでした。場所を確かめてください。データはそのままです。",
    "That place cannot be written. The data is as it was.",
)
__all__ = ["Workstation", "open_workstation"]
