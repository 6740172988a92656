import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { mergeResponse, type RegistryThing, registryThing } from '#model/api/registry.ts'
import { useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'

type ThingMergerProps = {
  readonly thing: RegistryThing
  readonly others: readonly RegistryThing[]
  readonly onClose: () => void
}

/** Renames a Thing, or moves its entire history to another Thing. */
export function ThingMerger({ thing, others, onClose }: ThingMergerProps) {
  const { t, integer } = useI18n()
  const { send, ready, error } = useChange('registry')
  const [key, setKey] = useState(thing.key)
  const [into, setInto] = useState('')
  const [done, setDone] = useState('')
  const path = `/registry/things/${encodeURIComponent(thing.key)}`
  const rename = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (await send(registryThing, 'POST', `${path}/rename`, { key })) onClose()
  }
  const merge = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const merged = await send(mergeResponse, 'POST', `${path}/merge`, { into })
    if (!merged) return
    const { moved, duplicate, conflict } = merged
    setDone(
      t('registry.merge.done', {
        into: merged.thing.key,
        moved: integer(moved),
        duplicate: integer(duplicate),
        conflict: integer(conflict),
      }),
    )
  }
  return (
    <FormDialog title={t('registry.merge.title', { thing: thing.name })} onClose={onClose}>
      <MissingPermission to="registry" />
      <Form className="form" onSubmit={(event) => void rename(event)}>
        <TextEntry label={t('registry.rename.key')} value={key} onChange={setKey} hint={t('registry.rename.note')} />
        <Button type="submit" className="button" isDisabled={!ready || key === thing.key || key === ''}>
          {t('registry.rename')}
        </Button>
      </Form>
      <Form className="form" onSubmit={(event) => void merge(event)}>
        <TextEntry
          label={t('registry.merge.into')}
          value={into}
          onChange={setInto}
          hint={t('registry.merge.note')}
          list="merge-into"
        />
        <datalist id="merge-into">
          {others.map(
            (other) => other.key !== thing.key && <option key={other.key} value={other.key} label={other.name} />,
          )}
        </datalist>
        <Button type="submit" className="button" isDisabled={!ready || into === '' || done !== ''}>
          {t('registry.merge')}
        </Button>
      </Form>
      <p role="status">{done}</p>
      {error && <Problem error={error} />}
    </FormDialog>
  )
}
