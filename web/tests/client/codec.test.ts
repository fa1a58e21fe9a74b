// The bytes are those of the Python side: the same golden file.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { decodeMulti } from '@msgpack/msgpack'
import { decode, encode } from '@/client/codec'
import { Tag, type FromClient } from '@/client/generated/messages'
import { describe, expect, it } from 'vitest'

const golden = readFileSync(resolve(import.meta.dirname, '../../../tests/protocol/golden.txt'), 'utf8')
const messages = golden
  .trim()
  .split('\n')
  .map((line) => {
    const at = line.lastIndexOf(' ')
    return { title: line.slice(0, at), bytes: Uint8Array.from(Buffer.from(line.slice(at + 1), 'hex')) }
  })
const tagOf = (bytes: Uint8Array): number => bytes[1] ?? -1
const fromClient = messages.filter(({ bytes }) => tagOf(bytes) < Tag.Welcome)
const fromServer = messages.filter(({ bytes }) => tagOf(bytes) >= Tag.Welcome)

describe('golden bytes', () => {
  it.each(fromClient)('writes $title', ({ bytes }) => {
    const [envelope] = [...decodeMulti(bytes)] as FromClient[]
    expect(envelope && encode(envelope)).toEqual(bytes)
  })

  it.each(fromServer)('reads $title', ({ bytes }) => {
    const read = decode(bytes.slice().buffer)
    expect(read).toEqual([...decodeMulti(bytes)])
    expect(Object.values(Tag)).toContain(read[0]?.[0])
  })

  it('reads envelopes joined end to end', () => {
    const joined = Uint8Array.from(fromServer.flatMap(({ bytes }) => [...bytes]))
    expect(decode(joined.buffer)).toHaveLength(fromServer.length)
  })
})

it('leaves out envelopes of a later version', () => {
  const later = encode([200, 1] as unknown as FromClient)
  const known = encode([Tag.Reconnect, 500] as unknown as FromClient)
  expect(decode(Uint8Array.from([...later, ...known]).buffer)).toEqual([[Tag.Reconnect, 500]])
})
