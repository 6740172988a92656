import { cityResponse } from '#model/api/city.ts'
import { get } from '../../http/client.ts'
import { boot } from '../boot.tsx'
import { QuestionnairePage } from './questionnaire-page.tsx'

await boot({
  catalogues: {
    en: () => import('#model/questionnaire/words/en.json'),
    es: () => import('#model/questionnaire/words/es.json'),
    fr: () => import('#model/questionnaire/words/fr.json'),
    ar: () => import('#model/questionnaire/words/ar.json'),
  },
  load: () => get(cityResponse, '/city'),
  title: ({ t }, { name }) => t('page.title', { city: name }),
  show: (city) => <QuestionnairePage city={city} />,
})
