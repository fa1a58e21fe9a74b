"""The endpoints of progress, study time, assessments: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from protocol.limits import ASSESSMENT_BYTES, REST_COMMAND_BYTES, STUDY_BYTES
from protocol.study import (
    Assessment,
    Assessments,
    Attempt,
    AttemptPage,
    AttemptSaved,
    Grade,
    MarkAttempt,
    RunProgress,
    RunReport,
    SaveAttempt,
    StudyCounted,
    StudyUnit,
    StudyUpload,
    SubmitAttempt,
    WriteAssessment,
)
from server.rest.endpoint import Endpoint, Who, endpoint, endpoint_with
from server.rest.study.assessments import (
    change_assessment,
    create_assessment,
    list_assessments,
    remove_assessment,
    show_assessment,
)
from server.rest.study.attempts import (
    begin_attempt,
    list_attempts,
    mark_attempt,
    save_attempt,
    show_attempt,
    submit_attempt,
)
from server.rest.study.progress import show_run_progress, upload_study
from server.rest.study.reports import show_grade, show_report
from server.rest.study.units import download_courseware, show_unit

ENDPOINTS: tuple[Endpoint, ...] = (
    # Whose unit a span is of is asked for each; what is nobody's counts nothing.
    endpoint_with(
        StudyUpload, "POST", "/api/study", Who.ACCOUNT, upload_study, gives=StudyCounted, limit_bytes=STUDY_BYTES
    ),
    endpoint("GET", "/api/units/{id}/study", Who.COURSE, show_unit, gives=StudyUnit),
    endpoint("GET", "/api/runs/{id}/progress", Who.LEARNER, show_run_progress, gives=RunProgress),
    endpoint("GET", "/api/runs/{id}/grade", Who.LEARNER, show_grade, gives=Grade),
    endpoint("GET", "/api/runs/{id}/report", Who.COURSE_TEACHER, show_report, gives=RunReport, query=("after",)),
    endpoint("GET", "/api/runs/{id}/assessments", Who.COURSE, list_assessments, gives=Assessments),
    endpoint_with(
        WriteAssessment,
        "POST",
        "/api/runs/{id}/assessments",
        Who.COURSE_TEACHER,
        create_assessment,
        gives=Assessment,
        status=201,
        limit_bytes=ASSESSMENT_BYTES,
    ),
    endpoint("GET", "/api/assessments/{id}", Who.COURSE, show_assessment, gives=Assessment),
    endpoint_with(
        WriteAssessment,
        "PUT",
        "/api/assessments/{id}",
        Who.COURSE_TEACHER,
        change_assessment,
        gives=Assessment,
        limit_bytes=ASSESSMENT_BYTES,
    ),
    endpoint("DELETE", "/api/assessments/{id}", Who.COURSE_TEACHER, remove_assessment),
    endpoint("POST", "/api/assessments/{id}/attempts", Who.LEARNER, begin_attempt, gives=Attempt, status=201),
    endpoint(
        "GET", "/api/assessments/{id}/attempts", Who.COURSE_TEACHER, list_attempts, gives=AttemptPage, query=("after",)
    ),
    endpoint("GET", "/api/attempts/{id}", Who.COURSE, show_attempt, gives=Attempt),
    endpoint_with(
        SaveAttempt,
        "PUT",
        "/api/attempts/{id}",
        Who.LEARNER,
        save_attempt,
        gives=AttemptSaved,
        limit_bytes=REST_COMMAND_BYTES,
    ),
    endpoint_with(
        SubmitAttempt,
        "POST",
        "/api/attempts/{id}/submit",
        Who.LEARNER,
        submit_attempt,
        gives=Attempt,
        limit_bytes=REST_COMMAND_BYTES,
    ),
    endpoint_with(
        MarkAttempt,
        "PUT",
        "/api/attempts/{id}/marks",
        Who.COURSE_TEACHER,
        mark_attempt,
        gives=Attempt,
        limit_bytes=REST_COMMAND_BYTES,
    ),
    endpoint(
        "GET",
        "/files/courseware/{id}",
        Who.LINK,
        download_courseware,
        query=("account", "until", "signature"),
        status=200,
    ),
)
