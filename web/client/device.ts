// Remembers which account this browser is logged in to. Two tabs of one browser are one device.
import type { LoggedIn, Me } from '@/client/wire'

export interface DeviceMemory {
  token: string
  expires_at: number
  device: string
  account: Me
}

const KEY = 'shangke.device'
// Outlives a log-out: it opens nothing, it only tells the next log-in from a stranger's.
const DEVICE_KEY = 'shangke.device_key'
// Drawn once: a one-time code that was asked for here is good only here.
const NONCE = 'shangke.nonce'

export class DeviceStore {
  #memory: DeviceMemory | null
  #listeners = new Set<() => void>()

  constructor(private readonly storage: Storage) {
    this.#memory = parse(storage.getItem(KEY))
  }

  get memory(): DeviceMemory | null {
    return this.#memory
  }

  get token(): string | null {
    return this.#memory?.token ?? null
  }

  get deviceKey(): string | null {
    return this.storage.getItem(DEVICE_KEY)
  }

  get nonce(): string {
    const kept = this.storage.getItem(NONCE)
    if (kept !== null) return kept
    const drawn = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    this.storage.setItem(NONCE, drawn)
    return drawn
  }

  remember({ token, expires_at, device, device_key, account }: LoggedIn): void {
    this.storage.setItem(DEVICE_KEY, device_key)
    this.#write({ token, expires_at, device, account })
  }

  rename(account: Me): void {
    if (this.#memory) this.#write({ ...this.#memory, account })
  }

  forget(): void {
    this.#write(null)
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Logging in or out in one tab takes effect in all of them. */
  listen(target: Pick<Window, 'addEventListener'>): void {
    target.addEventListener('storage', (event) => {
      if (event.key !== KEY && event.key !== null) return
      this.#memory = parse(this.storage.getItem(KEY))
      this.#tell()
    })
  }

  #write(memory: DeviceMemory | null): void {
    this.#memory = memory
    if (memory) this.storage.setItem(KEY, JSON.stringify(memory))
    else this.storage.removeItem(KEY)
    this.#tell()
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}

function parse(text: string | null): DeviceMemory | null {
  try {
    const memory = JSON.parse(text ?? 'null') as DeviceMemory | null
    return typeof memory?.token === 'string' && typeof memory.account?.id === 'string' ? memory : null
  } catch {
    return null
  }
}

/** How the device is called in the list of devices, for instance "Chrome · Android". */
export function deviceLabel(userAgent: string): string {
  const system = /HarmonyOS|OpenHarmony/.test(userAgent) ? 'HarmonyOS'
    : /Android/.test(userAgent) ? 'Android'
    : /iPhone/.test(userAgent) ? 'iPhone'
    : /iPad/.test(userAgent) ? 'iPad'
    : /Windows/.test(userAgent) ? 'Windows'
    : /Mac OS X/.test(userAgent) ? 'macOS'
    : /Linux/.test(userAgent) ? 'Linux' : ''
  const browser = /MicroMessenger/.test(userAgent) ? 'WeChat'
    : /Edg\//.test(userAgent) ? 'Edge'
    : /Firefox\//.test(userAgent) ? 'Firefox'
    : /Chrome\//.test(userAgent) ? 'Chrome'
    : /Safari\//.test(userAgent) ? 'Safari' : ''
  return [browser, system].filter(Boolean).join(' · ') || 'Web'
}
