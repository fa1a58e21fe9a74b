"""The endpoints of schools, roster, certification: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from protocol.schools import (
    AddRosterEntry,
    AddTeacher,
    AdministeredSchools,
    Certification,
    CertifiedMembers,
    Certify,
    ChangeRosterEntry,
    IssueCodes,
    IssuedCodes,
    KeptTeacher,
    KeptTeachers,
    MyCertification,
    Roster,
    RosterEntry,
    RosterEntryHistory,
    RosterImport,
    RosterImportRows,
    RosterImports,
    SchoolAudit,
    Schools,
)
from server.rest.endpoint import Endpoint, Who, endpoint, endpoint_with
from server.rest.schools.audit import list_school_audit
from server.rest.schools.certifications import certify, dissolve, list_certified_members, show_my_certification
from server.rest.schools.codes import issue_codes
from server.rest.schools.export import export_roster, export_workbook
from server.rest.schools.import_rows import export_errors, list_import_rows, show_template
from server.rest.schools.imports import (
    apply_import,
    discard_import,
    list_imports,
    show_import,
    undo_import,
    upload_roster,
)
from server.rest.schools.roster import (
    add_roster_entry,
    change_roster_entry,
    list_roster,
    remove_roster_entry,
    show_roster_entry,
)
from server.rest.schools.schools import list_administered, list_schools
from server.rest.schools.teachers import keep_teacher, list_kept_teachers, remove_kept_teacher

SCHOOL = "/api/schools/{id}"
IMPORT = f"{SCHOOL}/imports/{{import}}"

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
    endpoint("GET", f"{SCHOOL}/roster.xlsx", Who.SCHOOL_ADMIN, export_workbook, status=200),
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
    endpoint("GET", f"{SCHOOL}/staff", Who.SCHOOL_ADMIN, list_kept_teachers, gives=KeptTeachers, query=("after",)),
    endpoint_with(AddTeacher, "POST", f"{SCHOOL}/staff", Who.SCHOOL_ADMIN, keep_teacher, gives=KeptTeacher, status=201),
    endpoint("DELETE", f"{SCHOOL}/staff/{{teacher}}", Who.SCHOOL_ADMIN, remove_kept_teacher),
    endpoint("GET", f"{SCHOOL}/audit", Who.SCHOOL_ADMIN, list_school_audit, gives=SchoolAudit, query=("after",)),
    endpoint("GET", f"{SCHOOL}/roster-template.xlsx", Who.SCHOOL_ADMIN, show_template, status=200),
    endpoint(
        "POST",
        f"{SCHOOL}/imports",
        Who.SCHOOL_ADMIN,
        upload_roster,
        gives=RosterImport,
        query=("name", "whole"),
        status=201,
        is_upload=True,
        takes_key=True,
    ),
    endpoint("GET", f"{SCHOOL}/imports", Who.SCHOOL_ADMIN, list_imports, gives=RosterImports, query=("after",)),
    endpoint("GET", IMPORT, Who.SCHOOL_ADMIN, show_import, gives=RosterImport),
    endpoint("DELETE", IMPORT, Who.SCHOOL_ADMIN, discard_import),
    endpoint(
        "GET",
        f"{IMPORT}/rows",
        Who.SCHOOL_ADMIN,
        list_import_rows,
        gives=RosterImportRows,
        query=("change", "after"),
    ),
    endpoint("GET", f"{IMPORT}/errors.csv", Who.SCHOOL_ADMIN, export_errors, status=200),
    endpoint("POST", f"{IMPORT}/apply", Who.SCHOOL_ADMIN, apply_import, gives=RosterImport),
    endpoint("POST", f"{IMPORT}/undo", Who.SCHOOL_ADMIN, undo_import, gives=RosterImport),
)
