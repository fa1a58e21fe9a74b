// Why a wish was not granted, whether it came over REST or the socket, in words for people.

export interface Said {
  zh: string
  en: string
}

export type Locale = keyof Said

export class Refusal extends Error {
  override readonly name = 'Refusal'

  constructor(
    readonly code: string,
    readonly said: Said,
    /** Whether the same request may succeed later. */
    readonly retry: boolean,
    readonly details: {
      status?: number | undefined
      retryAfterMs?: number | undefined
      requestId?: string | undefined
      data?: Readonly<Record<string, string | number>> | undefined
    } = {},
  ) {
    super(`${code}: ${said.en}`)
  }
}

/** The request never reached the server, or no answer came back. */
export function unreachable(): Refusal {
  const said = { zh: '网络连接失败，请检查网络后重试', en: 'No connection. Check your network and try again.' }
  return new Refusal('unreachable', said, true)
}

/** An answer that is not ours: a proxy's page, a body cut short, a fault of this program. */
export function unexpected(status?: number): Refusal {
  const said = { zh: '服务暂时不可用，请稍后再试', en: 'The service is not available right now. Please try again.' }
  return new Refusal('unexpected', said, true, { status })
}

/** Anything thrown, as something that can be shown. */
export function asRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown
  // A fault of ours must not hide behind a friendly sentence.
  reportError(thrown)
  return unexpected()
}
