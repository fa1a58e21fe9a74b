import { fileURLToPath } from 'node:url'
import { VantResolver } from '@vant/auto-import-resolver'
import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { kinds } from './build/kinds.ts'
import { pages } from './build/pages.ts'
import { reach } from './build/reach.mjs'
import { vanticons } from './build/vanticons.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const server = process.env['SHANGKE_DEV_SERVER'] ?? 'http://127.0.0.1:8000'
const proxy = Object.fromEntries(
  ['/api', '/ws', '/files', '/health'].map((path) => [path, { target: server, ws: path === '/ws' }]),
)

export default defineConfig({
  resolve: { alias: { '@': here('.') } },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __CLIENT_VERSION__: JSON.stringify(process.env['npm_package_version'] ?? '0.0.0'),
  },
  plugins: [
    kinds(),
    pages(),
    vanticons(),
    vue(),
    Components({
      dirs: [],
      dts: here('components.d.ts'),
      resolvers: [VantResolver(), ElementPlusResolver({ importStyle: 'css' })],
    }),
    VitePWA({
      strategies: 'generateSW',
      registerType: 'prompt',
      injectRegister: false,
      manifest: {
        id: '/',
        name: '上课 · 实时课堂',
        short_name: '上课',
        description: '扫码进课堂：签到、练习、问卷、讨论，实时到达。',
        lang: 'zh-CN',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        orientation: 'portrait',
        theme_color: '#f6f5f1',
        background_color: '#f6f5f1',
        icons: [
          { src: '/icons/192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icons/512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: '/icons/mark.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      workbox: {
        globPatterns: ['index.html', 'waiting.js', 'assets/**/*.{js,css}', 'icons/*.{png,svg}'],
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/(api|ws|console|files|health|metrics|docs)(\/|$)/],
        cleanupOutdatedCaches: true,
        // The console is used online and is large: phones must not fetch it ahead of time.
        manifestTransforms: [
          (entries) => {
            const ours = reach(here('dist'), 'index.html', { lazy: true })
            const kept = entries.filter(({ url }) => !url.startsWith('assets/') || ours.has(url))
            return { manifest: kept, warnings: [] }
          },
        ],
      },
    }),
  ],
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { phone: here('index.html'), console: here('console.html') } },
  },
  server: { proxy },
  preview: { proxy },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    server: { deps: { inline: ['vant', 'element-plus', 'vue-i18n'] } },
  },
})
