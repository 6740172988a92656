import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { replayResponse } from '#model/api/ingest.ts'
import { type PayloadDescription, payloadDescription } from '#model/api/payloads.ts'
import type { PayloadMappingInput } from '#model/city/payload-mapping.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice, type Option } from '../ui/choice.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { type Draft, filterFor, mappingOf, nameFrom } from './draft.ts'
import { firstDraft } from './first-draft.ts'
import { LeafForm } from './leaf-form.tsx'
import type { Opening } from './opening.ts'
import { PayloadTree } from './payload-tree.tsx'
import { isLeaf, type Leaf, listsOf, treeOf } from './tree.ts'
import '../registry/form.css'

type DescriptionFormProps = {
  readonly topic: string
  readonly opening: Opening
  /** what the messages are described by already */
  readonly described: PayloadDescription | undefined
}

/** What the values of a message mean, where its device, time and place are, and which messages are built like it. */
export function DescriptionForm({ topic, opening, described }: DescriptionFormProps) {
  const { t } = useI18n()
  const { send, ready, error } = useChange('registry')
  const nodes = treeOf(opening.roots[0])
  const leaves = nodes.filter(isLeaf)
  const [draft, setDraft] = useState(() => firstDraft(topic, opening, nodes, described))
  const [leaf, setLeaf] = useState<Leaf | null>(null)
  const [done, setDone] = useState('')
  const change = (part: Partial<Draft>): void => setDraft({ ...draft, ...part })
  const setDevice = (device: string): void => {
    const filter = filterFor(topic, device, opening.encoding)
    change({ device, ...(!described && { topic: filter, name: nameFrom(filter) }) })
  }
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setDone('')
    const mapping = mappingOf(draft, described?.mapping as PayloadMappingInput | undefined)
    const body = { topic: draft.topic, mapping }
    if (!(await send(payloadDescription, 'PUT', `/registry/payloads/${encodeURIComponent(draft.name)}`, body))) return
    const answer = await send(replayResponse, 'POST', '/ingest/rejected/replay', { topicFilter: draft.topic })
    if (answer) setDone(t('replay.done', { replayed: answer.replayed, skipped: answer.skippedTruncated }))
  }
  const uses = new Map([
    [draft.timePath, t('payload.time')],
    [draft.lon, t('payload.lon')],
    [draft.lat, t('payload.lat')],
    [draft.device.replace(/^path:/, ''), t('payload.device')],
  ])
  const values = leaves.map(optionOf)
  return (
    <Form className="form" onSubmit={(event) => void save(event)}>
      <p className="note">{described ? t('payload.described', { name: described.name }) : t('payload.lead')}</p>
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
        choices={[
          ...(draft.device === '' ? [{ id: '', label: t('payload.unchanged') }] : []),
          ...deviceOptions(topic, values, t),
        ]}
        value={draft.device}
        onChange={setDevice}
      />
      <TimeChoice draft={draft} values={values} onChange={change} />
      <PlaceChoice draft={draft} values={values} onChange={change} />
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
  )
}

type PartProps = {
  readonly draft: Draft
  readonly values: readonly Option[]
  readonly onChange: (part: Partial<Draft>) => void
}

const FORMATS = ['iso', 'unix'] as const

function TimeChoice({ draft, values, onChange }: PartProps) {
  const { t } = useI18n()
  return (
    <div className="form__pair">
      <Choice
        label={t('payload.time')}
        choices={[{ id: '', label: t('payload.time.arrival') }, ...values]}
        value={draft.timePath}
        onChange={(timePath) => onChange({ timePath })}
      />
      {draft.timePath !== '' && (
        <TextEntry
          label={t('payload.time.format')}
          value={draft.timeFormat}
          onChange={(timeFormat) => onChange({ timeFormat })}
          hint={t('payload.time.format.note', { formats: FORMATS.join(', ') })}
        />
      )}
    </div>
  )
}

function PlaceChoice({ draft, values, onChange }: PartProps) {
  const { t } = useI18n()
  const choices = [{ id: '', label: t('payload.place.none') }, ...values]
  return (
    <div className="form__pair">
      <Choice label={t('payload.lon')} choices={choices} value={draft.lon} onChange={(lon) => onChange({ lon })} />
      <Choice label={t('payload.lat')} choices={choices} value={draft.lat} onChange={(lat) => onChange({ lat })} />
    </div>
  )
}

const optionOf = ({ path, value }: Leaf): Option => ({ id: path, label: `${path} = ${String(value)}` })

const deviceOptions = (topic: string, values: readonly Option[], t: ReturnType<typeof useI18n>['t']): Option[] => [
  ...topic.split('/').map((text, index) => ({
    id: `level:${index + 1}`,
    label: t('payload.device.level', { level: index + 1, text }),
  })),
  ...values.map(({ id, label }) => ({ id: `path:${id}`, label })),
]
