import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { type IgnoredResponse, ignoreResponse, unignoreResponse } from '#model/api/devices.ts'
import { ignoredQuery, useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'
import './registry-view.css'

/** Devices and topics that are ignored, and a form that adds a topic. */
export function IgnoredDevices() {
  const { t, integer, dateTime } = useI18n()
  const { data, error, refetch } = useQuery(ignoredQuery)
  const { send, ready, error: refused } = useChange('registry')
  const [topic, setTopic] = useState('')
  const [done, setDone] = useState('')
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (await send(ignoreResponse, 'POST', '/registry/ignored', { topics: [topic] })) setTopic('')
  }
  const end = async ({ id, name }: IgnoredResponse['ignored'][number]): Promise<void> => {
    const answer = await send(unignoreResponse, 'DELETE', `/registry/ignored/${id}?replay=true`)
    if (answer) setDone(t('ignored.done', { name, replayed: integer(answer.replayed) }))
  }
  return (
    <section aria-labelledby="ignored">
      <h2 id="ignored" className="operations__heading">
        {t('ignored.title', { n: integer(data?.total ?? 0) })}
      </h2>
      <p className="note operations__note">{t('ignored.lead')}</p>
      {error && <Problem error={error} retry={refetch} />}
      <Form className="form registry__search" onSubmit={(event) => void add(event)}>
        <TextEntry label={t('ignored.topic')} value={topic} onChange={setTopic} hint={t('ignored.topic.note')} />
        <Button type="submit" className="button" isDisabled={!ready || topic === ''}>
          {t('ignored.add')}
        </Button>
      </Form>
      {refused && <Problem error={refused} />}
      <p role="status">{done}</p>
      <ul className="registry__list" aria-label={t('ignored.title', { n: integer(data?.total ?? 0) })}>
        {data?.ignored.map((entry) => (
          <li key={entry.id} className="registry__thing">
            <div>
              <p className="registry__name">
                <code>{entry.name}</code>
              </p>
              <p className="note">
                {t('ignored.facts', {
                  since: dateTime(entry.createdAt),
                  who: entry.who,
                  messages: integer(entry.messages),
                  stored: integer(entry.stored),
                })}
              </p>
            </div>
            <div className="registry__actions">
              <Button
                className="button"
                isDisabled={!ready}
                onPress={() => void end(entry)}
                aria-label={t('ignored.end.of', { name: entry.name })}
              >
                {t('ignored.end')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
