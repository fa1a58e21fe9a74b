// Study time that the server has not counted yet. It is written down before it is sent, and stays until the server has
// answered it: what was watched offline, or in a tab that died, is sent later, and what is sent twice counts once.
import type { StudyCounted, StudySpan } from '@/client/generated/messages'
import { asRefusal } from '@/client/refusal'

const AT_ONCE = 100
// Five days of beats: far more than a battery holds, far less than a browser keeps for a page.
const MOST = 28_800

export class StudyQueue {
  readonly #key: string
  readonly #listeners = new Set<() => void>()
  #isSending = false

  constructor(
    private readonly storage: Storage,
    account: string,
    private readonly count: (spans: readonly StudySpan[]) => Promise<StudyCounted>,
  ) {
    this.#key = `shangke.study.${account}`
  }

  /** Read anew each time: two tabs share it. */
  get waiting(): readonly StudySpan[] {
    try {
      const kept: unknown = JSON.parse(this.storage.getItem(this.#key) ?? '[]')
      return Array.isArray(kept) ? (kept as StudySpan[]) : []
    } catch {
      return []
    }
  }

  get waitingMs(): number {
    return this.waiting.reduce((sum, { starts_at, ends_at }) => sum + ends_at - starts_at, 0)
  }

  add(span: StudySpan): void {
    this.#write([...this.waiting, span].slice(-MOST))
  }

  /** Send what waits; gives what the server counted, null when it could not be reached or nothing waited. */
  async send(): Promise<StudyCounted | null> {
    if (this.#isSending) return null
    this.#isSending = true
    try {
      let last: StudyCounted | null = null
      for (let spans = this.waiting.slice(0, AT_ONCE); spans.length > 0; spans = this.waiting.slice(0, AT_ONCE)) {
        last = await this.count(spans)
        const answered = new Set(last.spans.map(({ client_id }) => client_id))
        const left = this.waiting.filter(({ client_id }) => !answered.has(client_id))
        this.#write(left)
        // A server that answers none of them would be asked for ever.
        if (answered.size === 0) break
      }
      return last
    } catch (thrown) {
      const refusal = asRefusal(thrown)
      // What the server will never take must not hold up what comes after it.
      if (refusal.code === 'bad_field') this.#write(this.waiting.slice(AT_ONCE))
      return null
    } finally {
      this.#isSending = false
    }
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #write(spans: readonly StudySpan[]): void {
    if (spans.length === 0) this.storage.removeItem(this.#key)
    else this.storage.setItem(this.#key, JSON.stringify(spans))
    for (const listener of [...this.#listeners]) listener()
  }
}
