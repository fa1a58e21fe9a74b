"""Where what one operation made or found is found again: the links of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence

from server.rest.endpoint import Endpoint

# The operation, where its answer holds an id, and the path of what has that id: what it made, the first of what it
# lists. What else is in that path was in the operation's own. One's own list leads to no place that is everybody's.
FOUND: Sequence[tuple[str, str, str]] = (
    ("log_in", "/device", "/api/devices/{id}"),
    ("carry_out", "/result/classroom", "/api/classrooms/{id}"),
    ("carry_out", "/result/activity", "/api/activities/{id}"),
    ("list_records", "/records/0/session", "/api/records/{id}"),
    ("show_record", "/activities/0/activity/id", "/api/activities/{id}"),
    ("show_overview", "/linked/run", "/api/runs/{id}"),
    ("list_run_classrooms", "/classrooms/0/classroom", "/api/classrooms/{id}"),
    ("upload", "/id", "/api/files/{id}"),
    ("find_account", "/id", "/api/support/accounts/{id}"),
    ("add_roster_entry", "/id", "/api/schools/{id}/roster/{entry}"),
    ("upload_roster", "/id", "/api/schools/{id}/imports/{import}"),
    ("list_school_teachers", "/teachers/0/account", "/api/people/{id}"),
    ("create_course", "/course", "/api/courses/{id}"),
    ("list_my_courses", "/courses/0/time/run", "/api/runs/{id}"),
    ("list_taught", "/courses/0/card/id", "/api/courses/{id}"),
    ("list_taught", "/courses/0/runs/0/time/run", "/api/runs/{id}"),
    ("show_course", "/card/cover", "/files/covers/{id}"),
    ("create_run", "/run", "/api/runs/{id}"),
    ("enroll", "/run", "/api/runs/{id}"),
    ("open_topic", "/id", "/api/topics/{id}"),
    ("reply", "/id", "/api/replies/{id}"),
    ("announce", "/id", "/api/course-announcements/{id}"),
    ("add_unit", "/id", "/api/units/{id}"),
    ("upload_study", "/progress/0/unit", "/api/units/{id}"),
    ("create_assessment", "/id", "/api/assessments/{id}"),
    ("begin_attempt", "/id", "/api/attempts/{id}"),
    ("list_items", "/items/0/source/run", "/api/runs/{id}"),
    ("make_push", "/id", "/api/pushes/{id}"),
)
# Nobody waits for a course that was just made, and who opens a run does not study in it.
NOT_YET = {("create_course", "take_back_wish"), ("create_run", "drop")}


def links(endpoint: Endpoint, endpoints: Sequence[Endpoint]) -> dict[str, object]:
    """By the name of the operation that can follow. What has no id stands at one place: it is read, written, read."""
    found: dict[str, object] = {}
    if "{" not in endpoint.path and endpoint.method != "DELETE":
        at_one_place = [each for each in endpoints if each.path == endpoint.path and each is not endpoint]
        found = {each.name: {"operationId": each.name} for each in at_one_place}
    for name, pointer, path in FOUND:
        if name == endpoint.name:
            found |= _below(path, pointer, endpoints)
    return {each: link for each, link in found.items() if (endpoint.name, each) not in NOT_YET}


def _below(path: str, pointer: str, endpoints: Sequence[Endpoint]) -> dict[str, object]:
    """What can be done with what is at `path`."""
    place, _, parameter = path.rstrip("}").rpartition("{")
    parameters = {parameter: f"$response.body#{pointer}"}
    if "{id}" in place:
        parameters["id"] = "$request.path.id"
    following = [
        each for each in endpoints if (each.path + "/").startswith(f"{path}/") and "{" not in each.path[len(path) :]
    ]
    return {each.name: {"operationId": each.name, "parameters": parameters} for each in following}
