import { describe, expect, test, vi } from 'vitest'
import { deviceLabel, DeviceStore } from '@/client/device'
import { memoryStorage } from '@/client/storage'

const LOGGED_IN = { token: 't1', expires_at: 5, device: 'd1', device_key: 'k1', account: { id: 'a1', name: '李明', phone: '138****0001' } }

describe('the device store', () => {
  test('remembers a log-in over a reload', () => {
    const storage = memoryStorage()
    new DeviceStore(storage).remember(LOGGED_IN)
    const { device_key, ...remembered } = LOGGED_IN
    expect([new DeviceStore(storage).memory, new DeviceStore(storage).deviceKey]).toEqual([remembered, device_key])
  })

  test('forgets a log-out over a reload', () => {
    const storage = memoryStorage()
    const store = new DeviceStore(storage)
    store.remember(LOGGED_IN)
    store.forget()
    expect([store.token, new DeviceStore(storage).token]).toEqual([null, null])
  })

  test('keeps the device key beyond a log-out', () => {
    const storage = memoryStorage()
    const store = new DeviceStore(storage)
    store.remember(LOGGED_IN)
    store.forget()
    expect(new DeviceStore(storage).deviceKey).toBe('k1')
  })

  test('draws one nonce, and keeps it beyond a log-out', () => {
    const storage = memoryStorage()
    const store = new DeviceStore(storage)
    const { nonce } = store
    expect(nonce).toMatch(/^[0-9a-f]{32}$/)
    store.remember(LOGGED_IN)
    store.forget()
    expect([store.nonce, new DeviceStore(storage).nonce]).toEqual([nonce, nonce])
    expect(new DeviceStore(memoryStorage()).nonce).not.toBe(nonce)
  })

  test('takes broken storage for none', () => {
    const storage = memoryStorage()
    storage.setItem('shangke.device', '{"token":1')
    expect(new DeviceStore(storage).memory).toBeNull()
  })

  test('follows another tab', () => {
    const storage = memoryStorage()
    const [here, there] = [new DeviceStore(storage), new DeviceStore(storage)]
    const tab = new EventTarget()
    here.listen(tab as unknown as Window)
    const told = vi.fn()
    here.subscribe(told)
    there.remember(LOGGED_IN)
    tab.dispatchEvent(Object.assign(new Event('storage'), { key: 'shangke.device' }))
    expect(told).toHaveBeenCalledOnce()
    expect(here.token).toBe('t1')
  })
})

describe('the label of a device', () => {
  test.each([
    ['Mozilla/5.0 (Linux; Android 14; Pixel) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36', 'Chrome · Android'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1', 'Safari · iPhone'],
    ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 MicroMessenger/8.0', 'WeChat · Android'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0', 'Edge · Windows'],
    ['something else', 'Web'],
  ])('of %s is %s', (userAgent, label) => {
    expect(deviceLabel(userAgent)).toBe(label)
  })
})
