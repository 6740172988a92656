import { zoneFeatures } from '#model/api/city.ts'
import { get } from '../../http/client.ts'
import { boot } from '../boot.tsx'
import { VoicePage } from './voice-page.tsx'

await boot({
  messages: {
    en: () => import('./messages/en.json'),
    fr: () => import('./messages/fr.json'),
    es: () => import('./messages/es.json'),
    ar: () => import('./messages/ar.json'),
    'zh-Hans': () => import('./messages/zh-Hans.json'),
    ru: () => import('./messages/ru.json'),
  },
  section: 'voice',
  load: () => get(zoneFeatures, '/zones'),
  title: ({ t }, city) => t('page.title', { city: city.name }),
  show: (city, zones) => <VoicePage city={city} zones={zones} />,
})
