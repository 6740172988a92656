import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Button } from 'react-aria-components'
import type { AuditRecord } from '#model/api/audit.ts'
import { apiPath } from '../http/client.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { TextEntry } from '../ui/text-entry.tsx'
import { auditQuery, verificationQuery } from './queries.ts'
import '../operations/grid.css'
import './access.css'

const NOTHING = { action: '', actor: '', subject: '' }

/** Who changed what, newest first; filters, export and verification. */
export function AuditLog() {
  const { t } = useI18n()
  const [filter, setFilter] = useState(NOTHING)
  const [cursors, setCursors] = useState<readonly string[]>([])
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''))
  const cursor = cursors.at(-1)
  const { data, error } = useQuery(auditQuery({ ...given, ...(cursor !== undefined && { cursor }) }))
  const put = (field: keyof typeof NOTHING) => (value: string) => {
    setFilter({ ...filter, [field]: value })
    setCursors([])
  }
  return (
    <section aria-labelledby="audit">
      <h2 id="audit" className="access__heading">
        {t('audit.title')}
      </h2>
      <p className="note">{t('audit.lead')}</p>
      <Verification />
      <div className="access__filter">
        <TextEntry
          label={t('audit.action')}
          value={filter.action}
          onChange={put('action')}
          hint={t('audit.action.note')}
        />
        <TextEntry label={t('audit.actor')} value={filter.actor} onChange={put('actor')} hint={t('audit.actor.note')} />
        <TextEntry
          label={t('audit.subject')}
          value={filter.subject}
          onChange={put('subject')}
          hint={t('audit.subject.note')}
        />
      </div>
      <p>
        {t('audit.export')}{' '}
        {(['csv', 'ndjson'] as const).map((format) => (
          <a key={format} className="access__download" href={apiPath('/audit/export', { ...given, format })} download>
            {format.toUpperCase()}
          </a>
        ))}
      </p>
      {error && <Problem error={error} />}
      {data && <Entries entries={data.entries} />}
      <div className="access__actions">
        {cursors.length > 0 && (
          <Button className="button" onPress={() => setCursors(cursors.slice(0, -1))}>
            {t('audit.newer')}
          </Button>
        )}
        {data?.next && (
          <Button className="button" onPress={() => setCursors([...cursors, data.next ?? ''])}>
            {t('audit.older')}
          </Button>
        )}
      </div>
    </section>
  )
}

function Verification() {
  const { t, integer } = useI18n()
  const { data, error, isFetching, refetch } = useQuery(verificationQuery)
  return (
    <div className="access__actions">
      <Button className="button" isDisabled={isFetching} onPress={() => void refetch()}>
        {t('audit.verify')}
      </Button>
      <div role="status">
        {data?.holds && t('audit.holds', { n: integer(data.entries), id: data.head.id, hash: data.head.hash })}
        {data && !data.holds && (
          <ul className="problem">
            {data.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        )}
      </div>
      {error && <Problem error={error} />}
    </div>
  )
}

/** A page of the log, in its order: neither headings that sort nor a file of it, since both would leave out the rest. */
function Entries({ entries }: { entries: readonly AuditRecord[] }) {
  const i18n = useI18n()
  if (entries.length === 0) return <p className="note">{i18n.t('audit.none')}</p>
  return (
    <Table<AuditRecord>
      caption={i18n.t('audit.table')}
      rows={entries}
      columns={entryColumns(i18n)}
      rowKey={({ id }) => id}
      className="grid"
      scroller="scroller"
    />
  )
}

function entryColumns({ t, name, dateTime }: Formatters): TableColumn<AuditRecord>[] {
  const column = (
    id: 'at' | 'who' | 'action' | 'subject' | 'before' | 'after' | 'network',
    cell: (entry: AuditRecord) => ReactNode,
  ): TableColumn<AuditRecord> => ({ id, label: t(`audit.column.${id}`), cell })
  return [
    column('at', ({ at }) => dateTime(at)),
    column('who', ({ actor }) => (
      <>
        <bdi>{actor.name ?? [actor.kind, actor.id].filter(Boolean).join(':')}</bdi>
        <br />
        <span className="note">{name('role', actor.role)}</span>
      </>
    )),
    column('action', ({ action }) => <code>{action}</code>),
    column('subject', ({ subject, subjectName }) => <bdi>{subjectName ?? subject}</bdi>),
    column('before', ({ before }) => <State value={before} />),
    column('after', ({ after }) => <State value={after} />),
    column('network', ({ network }) => network),
  ]
}

function State({ value }: { value: unknown }) {
  return value === null ? null : <code className="access__state">{JSON.stringify(value)}</code>
}
