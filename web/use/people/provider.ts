// Login methods as people call them.
import type { OAuthProvider, Provider } from '@/client/people'
import type { Said } from '@/client/refusal'

export const PROVIDERS: Readonly<Record<Provider, Said>> = {
  phone: { zh: '手机号', en: 'Phone' },
  email: { zh: '邮箱', en: 'E-mail' },
  wechat: { zh: '微信', en: 'WeChat' },
  qq: { zh: 'QQ', en: 'QQ' },
  weibo: { zh: '微博', en: 'Weibo' },
}

export function isOAuth(provider: Provider): provider is OAuthProvider {
  return provider !== 'phone' && provider !== 'email'
}

const TRIP = 'shangke.oauth'

/** Where the person was before they went to another service's page. Lives as long as the tab. */
export interface Trip {
  purpose: 'login' | 'bind'
  next: string
}

export function rememberTrip(trip: Trip, storage: Storage = sessionStorage): void {
  storage.setItem(TRIP, JSON.stringify(trip))
}

export function takeTrip(storage: Storage = sessionStorage): Trip {
  const kept = storage.getItem(TRIP)
  storage.removeItem(TRIP)
  try {
    const trip = JSON.parse(kept ?? '') as Partial<Trip>
    if ((trip.purpose === 'login' || trip.purpose === 'bind') && typeof trip.next === 'string' && /^\/(?![/\\])/.test(trip.next)) {
      return { purpose: trip.purpose, next: trip.next }
    }
  } catch {
    // Another tab, or nothing was kept: a plain log-in.
  }
  return { purpose: 'login', next: '/' }
}
