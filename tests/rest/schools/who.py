"""Who may come into the rooms of schools, as agreed; part of the table in `tests.rest.test_access`."""

from __future__ import annotations

from server.rest.endpoint import Who

EXPECTED = {
    ("GET", "/api/schools"): Who.ACCOUNT,
    ("GET", "/api/me/schools"): Who.ACCOUNT,
    ("GET", "/api/me/certification"): Who.ACCOUNT,
    ("POST", "/api/me/certification"): Who.ACCOUNT,
    ("DELETE", "/api/me/certification"): Who.ACCOUNT,
    ("GET", "/api/classrooms/{id}/certifications"): Who.STAFF,
    ("GET", "/api/schools/{id}/roster"): Who.SCHOOL_ADMIN,
    ("POST", "/api/schools/{id}/roster"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/roster.csv"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/roster/{entry}"): Who.SCHOOL_ADMIN,
    ("PATCH", "/api/schools/{id}/roster/{entry}"): Who.SCHOOL_ADMIN,
    ("DELETE", "/api/schools/{id}/roster/{entry}"): Who.SCHOOL_ADMIN,
    ("POST", "/api/schools/{id}/codes"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/roster.xlsx"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/staff"): Who.SCHOOL_ADMIN,
    ("POST", "/api/schools/{id}/staff"): Who.SCHOOL_ADMIN,
    ("DELETE", "/api/schools/{id}/staff/{teacher}"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/audit"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/roster-template.xlsx"): Who.SCHOOL_ADMIN,
    ("POST", "/api/schools/{id}/imports"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/imports"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/imports/{import}"): Who.SCHOOL_ADMIN,
    ("DELETE", "/api/schools/{id}/imports/{import}"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/imports/{import}/rows"): Who.SCHOOL_ADMIN,
    ("GET", "/api/schools/{id}/imports/{import}/errors.csv"): Who.SCHOOL_ADMIN,
    ("POST", "/api/schools/{id}/imports/{import}/apply"): Who.SCHOOL_ADMIN,
    ("POST", "/api/schools/{id}/imports/{import}/undo"): Who.SCHOOL_ADMIN,
}
