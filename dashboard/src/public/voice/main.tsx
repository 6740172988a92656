import { cityResponse, zoneFeatures } from '#model/api/city.ts'
import { get } from '../../http/client.ts'
import { boot } from '../boot.tsx'
import { VoicePage } from './voice-page.tsx'

await boot({
  messages: {
    en: () => import('./messages/en.json'),
    es: () => import('./messages/es.json'),
    fr: () => import('./messages/fr.json'),
    ar: () => import('./messages/ar.json'),
  },
  load: async () => {
    const [city, zones] = await Promise.all([get(cityResponse, '/city'), get(zoneFeatures, '/zones')])
    return { city, zones }
  },
  title: ({ t }, { city }) => t('page.title', { city: city.name }),
  show: ({ city, zones }) => <VoicePage city={city} zones={zones} />,
})
