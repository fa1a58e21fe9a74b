import { describe, expect, test, vi } from 'vitest'
import { Refusal } from '@/client/refusal'
import { useWork } from '@/use/work'

const refusal = new Refusal('closed', { zh: '已结束', en: 'Closed.' }, false)

describe('a piece of work', () => {
  test('runs once however often the button is pressed', async () => {
    const finish: (() => void)[] = []
    const started = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)))
    const work = useWork(started)
    const first = work.run()
    await work.run()
    expect([started.mock.calls.length, work.isRunning.value]).toEqual([1, true])
    finish[0]?.()
    await first
    expect(work.isRunning.value).toBe(false)
  })

  test('keeps why it was refused until it runs again', async () => {
    let fails = true
    const told = vi.fn()
    const work = useWork(async () => {
      if (fails) throw refusal
      return 'done'
    }, told)
    expect(await work.run()).toBeUndefined()
    expect([work.refusal.value, told.mock.calls]).toEqual([refusal, [[refusal]]])
    fails = false
    expect(await work.run()).toBe('done')
    expect(work.refusal.value).toBeNull()
  })

  test('shows a fault of ours as something that may be tried again, and reports it', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const fault = new TypeError('undefined is not a function')
    const work = useWork(async () => {
      throw fault
    })
    await work.run()
    expect([work.refusal.value?.code, work.refusal.value?.retry]).toEqual(['unexpected', true])
    expect(reported).toHaveBeenCalledWith(fault)
    vi.unstubAllGlobals()
  })
})
