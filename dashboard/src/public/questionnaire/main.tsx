import { boot } from '../boot.tsx'
import { QuestionnairePage } from './questionnaire-page.tsx'

await boot({
  messages: {
    en: () => import('#model/questionnaire/messages/en.json'),
    fr: () => import('#model/questionnaire/messages/fr.json'),
    es: () => import('#model/questionnaire/messages/es.json'),
    ar: () => import('#model/questionnaire/messages/ar.json'),
    'zh-Hans': () => import('#model/questionnaire/messages/zh-Hans.json'),
    ru: () => import('#model/questionnaire/messages/ru.json'),
  },
  section: 'questionnaire',
  load: async () => true,
  title: ({ t }, city) => t('page.title', { city: city.name }),
  show: (city) => <QuestionnairePage city={city} />,
})
