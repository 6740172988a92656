import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { ledgerQuery, rejectedQuery } from '../http/queries.ts'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { EVERYTHING, type RejectedFilter, RejectedFilterForm } from './rejected-filter.tsx'
import { RejectedMessage } from './rejected-message.tsx'
import { ReplayForm } from './replay-form.tsx'
import './rejected.css'

/** Rejected messages with reason and bytes, and a form to replay them. */
export function RejectedMessages() {
  const { t } = useI18n()
  const withPayloads = usePermission('payloads')
  const [filter, setFilter] = useState(EVERYTHING)
  const [cursors, setCursors] = useState<readonly string[]>([])
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const listed = {
    reason: filter.reason || undefined,
    source: filter.source || undefined,
    topic: filter.topic || undefined,
  }
  const answer = useQuery(
    rejectedQuery({ ...listed, ...(filter.waiting && { replayed: 'false' }), cursor: cursors.at(-1) }, withPayloads),
  )
  const sources = useQuery(ledgerQuery).data?.sources ?? []
  const { data } = answer
  const narrow = (next: RejectedFilter): void => {
    setFilter(next)
    setCursors([])
    setSelected(new Set())
  }
  const select = (id: string, on: boolean): void => {
    const next = new Set(selected)
    if (on) next.add(id)
    else next.delete(id)
    setSelected(next)
  }
  const done = (): void => {
    setSelected(new Set())
    void answer.refetch()
  }
  return (
    <section aria-labelledby="rejected">
      <h2 id="rejected" className="operations__heading">
        {t('rejected.title')}
      </h2>
      <p className="note operations__note">{t('rejected.lead')}</p>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {data && (
        <>
          <RejectedFilterForm
            filter={filter}
            reasons={data.reasons}
            sources={sources.filter(({ rejected }) => rejected > 0).map(({ source }) => source)}
            onChange={narrow}
          />
          {data.total > 0 && <ReplayForm filter={listed} ids={[...selected]} total={data.total} onDone={done} />}
          {data.messages.length === 0 ? (
            <p className="note">{t('rejected.none')}</p>
          ) : (
            <ul className="rejected">
              {data.messages.map((message) => (
                <RejectedMessage
                  key={message.id}
                  message={message}
                  selected={selected.has(message.id)}
                  onSelect={(on) => select(message.id, on)}
                />
              ))}
            </ul>
          )}
          <div className="rejected__pages">
            {cursors.length > 0 && (
              <Button className="button" onPress={() => setCursors(cursors.slice(0, -1))}>
                {t('rejected.newer')}
              </Button>
            )}
            {data.next && (
              <Button className="button" onPress={() => setCursors([...cursors, data.next ?? ''])}>
                {t('rejected.older')}
              </Button>
            )}
          </div>
        </>
      )}
    </section>
  )
}
