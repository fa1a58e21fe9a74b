import { describe, expect, it } from 'vitest'
import type { CourseUnit } from '@/client/generated/messages'
import { childrenOf, movedBy } from '@/use/courses/tree'

function node(id: string, parent: string | null): CourseUnit {
  const level = parent === null ? 'chapter' : 'lesson'
  return { id, parent, level, title: id, kind: null, file: null, file_name: null, text: null, duration_ms: null, is_published: false }
}
const UNITS = [node('a', null), node('b', null), node('a1', 'a'), node('a2', 'a'), node('a3', 'a'), node('b1', 'b')]
const at = (id: string): CourseUnit => UNITS.find((unit) => unit.id === id)!

describe('the courseware tree', () => {
  it('gives the children of a node in order', () => {
    expect(childrenOf(UNITS, null).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(childrenOf(UNITS, 'a').map(({ id }) => id)).toEqual(['a1', 'a2', 'a3'])
    expect(childrenOf(UNITS, 'a3')).toEqual([])
  })

  it('moves a node among its siblings and nowhere else', () => {
    expect(movedBy(UNITS, at('a2'), -1)).toEqual({ unit: 'a2', before: 'a1' })
    expect(movedBy(UNITS, at('a2'), 1)).toEqual({ unit: 'a3', before: 'a2' })
    expect(movedBy(UNITS, at('a1'), -1)).toBeNull()
    expect(movedBy(UNITS, at('a3'), 1)).toBeNull()
    expect(movedBy(UNITS, at('b1'), 1)).toBeNull()
    expect(movedBy(UNITS, at('a'), 1)).toEqual({ unit: 'b', before: 'a' })
  })
})
