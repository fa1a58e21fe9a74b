"""Who may come into the rooms of study, as agreed; part of the table in `tests.rest.test_access`."""

from __future__ import annotations

from server.rest.endpoint import Who

EXPECTED = {
    ("POST", "/api/study"): Who.ACCOUNT,
    ("GET", "/api/units/{id}/study"): Who.COURSE,
    ("GET", "/api/runs/{id}/progress"): Who.LEARNER,
    ("GET", "/api/runs/{id}/grade"): Who.LEARNER,
    ("GET", "/api/runs/{id}/report"): Who.COURSE_TEACHER,
    ("GET", "/api/runs/{id}/assessments"): Who.COURSE,
    ("POST", "/api/runs/{id}/assessments"): Who.COURSE_TEACHER,
    ("GET", "/api/assessments/{id}"): Who.COURSE,
    ("PUT", "/api/assessments/{id}"): Who.COURSE_TEACHER,
    ("DELETE", "/api/assessments/{id}"): Who.COURSE_TEACHER,
    ("POST", "/api/assessments/{id}/attempts"): Who.LEARNER,
    ("GET", "/api/assessments/{id}/attempts"): Who.COURSE_TEACHER,
    ("GET", "/api/attempts/{id}"): Who.COURSE,
    ("PUT", "/api/attempts/{id}"): Who.LEARNER,
    ("POST", "/api/attempts/{id}/submit"): Who.LEARNER,
    ("PUT", "/api/attempts/{id}/marks"): Who.COURSE_TEACHER,
    ("GET", "/files/courseware/{id}"): Who.LINK,
}
