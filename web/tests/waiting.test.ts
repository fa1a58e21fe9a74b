import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import en from '@/words/en'
import zh from '@/words/zh'

// As the browser runs it: a file of its own beside the app.
const WAITING = readFileSync(join(import.meta.dirname, '../public/waiting.js'), 'utf8')
// The same words as the app's own.
const TEXTS = [zh.state.pageMissing, en.state.pageMissing]
const reload = vi.fn<() => void>()

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('location', { reload })
  sessionStorage.clear()
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  reload.mockClear()
})

/** A page that begins to wait. `isKept`: a service worker has the app. */
function aPage({ isKept }: { isKept: boolean }): HTMLElement {
  document.body.innerHTML = '<div id="app"></div>'
  vi.stubGlobal('navigator', { serviceWorker: { controller: isKept ? {} : null } })
  new Function(WAITING)()
  return document.querySelector('#app') as HTMLElement
}

function said(root: HTMLElement): string[] {
  return [...root.querySelectorAll('p')].map((each) => each.textContent ?? '')
}

test('an app that does not come is told of after a while, and can be asked for again', () => {
  const root = aPage({ isKept: false })
  vi.advanceTimersByTime(9_999)
  expect(said(root)).toEqual([])
  vi.advanceTimersByTime(1)
  expect(said(root)).toEqual(TEXTS)
  expect(reload).not.toHaveBeenCalled()
  root.querySelector('button')?.click()
  expect(reload).toHaveBeenCalledOnce()
})

test('code that fails to come is told of at once', () => {
  const root = aPage({ isKept: false })
  window.dispatchEvent(new Event('error'))
  expect(said(root)).toEqual(TEXTS)
})

test('an app that came is left alone', () => {
  const root = aPage({ isKept: true })
  root.setAttribute('data-v-app', '')
  window.dispatchEvent(new Event('error'))
  vi.advanceTimersByTime(10_000)
  expect([said(root), reload.mock.calls]).toEqual([[], []])
})

test('what the service worker keeps is loaded again once, and then told of', () => {
  const first = aPage({ isKept: true })
  vi.advanceTimersByTime(10_000)
  expect([said(first), reload.mock.calls.length]).toEqual([[], 1])
  const second = aPage({ isKept: true })
  vi.advanceTimersByTime(10_000)
  expect([said(second), reload.mock.calls.length]).toEqual([TEXTS, 1])
})
