// The REST layer of study: units, study time, assessments, reports.
import type {
  Assessment,
  Assessments,
  Attempt,
  AttemptPage,
  AttemptSaved,
  Grade,
  GivenMark,
  RunProgress,
  RunReport,
  StudyCounted,
  StudySpan,
  StudyUnit,
  WriteAssessment,
} from '@/client/generated/messages'
import type { Answer } from '@/kinds/exercise'

export type Ask = <Answered>(method: string, path: string, body?: object) => Promise<Answered>
export type StudyApi = ReturnType<typeof createStudyApi>

const after = (key: string | null): string => (key === null ? '' : `?after=${encodeURIComponent(key)}`)

export function createStudyApi(ask: Ask) {
  return {
    /** `sent_at` is this device's clock now: the server puts a wrong one right. */
    count: (spans: readonly StudySpan[]) => ask<StudyCounted>('POST', '/study', { sent_at: Date.now(), spans }),
    unit: (unit: string) => ask<StudyUnit>('GET', `/units/${unit}/study`),
    progress: (run: string) => ask<RunProgress>('GET', `/runs/${run}/progress`),
    grade: (run: string) => ask<Grade>('GET', `/runs/${run}/grade`),
    report: (run: string, from: string | null) => ask<RunReport>('GET', `/runs/${run}/report${after(from)}`),
    assessments: (run: string) => ask<Assessments>('GET', `/runs/${run}/assessments`),
    assessment: (id: string) => ask<Assessment>('GET', `/assessments/${id}`),
    createAssessment: (run: string, written: WriteAssessment) => ask<Assessment>('POST', `/runs/${run}/assessments`, written),
    changeAssessment: (id: string, written: WriteAssessment) => ask<Assessment>('PUT', `/assessments/${id}`, written),
    removeAssessment: (id: string) => ask<void>('DELETE', `/assessments/${id}`),
    begin: (assessment: string) => ask<Attempt>('POST', `/assessments/${assessment}/attempts`),
    attempts: (assessment: string, from: string | null) => ask<AttemptPage>('GET', `/assessments/${assessment}/attempts${after(from)}`),
    attempt: (id: string) => ask<Attempt>('GET', `/attempts/${id}`),
    save: (id: string, answers: readonly Answer[], rev: number) => ask<AttemptSaved>('PUT', `/attempts/${id}`, { answers, rev }),
    submit: (id: string, answers: readonly Answer[]) => ask<Attempt>('POST', `/attempts/${id}/submit`, { answers }),
    mark: (id: string, marks: Readonly<Record<string, GivenMark>>) => ask<Attempt>('PUT', `/attempts/${id}/marks`, { marks }),
  }
}
