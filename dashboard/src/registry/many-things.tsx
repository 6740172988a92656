import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { type BULK_ACTIONS, type BulkResponse, bulkResponse } from '#model/api/devices.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'
import './registry-view.css'

type Action = (typeof BULK_ACTIONS)[number]
type Draft = {
  readonly topicPrefix: string
  readonly keyPrefix: string
  readonly from: string
  readonly verified: string
}
const EMPTY: Draft = { topicPrefix: '', keyPrefix: '', from: '', verified: 'false' }

/** Confirms, ignores or deletes all Things of a selection, after a dry run that states how many they are. */
export function ManyThings() {
  const { t, integer } = useI18n()
  const { send, ready, error } = useChange('registry')
  const [action, setAction] = useState<Action>('confirm')
  const [draft, setDraft] = useState(EMPTY)
  const [effect, setEffect] = useState<BulkResponse | null>(null)
  const put = (change: Partial<Draft>): void => {
    setDraft({ ...draft, ...change })
    setEffect(null)
  }
  const submit = async (expected?: number): Promise<void> => {
    const body = { action, selection: selectionOf(draft), ...(expected !== undefined && { expected }) }
    setEffect((await send(bulkResponse, 'POST', '/registry/things/bulk', body)) ?? null)
  }
  const check = (event: FormEvent): void => {
    event.preventDefault()
    void submit()
  }
  const entry = (field: 'topicPrefix' | 'keyPrefix' | 'from') => (
    <TextEntry label={t(`many.${field}`)} value={draft[field]} onChange={(value) => put({ [field]: value })} />
  )
  return (
    <section aria-labelledby="many">
      <h2 id="many" className="operations__heading">
        {t('many.title')}
      </h2>
      <p className="note operations__note">{t('many.lead')}</p>
      <Form className="form registry__many" onSubmit={check}>
        <div className="form__pair">
          {entry('topicPrefix')}
          {entry('keyPrefix')}
        </div>
        {entry('from')}
        <div className="form__pair">
          <Choice
            label={t('many.verified')}
            choices={['false', 'any'].map((id) => ({
              id,
              label: id === 'false' ? t('many.verified.false') : t('many.verified.any'),
            }))}
            value={draft.verified}
            onChange={(verified) => put({ verified })}
          />
          <Choice
            label={t('many.action')}
            choices={[
              { id: 'confirm', label: t('registry.confirm') },
              { id: 'ignore', label: t('registry.ignore') },
              { id: 'delete', label: t('registry.delete') },
            ]}
            value={action}
            onChange={(id) => {
              setAction(id as Action)
              setEffect(null)
            }}
          />
        </div>
        <Button type="submit" className="button" isDisabled={!ready || Object.keys(selectionOf(draft)).length === 0}>
          {t('many.check')}
        </Button>
      </Form>
      {error && <Problem error={error} />}
      <p role="status">
        {effect &&
          t(effect.dryRun ? 'many.effect' : 'many.done', {
            things: integer(effect.things),
            observations: integer(effect.observations),
            keys: effect.keys.slice(0, 5).join(', '),
          })}
      </p>
      {effect?.dryRun && effect.things > 0 && (
        <Button className="button button--main" isDisabled={!ready} onPress={() => void submit(effect.things)}>
          {t('many.apply', { action: t(`registry.${action}`), n: integer(effect.things) })}
        </Button>
      )}
    </section>
  )
}

/** Only the conditions that are filled in. */
function selectionOf({ topicPrefix, keyPrefix, from, verified }: Draft): Record<string, unknown> {
  const at = Date.parse(from)
  return {
    ...(topicPrefix !== '' && { topicPrefix }),
    ...(keyPrefix !== '' && { keyPrefix }),
    ...(!Number.isNaN(at) && { registeredFrom: new Date(at).toISOString() }),
    ...(verified === 'false' && { verified: false }),
  }
}
