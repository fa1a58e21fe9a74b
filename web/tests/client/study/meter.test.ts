import { describe, expect, test } from 'vitest'
import { StudyMeter, type Beat } from '@/client/study/meter'

/** Ticks once a second; `plan` says for each whether it is studied. The day's clock starts at 1,000,000. */
function beats(plan: readonly boolean[], step = 1_000): Beat[] {
  const meter = new StudyMeter()
  return plan.flatMap((isStudying, index) => meter.tick(isStudying, index * step, 1_000_000 + index * step, index * 1_000) ?? [])
}

const yes = (n: number): boolean[] => Array.from({ length: n }, () => true)
const no = (n: number): boolean[] => Array.from({ length: n }, () => false)
const total = (found: readonly Beat[]): number => found.reduce((sum, { startsAt, endsAt }) => sum + endsAt - startsAt, 0)

describe('measuring study', () => {
  test('tells a beat every fifteen seconds, one after the other', () => {
    expect(beats(yes(31))).toEqual([
      { startsAt: 1_000_000, endsAt: 1_015_000, positionMs: 15_000 },
      { startsAt: 1_015_000, endsAt: 1_030_000, positionMs: 30_000 },
    ])
  })

  test('a pause is told at once and is in no beat', () => {
    const found = beats([...yes(6), ...no(60), ...yes(16)])
    expect(found[0]).toEqual({ startsAt: 1_000_000, endsAt: 1_006_000, positionMs: 6_000 })
    expect(total(found)).toBe(6_000 + 15_000)
  })

  test('nothing is told of a tab in which nothing is studied', () => {
    expect(beats(no(100))).toEqual([])
  })

  test('what passed while the device slept counts nothing', () => {
    const meter = new StudyMeter()
    meter.tick(true, 0, 1_000_000, 0)
    expect(meter.tick(true, 3_600_000, 4_600_000, 0)).toBeNull()
    expect(meter.end(4_600_000, 0)).toBeNull()
  })

  test('setting the clock of the day changes no length', () => {
    const meter = new StudyMeter()
    const found = yes(16).flatMap((_, index) => meter.tick(true, index * 1_000, index < 8 ? 1_000_000 : 99_000_000, 0) ?? [])
    expect(found).toEqual([{ startsAt: 98_985_000, endsAt: 99_000_000, positionMs: 0 }])
  })
})
