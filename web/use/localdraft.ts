// What somebody typed and has not sent, kept in this tab so that a look at another page loses nothing.
import { readMaybe } from '@/kinds/read'
import type { Body } from '@/client/wire'

export interface LocalDraft<Value> {
  read: () => Value | null
  write: (value: Value) => void
  clear: () => void
}

/** `owner`: the account, so that the next person on this device finds nothing. */
export function localDraft<Value>(owner: string, name: string): LocalDraft<Value> {
  const key = `shangke.draft.${owner}.${name}`
  return {
    read: () => {
      const kept = attempt(() => sessionStorage.getItem(key))
      return kept ? (attempt(() => readMaybe<Value>(JSON.parse(kept) as Body)) ?? null) : null
    },
    write: (value) => attempt(() => sessionStorage.setItem(key, JSON.stringify(value))),
    clear: () => attempt(() => sessionStorage.removeItem(key)),
  }
}

/** Storage may be full, forbidden or hold what another version wrote; a draft is a courtesy, not a promise. */
function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
