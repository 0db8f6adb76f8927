"""An unlocked home: the store, the core, the sync loop, and all acts."""

import time

from wardclient.desk.cases import CaseActs
from wardclient.desk.consents import ConsentActs
from wardclient.desk.imports import ImportActs
from wardclient.desk.inbox import InboxActs
from wardclient.desk.openings_acts import OpeningsActs
from wardclient.desk.referrals import ReferralActs
from wardclient.desk.sessions import SessionActs
from wardclient.desk.staff import StaffActs


class Workstation(
    CaseActs, ConsentActs, SessionActs, ReferralActs, OpeningsActs, InboxActs, ImportActs, StaffActs
):
    """One staff member's desk. Implements `desk.api.Desk` and the administrator's acts."""


def now_ms() -> int:
    """Return this PC's clock, in milliseconds."""
    return time.time_ns() // 1_000_000
