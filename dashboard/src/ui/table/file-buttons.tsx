import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { Icon } from '../icon.tsx'
import { downloadFile, fileNameOf } from './download.ts'
import { csvwOf } from './metadata.ts'
import type { SortValue } from './table-model.ts'

type Props = {
  readonly name: string
  readonly title: string
  readonly className: string
  /** heading and rows, as in the CSV file */
  readonly lines: () => readonly (readonly SortValue[])[]
}

/** The metadata of the CSV file of a table, to lie next to it. */
export function MetadataButton({ name, title, className, lines }: Props) {
  const { t, language, timeZone } = useI18n()
  const save = (): void => {
    const file = fileNameOf(name)
    const of = { file, title, language, timeZone, address: window.location.href, created: new Date(), lines: lines() }
    downloadFile(`${file}-metadata.json`, csvwOf(of), 'application/csvm+json')
  }
  return (
    <Button className={className} aria-label={t('table.metadata.of', { title })} onPress={save}>
      <Icon name="download" />
      {t('table.metadata')}
    </Button>
  )
}
