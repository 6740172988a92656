import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { bulkResponse, deletionResponse, ignoreResponse } from '#model/api/devices.ts'
import type { RegistryThing } from '#model/api/registry.ts'
import { change } from '../http/client.ts'
import { useChange } from '../http/registry.ts'
import { usePermission } from '../http/session.ts'
import { useI18n } from '../i18n/formatters.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { MissingPermission } from '../ui/permitted.tsx'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import './form.css'

/** Deletes a Thing with its data, ignores its devices, or both; states first what would be deleted. */
export function ThingDeleter({ thing, onClose }: { readonly thing: RegistryThing; readonly onClose: () => void }) {
  const { t, integer } = useI18n()
  const isPermitted = usePermission('registry')
  const { send, ready, error } = useChange('registry')
  const [typed, setTyped] = useState('')
  const effect = useQuery({
    queryKey: ['registry', 'effect', thing.key],
    queryFn: () =>
      change(bulkResponse, 'POST', '/registry/things/bulk', { action: 'delete', selection: { keys: [thing.key] } }),
    enabled: isPermitted,
    retry: false,
  })
  const remove = async (ignoreDevices: boolean): Promise<void> => {
    const name = encodeURIComponent(thing.key)
    const path = `/registry/things/${name}?confirm=${name}&ignoreDevices=${ignoreDevices}`
    if (await send(deletionResponse, 'DELETE', path)) onClose()
  }
  const ignore = async (): Promise<void> => {
    if (await send(ignoreResponse, 'POST', '/registry/ignored', { things: [thing.key] })) onClose()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void remove(false)
  }
  const { observations = 0, datastreams = 0 } = effect.data ?? {}
  const confirmed = ready && typed === thing.key
  return (
    <FormDialog title={t('registry.delete.title', { thing: thing.name })} onClose={onClose}>
      <MissingPermission to="registry" />
      <Form className="form" onSubmit={submit}>
        <p role="status">
          {effect.data
            ? t('registry.delete.effect', { observations: integer(observations), datastreams: integer(datastreams) })
            : t('registry.delete.unknown')}
        </p>
        {effect.error && <Problem error={effect.error} retry={effect.refetch} />}
        <p className="note">{t('registry.delete.note')}</p>
        <TextEntry label={t('registry.delete.confirm', { key: thing.key })} value={typed} onChange={setTyped} />
        <div className="form__pair">
          <Button type="submit" className="button button--main" isDisabled={!confirmed}>
            {t('registry.delete')}
          </Button>
          <Button className="button" isDisabled={!confirmed} onPress={() => void remove(true)}>
            {t('registry.delete.ignore')}
          </Button>
        </div>
      </Form>
      <div className="form">
        <p className="note">{t('registry.ignore.note')}</p>
        <Button className="button" isDisabled={!ready} onPress={() => void ignore()}>
          {t('registry.ignore')}
        </Button>
      </div>
      {error && <Problem error={error} />}
    </FormDialog>
  )
}
