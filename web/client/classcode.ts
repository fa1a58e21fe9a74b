// Class codes: 6 characters of an alphabet without 0 O 1 I, in any case and spacing people type.

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
export const CODE_LENGTH = 6

/** What of a text can be part of a class code. Full-width letters of Chinese keyboards count. */
export function cleanCode(text: string): string {
  const plain = text.normalize('NFKC').toUpperCase()
  return [...plain].filter((each) => ALPHABET.includes(each)).join('').slice(0, CODE_LENGTH)
}

/** The class code a scanned text holds: a link that ends in /join/CODE, on whatever host, or the bare code. */
export function codeInQr(text: string): string | null {
  const link = /\/join\/([0-9A-Za-z]+)\/?(?:[?#].*)?$/.exec(text.trim())
  const candidate = (link?.[1] ?? text.trim()).toUpperCase()
  return candidate.length === CODE_LENGTH && cleanCode(candidate) === candidate ? candidate : null
}

/** The link a QR code holds. */
export function joinLink(origin: string, code: string): string {
  return `${origin}/join/${code}`
}
