// Opens the one socket of this device.
import type { DeviceStore } from '@/client/device'
import type { Live } from '@/client/live'
import { unreachable } from '@/client/refusal'

/** Stands in until the socket is here: never connects, refuses every command. */
export function connect(device: DeviceStore): Live {
  void device
  return {
    connection: () => 'connecting',
    serverNow: () => Date.now(),
    account: () => null,
    classroom: () => null,
    lost: () => null,
    follow: () => () => undefined,
    command: () => Promise.reject(unreachable()),
    subscribe: () => () => undefined,
    close: () => undefined,
  }
}
