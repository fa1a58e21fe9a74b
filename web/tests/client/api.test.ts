import { describe, expect, test, vi } from 'vitest'
import { createApi } from '@/client/api'
import { Refusal } from '@/client/refusal'

const CLIENT = { client_kind: 'web', client_version: '1.2.3', label: 'Chrome · Android' } as const
const PROBLEM = { type: 'about:blank', title: 'Slow down', status: 429, code: 'slow_down', zh: '慢点', en: 'Slow down.', retry: true, request_id: 'r1' }

/** An api whose server answers every request with the same answer, and what was asked of it. */
function anApi(answer: Response | Error, token: string | null = null) {
  const asked: { url: string; init: RequestInit }[] = []
  const onTokenLost = vi.fn()
  const api = createApi({
    token: () => token,
    client: CLIENT,
    deviceKey: () => 'k1',
    nonce: () => 'n1',
    onTokenLost,
    fetch: async (url, init) => {
      asked.push({ url: String(url), init: init ?? {} })
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  return { api, asked, onTokenLost }
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers })
}

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const thrown = await promise.then(() => undefined, (reason: unknown) => reason)
  expect(thrown).toBeInstanceOf(Refusal)
  return thrown as Refusal
}

describe('a request', () => {
  test('carries the token in its header and nowhere else', async () => {
    const { api, asked } = anApi(json(200, { id: 'a', name: '李明', phone: '138****0001' }), 'secret')
    expect(await api.me()).toEqual({ id: 'a', name: '李明', phone: '138****0001' })
    expect(asked[0]?.url).toBe('/api/me')
    expect(asked[0]?.init.headers).toEqual({ Accept: 'application/json', Authorization: 'Bearer secret' })
    expect(asked[0]?.init.credentials).toBe('omit')
  })

  test('to log in says which client it is', async () => {
    const { api, asked } = anApi(json(201, {}))
    await api.logIn('13800000001', { code: '123456' })
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({ phone: '13800000001', code: '123456', device_key: 'k1', nonce: 'n1', ...CLIENT })
  })

  test('answered with no content gives nothing', async () => {
    const { api } = anApi(new Response(null, { status: 204 }))
    expect(await api.requestCode('13800000001', 'login')).toBeUndefined()
  })
})

describe('a problem', () => {
  test('becomes a refusal in both languages', async () => {
    const { api } = anApi(json(429, { ...PROBLEM, retry_after_s: 42, data: { left: 3 } }))
    const refusal = await refusalOf(api.me())
    expect([refusal.code, refusal.said, refusal.retry]).toEqual(['slow_down', { zh: '慢点', en: 'Slow down.' }, true])
    expect(refusal.details).toEqual({ status: 429, retryAfterMs: 42_000, requestId: 'r1', data: { left: 3 } })
  })

  test('without a time of its own takes the one of the header', async () => {
    const { api } = anApi(json(429, PROBLEM, { 'Retry-After': '7' }))
    expect((await refusalOf(api.me())).details.retryAfterMs).toBe(7000)
  })

  test('that is not ours becomes one that may be tried again', async () => {
    const { api } = anApi(new Response('<html>bad gateway</html>', { status: 502 }))
    const refusal = await refusalOf(api.me())
    expect([refusal.code, refusal.retry, refusal.details.status]).toEqual(['unexpected', true, 502])
  })

  test('of the network says so', async () => {
    const { api } = anApi(new TypeError('failed to fetch'))
    const refusal = await refusalOf(api.me())
    expect([refusal.code, refusal.retry]).toEqual(['unreachable', true])
  })
})

describe('a token the server does not know', () => {
  test('is reported lost', async () => {
    const { api, onTokenLost } = anApi(json(401, { ...PROBLEM, status: 401, code: 'unauthenticated' }), 'old')
    await refusalOf(api.me())
    expect(onTokenLost).toHaveBeenCalledExactlyOnceWith('old')
  })

  test('is not reported for a wrong password', async () => {
    const { api, onTokenLost } = anApi(json(401, { ...PROBLEM, status: 401, code: 'bad_login' }))
    await refusalOf(api.logIn('13800000001', { password: 'wrong' }))
    expect(onTokenLost).not.toHaveBeenCalled()
  })

  test('is not what a missing proof of identity says', async () => {
    const { api, onTokenLost } = anApi(json(401, { ...PROBLEM, status: 401, code: 'confirm_needed' }), 'good')
    expect((await refusalOf(api.people.unbind('email', {}))).code).toBe('confirm_needed')
    expect(onTokenLost).not.toHaveBeenCalled()
  })
})

describe('an address', () => {
  test('is an e-mail address or a phone number', async () => {
    const { api, asked } = anApi(new Response(null, { status: 204 }))
    await api.requestCode('lin@163.com', 'login')
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual({ email: 'lin@163.com', purpose: 'login', nonce: 'n1' })
  })

  test('is the only thing another service needs, and our cookie', async () => {
    const { api, asked } = anApi(json(200, { url: 'https://elsewhere.example' }), 'secret')
    await api.people.beginBinding('weibo', { password: 'x' })
    expect([asked[0]?.url, asked[0]?.init.credentials]).toEqual(['/api/me/oauth/attempts', 'same-origin'])
  })
})
