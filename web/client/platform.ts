// The REST layer of the platform's own people: pushes, closed accounts, connected clients.
import type { Clients, ClosedAccounts, NewPush, PlatformRoles, Push, Pushes, PushTargets, SupportAccount } from '@/client/generated/messages'

type Ask = <Answer>(method: string, path: string, body?: object) => Promise<Answer>
export type PlatformRole = PlatformRoles['roles'][number]

function query(given: Record<string, string | null>): string {
  const found = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== null && pair[1] !== '')
  return found.length === 0 ? '' : `?${new URLSearchParams(found).toString()}`
}

export function createPlatformApi(ask: Ask) {
  return {
    roles: async () => (await ask<PlatformRoles>('GET', '/me/roles')).roles,
    pushes: (after: string | null) => ask<Pushes>('GET', `/pushes${query({ after })}`),
    push: (push: string) => ask<Push>('GET', `/pushes/${push}`),
    makePush: (written: NewPush) => ask<Push>('POST', '/pushes', written),
    stopPush: (push: string) => ask<Push>('POST', `/pushes/${push}/stop`),
    targets: async (kind: 'school' | 'course', sought: string) =>
      (await ask<PushTargets>('GET', `/push-targets${query({ kind, query: sought })}`)).targets,
    closedAccounts: (after: string | null) => ask<ClosedAccounts>('GET', `/support/accounts${query({ after })}`),
    findAccount: (by: { phone: string } | { account: string }) => ask<SupportAccount>('POST', '/support/lookups', by),
    restore: (account: string, reason: string) => ask<SupportAccount>('POST', `/support/accounts/${account}/restoring`, { reason }),
    clients: () => ask<Clients>('GET', '/ops/clients'),
  }
}
