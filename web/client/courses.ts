// The REST layer of courses: catalogue, enrollment, the course page, teaching.
import type {
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
  Enrolled,
  MyCourse,
  MyCourses,
  RunClassrooms,
  RunPage,
  RunStatistics,
  SchoolHome,
  SchoolTeachers,
  TaughtCourses,
  Topic,
  TopicReplies,
  Topics,
  UploadedFile,
  Written,
} from '@/client/generated/messages'

type Ask = <Answer>(method: string, path: string, body?: object, timeoutMs?: number) => Promise<Answer>
type Text = { title: string; text: string }

export type CoursesApi = ReturnType<typeof createCoursesApi>

// A video of 500 MB over a line of 2 Mbit/s.
const UPLOAD_TIMEOUT_MS = 40 * 60_000

function query(given: Record<string, string | null>): string {
  const found = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== null && pair[1] !== '')
  return found.length === 0 ? '' : `?${new URLSearchParams(found).toString()}`
}

export function createCoursesApi(ask: Ask) {
  return {
    search: (words: string, after: string | null) => ask<CourseCards>('GET', `/courses${query({ query: words, after })}`),
    course: (course: string) => ask<CourseIntro>('GET', `/courses/${course}`),
    enroll: (course: string, password: string | null) => ask<Enrolled>('POST', `/courses/${course}/enrollment`, { password }),
    wish: (course: string, password: string | null) => ask<void>('POST', `/courses/${course}/wish`, { password }),
    takeBackWish: (course: string) => ask<void>('DELETE', `/courses/${course}/wish`),
    mine: (state: MyCourse['state'] | null, after: string | null) => ask<MyCourses>('GET', `/me/courses${query({ state, after })}`),
    drop: (run: string) => ask<void>('DELETE', `/runs/${run}/enrollment`),

    school: (school: string) => ask<SchoolHome>('GET', `/schools/${school}/home`),
    ofSchool: (school: string, kind: 'mooc' | 'spoc', after: string | null) =>
      ask<CourseCards>('GET', `/schools/${school}/courses${query({ kind, after })}`),
    teachers: (school: string, after: string | null) => ask<SchoolTeachers>('GET', `/schools/${school}/teachers${query({ after })}`),

    run: (run: string) => ask<RunPage>('GET', `/runs/${run}`),
    announcements: (run: string, after: string | null) => ask<CourseAnnouncements>('GET', `/runs/${run}/announcements${query({ after })}`),
    units: async (run: string) => (await ask<Courseware>('GET', `/runs/${run}/units`)).units,
    topics: (run: string, after: string | null) => ask<Topics>('GET', `/runs/${run}/topics${query({ after })}`),
    openTopic: (run: string, topic: Text) => ask<Written>('POST', `/runs/${run}/topics`, topic),
    topic: (topic: string) => ask<Topic>('GET', `/topics/${topic}`),
    removeTopic: (topic: string) => ask<void>('DELETE', `/topics/${topic}`),
    replies: (topic: string, after: string | null) => ask<TopicReplies>('GET', `/topics/${topic}/replies${query({ after })}`),
    reply: (topic: string, text: string, parent: string | null) => ask<Written>('POST', `/topics/${topic}/replies`, { text, parent }),
    removeReply: (reply: string) => ask<void>('DELETE', `/replies/${reply}`),

    taught: () => ask<TaughtCourses>('GET', '/me/teaching'),
    create: (course: CreateCourse) => ask<CreatedCourse>('POST', '/courses', course),
    change: (course: string, change: ChangeCourse) => ask<void>('PATCH', `/courses/${course}`, change),
    setPassword: (course: string, password: string | null) => ask<void>('PUT', `/courses/${course}/password`, { password }),
    setCover: (course: string, file: File) =>
      ask<UploadedFile>('PUT', `/courses/${course}/cover?name=${encodeURIComponent(file.name)}`, file, UPLOAD_TIMEOUT_MS),
    removeCover: (course: string) => ask<void>('DELETE', `/courses/${course}/cover`),
    teachersOf: async (course: string) => (await ask<CourseTeachers>('GET', `/courses/${course}/teachers`)).teachers,
    addTeacher: (course: string, account: string) => ask<void>('PUT', `/courses/${course}/teachers/${account}`),
    removeTeacher: (course: string, account: string) => ask<void>('DELETE', `/courses/${course}/teachers/${account}`),
    createRun: (course: string, starts_at: number, ends_at: number) => ask<Enrolled>('POST', `/courses/${course}/runs`, { starts_at, ends_at }),
    changeRun: (run: string, change: ChangeRun) => ask<void>('PATCH', `/runs/${run}`, change),
    learners: (run: string, after: string | null) => ask<CourseLearners>('GET', `/runs/${run}/learners${query({ after })}`),
    classrooms: async (run: string) => (await ask<RunClassrooms>('GET', `/runs/${run}/classrooms`)).classrooms,
    statistics: (run: string) => ask<RunStatistics>('GET', `/runs/${run}/statistics`),
    announce: (run: string, announcement: Text) => ask<Written>('POST', `/runs/${run}/announcements`, announcement),
    changeAnnouncement: (announcement: string, text: Text) => ask<void>('PATCH', `/course-announcements/${announcement}`, text),
    removeAnnouncement: (announcement: string) => ask<void>('DELETE', `/course-announcements/${announcement}`),
    addUnit: (run: string, unit: AddUnit) => ask<Written>('POST', `/runs/${run}/units`, unit),
    changeUnit: (unit: string, change: ChangeUnit) => ask<void>('PATCH', `/units/${unit}`, change),
    removeUnit: (unit: string) => ask<void>('DELETE', `/units/${unit}`),
    upload: (course: string, file: File) =>
      ask<UploadedFile>('POST', `/courses/${course}/files?name=${encodeURIComponent(file.name)}`, file, UPLOAD_TIMEOUT_MS),
  }
}
