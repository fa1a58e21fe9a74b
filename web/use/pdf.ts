// A PDF to be read inside the page. The server hands files out to be saved, never to be opened under its own address;
// here the content becomes a blob that can be nothing but a PDF, for the browser's own viewer.
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import { unexpected, unreachable, type Refusal } from '@/client/refusal'
import { useWork } from '@/use/work'

const WIDE = '(min-width: 900px)'

/** Whether the browser shows PDFs in a page, and there is room to read one. Phones do neither. */
export function canReadPdf(): boolean {
  return navigator.pdfViewerEnabled === true && matchMedia(WIDE).matches
}

export interface PdfHandle {
  /** null: not there yet. */
  page: Readonly<ShallowRef<string | null>>
  refusal: Readonly<ShallowRef<Refusal | null>>
  load: () => void
}

/** `link`: where the file is, once known. It is fetched once, however often the link is made anew. */
export function usePdf(link: () => string | null): PdfHandle {
  const page = shallowRef<string | null>(null)
  let isGone = false
  const work = useWork(async (url: string) => {
    const response = await fetch(url, { credentials: 'omit' }).catch(() => null)
    if (!response) throw unreachable()
    if (!response.ok) throw unexpected(response.status)
    const content = new Blob([await response.blob()], { type: 'application/pdf' })
    if (!isGone) page.value = URL.createObjectURL(content)
  })

  function load(): void {
    const url = link()
    if (url !== null && page.value === null) void work.run(url)
  }

  watch(link, load, { immediate: true })
  onScopeDispose(() => {
    isGone = true
    if (page.value !== null) URL.revokeObjectURL(page.value)
  })
  return { page, refusal: work.refusal, load }
}
