"""Acts of administration: devices and whose they are, invites, removal, roles."""

from collections.abc import Callable

from wardclient.desk.faults import away
from wardclient.desk.place import Acts, problem, refuse
from wardclient.desk.rows import StaffRow
from wardclient.sync.enrol import EnrolError, admit, make_invite
from wardclient.sync.transport import Transport, TransportError


class StaffActs(Acts):
    """Who belongs to the ward. Every act is a control record, so it needs the central service."""

    transport: Transport
    exchange: Callable[[], None]
    """Exchange with the central service, once; TransportError."""

    def staff(self) -> tuple[StaffRow, ...]:
        """Return all devices, active ones first."""

        def look() -> tuple[StaffRow, ...]:
            mine = bytes.fromhex(self.place.me.device)
            rows = [
                StaffRow(device.hex(), self.place.labels(device), m.team, m.roles, m.active, device == mine)
                for device, m in self.place.client.state.members.items()
            ]
            return tuple(sorted(rows, key=lambda row: (not row.active, row.team, row.label)))

        return self._do(look)

    def invite(self, team: str, roles: tuple[str, ...]) -> str:
        """Make a one-use invite and return its text; it is shown once and kept nowhere."""
        self._need_admin()
        try:
            text = make_invite(
                self.place.client,
                self.transport.server,
                self.place.me.ward_code,
                self.place.lane.run,
                self.exchange,
                team,
                roles,
            )
        except TransportError as error:
            raise away() from error
        except EnrolError as error:
            refuse(problem(error.code, error.ja, error.en, "roles"))
            raise
        self.place.changed({"staff"})
        return text

    def admit(self, invite: str, code: str) -> StaffRow:
        """Admit the PC that shows ``code``; refused when the digits are another's."""
        self._need_admin()
        try:
            device = admit(
                self.place.client, self.transport, self.place.lane.run, self.exchange, invite, code
            )
        except TransportError as error:
            raise away() from error
        except EnrolError as error:
            refuse(problem(error.code, error.ja, error.en, "code"))
            raise
        self.place.changed({"staff"})
        return next(row for row in self.staff() if row.device == device.hex())

    def remove_device(self, device: str) -> None:
        """Remove a device; the team's new key travels in the same record."""
        self._need_admin()
        self._do(lambda: self.place.client.remove_device(bytes.fromhex(device)))
        self._settle()

    def set_roles(self, device: str, roles: tuple[str, ...]) -> None:
        """Change the roles of a device of my team."""
        self._need_admin()
        self._do(lambda: self.place.client.set_roles(bytes.fromhex(device), roles))
        self._settle()

    def _settle(self) -> None:
        """Bring a control act through now, or say that it waits."""
        self.place.changed({"staff"})
        try:
            self.exchange()
        except TransportError as error:
            raise away() from error

    def _need_admin(self) -> None:
        if "adm" not in self.place.me.roles:
            refuse(problem("admin", "管理者の端末で行ってください。", "This is done on an admin's PC."))
