// Which built files belong to a page, read from Vite's manifest.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {{ file: string, css?: string[], assets?: string[], imports?: string[], dynamicImports?: string[] }} Chunk
 */

/**
 * Files a page loads before anything is shown (`lazy` false), or may ever load (`lazy` true).
 * @param {string} dist
 * @param {string} entry
 * @param {{ lazy: boolean }} options
 * @returns {Set<string>}
 */
export function reach(dist, entry, { lazy }) {
  /** @type {Record<string, Chunk>} */
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
  const files = new Set()
  const seen = new Set()
  const queue = [entry]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const chunk = manifest[name]
    if (seen.has(name) || !chunk) continue
    seen.add(name)
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file)
    queue.push(...(chunk.imports ?? []), ...(lazy ? (chunk.dynamicImports ?? []) : []))
  }
  return files
}
