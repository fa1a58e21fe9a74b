// Draws the app icons (public/icons) from the three strokes of the mark; see design/BrandMark.vue.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'

const OUT = fileURLToPath(new URL('../public/icons/', import.meta.url))
const PINE = [0x17, 0x6b, 0x5b]
const WHITE = [0xff, 0xff, 0xff]
const SEAL = [0xff, 0xb8, 0xa3]
const SAMPLES = 4

/** In a field of 64 × 64. */
const STROKES = [
  { x: 27, y: 25, w: 21, h: 7, r: 3.5, colour: SEAL },
  { x: 27, y: 13, w: 7, h: 35, r: 3.5, colour: WHITE },
  { x: 12, y: 44, w: 40, h: 7, r: 3.5, colour: WHITE },
]

/** Whether a point is inside a rounded rectangle. */
function isInside({ x, y, w, h, r }, px, py) {
  const dx = Math.max(x + r - px, px - (x + w - r), 0)
  const dy = Math.max(y + r - py, py - (y + h - r), 0)
  return px >= x && px <= x + w && py >= y && py <= y + h && dx * dx + dy * dy <= r * r
}

/** Colour and opacity at a point; `scale` shrinks the strokes into a maskable icon's safe zone. */
function paint(px, py, { ground, scale }) {
  const inner = [(px - 32) / scale + 32, (py - 32) / scale + 32]
  const stroke = STROKES.findLast((each) => isInside(each, ...inner))
  if (stroke) return [...stroke.colour, 255]
  return isInside(ground, px, py) ? [...PINE, 255] : [0, 0, 0, 0]
}

function pixels(size, look) {
  const rows = []
  for (let y = 0; y < size; y++) {
    const row = [0]
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0, 0]
      for (let s = 0; s < SAMPLES * SAMPLES; s++) {
        const px = ((x + ((s % SAMPLES) + 0.5) / SAMPLES) * 64) / size
        const py = ((y + (Math.floor(s / SAMPLES) + 0.5) / SAMPLES) * 64) / size
        const [r, g, b, a] = paint(px, py, look)
        sum[0] += r * a
        sum[1] += g * a
        sum[2] += b * a
        sum[3] += a
      }
      const [r, g, b, a] = sum
      row.push(...(a ? [r / a, g / a, b / a] : [0, 0, 0]).map(Math.round), Math.round(a / SAMPLES ** 2))
    }
    rows.push(Buffer.from(row))
  }
  return Buffer.concat(rows)
}

function chunk(type, data) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body) >>> 0)
  return Buffer.concat([length, body, sum])
}

function png(size, look) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(pixels(size, look), { level: 9 })
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

function hex(colour) {
  return '#' + colour.map((part) => part.toString(16).padStart(2, '0')).join('')
}

function svg() {
  const rect = ({ x, y, w, h, r, colour }) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}" fill="${hex(colour)}"/>`
  const ground = { x: 0, y: 0, w: 64, h: 64, r: 15, colour: PINE }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${[ground, ...STROKES].map(rect).join('')}</svg>\n`
}

const ROUNDED = { ground: { x: 0, y: 0, w: 64, h: 64, r: 15 }, scale: 1 }
const FULL = { ground: { x: 0, y: 0, w: 64, h: 64, r: 0 }, scale: 0.8 }

mkdirSync(OUT, { recursive: true })
writeFileSync(OUT + 'mark.svg', svg())
writeFileSync(OUT + '192.png', png(192, ROUNDED))
writeFileSync(OUT + '512.png', png(512, ROUNDED))
writeFileSync(OUT + 'maskable-512.png', png(512, FULL))
writeFileSync(OUT + 'apple-180.png', png(180, FULL))
