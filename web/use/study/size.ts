// Sizes of files for people: 830 KB, 12.5 MB, 1.2 GB.
const UNITS = ['KB', 'MB', 'GB'] as const

export function sizeText(bytes: number): string {
  let size = Math.max(0, bytes) / 1024
  let unit = 0
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.ceil(size)} ${UNITS[unit]}`
}
