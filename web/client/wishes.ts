// Keeps unanswered commands over a reload, in IndexedDB; where the browser has none, for as long as the page lives.
import { expiresAt, type Wish } from '@/client/outbox'

export interface KeptWish extends Wish {
  /** By the wall's clock, which is all that a reload and we have in common. */
  madeAt: number
}

export interface WishStore {
  /** Oldest first; those too old are dropped. */
  load(account: string): Promise<KeptWish[]>
  keep(account: string, wish: KeptWish): void
  drop(ids: readonly string[]): void
}

const NAME = 'shangke'
const TABLE = 'wishes'

interface Row extends KeptWish {
  account: string
}

export function createWishStore(factory: IDBFactory | undefined): WishStore {
  const opened = factory ? open(factory).catch(() => null) : Promise.resolve(null)

  /** One after the other, so that what was dropped was kept before. A full disk loses the reload, not the command. */
  let last: Promise<void> = Promise.resolve()
  function write(change: (table: IDBObjectStore) => void): void {
    last = last.then(async () => {
      const database = await opened
      if (database) await done(database, 'readwrite', change)
    }).catch(() => undefined)
  }

  return {
    async load(account) {
      const database = await opened.catch(() => null)
      if (!database) return []
      const rows = await all(database)
      const now = Date.now()
      const isOld = (row: Row): boolean => expiresAt(row) <= now || row.madeAt > now
      const old = rows.filter(isOld).map((row) => row.id)
      if (old.length > 0) write((table) => old.forEach((id) => table.delete(id)))
      return rows
        .filter((row) => row.account === account && !isOld(row))
        .sort((left, right) => left.madeAt - right.madeAt)
        .map(({ id, op, stream, body, madeAt }) => ({ id, op, stream, body, madeAt }))
    },
    keep: (account, wish) => write((table) => void table.put({ ...wish, account } satisfies Row)),
    drop: (ids) => {
      if (ids.length > 0) write((table) => ids.forEach((id) => table.delete(id)))
    },
  }
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'id' })
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('no database'))
    request.onblocked = () => reject(new Error('the database is held by an older page'))
  })
}

function done(database: IDBDatabase, mode: IDBTransactionMode, change: (table: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, mode)
    change(transaction.objectStore(TABLE))
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'))
  })
}

async function all(database: IDBDatabase): Promise<Row[]> {
  let rows: Row[] = []
  await done(database, 'readonly', (table) => {
    const request = table.getAll()
    request.onsuccess = () => {
      rows = request.result as Row[]
    }
  }).catch(() => undefined)
  return rows
}
