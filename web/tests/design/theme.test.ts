import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../design/theme.css'), 'utf8')

function variables(selector: string): Record<string, string> {
  const block = css.split(`${selector} {`)[1]?.split('\n}')[0] ?? ''
  return Object.fromEntries([...block.matchAll(/--sk-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]))
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const TONES = ['accent', 'live', 'good', 'warn', 'bad', 'pine', 'indigo', 'amber', 'plum', 'sky', 'bamboo']
const PAIRS = [
  ...['ink', 'ink-2', 'ink-3'].flatMap((ink) => ['paper', 'surface'].map((ground) => [ink, ground])),
  ...['ink', 'ink-2'].map((ink) => [ink, 'sunken']),
  ...TONES.flatMap((tone) => [`${tone}-soft`, 'surface'].map((ground) => [tone, ground])),
  ['on-accent', 'accent'],
  ['on-live', 'live'],
]

describe.each([
  ['light', variables(':root')],
  ['dark', { ...variables(':root'), ...variables(':root.dark') }],
])('in the %s theme', (_name, theme) => {
  test.each(PAIRS)('%s can be read on %s', (text, ground) => {
    const [one, other] = [theme[text ?? ''], theme[ground ?? '']]
    expect([one, other]).not.toContain(undefined)
    expect(contrast(one ?? '', other ?? '')).toBeGreaterThanOrEqual(4.5)
  })
})
