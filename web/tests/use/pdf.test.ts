import { effectScope, nextTick, ref } from 'vue'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { canReadPdf, usePdf } from '@/use/pdf'

afterEach(() => vi.unstubAllGlobals())

function aBrowser(answer: () => Promise<Response>) {
  const blobs: Blob[] = []
  const revoked: string[] = []
  vi.stubGlobal('fetch', vi.fn(answer))
  vi.stubGlobal('URL', { createObjectURL: (blob: Blob) => `blob:${blobs.push(blob)}`, revokeObjectURL: (url: string) => revoked.push(url) })
  return { blobs, revoked }
}

describe('a PDF inside the page', () => {
  test('is a blob of nothing but a PDF, whatever the server calls it, and let go with the page', async () => {
    const { blobs, revoked } = aBrowser(async () => new Response('<script>', { headers: { 'Content-Type': 'text/html' } }))
    const link = ref<string | null>(null)
    const scope = effectScope()
    const pdf = scope.run(() => usePdf(() => link.value))!
    expect(fetch).not.toHaveBeenCalled()
    link.value = '/files/a?signature=1'
    await vi.waitFor(() => expect(pdf.page.value).toBe('blob:1'))
    expect(blobs.map(({ type }) => type)).toEqual(['application/pdf'])
    link.value = '/files/a?signature=2'
    await nextTick()
    expect(fetch).toHaveBeenCalledTimes(1)
    scope.stop()
    expect(revoked).toEqual(['blob:1'])
  })

  test('says why it is not there, and can be tried again', async () => {
    const answers = [() => Promise.reject(new Error('no network')), () => Promise.resolve(new Response('%PDF'))]
    aBrowser(() => answers.shift()!())
    const pdf = effectScope().run(() => usePdf(() => '/files/a'))!
    await vi.waitFor(() => expect(pdf.refusal.value?.code).toBe('unreachable'))
    await vi.waitFor(() => {
      pdf.load()
      expect(pdf.page.value).toBe('blob:1')
    })
  })

  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ])('with a viewer: %s, and room: %s, is shown: %s', (hasViewer, hasRoom, isShown) => {
    vi.stubGlobal('navigator', { pdfViewerEnabled: hasViewer })
    vi.stubGlobal('matchMedia', () => ({ matches: hasRoom }))
    expect(canReadPdf()).toBe(isShown)
  })
})
