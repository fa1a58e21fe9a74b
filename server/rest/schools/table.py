"""The endpoints of schools, roster, certification: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from protocol.schools import (
    AddRosterEntry,
    AdministeredSchools,
    Certification,
    CertifiedMembers,
    Certify,
    ChangeRosterEntry,
    IssueCodes,
    IssuedCodes,
    MyCertification,
    Roster,
    RosterEntry,
    RosterEntryHistory,
    SchoolAudit,
    Schools,
)
from server.rest.endpoint import Endpoint, Who, endpoint, endpoint_with
from server.rest.schools.audit import list_school_audit
from server.rest.schools.certifications import certify, dissolve, list_certified_members, show_my_certification
from server.rest.schools.codes import issue_codes
from server.rest.schools.export import export_roster
from server.rest.schools.roster import (
    add_roster_entry,
    change_roster_entry,
    list_roster,
    remove_roster_entry,
    show_roster_entry,
)
from server.rest.schools.schools import list_administered, list_schools

SCHOOL = "/api/schools/{id}"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "/api/schools", Who.ACCOUNT, list_schools, gives=Schools, query=("query", "after")),
    endpoint("GET", "/api/me/schools", Who.ACCOUNT, list_administered, gives=AdministeredSchools),
    endpoint("GET", "/api/me/certification", Who.ACCOUNT, show_my_certification, gives=MyCertification),
    endpoint_with(Certify, "POST", "/api/me/certification", Who.ACCOUNT, certify, gives=Certification, status=201),
    endpoint("DELETE", "/api/me/certification", Who.ACCOUNT, dissolve),
    endpoint("GET", "/api/classrooms/{id}/certifications", Who.STAFF, list_certified_members, gives=CertifiedMembers),
    endpoint(
        "GET",
        f"{SCHOOL}/roster",
        Who.SCHOOL_ADMIN,
        list_roster,
        gives=Roster,
        query=("query", "standing", "after"),
    ),
    endpoint_with(
        AddRosterEntry,
        "POST",
        f"{SCHOOL}/roster",
        Who.SCHOOL_ADMIN,
        add_roster_entry,
        gives=RosterEntry,
        status=201,
    ),
    endpoint("GET", f"{SCHOOL}/roster.csv", Who.SCHOOL_ADMIN, export_roster, status=200),
    endpoint("GET", f"{SCHOOL}/roster/{{entry}}", Who.SCHOOL_ADMIN, show_roster_entry, gives=RosterEntryHistory),
    endpoint_with(
        ChangeRosterEntry,
        "PATCH",
        f"{SCHOOL}/roster/{{entry}}",
        Who.SCHOOL_ADMIN,
        change_roster_entry,
        gives=RosterEntry,
    ),
    endpoint("DELETE", f"{SCHOOL}/roster/{{entry}}", Who.SCHOOL_ADMIN, remove_roster_entry),
    endpoint_with(IssueCodes, "POST", f"{SCHOOL}/codes", Who.SCHOOL_ADMIN, issue_codes, gives=IssuedCodes),
    endpoint("GET", f"{SCHOOL}/audit", Who.SCHOOL_ADMIN, list_school_audit, gives=SchoolAudit, query=("after",)),
)
