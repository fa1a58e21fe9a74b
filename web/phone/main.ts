import { createApp } from 'vue'
import '@/design/theme.css'
import '@/design/vant.css'
import App from '@/phone/App.vue'

createApp(App).mount('#app')
