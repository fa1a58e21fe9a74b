// The courseware tree as a list of nodes, each with its parent: who stands where, and what moving one means.
import type { CourseUnit } from '@/client/generated/messages'

export type UnitContent = NonNullable<CourseUnit['kind']>

export function childrenOf(units: readonly CourseUnit[], parent: string | null): readonly CourseUnit[] {
  return units.filter((unit) => unit.parent === parent)
}

export interface Move {
  unit: string
  before: string
}

/** A node one place up or down among its siblings. The server only knows "before", so down is the next one going up. */
export function movedBy(units: readonly CourseUnit[], unit: CourseUnit, by: -1 | 1): Move | null {
  const siblings = childrenOf(units, unit.parent)
  const other = siblings[siblings.findIndex(({ id }) => id === unit.id) + by]
  if (!other) return null
  return by === -1 ? { unit: unit.id, before: other.id } : { unit: other.id, before: unit.id }
}
