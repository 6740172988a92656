import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { Icon } from '../icon.tsx'
import { csvOf } from './csv.ts'
import { download, downloadFile, fileNameOf } from './download.ts'
import { csvwOf } from './metadata.ts'
import type { SortValue } from './table-model.ts'
import './table.css'

type FileProps = {
  readonly name: string
  readonly title: string
  /** heading and rows, as in the CSV file */
  readonly lines: () => readonly (readonly SortValue[])[]
  /** for the metadata: where each part of the rows comes from */
  readonly sources?: () => readonly Readonly<Record<string, string>>[]
}

/** A table as CSV file, and its metadata. */
export function FileButtons(props: FileProps) {
  const { t } = useI18n()
  const { name, title, lines } = props
  return (
    <div className="table-files">
      <Button
        className="link table-file"
        aria-label={t('table.csv.of', { table: title })}
        onPress={() => download(name, csvOf(lines()))}
      >
        <Icon name="download" />
        {t('table.csv')}
      </Button>
      <MetadataButton {...props} className="link table-file" />
    </div>
  )
}

/** The metadata of the CSV file of a table, to lie next to it. */
export function MetadataButton({ name, title, className, lines, sources }: FileProps & { readonly className: string }) {
  const { t, language, timeZone } = useI18n()
  const save = (): void => {
    const file = fileNameOf(name)
    const of = { file, title, language, timeZone, address: window.location.href, created: new Date() }
    const text = csvwOf({ ...of, lines: lines(), sources: sources?.() ?? [] })
    downloadFile(`${file}-metadata.json`, text, 'application/csvm+json')
  }
  return (
    <Button className={className} aria-label={t('table.metadata.of', { title })} onPress={save}>
      <Icon name="download" />
      {t('table.metadata')}
    </Button>
  )
}
