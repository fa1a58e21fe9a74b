"""The endpoints of catalogue, courses, enrollment, courseware, board: rows of the one table in `server.rest.routes`."""

from __future__ import annotations

from protocol.courses import (
    AddUnit,
    ChangeCourse,
    ChangeRun,
    ChangeUnit,
    CourseAnnouncements,
    CourseCards,
    CourseIntro,
    CourseLearners,
    CourseTeachers,
    Courseware,
    CreateCourse,
    CreatedCourse,
    CreateRun,
    Enroll,
    Enrolled,
    MyCourses,
    RunPage,
    RunStatistics,
    SchoolHome,
    SchoolTeachers,
    SetCoursePassword,
    TaughtCourses,
    WriteCourseAnnouncement,
    Written,
)
from protocol.limits import REST_COMMAND_BYTES
from protocol.rest import UploadedFile
from protocol.topics import Topic, TopicReplies, Topics, WriteReply, WriteTopic
from server.rest.courses.announcements import (
    announce,
    change_announcement,
    list_announcements,
    remove_announcement,
)
from server.rest.courses.catalogue import (
    list_courses,
    list_school_courses,
    list_school_teachers,
    show_school_home,
)
from server.rest.courses.covers import remove_cover, set_cover, show_cover
from server.rest.courses.enrollment import drop, enroll, show_course, take_back_wish, wish_next_run
from server.rest.courses.files import upload_courseware
from server.rest.courses.my_courses import list_my_courses
from server.rest.courses.runs import change_run, create_run, list_learners, show_run, show_statistics
from server.rest.courses.teachers import add_teacher, list_teachers, remove_teacher
from server.rest.courses.teaching import change_course, create_course, list_taught, set_password
from server.rest.courses.topics import (
    list_replies,
    list_topics,
    open_topic,
    remove_reply,
    remove_topic,
    reply,
    show_topic,
)
from server.rest.courses.units import add_unit, change_unit, remove_unit, show_courseware
from server.rest.endpoint import Endpoint, Who, endpoint, endpoint_with

COURSE, RUN = "/api/courses/{id}", "/api/runs/{id}"
SCHOOL, TOPIC = "/api/schools/{id}", "/api/topics/{id}"
# Texts of 20,000 characters and more, in Chinese.
TEXT_BYTES = REST_COMMAND_BYTES
EVERYBODY, LEARNER, TEACHER = Who.ACCOUNT, Who.COURSE, Who.COURSE_TEACHER

CATALOGUE: tuple[Endpoint, ...] = (
    endpoint("GET", "/api/courses", EVERYBODY, list_courses, gives=CourseCards, query=("query", "after")),
    endpoint("GET", COURSE, EVERYBODY, show_course, gives=CourseIntro),
    endpoint("GET", "/files/covers/{id}", Who.ANYONE, show_cover, status=200),
    endpoint("GET", f"{SCHOOL}/home", EVERYBODY, show_school_home, gives=SchoolHome),
    endpoint("GET", f"{SCHOOL}/courses", EVERYBODY, list_school_courses, gives=CourseCards, query=("kind", "after")),
    endpoint("GET", f"{SCHOOL}/teachers", EVERYBODY, list_school_teachers, gives=SchoolTeachers, query=("after",)),
)
ENROLLMENT: tuple[Endpoint, ...] = (
    endpoint_with(Enroll, "POST", f"{COURSE}/enrollment", EVERYBODY, enroll, gives=Enrolled, status=201, again=200),
    endpoint_with(Enroll, "POST", f"{COURSE}/wish", EVERYBODY, wish_next_run),
    endpoint("DELETE", f"{COURSE}/wish", EVERYBODY, take_back_wish),
    endpoint("GET", "/api/me/courses", EVERYBODY, list_my_courses, gives=MyCourses, query=("state", "after")),
    endpoint("DELETE", f"{RUN}/enrollment", EVERYBODY, drop),
)
LEARNING: tuple[Endpoint, ...] = (
    endpoint("GET", RUN, LEARNER, show_run, gives=RunPage),
    endpoint("GET", f"{RUN}/announcements", LEARNER, list_announcements, gives=CourseAnnouncements, query=("after",)),
    endpoint("GET", f"{RUN}/units", LEARNER, show_courseware, gives=Courseware),
    endpoint("GET", f"{RUN}/topics", LEARNER, list_topics, gives=Topics, query=("after",)),
    endpoint_with(
        WriteTopic, "POST", f"{RUN}/topics", LEARNER, open_topic, gives=Written, status=201, limit_bytes=TEXT_BYTES
    ),
    endpoint("GET", TOPIC, LEARNER, show_topic, gives=Topic),
    endpoint("DELETE", TOPIC, LEARNER, remove_topic),
    endpoint("GET", f"{TOPIC}/replies", LEARNER, list_replies, gives=TopicReplies, query=("after",)),
    endpoint_with(
        WriteReply, "POST", f"{TOPIC}/replies", LEARNER, reply, gives=Written, status=201, limit_bytes=TEXT_BYTES
    ),
    endpoint("DELETE", "/api/replies/{id}", LEARNER, remove_reply),
)
TEACHING: tuple[Endpoint, ...] = (
    endpoint("GET", "/api/me/teaching", EVERYBODY, list_taught, gives=TaughtCourses),
    endpoint_with(
        CreateCourse,
        "POST",
        "/api/courses",
        EVERYBODY,
        create_course,
        gives=CreatedCourse,
        status=201,
        limit_bytes=TEXT_BYTES,
    ),
    endpoint_with(ChangeCourse, "PATCH", COURSE, TEACHER, change_course, limit_bytes=TEXT_BYTES),
    endpoint_with(SetCoursePassword, "PUT", f"{COURSE}/password", TEACHER, set_password),
    endpoint("PUT", f"{COURSE}/cover", TEACHER, set_cover, gives=UploadedFile, query=("name",)),
    endpoint("DELETE", f"{COURSE}/cover", TEACHER, remove_cover),
    endpoint("GET", f"{COURSE}/teachers", TEACHER, list_teachers, gives=CourseTeachers),
    endpoint("PUT", f"{COURSE}/teachers/{{account}}", TEACHER, add_teacher),
    endpoint("DELETE", f"{COURSE}/teachers/{{account}}", TEACHER, remove_teacher),
    endpoint_with(CreateRun, "POST", f"{COURSE}/runs", TEACHER, create_run, gives=Enrolled, status=201),
    endpoint(
        "POST",
        f"{COURSE}/files",
        TEACHER,
        upload_courseware,
        gives=UploadedFile,
        query=("name",),
        status=201,
        is_upload=True,
    ),
    endpoint_with(ChangeRun, "PATCH", RUN, TEACHER, change_run, limit_bytes=TEXT_BYTES),
    endpoint("GET", f"{RUN}/learners", TEACHER, list_learners, gives=CourseLearners, query=("after",)),
    endpoint("GET", f"{RUN}/statistics", TEACHER, show_statistics, gives=RunStatistics),
    endpoint_with(
        WriteCourseAnnouncement,
        "POST",
        f"{RUN}/announcements",
        TEACHER,
        announce,
        gives=Written,
        status=201,
        limit_bytes=TEXT_BYTES,
    ),
    endpoint_with(
        WriteCourseAnnouncement,
        "PATCH",
        "/api/course-announcements/{id}",
        TEACHER,
        change_announcement,
        limit_bytes=TEXT_BYTES,
    ),
    endpoint("DELETE", "/api/course-announcements/{id}", TEACHER, remove_announcement),
    endpoint_with(
        AddUnit, "POST", f"{RUN}/units", TEACHER, add_unit, gives=Written, status=201, limit_bytes=TEXT_BYTES
    ),
    endpoint_with(ChangeUnit, "PATCH", "/api/units/{id}", TEACHER, change_unit, limit_bytes=TEXT_BYTES),
    endpoint("DELETE", "/api/units/{id}", TEACHER, remove_unit),
)
ENDPOINTS: tuple[Endpoint, ...] = (*CATALOGUE, *ENROLLMENT, *LEARNING, *TEACHING)
