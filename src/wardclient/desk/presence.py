"""Who else has a case open just now (他端末での閲覧・編集): told and asked in one call, nothing kept.

The partner is told of a field only where the joint stream holds that field; colleagues of the
same office are told of any. Without contact there is nothing to show, and never an error.
"""

from dataclasses import dataclass

from wardclient.casework.fields import FIELDS
from wardclient.desk.api import DeskError
from wardclient.desk.place import Acts, CaseStream, Place
from wardclient.desk.rows import PresenceRow
from wardclient.desk.streams import CaseStreams, shared_fields, streams_of
from wardclient.sync.live import LiveHint, make_hint, read_hints
from wardclient.sync.transport import Transport, TransportError
from wardproto.messages import LivePost

EDITED = frozenset((kind, field.name) for kind, fields in FIELDS.items() for field in fields)
"""Fields that a hint may name; anything else is shown as nothing."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A stream of the case and the hint for its readers."""

    stream: bytes
    hint: bytes


class PresenceActs(Acts):
    """Telling the other PCs that a case is open here, and asking where else it is."""

    transport: Transport
    _offline: bool

    def presence(
        self, case_id: str, editing: tuple[str, str] = ("", ""), *, leaving: bool = False
    ) -> tuple[PresenceRow, ...]:
        """Tell that a case is open here; return the other PCs where it is open, by name."""
        if self._offline or not self.place.client.core.memory.contact_ms:
            return ()
        try:
            sent = self._do(lambda: _to_send(self.place, case_id, editing, leaving=leaving))
            heard = [(s.stream, self.transport.live(LivePost(s.stream, s.hint)).hints) for s in sent]
            return self._do(lambda: _rows(self.place, heard))
        except (DeskError, TransportError):
            # Nothing depends on it: a case that is gone, or a service that is away, says so elsewhere.
            return ()


def _to_send(place: Place, case_id: str, editing: tuple[str, str], *, leaving: bool) -> list[_Sent]:
    streams = streams_of(place, case_id)
    found = []
    for stream in (streams.own, streams.joint):
        if stream is None or not stream.open:
            continue
        kind, field = editing if _may_tell(place, streams, stream, editing) else ("", "")
        hint = make_hint(place.client.core, stream.stream, kind, field)
        if hint:
            found.append(_Sent(stream.stream, b"" if leaving else hint))
    return found


def _may_tell(place: Place, streams: CaseStreams, stream: CaseStream, editing: tuple[str, str]) -> bool:
    """Whether the readers of a stream may learn which field is edited."""
    kind, field = editing
    return stream.kind != "joint" or field in shared_fields(place, streams, kind)


def _rows(place: Place, heard: list[tuple[bytes, tuple[bytes, ...]]]) -> tuple[PresenceRow, ...]:
    core, best = place.client.core, dict[bytes, LiveHint]()
    for stream, hints in heard:
        for hint in read_hints(core, stream, hints):
            known = best.get(hint.device)
            if known is None or not known.field:
                best[hint.device] = hint
    return tuple(_row(place, hint) for hint in sorted(best.values(), key=lambda h: h.device))


def _row(place: Place, hint: LiveHint) -> PresenceRow:
    kind, field = (hint.kind, hint.field) if (hint.kind, hint.field) in EDITED else ("", "")
    return PresenceRow(place.labels(hint.device), place.client.team_of(hint.device), kind, field)
