import { zoneFeatures } from '#model/api/city.ts'
import { streetsResponse } from '#model/api/street.ts'
import { get } from '../../http/client.ts'
import { boot } from '../boot.tsx'
import { StreetPage } from './street-page.tsx'

await boot({
  messages: {
    en: () => import('./messages/en.json'),
    fr: () => import('./messages/fr.json'),
    es: () => import('./messages/es.json'),
    ar: () => import('./messages/ar.json'),
    'zh-Hans': () => import('./messages/zh-Hans.json'),
    ru: () => import('./messages/ru.json'),
  },
  section: 'street',
  load: async () => {
    const [zones, streets] = await Promise.all([get(zoneFeatures, '/zones'), get(streetsResponse, '/streets')])
    return { zones, streets }
  },
  title: ({ t }, city) => t('page.title', { city: city.name }),
  show: (city, { zones, streets }) => <StreetPage city={city} zones={zones} streets={streets} />,
})
