// Opens the one socket of this device.
import type { DeviceStore } from '@/client/device'
import type { Live } from '@/client/live'
import { postCommand } from '@/client/post'
import { createSocket } from '@/client/socket'
import { createWishStore } from '@/client/wishes'

/** For a device that is logged in. */
export function connect(device: DeviceStore): Live {
  const memory = device.memory
  if (!memory) throw new Error('nobody is logged in')
  const { token } = memory
  return createSocket({
    identity: { account: memory.account.id, token, clientKind: 'web', clientVersion: __CLIENT_VERSION__ },
    url: `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws`,
    wishes: createWishStore(globalThis.indexedDB),
    post: (wish) => postCommand(wish, device.token ?? token),
    onTokenLost: () => device.forget(),
  })
}
