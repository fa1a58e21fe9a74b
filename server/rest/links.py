"""Where what one operation made is found again: the links of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.rest.endpoint import Endpoint

# The operation -> where its answer holds the new id, and the path of what it made. What else is in that path was in
# the operation's own.
MADE: Mapping[str, tuple[str, str]] = {
    "log_in": ("/device", "/api/devices/{id}"),
    "upload": ("/id", "/api/files/{id}"),
    "add_roster_entry": ("/id", "/api/schools/{id}/roster/{entry}"),
    "upload_roster": ("/id", "/api/schools/{id}/imports/{import}"),
    "create_course": ("/course", "/api/courses/{id}"),
    "create_run": ("/run", "/api/runs/{id}"),
    "enroll": ("/run", "/api/runs/{id}"),
    "open_topic": ("/id", "/api/topics/{id}"),
    "reply": ("/id", "/api/replies/{id}"),
    "announce": ("/id", "/api/course-announcements/{id}"),
    "add_unit": ("/id", "/api/units/{id}"),
    "create_assessment": ("/id", "/api/assessments/{id}"),
    "begin_attempt": ("/id", "/api/attempts/{id}"),
    "make_push": ("/id", "/api/pushes/{id}"),
}


def links(endpoint: Endpoint, endpoints: Sequence[Endpoint]) -> dict[str, object]:
    """By the name of the operation that can follow."""
    if endpoint.name not in MADE:
        return {}
    pointer, path = MADE[endpoint.name]
    place, _, parameter = path.rstrip("}").rpartition("{")
    parameters = {parameter: f"$response.body#{pointer}"}
    if "{id}" in place:
        parameters["id"] = "$request.path.id"
    following = [
        each for each in endpoints if (each.path + "/").startswith(f"{path}/") and "{" not in each.path[len(path) :]
    ]
    return {each.name: {"operationId": each.name, "parameters": parameters} for each in following}
