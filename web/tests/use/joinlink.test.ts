import { createApp, effectScope, shallowRef } from 'vue'
import { describe, expect, test, vi } from 'vitest'
import type { Api } from '@/client/api'
import { DEVICE, type DeviceHandle } from '@/use/device'
import { isLocal, phoneOrigin, useJoinLink, type JoinLinkHandle } from '@/use/joinlink'

const HERE = 'http://localhost:8000'

function linkWith(api: Api): JoinLinkHandle {
  const app = createApp({}).provide(DEVICE, { api, memory: shallowRef(null) } as unknown as DeviceHandle)
  return app.runWithContext(() => effectScope().run(() => useJoinLink('H7K3PQ')))!
}

describe('the address a QR code holds', () => {
  test('is the one that the operator named', () => {
    expect(phoneOrigin('https://ke.example.edu.cn', HERE)).toBe('https://ke.example.edu.cn')
    expect(phoneOrigin('https://ke.example.edu.cn/', 'https://other.example')).toBe('https://ke.example.edu.cn')
  })

  test.each(['http://127.0.0.1:8000', 'http://0.0.0.0:8000', 'http://[::1]:8000', 'http://localhost', null])(
    'is where the page was opened when the server says %s',
    (url) => {
      expect(phoneOrigin(url, 'http://192.168.1.7:8000')).toBe('http://192.168.1.7:8000')
    },
  )

  test('is known to be of this machine alone, or not', () => {
    expect(['http://localhost:8000', 'http://127.0.3.1', 'http://ke.localhost', 'http://[::1]:8000'].map(isLocal)).toEqual([true, true, true, true])
    expect(['http://192.168.1.7:8000', 'https://ke.example.edu.cn', 'http://localhost.example.cn'].map(isLocal)).toEqual([false, false, false])
  })

  test('comes from the server', async () => {
    const { link, host, isLocal: isOnlyHere } = linkWith({ info: async () => ({ public_url: 'https://ke.example.edu.cn' }) } as unknown as Api)
    expect([link.value, isOnlyHere.value]).toEqual([`${location.origin}/join/H7K3PQ`, true])
    await vi.waitFor(() => expect(link.value).toBe('https://ke.example.edu.cn/join/H7K3PQ'))
    expect([host.value, isOnlyHere.value]).toEqual(['ke.example.edu.cn', false])
  })

  test('is asked for again after a failure', async () => {
    const info = vi.fn(() => Promise.reject(new Error('no network')))
    const api = { info } as unknown as Api
    expect(linkWith(api).link.value).toBe(`${location.origin}/join/H7K3PQ`)
    await Promise.resolve()
    await Promise.resolve()
    linkWith(api)
    expect(info).toHaveBeenCalledTimes(2)
  })
})
