// The door between the pages and the socket. Pages read views and send commands; how a view is kept
// true (resume, fold, outbox) is not their business.
import type { AccountState, Audience, Body, ClassroomState, Delivery, Mine } from '@/client/wire'
import type { Said } from '@/client/refusal'

/** `connecting`: not yet in this run. `reconnecting`: was connected, tries again. `offline`: the browser has no network. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'offline'

export interface Lost {
  code: string
  said: Said
}

/** What one classroom stream holds for this reader. Never mutated: a change makes a new object. */
export interface ClassroomView {
  readonly state: ClassroomState
  readonly audience: Audience
  readonly seq: number
  /** Running tallies by activity; the final one is in the activity itself. */
  readonly tallies: Readonly<Record<string, Body>>
  /** The own responses by activity. */
  readonly mine: Readonly<Record<string, Mine>>
  readonly delivery: Delivery | null
}

/** Somebody else's ephemeral hint, for instance that they are typing. */
export interface Heard {
  stream: string
  name: string
  account: string
  body: Body
}

export interface FollowOptions {
  asScreen?: boolean
}

export interface Live {
  connection(): ConnectionState
  /** The close code with which the server said to stay away (4504: the app must be updated); null: it did not. */
  stopped(): number | null
  /** The server's clock now, in milliseconds since the epoch. */
  serverNow(): number
  /** null until the first snapshot. */
  account(): AccountState | null
  /** null until the first snapshot. */
  classroom(id: string): ClassroomView | null
  /** Set when the stream is not, or no longer, the reader's. */
  lost(id: string): Lost | null
  /** Keeps the stream attached until the returned function is called; counted, so two pages may follow one stream. */
  follow(id: string, options?: FollowOptions): () => void
  /** Resolves after commit with the command's result; rejects with a `Refusal`. Survives a reconnect. */
  command(op: string, stream: string, body?: Body): Promise<Body | null>
  /** To the others of a stream, now or never; dropped where it cannot be sent at once. */
  hint(stream: string, name: string, body?: Body): void
  /** Called with every hint of others. */
  hear(listener: (heard: Heard) => void): () => void
  /** A newer token of the same device: the socket goes on. */
  refresh(token: string): void
  /** Called after anything above changed. Identity of a view tells what. */
  subscribe(listener: () => void): () => void
  close(): void
}
