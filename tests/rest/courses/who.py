"""Who may come into the rooms of courses, as agreed; part of the table in `tests.rest.test_access`."""

from __future__ import annotations

from server.rest.endpoint import Who

EXPECTED = {
    ("GET", "/api/courses"): Who.ACCOUNT,
    ("GET", "/api/courses/{id}"): Who.ACCOUNT,
    ("GET", "/api/schools/{id}/home"): Who.ACCOUNT,
    ("GET", "/api/schools/{id}/courses"): Who.ACCOUNT,
    ("GET", "/api/schools/{id}/teachers"): Who.ACCOUNT,
    ("POST", "/api/courses/{id}/enrollment"): Who.ACCOUNT,
    ("POST", "/api/courses/{id}/wish"): Who.ACCOUNT,
    ("DELETE", "/api/courses/{id}/wish"): Who.ACCOUNT,
    ("GET", "/api/me/courses"): Who.ACCOUNT,
    ("DELETE", "/api/runs/{id}/enrollment"): Who.ACCOUNT,
    ("GET", "/api/runs/{id}"): Who.COURSE,
    ("GET", "/api/runs/{id}/announcements"): Who.COURSE,
    ("GET", "/api/runs/{id}/units"): Who.COURSE,
    ("GET", "/api/runs/{id}/topics"): Who.COURSE,
    ("POST", "/api/runs/{id}/topics"): Who.COURSE,
    ("GET", "/api/topics/{id}"): Who.COURSE,
    ("DELETE", "/api/topics/{id}"): Who.COURSE,
    ("GET", "/api/topics/{id}/replies"): Who.COURSE,
    ("POST", "/api/topics/{id}/replies"): Who.COURSE,
    ("DELETE", "/api/replies/{id}"): Who.COURSE,
    ("GET", "/api/me/teaching"): Who.ACCOUNT,
    ("POST", "/api/courses"): Who.ACCOUNT,
    ("PATCH", "/api/courses/{id}"): Who.COURSE_TEACHER,
    ("PUT", "/api/courses/{id}/password"): Who.COURSE_TEACHER,
    ("POST", "/api/courses/{id}/runs"): Who.COURSE_TEACHER,
    ("POST", "/api/courses/{id}/files"): Who.COURSE_TEACHER,
    ("PATCH", "/api/runs/{id}"): Who.COURSE_TEACHER,
    ("GET", "/api/runs/{id}/learners"): Who.COURSE_TEACHER,
    ("GET", "/api/runs/{id}/statistics"): Who.COURSE_TEACHER,
    ("POST", "/api/runs/{id}/announcements"): Who.COURSE_TEACHER,
    ("PATCH", "/api/course-announcements/{id}"): Who.COURSE_TEACHER,
    ("DELETE", "/api/course-announcements/{id}"): Who.COURSE_TEACHER,
    ("POST", "/api/runs/{id}/units"): Who.COURSE_TEACHER,
    ("PATCH", "/api/units/{id}"): Who.COURSE_TEACHER,
    ("DELETE", "/api/units/{id}"): Who.COURSE_TEACHER,
}
