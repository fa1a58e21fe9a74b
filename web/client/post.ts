// A command over REST: the same road and the same answer as on the socket, for what is too long for it.
import { Tag, type CommandDone, type Done, type Problem, type RefusedReply } from '@/client/generated/messages'
import type { Wish } from '@/client/outbox'

const TIMEOUT_MS = 20_000

/** null: no answer came, or none of ours; whether the command was carried out is not known. */
export async function postCommand(
  wish: Wish,
  token: string,
  send: typeof fetch = (...given) => globalThis.fetch(...given),
): Promise<Done | RefusedReply | null> {
  const { id, op, stream, body } = wish
  try {
    const response = await send('/api/commands', {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ id, op, stream, body }),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const answer: unknown = await response.json()
    if (response.ok) {
      const { result, seq } = answer as CommandDone
      return [Tag.Done, id, result, seq]
    }
    const { code, retry, zh, en, retry_after_s, data } = answer as Problem
    if (typeof code !== 'string') return null
    return [Tag.RefusedReply, id, code, retry, zh, en, retry_after_s === null ? null : retry_after_s * 1000, data]
  } catch {
    return null
  }
}
