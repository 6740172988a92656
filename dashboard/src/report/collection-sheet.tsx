import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { SheetProblem } from '#model/api/reports.ts'
import { apiPath } from '../http/client.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { type SheetAnswer, sendSheet } from './queries.ts'
import './collection-sheet.css'
import './findings.css'
import './report-view.css'

/** The collection sheet: download with the known values, upload after the city has filled it in. */
export function CollectionSheet({ year }: { year: string }) {
  const { t } = useI18n()
  return (
    <section className="report__section report__screen" aria-labelledby="sheet-title">
      <h2 id="sheet-title">{t('collection.title', { year })}</h2>
      <p className="lead">{t('collection.lead')}</p>
      <p className="report__files">
        {(['xlsx', 'csv'] as const).map((format) => (
          <a key={format} className="button" href={apiPath('/indicators/sheet', { period: year, format })} download>
            {t('collection.download', { format: format.toUpperCase() })}
          </a>
        ))}
      </p>
      <UploadForm year={year} />
    </section>
  )
}

/** The key stays in this field: it is never in storage or in the address. */
function UploadForm({ year }: { year: string }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [by, setBy] = useState('')
  const [key, setKey] = useState('')
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<SheetAnswer | Error | null>(null)
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!file) return
    setBusy(true)
    try {
      const answer = await sendSheet(file, { period: year, by, key })
      setOutcome(answer)
      if (answer.kind === 'imported') await client.invalidateQueries()
    } catch (error) {
      setOutcome(error instanceof Error ? error : new Error(String(error)))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Form className="sheet-form" aria-label={t('collection.upload')} onSubmit={(event) => void send(event)}>
      <label className="field">
        <span className="field__label">{t('collection.file')}</span>
        <input
          className="field__input sheet-form__file"
          type="file"
          accept=".csv,.xlsx"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
      </label>
      <TextField className="field" value={by} onChange={setBy} autoComplete="name">
        <Label className="field__label">{t('collection.by')}</Label>
        <Input className="field__input" maxLength={100} />
      </TextField>
      <TextField className="field" type="password" autoComplete="off" value={key} onChange={setKey}>
        <Label className="field__label">{t('collection.key')}</Label>
        <Input className="field__input" />
      </TextField>
      <Button type="submit" className="button button--main" isDisabled={busy || !file || key === ''}>
        {t('collection.send')}
      </Button>
      <p className="note sheet-form__wide">{t('collection.note')}</p>
      <div className="sheet-form__wide" role="status">
        <Outcome outcome={outcome} />
      </div>
    </Form>
  )
}

function Outcome({ outcome }: { outcome: SheetAnswer | Error | null }) {
  const { t } = useI18n()
  if (!outcome) return null
  if (outcome instanceof Error) return <Problem error={outcome} />
  if (outcome.kind === 'refused') return <Problems problems={outcome.problems} />
  const { queries, ...counts } = outcome.answer
  return (
    <>
      <p className="sheet-form__done">{t('collection.done', counts)}</p>
      {queries.length > 0 && (
        <>
          <h3>{t('collection.queries')}</h3>
          <ul className="findings">
            {queries.map(({ rule, code, dataPoint, text }) => (
              <li key={`${rule} ${code} ${dataPoint}`}>
                <span className="findings__code">{[code, dataPoint].filter(Boolean).join(' ')}</span> {text}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function Problems({ problems }: { problems: readonly SheetProblem[] }) {
  const i18n = useI18n()
  const title = i18n.t('collection.problems', { n: problems.length })
  return (
    <div className="problem">
      <p className="problem__title">{title}</p>
      <Table<SheetProblem>
        caption={title}
        rows={problems}
        columns={sheetColumns(i18n)}
        rowKey={({ row, field, reason }) => `${row} ${field} ${reason}`}
        className="mini sheet-problems"
        fileName={title}
      />
    </div>
  )
}

export const sheetColumns = ({ t, integer }: Formatters): TableColumn<SheetProblem>[] => [
  {
    ...{ id: 'row', label: t('collection.column.row'), value: ({ row }) => row },
    cell: ({ row }) => integer(row),
  },
  {
    ...{ id: 'indicator', label: t('collection.column.indicator') },
    value: ({ code, dataPoint }) => [code, dataPoint].filter(Boolean).join(' '),
  },
  { id: 'field', label: t('collection.column.field'), value: ({ field }) => field },
  { id: 'reason', label: t('collection.column.reason'), value: ({ reason }) => reason },
]
