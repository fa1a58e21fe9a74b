// Reads the <kind> block of an activity component without loading the component: `x.vue?kind` is a
// module holding that block as data, so the name and icon of every kind are known at start while
// the component itself stays in its own lazy chunk.
import { readFile } from 'node:fs/promises'
import { parse } from 'vue/compiler-sfc'
import type { Plugin } from 'vite'

const PREFIX = '\0kind:'

export function kinds(): Plugin {
  return {
    name: 'shangke-kinds',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith('.vue?kind')) return null
      const found = await this.resolve(source.slice(0, -'?kind'.length), importer, { skipSelf: true })
      // The name must not end in .vue, or the Vue plugin would compile it as a component.
      return found && PREFIX + found.id.slice(0, -'.vue'.length)
    },
    async load(id) {
      if (!id.startsWith(PREFIX)) return null
      const file = id.slice(PREFIX.length) + '.vue'
      this.addWatchFile(file)
      const blocks = parse(await readFile(file, 'utf8'), { filename: file }).descriptor.customBlocks
      const block = blocks.find((each) => each.type === 'kind')
      if (!block) throw new Error(`${file} has no <kind> block`)
      return `export default ${JSON.stringify(JSON.parse(block.content))}`
    },
    transform(_code, id) {
      // The component itself carries the block too; there it is nothing.
      return /\.vue\?vue&type=kind\b/.test(id) ? { code: 'export default undefined', map: null } : null
    },
  }
}
