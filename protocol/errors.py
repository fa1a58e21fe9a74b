"""Refusals: the request's fault, part of normal life, told to the client in two languages.

    Refused                 the only exception rules raise; carries a Code
      .code                 machine-readable, stable; never match on text
      .retry                whether the same request may succeed later
      .retry_after_ms       when, if the server knows
      .data                 typed extras of the code (for instance the missing field)

Everything else that is raised is our fault: logged with its traceback, told as INTERNAL without detail.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    BAD_MESSAGE = "bad_message"
    BAD_FIELD = "bad_field"
    UNKNOWN_COMMAND = "unknown_command"
    ID_CONFLICT = "id_conflict"
    UNDER_WAY = "under_way"
    SLOW_DOWN = "slow_down"
    TOO_LARGE = "too_large"
    INTERNAL = "internal"
    OVERLOADED = "overloaded"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    UPDATE_REQUIRED = "update_required"
    TOO_MANY_STREAMS = "too_many_streams"
    # accounts
    BAD_PHONE = "bad_phone"
    BAD_CODE = "bad_code"
    BAD_LOGIN = "bad_login"
    WEAK_PASSWORD = "weak_password"
    PHONE_TAKEN = "phone_taken"
    PHONE_UNKNOWN = "phone_unknown"
    SMS_FAILED = "sms_failed"
    # people: login methods, closing
    BAD_EMAIL = "bad_email"
    EMAIL_UNKNOWN = "email_unknown"
    MAIL_FAILED = "mail_failed"
    CONFIRM_NEEDED = "confirm_needed"
    IDENTITY_TAKEN = "identity_taken"
    ALREADY_BOUND = "already_bound"
    NOT_BOUND = "not_bound"
    LAST_METHOD = "last_method"
    ACCOUNT_CLOSED = "account_closed"
    STILL_CERTIFIED = "still_certified"
    OAUTH_FAILED = "oauth_failed"
    # classrooms
    CODE_UNKNOWN = "code_unknown"
    ALREADY_MEMBER = "already_member"
    NOT_A_MEMBER = "not_a_member"
    IN_SESSION = "in_session"
    NOT_IN_SESSION = "not_in_session"
    ALREADY_IN_SESSION = "already_in_session"
    LAST_TEACHER = "last_teacher"
    TOO_MANY_CLASSROOMS = "too_many_classrooms"
    # activities
    UNKNOWN_KIND = "unknown_kind"
    TIME_LIMIT_NOT_ALLOWED = "time_limit_not_allowed"
    BAD_PHASE = "bad_phase"
    ALREADY_ANSWERED = "already_answered"
    TOO_LATE = "too_late"
    ACTIVITY_CLOSED = "activity_closed"
    BAD_ANSWER = "bad_answer"
    TOO_MANY_ACTIVITIES = "too_many_activities"
    # files
    FILE_TYPE = "file_type"
    FILE_TOO_LARGE = "file_too_large"
    UPLOAD_BROKEN = "upload_broken"
    # courses
    NO_RUN_TO_JOIN = "no_run_to_join"
    COURSE_PASSWORD_NEEDED = "course_password_needed"
    WRONG_COURSE_PASSWORD = "wrong_course_password"
    NOT_CERTIFIED = "not_certified"
    TOO_MANY_UNITS = "too_many_units"
    # study
    NOT_OPEN_YET = "not_open_yet"
    NO_ATTEMPT_LEFT = "no_attempt_left"
    ASSESSMENT_BEGUN = "assessment_begun"
    OLDER_REVISION = "older_revision"
    # schools
    NUMBER_UNKNOWN = "number_unknown"
    NUMBER_HELD = "number_held"
    ALREADY_CERTIFIED = "already_certified"
    NUMBER_TAKEN = "number_taken"
    IMPORT_STATE = "import_state"
    IMPORT_AT_WORK = "import_at_work"
    IMPORT_ERRORS = "import_errors"
    TEACHER_UNKNOWN = "teacher_unknown"


@dataclass(frozen=True, slots=True)
class Wording:
    """How a code is told to people, whether to try again, and the HTTP status REST answers with."""

    zh: str
    en: str
    retry: bool
    status: int


WORDINGS: dict[Code, Wording] = {
    Code.BAD_MESSAGE: Wording("消息格式错误", "The message could not be read.", False, 400),
    Code.BAD_FIELD: Wording("内容填写有误", "A field is missing or wrong.", False, 422),
    Code.UNKNOWN_COMMAND: Wording("不支持的操作，请更新应用", "Unknown command; please update the app.", False, 404),
    Code.ID_CONFLICT: Wording("操作编号重复", "This command id was used for something else.", False, 409),
    Code.UNDER_WAY: Wording(
        "同一操作正在进行，请稍后再试", "The same request is under way; please ask again shortly.", True, 409
    ),
    Code.SLOW_DOWN: Wording("操作过于频繁，请稍后再试", "Too many requests; please wait a moment.", True, 429),
    Code.TOO_LARGE: Wording("内容过大", "The content is too large.", False, 413),
    Code.INTERNAL: Wording(
        "服务器出错了，请稍后再试", "Something went wrong on our side; please try again.", True, 500
    ),
    Code.OVERLOADED: Wording("服务繁忙，请稍后再试", "The service is busy; please try again shortly.", True, 503),
    Code.UNAUTHENTICATED: Wording("请重新登录", "Please log in again.", False, 401),
    Code.FORBIDDEN: Wording("没有权限进行此操作", "You are not allowed to do this.", False, 403),
    Code.NOT_FOUND: Wording("内容不存在", "Not found.", False, 404),
    Code.UPDATE_REQUIRED: Wording("请更新至最新版本", "Please update to the latest version.", False, 426),
    Code.TOO_MANY_STREAMS: Wording("同时关注的课堂过多", "Too many streams on one connection.", False, 429),
    Code.BAD_PHONE: Wording("手机号格式错误", "This is not a mobile phone number.", False, 422),
    Code.BAD_CODE: Wording("验证码错误或已失效", "The code is wrong or no longer valid.", False, 403),
    Code.BAD_LOGIN: Wording("手机号或密码错误", "Wrong phone number or password.", False, 401),
    Code.WEAK_PASSWORD: Wording(
        "密码过于简单，请使用至少 8 位且不常见的密码",
        "Choose a password of at least 8 characters that is not common.",
        False,
        422,
    ),
    Code.PHONE_TAKEN: Wording(
        "该手机号已注册，请直接登录", "This phone number is registered; please log in.", False, 409
    ),
    # Said only to who has shown, by a code, that the number is theirs.
    Code.PHONE_UNKNOWN: Wording(
        "该手机号尚未注册，请先注册", "This phone number is not registered yet; please register.", False, 409
    ),
    Code.SMS_FAILED: Wording(
        "短信发送失败，请稍后再试", "The text message could not be sent; please try again.", True, 503
    ),
    Code.BAD_EMAIL: Wording("邮箱格式错误", "This is not an e-mail address.", False, 422),
    # Said, like PHONE_UNKNOWN, only to who has shown that the address is theirs.
    Code.EMAIL_UNKNOWN: Wording("该邮箱尚未绑定账号", "This e-mail address is not bound to an account.", False, 409),
    Code.MAIL_FAILED: Wording("邮件发送失败，请稍后再试", "The e-mail could not be sent; please try again.", True, 503),
    Code.CONFIRM_NEEDED: Wording("请先验证身份", "Please confirm with your password or a one-time code.", False, 401),
    Code.IDENTITY_TAKEN: Wording("无法绑定", "This cannot be bound: it belongs to another account.", False, 409),
    Code.ALREADY_BOUND: Wording(
        "已绑定此类登录方式，请先解绑", "A login method of this kind is bound already; unbind it first.", False, 409
    ),
    Code.NOT_BOUND: Wording("尚未绑定此登录方式", "This login method is not bound.", False, 409),
    Code.LAST_METHOD: Wording("这是最后一种登录方式，无法解绑", "The last login method cannot be unbound.", False, 409),
    Code.ACCOUNT_CLOSED: Wording(
        "该账号已注销，如属误操作请联系客服", "This account is closed; support can restore it.", False, 403
    ),
    Code.STILL_CERTIFIED: Wording(
        "注销前请先在我的学校云解除认证", "Dissolve the school certification before closing the account.", False, 409
    ),
    Code.OAUTH_FAILED: Wording("第三方登录失败，请重试", "Logging in there failed; please try again.", True, 409),
    Code.CODE_UNKNOWN: Wording(
        "课堂码无效，请核对后重试", "This class code does not work; please check it.", False, 404
    ),
    Code.ALREADY_MEMBER: Wording("你已加入该课堂", "You are already in this classroom.", False, 409),
    Code.NOT_A_MEMBER: Wording("该成员已不在课堂中", "This person is not in the classroom.", False, 404),
    Code.IN_SESSION: Wording(
        "上课中无法退出课堂，请下课后再试", "You cannot leave while class is in session.", False, 409
    ),
    Code.NOT_IN_SESSION: Wording("当前未上课", "Class is not in session.", False, 409),
    Code.ALREADY_IN_SESSION: Wording("已经在上课中", "Class is already in session.", False, 409),
    Code.LAST_TEACHER: Wording("课堂至少需要一位老师", "A classroom needs at least one teacher.", False, 409),
    Code.TOO_MANY_CLASSROOMS: Wording("加入的课堂数量已达上限", "You are in too many classrooms.", False, 409),
    Code.UNKNOWN_KIND: Wording(
        "不支持的活动类型，请更新应用", "Unknown kind of activity; please update the app.", False, 422
    ),
    Code.TIME_LIMIT_NOT_ALLOWED: Wording("只有练习可以设置限时", "Only an exercise may have a time limit.", False, 422),
    Code.BAD_PHASE: Wording("活动当前状态不支持此操作", "The activity's state does not allow this.", False, 409),
    Code.ALREADY_ANSWERED: Wording("你已提交过，不能重复提交", "You have already submitted.", False, 409),
    Code.TOO_LATE: Wording("已超过截止时间", "The time is over.", False, 409),
    Code.ACTIVITY_CLOSED: Wording("活动已结束", "The activity is closed.", False, 409),
    Code.BAD_ANSWER: Wording("答案格式有误", "The answer does not fit the question.", False, 422),
    Code.TOO_MANY_ACTIVITIES: Wording("本节课活动数量已达上限", "Too many activities in this session.", False, 409),
    Code.FILE_TYPE: Wording("不支持的文件类型", "This type of file is not accepted.", False, 415),
    Code.FILE_TOO_LARGE: Wording("文件过大", "The file is too large.", False, 413),
    Code.UPLOAD_BROKEN: Wording("上传中断，请重试", "The upload broke off; please try again.", True, 400),
    # courses
    Code.NO_RUN_TO_JOIN: Wording(
        "课程暂未开课，可报名下次开课", "There is no run to join; you can register for the next one.", False, 409
    ),
    Code.COURSE_PASSWORD_NEEDED: Wording("请输入课程密码", "This course asks for a password.", False, 403),
    Code.WRONG_COURSE_PASSWORD: Wording("课程密码错误", "The course password is wrong.", False, 403),
    Code.NOT_CERTIFIED: Wording(
        "请先完成学校云认证，再进入学校云选课学习",
        "Certify yourself with this school first; its own courses are for its students.",
        False,
        403,
    ),
    Code.TOO_MANY_UNITS: Wording("课件数量已达上限", "The courseware cannot have more units.", False, 409),
    # study
    Code.NOT_OPEN_YET: Wording("还未到开放时间", "This is not open yet.", False, 409),
    Code.NO_ATTEMPT_LEFT: Wording("作答次数已用完", "You have no attempt left.", False, 409),
    Code.ASSESSMENT_BEGUN: Wording(
        "已有学生作答，不能修改题目或删除",
        "Somebody has taken this; its questions stay as they are.",
        False,
        409,
    ),
    Code.OLDER_REVISION: Wording(
        "答案已在其他设备上更新，请刷新", "The answers were changed on another device; please reload.", False, 409
    ),
    # schools
    Code.NUMBER_UNKNOWN: Wording(
        "学号输入错误，或学校未录入该学号",
        "The student number is wrong, or the school has not entered it.",
        False,
        409,
    ),
    Code.NUMBER_HELD: Wording(
        "学号存在异常认证关系", "This student number is certified by a different account.", False, 409
    ),
    Code.ALREADY_CERTIFIED: Wording(
        "当前账号已完成认证，请先在我的学校云解除认证",
        "This account is certified already; dissolve that in My school cloud first.",
        False,
        409,
    ),
    Code.NUMBER_TAKEN: Wording("该学号已在学生名单中", "This student number is on the roster already.", False, 409),
    Code.IMPORT_STATE: Wording("导入当前状态不支持此操作", "The import's state does not allow this.", False, 409),
    Code.IMPORT_AT_WORK: Wording(
        "已有导入正在进行，请等待其完成", "Another import is at work; please wait for it to end.", True, 409
    ),
    Code.IMPORT_ERRORS: Wording(
        "文件中有错误行：全量导入前须先改正",
        "The file has wrong rows; correct them before it may replace the whole roster.",
        False,
        409,
    ),
    # Says that a number is registered; only a school's admins hear it, counted and written down.
    Code.TEACHER_UNKNOWN: Wording(
        "没有找到该手机号的账号，请老师先注册", "No account has this number; the teacher registers first.", False, 409
    ),
}


class Refused(Exception):
    """A request the rules refuse. Raised by pure code and by doors alike; answered in one place each."""

    def __init__(
        self, code: Code, why: str = "", *, retry_after_ms: int | None = None, data: dict[str, str | int] | None = None
    ) -> None:
        super().__init__(f"{code}: {why}" if why else str(code))
        self.code = code
        self.why = why
        self.retry_after_ms = retry_after_ms
        self.data = data

    @property
    def wording(self) -> Wording:
        return WORDINGS[self.code]
