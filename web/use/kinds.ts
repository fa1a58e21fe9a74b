// Every kind of activity this client can show, found by the files in phone/activities. The phone and
// the console add how they load the component; see "An activity kind" in README.md.
import type { Said } from '@/client/refusal'

export type Hue = 'pine' | 'indigo' | 'amber' | 'plum' | 'sky' | 'bamboo'

/** The <kind> block of phone/activities/<kind>.vue. */
export interface KindCard {
  name: Said
  /** One line for the teacher's palette. */
  about: Said
  /** Shown to students the moment it is published. */
  prompt: Said
  /** Path data of a 24 × 24 icon drawn with strokes, as in Lucide. */
  icon: readonly string[]
  hue: Hue
  /** Place in the palette. */
  order: number
  /** false: it may be published without one (check-in). */
  needsTitle?: boolean
  /** false: it never ends (announcement, lesson plan). */
  closes?: boolean
  /** What the teacher is warned of before 下课 while one of them is merely published (D10). */
  unfinished?: Said
  /** How the own state is called in the timeline; null: nothing to answer. */
  answer: { todo: Said; done: Said } | null
}

const UNKNOWN: KindCard = {
  name: { zh: '活动', en: 'Activity' },
  about: { zh: '', en: '' },
  prompt: { zh: '老师发布了新活动', en: 'A new activity is open' },
  icon: ['M12 5v14', 'M5 12h14'],
  hue: 'pine',
  order: 1000,
  answer: null,
}

const found = import.meta.glob<KindCard>('../phone/activities/*.vue', { query: '?kind', import: 'default', eager: true })

/** Whether the activity can still be answered, or ended by the teacher. */
export function isOpen({ kind, phase }: { kind: string; phase: string }): boolean {
  return phase === 'published' && kindCard(kind).closes !== false
}

/** What would be lost by 下课, one warning for each kind that has one. */
export function unfinished(activities: readonly { kind: string; phase: string }[]): Said[] {
  const kinds = new Set(activities.filter(({ phase }) => phase === 'published').map(({ kind }) => kind))
  return [...kinds].flatMap((kind) => kindCard(kind).unfinished ?? [])
}

export function kindOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.vue$/, '')
}

export const KINDS: ReadonlyMap<string, KindCard> = new Map(
  Object.entries(found)
    .map(([path, card]) => [kindOf(path), card] as const)
    .sort(([, one], [, other]) => one.order - other.order),
)

/** A kind newer than this client still has a card, so that the timeline can name it. */
export function kindCard(kind: string): KindCard {
  return KINDS.get(kind) ?? UNKNOWN
}
