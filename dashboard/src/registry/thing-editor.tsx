import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { type RegistryThing, registryThing, type ThingChange } from '#model/api/registry.ts'
import { GRADES, type Grade } from '#model/things/grade.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'

type Draft = Record<'name' | 'kind' | 'owner' | 'profile' | 'interval' | 'longitude' | 'latitude', string> & {
  grade: Grade
}

/** Edits the registry entry of a Thing. Only the location of a point can be edited, not a line. */
export function ThingEditor({ thing, onClose }: { thing: RegistryThing; onClose: () => void }) {
  const { t, name } = useI18n()
  const { send, ready, error } = useChange('registry')
  const [draft, setDraft] = useState(() => draftOf(thing))
  const put = (change: Partial<Draft>): void => setDraft({ ...draft, ...change })
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const change = changeOf(thing, draft)
    if (Object.keys(change).length === 0) return onClose()
    const path = `/registry/things/${encodeURIComponent(thing.key)}`
    if (await send(registryThing, 'PATCH', path, change)) onClose()
  }
  const entry = (field: Exclude<keyof Draft, 'grade'>) => (
    <TextEntry
      label={t(`registry.field.${field}`)}
      value={draft[field]}
      onChange={(value) => put({ [field]: value })}
    />
  )
  return (
    <FormDialog title={t('registry.edit.title', { thing: thing.name })} onClose={onClose}>
      <Form className="form" onSubmit={(event) => void save(event)}>
        {entry('name')}
        <div className="form__pair">
          {entry('kind')}
          <Choice
            label={t('registry.field.grade')}
            choices={GRADES.map((grade) => ({ id: grade, label: name('grade', grade) }))}
            value={draft.grade}
            onChange={(grade) => put({ grade: grade as Grade })}
          />
        </div>
        <div className="form__pair">
          {entry('owner')}
          {entry('profile')}
        </div>
        {entry('interval')}
        {thing.place?.type !== 'LineString' && (
          <div className="form__pair">
            {entry('longitude')}
            {entry('latitude')}
          </div>
        )}
        <MissingPermission to="registry" />
        {error && <Problem error={error} />}
        <Button type="submit" className="button button--main" isDisabled={!ready}>
          {t('registry.save')}
        </Button>
      </Form>
    </FormDialog>
  )
}

function draftOf(thing: RegistryThing): Draft {
  const point = thing.place?.type === 'Point' ? thing.place.coordinates : undefined
  const { name, kind, grade, owner, profile, expectedIntervalSeconds: interval } = thing
  return {
    ...{ name, kind, grade, owner: owner ?? '', profile: profile ?? '' },
    interval: interval === null ? '' : String(interval),
    longitude: point ? String(point[0]) : '',
    latitude: point ? String(point[1]) : '',
  }
}

/** Only changed fields are sent, so that the others still follow the city pack. */
function changeOf(thing: RegistryThing, draft: Draft): Partial<ThingChange> {
  const before = draftOf(thing)
  const differs = (field: keyof Draft): boolean => draft[field] !== before[field]
  const point = [Number(draft.longitude), Number(draft.latitude)] as const
  return {
    ...(differs('name') && { name: draft.name }),
    ...(differs('kind') && { kind: draft.kind }),
    ...(differs('grade') && { grade: draft.grade }),
    ...(differs('owner') && { owner: draft.owner }),
    ...(differs('profile') && { profile: draft.profile }),
    ...(differs('interval') && { expectedIntervalSeconds: draft.interval === '' ? null : Number(draft.interval) }),
    ...((differs('longitude') || differs('latitude')) && { place: { type: 'Point', coordinates: point } }),
  }
}
