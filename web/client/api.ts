// The REST layer: log-in, devices, the own account, records. Live things travel over the socket.
import { createCoursesApi } from '@/client/courses'
import { createPeopleApi } from '@/client/people'
import { createPlatformApi } from '@/client/platform'
import { Refusal, unexpected, unreachable } from '@/client/refusal'
import { createSchoolsApi } from '@/client/schools'
import { createStudyApi } from '@/client/study/api'
import type { ClassOverview, InboxPage, ItemKind } from '@/client/generated/messages'
import type {
  ClassroomRecord,
  ClientKind,
  Device,
  FileLink,
  LoggedIn,
  Me,
  Posts,
  RecordPage,
  ServerInfo,
  StaffResponse,
  UploadedFile,
} from '@/client/wire'

export type CodePurpose = 'register' | 'login' | 'reset'
export type Proof = { password: string } | { code: string }

export interface ClientLabel {
  client_kind: ClientKind
  client_version: string
  label: string
}

export interface ApiOptions {
  /** Read anew for every request, so that a log-out takes effect at once. */
  token: () => string | null
  client: ClientLabel
  /** Shows the server that this device was logged in before. */
  deviceKey: () => string | null
  /** A one-time code asked for with it is good only with it. */
  nonce: () => string
  /** The server does not know this token any more; called before the refusal is thrown. */
  onTokenLost: (token: string) => void
  fetch?: typeof fetch
  timeoutMs?: number
}

export type Api = ReturnType<typeof createApi>

const TIMEOUT_MS = 15_000
// 20 MB over a slow line.
const UPLOAD_TIMEOUT_MS = 600_000

export function createApi(options: ApiOptions) {
  const send = options.fetch ?? ((...given: Parameters<typeof fetch>) => globalThis.fetch(...given))

  async function ask<Answer>(method: string, path: string, body?: object, timeoutMs = options.timeoutMs ?? TIMEOUT_MS): Promise<Answer> {
    const token = options.token()
    const response = await reach(method, path, body, token, timeoutMs)
    if (response.status === 204) return undefined as Answer
    const answer = await read(response)
    if (response.ok) return answer as Answer
    // Only a request that carried a token can lose it: a wrong password and a missing proof are a 401 too.
    if (response.status === 401 && token !== null && isTokenLost(answer)) options.onTokenLost(token)
    throw toRefusal(response, answer)
  }

  async function reach(method: string, path: string, body: object | undefined, token: string | null, timeoutMs: number) {
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (token !== null) headers['Authorization'] = `Bearer ${token}`
    if (body !== undefined) headers['Content-Type'] = body instanceof Blob ? 'application/octet-stream' : 'application/json'
    try {
      return await send(`/api${path}`, {
        method,
        headers,
        body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body),
        cache: 'no-store',
        // Only the way through another service needs a cookie of ours.
        credentials: path.includes('oauth/') ? 'same-origin' : 'omit',
        signal: AbortSignal.timeout(timeoutMs),
      })
    } catch {
      throw unreachable()
    }
  }

  /** A file of the server's, whole: the browser itself cannot send the token along. */
  async function fetchFile(path: string): Promise<Blob> {
    const token = options.token()
    const response = await reach('GET', path, undefined, token, UPLOAD_TIMEOUT_MS)
    if (response.ok) return response.blob()
    if (response.status === 401 && token !== null) options.onTokenLost(token)
    throw toRefusal(response, await read(response))
  }

  return {
    info: () => ask<ServerInfo>('GET', '/info'),
    /** `address`: a phone number or an e-mail address. */
    requestCode: (address: string, purpose: CodePurpose) => ask<void>('POST', '/codes', { ...named(address), purpose, nonce: options.nonce() }),
    register: (form: { phone: string; code: string; password: string; name?: string; ticket?: string }) =>
      ask<LoggedIn>('POST', '/accounts', { ...form, nonce: options.nonce(), ...options.client }),
    logIn: (address: string, proof: Proof) =>
      ask<LoggedIn>('POST', '/devices', { ...named(address), ...proof, device_key: options.deviceKey(), nonce: options.nonce(), ...options.client }),
    resetPassword: (form: { phone: string; code: string; password: string }) =>
      ask<LoggedIn>('POST', '/passwords', { ...form, nonce: options.nonce(), ...options.client }),
    logOut: () => ask<void>('DELETE', '/devices/current'),
    devices: async () => (await ask<{ devices: Device[] }>('GET', '/devices')).devices,
    removeDevice: (id: string) => ask<void>('DELETE', `/devices/${encodeURIComponent(id)}`),
    me: () => ask<Me>('GET', '/me'),
    rename: (name: string) => ask<Me>('PATCH', '/me', { name }),
    records: (classroom: string, after: string | null) =>
      ask<RecordPage>('GET', `/classrooms/${classroom}/records${after === null ? '' : `?after=${encodeURIComponent(after)}`}`),
    overview: (classroom: string, after: string | null) =>
      ask<ClassOverview>('GET', `/classrooms/${classroom}/overview${after === null ? '' : `?after=${encodeURIComponent(after)}`}`),
    record: (session: string) => ask<ClassroomRecord>('GET', `/records/${session}`),
    responses: async (activity: string) =>
      (await ask<{ responses: StaffResponse[] }>('GET', `/activities/${activity}/responses`)).responses,
    /** The 50 posts before that number, oldest first. */
    posts: (activity: string, before: number) => ask<Posts>('GET', `/activities/${activity}/posts?before=${before}`),
    upload: (classroom: string, file: File) =>
      ask<UploadedFile>('POST', `/classrooms/${classroom}/files?name=${encodeURIComponent(file.name)}`, file, UPLOAD_TIMEOUT_MS),
    /** The next page after that cursor, newest first. */
    inbox: (kind: ItemKind | null, after: string | null) => {
      const query = new URLSearchParams({ ...(kind === null ? {} : { kind }), ...(after === null ? {} : { after }) }).toString()
      return ask<InboxPage>('GET', query === '' ? '/inbox' : `/inbox?${query}`)
    },
    schools: createSchoolsApi(ask, fetchFile),
    fileLink: (file: string) => ask<FileLink>('GET', `/files/${file}/link`),
    people: createPeopleApi(ask, options.client),
    platform: createPlatformApi(ask),
    courses: createCoursesApi(ask),
    study: createStudyApi(ask),
  }
}

function named(address: string): { phone: string } | { email: string } {
  return address.includes('@') ? { email: address } : { phone: address }
}

/** Any other 401 leaves the log-in as it is. An answer that is not ours says nothing about it. */
function isTokenLost(answer: unknown): boolean {
  return isProblem(answer) && answer.code === 'unauthenticated'
}

async function read(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw unexpected(response.status)
  }
}

function toRefusal(response: Response, answer: unknown): Refusal {
  if (!isProblem(answer)) return unexpected(response.status)
  const retryAfterS = answer.retry_after_s ?? Number(response.headers.get('Retry-After') ?? NaN)
  return new Refusal(answer.code, { zh: answer.zh, en: answer.en }, answer.retry, {
    status: response.status,
    retryAfterMs: Number.isFinite(retryAfterS) ? retryAfterS * 1000 : undefined,
    requestId: answer.request_id,
    data: answer.data ?? undefined,
  })
}

interface Problem {
  code: string
  zh: string
  en: string
  retry: boolean
  request_id?: string
  retry_after_s?: number | null
  data?: Record<string, string | number> | null
}

function isProblem(answer: unknown): answer is Problem {
  if (typeof answer !== 'object' || answer === null) return false
  const problem = answer as Record<string, unknown>
  return ['code', 'zh', 'en'].every((field) => typeof problem[field] === 'string') && typeof problem['retry'] === 'boolean'
}
