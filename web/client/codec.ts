// The only door to msgpack. A message is one or more envelopes end to end.
import { decodeMulti, encode as pack } from '@msgpack/msgpack'
import { Tag, type FromClient, type FromServer } from '@/client/generated/messages'

const KNOWN: ReadonlySet<unknown> = new Set(Object.values(Tag).filter((tag) => tag >= Tag.Welcome))

export function encode(envelope: FromClient): Uint8Array<ArrayBuffer> {
  return pack(envelope)
}

/** Envelopes of a later version are left out: within a version the protocol only grows. */
export function decode(message: ArrayBuffer): FromServer[] {
  const envelopes: FromServer[] = []
  for (const envelope of decodeMulti(message)) {
    if (Array.isArray(envelope) && KNOWN.has(envelope[0])) envelopes.push(envelope as unknown as FromServer)
  }
  return envelopes
}
