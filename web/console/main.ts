import { createApp } from 'vue'
import '@/design/theme.css'
import '@/design/element.css'
import App from '@/console/App.vue'

createApp(App).mount('#app')
