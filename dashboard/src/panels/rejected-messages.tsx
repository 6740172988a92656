import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Label, Radio, RadioGroup } from 'react-aria-components'
import { Problem } from '../http/problem.tsx'
import { ledgerQuery, rejectedQuery } from '../http/queries.ts'
import { useTools } from '../messages/tools.ts'
import { Choice } from './choice.tsx'
import { RejectedMessage } from './rejected-message.tsx'
import { ReplayForm } from './replay-form.tsx'

const ALL = ''
/** a list item needs an id; no source has this name */
const EVERY = '*'

/** What was not understood: kept with its reason and its bytes, to be looked at and sent through the same door again. */
export function RejectedMessages() {
  const { t, name, integer } = useTools()
  const [reason, setReason] = useState(ALL)
  const [cursors, setCursors] = useState<readonly string[]>([])
  const [source, setSource] = useState(ALL)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const filter = { reason: reason || undefined, source: source || undefined }
  const answer = useQuery(rejectedQuery({ ...filter, cursor: cursors.at(-1) }))
  const sources = useQuery(ledgerQuery).data?.sources ?? []
  const { data } = answer
  const from = (change: () => void): void => {
    change()
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
          <RadioGroup
            className="measures"
            orientation="horizontal"
            value={reason}
            onChange={(value) => from(() => setReason(value))}
          >
            <Label className="hidden">{t('rejected.filter')}</Label>
            <div className="measures__list">
              <Radio value={ALL} className="chip">
                {t('rejected.all', { n: integer(data.reasons.reduce((sum, { n }) => sum + n, 0)) })}
              </Radio>
              {data.reasons.map((item) => (
                <Radio key={item.reason} value={item.reason} className="chip">
                  {t('rejected.reason', { reason: name('rejection', item.reason), n: integer(item.n) })}
                </Radio>
              ))}
            </div>
          </RadioGroup>
          {sources.length > 1 && (
            <Choice
              label={t('rejected.source')}
              choices={[
                { id: EVERY, label: t('rejected.source.all') },
                ...sources.filter(({ rejected }) => rejected > 0).map(({ source: id }) => ({ id, label: id })),
              ]}
              value={source || EVERY}
              onChange={(id) => from(() => setSource(id === EVERY ? ALL : id))}
            />
          )}
          {data.total > 0 && <ReplayForm filter={filter} ids={[...selected]} total={data.total} onDone={done} />}
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
