// Fails when a page needs more code than its budget before its first page chunk.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { reach } from './reach.mjs'

const DIST = fileURLToPath(new URL('../dist', import.meta.url))
const BUDGETS_KB = { 'index.html': 170, 'console.html': 300 }

/** @param {string} file */
function gzippedKb(file) {
  return gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length / 1000
}

/** @param {Iterable<string>} files */
function total(files) {
  return [...files].filter((file) => /\.(js|css)$/.test(file)).reduce((sum, file) => sum + gzippedKb(file), 0)
}

/** Inline code would need a hole in the content security policy. @param {string} page */
function inlineScripts(page) {
  return readFileSync(join(DIST, page), 'utf8').match(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/g) ?? []
}

if (!existsSync(join(DIST, '.vite/manifest.json'))) {
  console.error('no build to measure: run `npm run build` first')
  process.exit(2)
}

let failed = false
for (const [page, budget] of Object.entries(BUDGETS_KB)) {
  const shell = total(reach(DIST, page, { lazy: false }))
  const all = total(reach(DIST, page, { lazy: true }))
  const inline = inlineScripts(page)
  failed ||= shell > budget || inline.length > 0
  const verdict = shell > budget ? 'OVER' : 'ok'
  console.log(`${page}: ${shell.toFixed(1)} kB of ${budget} kB gzipped before any page (${verdict}), ${all.toFixed(1)} kB with all pages`)
  if (inline.length > 0) console.log(`${page}: inline code ${inline.join(' ')}`)
}
process.exit(failed ? 1 : 0)
