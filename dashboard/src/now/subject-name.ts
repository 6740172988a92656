import type { Incident } from '#model/api/alerts.ts'
import type { Formatters } from '../i18n/formatters.ts'

type Named = Pick<Incident['subject'], 'name' | 'nameCode' | 'nameKey'>

/** What an incident is about: the name of a device or district, or what there is a word for in the language. */
export const subjectName = ({ t }: Pick<Formatters, 't'>, { name, nameCode, nameKey }: Named): string =>
  nameCode === null ? name : t(`subject.${nameCode}`, { key: nameKey })
