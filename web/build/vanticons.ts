// Vant's icon font is 60 kB of icons we do not use and names a foreign host. The few icons that
// Vant's own components draw come from design/vanticons.css instead; ours come from Lucide.
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const OURS = fileURLToPath(new URL('../design/vanticons.css', import.meta.url))

export function vanticons(): Plugin {
  return {
    name: 'shangke-vanticons',
    enforce: 'pre',
    resolveId(source, importer) {
      const isTheirs = source.endsWith('icon/index.css') && (importer?.includes('/vant/') ?? false)
      return isTheirs ? OURS : null
    },
  }
}
