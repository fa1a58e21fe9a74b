// What people may do with their accounts: the personal page, login methods, closing. Part of the REST layer.
import type { ClientLabel } from '@/client/api'
import type {
  Identities,
  OAuthBegun,
  OAuthFinished,
  OAuthProviders,
  PersonalPage,
  Profile,
  Proof,
  SaveProfile,
} from '@/client/generated/messages'

export type { Identities, Identity, PersonalPage, Profile, Proof, SaveProfile } from '@/client/generated/messages'
export type Provider = Identities['providers'][number]
export type AddressKind = 'phone' | 'email'
export type OAuthProvider = OAuthProviders['providers'][number]

type Ask = <Answer>(method: string, path: string, body?: object) => Promise<Answer>

export type PeopleApi = ReturnType<typeof createPeopleApi>

export function createPeopleApi(ask: Ask, client: ClientLabel) {
  return {
    profile: () => ask<Profile>('GET', '/me/profile'),
    saveProfile: (profile: SaveProfile) => ask<Profile>('PUT', '/me/profile', profile),
    page: (account: string) => ask<PersonalPage>('GET', `/people/${encodeURIComponent(account)}`),
    identities: () => ask<Identities>('GET', '/me/identities'),
    requestConfirmCode: (to: AddressKind) => ask<void>('POST', '/me/confirm-codes', { to }),
    requestBindCode: (provider: AddressKind, address: string) => ask<void>('POST', '/me/bind-codes', { provider, address }),
    bind: (given: { provider: AddressKind; address: string; code: string; proof: Proof }) => ask<Identities>('POST', '/me/identities', given),
    unbind: (provider: Provider, proof: Proof) => ask<Identities>('POST', '/me/unbinding', { provider, proof }),
    changePhone: (given: { phone: string; code: string; proof: Proof }) => ask<Identities>('PUT', '/me/phone', given),
    changePassword: (given: { password: string; proof: Proof }) => ask<void>('PUT', '/me/password', given),
    close: (proof: Proof) => ask<void>('POST', '/me/closing', { proof }),
    oauthProviders: async () => (await ask<OAuthProviders>('GET', '/oauth/providers')).providers,
    beginLogIn: (provider: OAuthProvider) => ask<OAuthBegun>('POST', '/oauth/attempts', { provider }),
    finishLogIn: (back: { code: string; state: string }) => ask<OAuthFinished>('POST', '/oauth/answers', { ...back, ...client }),
    beginBinding: (provider: OAuthProvider, proof: Proof) => ask<OAuthBegun>('POST', '/me/oauth/attempts', { provider, proof }),
    finishBinding: (back: { code: string; state: string }) => ask<Identities>('POST', '/me/oauth/answers', back),
  }
}
