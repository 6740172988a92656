import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { replayResponse } from '#model/api/ingest.ts'
import { payloadDescription } from '#model/api/payloads.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice, type Option } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import {
  type Draft,
  filterFor,
  isLeaf,
  type Leaf,
  listsOf,
  literalStart,
  mappingOf,
  nameFrom,
  treeOf,
} from './draft.ts'
import { LeafForm } from './leaf-form.tsx'
import { PayloadTree } from './payload-tree.tsx'
import '../registry/form.css'

type DescribeDialogProps = {
  readonly topic: string
  /** the parsed message */
  readonly message: unknown
  readonly onClose: () => void
}

const FORMATS = ['iso', 'unix'] as const

function firstDraft(topic: string): Draft {
  const device = `level:${Math.min(2, topic.split('/').length)}`
  const filter = filterFor(topic, device)
  return {
    ...{ topic: filter, name: nameFrom(filter), device, records: '', fields: new Map() },
    ...{ timePath: '', timeFormat: 'iso' },
  }
}

/** Describes the messages of a topic: a tree to click, then new and stored messages are read. */
export function DescribeDialog({ topic, message, onClose }: DescribeDialogProps) {
  const { t } = useI18n()
  const { send, ready, error } = useChange('registry')
  const [draft, setDraft] = useState(() => firstDraft(topic))
  const [leaf, setLeaf] = useState<Leaf | null>(null)
  const [done, setDone] = useState('')
  const nodes = treeOf(message)
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part })
  const setDevice = (device: string): void => {
    const filter = filterFor(topic, device)
    change({ device, topic: filter, name: nameFrom(filter) })
  }
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setDone('')
    const body = { topic: draft.topic, mapping: mappingOf(draft) }
    if (!(await send(payloadDescription, 'PUT', `/registry/payloads/${encodeURIComponent(draft.name)}`, body))) return
    const answer = await send(replayResponse, 'POST', '/ingest/rejected/replay', { topic: literalStart(draft.topic) })
    if (answer) setDone(t('replay.done', { replayed: answer.replayed, skipped: answer.skippedTruncated }))
  }
  const uses = new Map([
    [draft.timePath, t('payload.time')],
    [draft.device.replace(/^path:/, ''), t('payload.device')],
  ])
  return (
    <FormDialog title={t('payload.title')} onClose={onClose}>
      <Form className="form" onSubmit={(event) => void save(event)}>
        <p className="note">{t('payload.lead')}</p>
        <PayloadTree nodes={nodes} fields={draft.fields} uses={uses} selected={leaf?.path ?? ''} onSelect={setLeaf} />
        {leaf && (
          <LeafForm
            key={leaf.path}
            leaf={leaf}
            field={draft.fields.get(leaf.path)}
            onAssign={(field) => {
              const fields = new Map(draft.fields)
              if (field === undefined) fields.delete(leaf.path)
              else fields.set(leaf.path, field)
              change({ fields })
              setLeaf(null)
            }}
          />
        )}
        <Choice
          label={t('payload.device')}
          choices={deviceOptions(topic, nodes.filter(isLeaf), t)}
          value={draft.device}
          onChange={setDevice}
        />
        <div className="form__pair">
          <Choice
            label={t('payload.time')}
            choices={[
              { id: '', label: t('payload.time.arrival') },
              ...nodes.filter(isLeaf).map(({ path, value }) => ({ id: path, label: `${path} = ${String(value)}` })),
            ]}
            value={draft.timePath}
            onChange={(timePath) => change({ timePath })}
          />
          {draft.timePath !== '' && (
            <TextEntry
              label={t('payload.time.format')}
              value={draft.timeFormat}
              onChange={(timeFormat) => change({ timeFormat })}
              hint={t('payload.time.format.note', { formats: FORMATS.join(', ') })}
            />
          )}
        </div>
        {listsOf(nodes).length > 0 && (
          <Choice
            label={t('payload.records')}
            choices={[
              { id: '', label: t('payload.records.message') },
              ...listsOf(nodes).map((id) => ({ id, label: id })),
            ]}
            value={draft.records}
            onChange={(records) => change({ records })}
          />
        )}
        <div className="form__pair">
          <TextEntry
            label={t('payload.topic')}
            value={draft.topic}
            onChange={(next) => change({ topic: next })}
            required
          />
          <TextEntry label={t('payload.name')} value={draft.name} onChange={(name) => change({ name })} required />
        </div>
        <MissingPermission to="registry" />
        {error && <Problem error={error} />}
        <p role="status">{done}</p>
        <Button type="submit" className="button button--main" isDisabled={!ready || draft.fields.size === 0}>
          {t('payload.save')}
        </Button>
      </Form>
    </FormDialog>
  )
}

function deviceOptions(topic: string, leaves: readonly Leaf[], t: ReturnType<typeof useI18n>['t']): Option[] {
  return [
    ...topic.split('/').map((text, index) => ({
      id: `level:${index + 1}`,
      label: t('payload.device.level', { level: index + 1, text }),
    })),
    ...leaves.map(({ path, value }) => ({ id: `path:${path}`, label: `${path} = ${String(value)}` })),
  ]
}
