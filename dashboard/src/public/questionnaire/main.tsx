import { cityResponse } from '#model/api/city.ts'
import { get } from '../../http/client.ts'
import { boot } from '../boot.tsx'
import { QuestionnairePage } from './questionnaire-page.tsx'

await boot({
  messages: {
    en: () => import('#model/questionnaire/messages/en.json'),
    es: () => import('#model/questionnaire/messages/es.json'),
    fr: () => import('#model/questionnaire/messages/fr.json'),
    ar: () => import('#model/questionnaire/messages/ar.json'),
  },
  load: () => get(cityResponse, '/city'),
  title: ({ t }, { name }) => t('page.title', { city: name }),
  show: (city) => <QuestionnairePage city={city} />,
})
