/// <reference types="vite/client" />

declare const __CLIENT_VERSION__: string

declare module '*.vue?kind' {
  import type { KindCard } from '@/use/kinds'
  const card: KindCard
  export default card
}
