// One stream as a client holds it: the state at a position, and the latest gauges. Never mutated.
import { fold, type State } from '@/client/fold'
import type { Audience, Body, Delivery, Event, Gauge, Mine, Snapshot } from '@/client/generated/messages'

export interface Held<S extends State = State> {
  readonly stream: string
  readonly audience: Audience
  readonly seq: number
  readonly state: S
  /** The latest gauges: tallies and own responses by activity. */
  readonly tallies: Readonly<Record<string, Body>>
  readonly mine: Readonly<Record<string, Mine>>
  readonly delivery: Delivery | null
  /** How new each gauge is; also of one whose value was taken back, so that an older one cannot return. */
  readonly revs: Readonly<Record<string, number>>
}

const NO_GAUGES = { tallies: {}, mine: {}, delivery: null, revs: {} }

/** The snapshot replaces the state. Gauges of what it still shows stay: theirs come only when they change. */
export function takeSnapshot(before: Held | undefined, snapshot: Snapshot): Held {
  const [, stream, seq, , audience, body] = snapshot
  const state = body as unknown as State
  const kept = before !== undefined && before.audience === audience ? shown(before, state) : NO_GAUGES
  return { ...kept, stream, audience, seq, state }
}

/** The next event, applied. `known`: an old one, to be ignored. `gap`: one or more before it are missing. */
export function takeEvent(held: Held, [, , seq, , name, body]: Event): Held | 'known' | 'gap' {
  if (seq <= held.seq) return 'known'
  if (seq > held.seq + 1) return 'gap'
  // A blank only counts.
  if (name === '' || body === null) return { ...held, seq }
  const state = fold(held.state, name, body)
  return { ...stillTrue(held, name, body, state), state, seq }
}

function stillTrue(held: Held, name: string, body: Body, state: State): Held {
  if (name === 'session.started' || name === 'session.ended') return shown(held, state)
  if (name !== 'activity.changed' || held.audience === 'staff') return held
  // It may have hidden the results; if it did not, the next tally is on its way.
  const activity = String(body['activity'])
  return { ...held, tallies: put(held.tallies, activity, null), revs: put(held.revs, `tally ${activity}`, null) }
}

/** The gauge, unless a newer one is held. */
export function takeGauge(held: Held, [, , name, key, rev, value]: Gauge): Held {
  const id = `${name} ${key}`
  if ((held.revs[id] ?? -1) >= rev) return held
  const next = { ...held, revs: { ...held.revs, [id]: rev } }
  if (name === 'tally') return { ...next, tallies: put(held.tallies, key, value) }
  if (name === 'mine') return { ...next, mine: put(held.mine, key, value as Mine | null) }
  if (name === 'delivery') return { ...next, delivery: value as Delivery | null }
  return next
}

function put<Value>(record: Readonly<Record<string, Value>>, key: string, value: Value | null): Record<string, Value> {
  const others = Object.entries(record).filter(([each]) => each !== key)
  return Object.fromEntries(value === null ? others : [...others, [key, value]])
}

function shown(held: Held, state: State): Held {
  if (!('activities' in state)) return held
  const ids = new Set(state.activities.map((each) => each.id))
  const keep = <Value>(record: Readonly<Record<string, Value>>, idOf: (key: string) => string): Record<string, Value> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => ids.has(idOf(key))))
  const isOfActivity = (key: string): boolean => /^(tally|mine) /.test(key)
  const revs = Object.entries(held.revs).filter(([key]) => !isOfActivity(key) || ids.has(key.split(' ')[1] ?? ''))
  return {
    ...held,
    tallies: keep(held.tallies, (key) => key),
    mine: keep(held.mine, (key) => key),
    revs: Object.fromEntries(revs),
  }
}
