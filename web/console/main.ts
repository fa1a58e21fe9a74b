import { createApp } from 'vue'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/design/theme.css'
import '@/design/element.css'
import { openStorage } from '@/client/storage'
import App from '@/console/App.vue'
import { createConsoleRouter } from '@/console/router'
import { createDevice, DEVICE } from '@/use/device'
import { LIVE } from '@/use/live'
import { startTheme } from '@/use/theme'
import { createWords, WORDS } from '@/words/words'

const storage = openStorage()
startTheme(storage)

const words = createWords(
  {
    zh: async () => ({ ...(await import('@/words/zh')).default, ...(await import('@/console/words/zh')).default }),
    en: async () => ({ ...(await import('@/words/en')).default, ...(await import('@/console/words/en')).default }),
  },
  storage,
)

const device = createDevice(storage)
const router = createConsoleRouter(device)

await words.start(navigator.languages)
createApp(App)
  .provide(DEVICE, device)
  .provide(LIVE, device)
  .provide(WORDS, words)
  .use(words.i18n)
  .use(router)
  .mount('#app')
