import { createApp } from 'vue'
import '@/design/theme.css'
import '@/design/vant.css'
import { openStorage } from '@/client/storage'
import App from '@/phone/App.vue'
import { createPhoneRouter } from '@/phone/router'
import { createDevice, DEVICE } from '@/use/device'
import { LIVE } from '@/use/live'
import { createSeen, SEEN } from '@/use/seen'
import { createStudy, STUDY } from '@/use/study/study'
import { startTheme } from '@/use/theme'
import { createWords, WORDS } from '@/words/words'

const storage = openStorage()
startTheme(storage)

const words = createWords(
  {
    zh: async () => ({ ...(await import('@/words/zh')).default, ...(await import('@/phone/words/zh')).default }),
    en: async () => ({ ...(await import('@/words/en')).default, ...(await import('@/phone/words/en')).default }),
  },
  storage,
)

const device = createDevice(storage)
const router = createPhoneRouter(device)

await words.start(navigator.languages)
createApp(App)
  .provide(DEVICE, device)
  .provide(LIVE, device)
  .provide(SEEN, createSeen(storage))
  .provide(STUDY, createStudy(device, storage))
  .provide(WORDS, words)
  .use(words.i18n)
  .use(router)
  .mount('#app')
