// Courseware kept on this device for offline (R54), in the browser's cache storage: it goes to the disk as it comes and
// is read from there, however large. Kept for one account; another one, or a log-out, clears it (R55).
import { unexpected, unreachable } from '@/client/refusal'
import type { StudyUnit } from '@/client/generated/messages'

const PREFIX = 'shangke-courseware-'
const nameOf = (account: string): string => `${PREFIX}${account}`
const unitKey = (unit: string): string => `/offline/units/${unit}`
const fileKey = (file: string): string => `/offline/files/${file}`

export interface KeptUnit {
  unit: StudyUnit
  sizeBytes: number
}

export class Shelf {
  constructor(
    private readonly account: string,
    private readonly storage: CacheStorage = caches,
    private readonly send: typeof fetch = (...given) => fetch(...given),
  ) {}

  /** Keep a unit and its file. A half one is never found: the unit is written last. */
  async keep(unit: StudyUnit, onShare: (share: number) => void, signal?: AbortSignal): Promise<void> {
    const cache = await this.storage.open(nameOf(this.account))
    const { file } = unit
    if (file !== null) {
      const { pathname, search } = new URL(file.url, location.href)
      const response = await this.send(pathname + search, { credentials: 'omit', signal: signal ?? null }).catch(() => null)
      if (!response) throw unreachable()
      if (!response.ok || !response.body) throw unexpected(response.status)
      const counted = response.body.pipeThrough(counting(file.size_bytes, onShare))
      try {
        await cache.put(fileKey(file.id), new Response(counted, { headers: { 'Content-Type': file.content_type } }))
      } catch {
        await cache.delete(fileKey(file.id))
        throw unreachable()
      }
    }
    const kept = new Response(JSON.stringify(unit), { headers: { 'Content-Type': 'application/json' } })
    await cache.put(unitKey(unit.id), kept)
  }

  async find(unit: string): Promise<StudyUnit | null> {
    const cache = await this.storage.open(nameOf(this.account))
    const kept = await cache.match(unitKey(unit))
    return kept ? ((await kept.json()) as StudyUnit) : null
  }

  async file(id: string): Promise<Blob | null> {
    const cache = await this.storage.open(nameOf(this.account))
    return (await (await cache.match(fileKey(id)))?.blob()) ?? null
  }

  async list(): Promise<KeptUnit[]> {
    const cache = await this.storage.open(nameOf(this.account))
    const found: KeptUnit[] = []
    for (const { url } of await cache.keys()) {
      const { pathname } = new URL(url)
      if (!pathname.startsWith('/offline/units/')) continue
      const unit = await this.find(pathname.slice('/offline/units/'.length))
      if (unit) found.push({ unit, sizeBytes: unit.file?.size_bytes ?? new Blob([unit.text ?? '']).size })
    }
    return found
  }

  async remove(unit: string): Promise<void> {
    const cache = await this.storage.open(nameOf(this.account))
    const kept = await this.find(unit)
    await cache.delete(unitKey(unit))
    if (kept?.file) await cache.delete(fileKey(kept.file.id))
  }
}

/** Everything that was kept for anybody but `account`; for everybody when that is null. */
export async function clearShelves(account: string | null, storage: CacheStorage = caches): Promise<void> {
  const mine = account === null ? null : nameOf(account)
  const names = (await storage.keys()).filter((name) => name.startsWith(PREFIX) && name !== mine)
  await Promise.all(names.map((name) => storage.delete(name)))
}

function counting(sizeBytes: number, onShare: (share: number) => void): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let received = 0
  return new TransformStream({
    transform(chunk, controller) {
      received += chunk.byteLength
      onShare(sizeBytes > 0 ? Math.min(1, received / sizeBytes) : 1)
      controller.enqueue(chunk)
    },
  })
}
