import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { longPress } from '@/use/longpress'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function at(x: number, y: number): PointerEvent {
  return { clientX: x, clientY: y } as PointerEvent
}

describe('a long press', () => {
  test('runs while the finger is still down, and swallows the tap that follows', () => {
    const onHold = vi.fn()
    const hold = longPress(onHold)
    hold.onPointerdown(at(5, 5))
    vi.advanceTimersByTime(600)
    expect(onHold).toHaveBeenCalledOnce()
    hold.onPointerup()
    const tap = new Event('click', { cancelable: true })
    hold.onClickCapture(tap)
    expect(tap.defaultPrevented).toBe(true)
  })

  test('is not a tap', () => {
    const onHold = vi.fn()
    const hold = longPress(onHold)
    hold.onPointerdown(at(5, 5))
    vi.advanceTimersByTime(200)
    hold.onPointerup()
    vi.advanceTimersByTime(2000)
    const tap = new Event('click', { cancelable: true })
    hold.onClickCapture(tap)
    expect([onHold.mock.calls.length, tap.defaultPrevented]).toEqual([0, false])
  })

  test('is not a scroll', () => {
    const onHold = vi.fn()
    const hold = longPress(onHold)
    hold.onPointerdown(at(5, 5))
    hold.onPointermove(at(5, 40))
    vi.advanceTimersByTime(2000)
    expect(onHold).not.toHaveBeenCalled()
  })

  test('takes the time it is given', () => {
    const onHold = vi.fn()
    const hold = longPress(onHold, 2000)
    hold.onPointerdown(at(5, 5))
    vi.advanceTimersByTime(1999)
    expect(onHold).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(onHold).toHaveBeenCalledOnce()
  })
})
