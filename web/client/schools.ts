// The REST layer of schools: certification for students, roster and imports for the school's admins.
import type {
  AdministeredSchool,
  Certification,
  CertifiedMember,
  Certify,
  KeptTeacher,
  KeptTeachers,
  MyCertification,
  Roster,
  RosterEntry,
  RosterEntryHistory,
  RosterImport,
  RosterImportRow,
  RosterImportRows,
  RosterImports,
  SchoolAudit,
  Schools,
} from '@/client/generated/messages'

export type Ask = <Answered>(method: string, path: string, body?: object, timeoutMs?: number) => Promise<Answered>
export type Fetch = (path: string) => Promise<Blob>
export type SchoolsApi = ReturnType<typeof createSchoolsApi>
export type Standing = 'any' | 'certified' | 'uncertified'
export type WrittenEntry = { number: string; name: string; code: string | null }

// 20 MB over a slow line.
const UPLOAD_TIMEOUT_MS = 600_000

function query(values: Record<string, string | null>): string {
  const given = Object.entries(values).filter((each): each is [string, string] => each[1] !== null && each[1] !== '')
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}

export function createSchoolsApi(ask: Ask, fetchFile: Fetch) {
  return {
    search: (sought: string, after: string | null) => ask<Schools>('GET', `/schools${query({ query: sought, after })}`),
    mine: () => ask<MyCertification>('GET', '/me/certification'),
    certify: (written: Certify) => ask<Certification>('POST', '/me/certification', written),
    dissolve: () => ask<void>('DELETE', '/me/certification'),
    certifiedMembers: async (classroom: string) =>
      (await ask<{ members: CertifiedMember[] }>('GET', `/classrooms/${classroom}/certifications`)).members,

    administered: async () => (await ask<{ schools: AdministeredSchool[] }>('GET', '/me/schools')).schools,
    roster: (school: string, sought: string, standing: Standing, after: string | null) =>
      ask<Roster>('GET', `/schools/${school}/roster${query({ query: sought, standing, after })}`),
    entry: (school: string, entry: string) => ask<RosterEntryHistory>('GET', `/schools/${school}/roster/${entry}`),
    add: (school: string, written: WrittenEntry) => ask<RosterEntry>('POST', `/schools/${school}/roster`, written),
    change: (school: string, entry: string, written: WrittenEntry) => ask<RosterEntry>('PATCH', `/schools/${school}/roster/${entry}`, written),
    remove: (school: string, entry: string) => ask<void>('DELETE', `/schools/${school}/roster/${entry}`),
    issueCodes: (school: string, which: 'school' | 'missing' | 'all') => ask<{ n_issued: number }>('POST', `/schools/${school}/codes`, { which }),
    audit: (school: string, after: string | null) => ask<SchoolAudit>('GET', `/schools/${school}/audit${query({ after })}`),
    rosterFile: (school: string, kind: 'xlsx' | 'csv') => fetchFile(`/schools/${school}/roster.${kind}`),
    template: (school: string) => fetchFile(`/schools/${school}/roster-template.xlsx`),

    teachers: (school: string, after: string | null) => ask<KeptTeachers>('GET', `/schools/${school}/staff${query({ after })}`),
    addTeacher: (school: string, written: { phone: string; title: string }) => ask<KeptTeacher>('POST', `/schools/${school}/staff`, written),
    removeTeacher: (school: string, account: string) => ask<void>('DELETE', `/schools/${school}/staff/${account}`),

    imports: (school: string, after: string | null) => ask<RosterImports>('GET', `/schools/${school}/imports${query({ after })}`),
    import: (school: string, id: string) => ask<RosterImport>('GET', `/schools/${school}/imports/${id}`),
    upload: (school: string, file: File, isWhole: boolean) =>
      ask<RosterImport>('POST', `/schools/${school}/imports${query({ name: file.name, whole: isWhole ? '1' : null })}`, file, UPLOAD_TIMEOUT_MS),
    rows: (school: string, id: string, change: RosterImportRow['change'] | null, after: string | null) =>
      ask<RosterImportRows>('GET', `/schools/${school}/imports/${id}/rows${query({ change, after })}`),
    apply: (school: string, id: string) => ask<RosterImport>('POST', `/schools/${school}/imports/${id}/apply`),
    undo: (school: string, id: string) => ask<RosterImport>('POST', `/schools/${school}/imports/${id}/undo`),
    discard: (school: string, id: string) => ask<void>('DELETE', `/schools/${school}/imports/${id}`),
    errorsFile: (school: string, id: string) => fetchFile(`/schools/${school}/imports/${id}/errors.csv`),
  }
}
