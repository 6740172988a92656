import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { confirmResponse, type RegistryThing } from '#model/api/registry.ts'
import { registryQuery, useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useNow } from '../live/use-live.ts'
import { Problem } from '../ui/problem.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { isMeter, MeterReplacements } from './meter-replacements.tsx'
import { ThingCalibrator } from './thing-calibrator.tsx'
import { ThingCredentials } from './thing-credentials.tsx'
import { ThingDeleter } from './thing-deleter.tsx'
import { ThingEditor } from './thing-editor.tsx'
import { ThingMerger } from './thing-merger.tsx'
import './registry-view.css'

type Open = {
  readonly what: 'edit' | 'merge' | 'calibrate' | 'replace' | 'delete' | 'credentials'
  readonly thing: RegistryThing
} | null

/** Things awaiting confirmation, then a search over all Things. */
export function RegistryThings() {
  const { t, integer } = useI18n()
  const [search, setSearch] = useState('')
  const [open, setOpen] = useState<Open>(null)
  const waiting = useQuery(registryQuery({ verified: 'false', limit: 100 }))
  const found = useQuery(registryQuery({ limit: 20, ...(search !== '' && { search }) }))
  const { send, ready, error } = useChange('registry')
  const confirm = (keys: readonly string[]): void =>
    void send(confirmResponse, 'POST', '/registry/things/confirm', { keys })
  const { things = [], total = 0 } = waiting.data ?? {}
  const close = (): void => setOpen(null)
  const list = (shown: readonly RegistryThing[], label: string) => (
    <ul className="registry__list" aria-label={label}>
      {shown.map((thing) => (
        <ThingRow key={thing.id} thing={thing} onOpen={setOpen} onConfirm={ready ? () => confirm([thing.key]) : null} />
      ))}
    </ul>
  )
  return (
    <>
      <section aria-labelledby="unverified">
        <h2 id="unverified" className="operations__heading">
          {t('registry.unverified', { n: integer(total) })}
        </h2>
        <p className="note operations__note">{t('registry.unverified.lead')}</p>
        {waiting.error && <Problem error={waiting.error} retry={waiting.refetch} />}
        {error && <Problem error={error} />}
        {waiting.data && total === 0 && <p className="note">{t('registry.unverified.none')}</p>}
        {things.length > 1 && (
          <Button className="button" isDisabled={!ready} onPress={() => confirm(things.map(({ key }) => key))}>
            {t('registry.confirm.all', { n: integer(things.length) })}
          </Button>
        )}
        {list(things, t('registry.unverified', { n: integer(total) }))}
      </section>
      <section aria-labelledby="things">
        <h2 id="things" className="operations__heading">
          {t('registry.things')}
        </h2>
        <div className="registry__search">
          <TextEntry label={t('registry.search')} value={search} onChange={setSearch} />
        </div>
        {found.error && <Problem error={found.error} retry={found.refetch} />}
        {found.data && (
          <p className="note" role="status">
            {t('registry.found', { shown: integer(found.data.things.length), n: integer(found.data.total) })}
          </p>
        )}
        {list(found.data?.things ?? [], t('registry.things'))}
      </section>
      {open?.what === 'edit' && <ThingEditor key={open.thing.id} thing={open.thing} onClose={close} />}
      {open?.what === 'calibrate' && <ThingCalibrator key={open.thing.id} thing={open.thing} onClose={close} />}
      {open?.what === 'replace' && <MeterReplacements key={open.thing.id} thing={open.thing} onClose={close} />}
      {open?.what === 'credentials' && <ThingCredentials key={open.thing.id} thing={open.thing} onClose={close} />}
      {open?.what === 'delete' && <ThingDeleter key={open.thing.id} thing={open.thing} onClose={close} />}
      {open?.what === 'merge' && (
        <ThingMerger key={open.thing.id} thing={open.thing} others={found.data?.things ?? []} onClose={close} />
      )}
    </>
  )
}

type ThingRowProps = {
  readonly thing: RegistryThing
  readonly onOpen: (open: Open) => void
  /** null: no key yet, or a request is in progress */
  readonly onConfirm: (() => void) | null
}

function ThingRow({ thing, onOpen, onConfirm }: ThingRowProps) {
  const { t, name, age, property } = useI18n()
  const now = useNow(15_000)
  const seen = thing.lastObservationAt
  const facts = [
    name('layer', thing.domain),
    name('kind', thing.kind),
    thing.owner,
    seen ? t('registry.seen', { age: age(seen, Math.max(now, new Date(seen).getTime())) }) : t('hint.noValue'),
    thing.formerKeys.length > 0 ? t('registry.formerly', { keys: thing.formerKeys.join(', ') }) : null,
  ]
  return (
    <li className="registry__thing">
      <div>
        <p className="registry__name">
          {thing.name} <code className="registry__key">{thing.key}</code>
          {!thing.verified && <span className="badge">{t('registry.badge')}</span>}
        </p>
        <p className="note">{facts.filter(Boolean).join(' · ')}</p>
        <p className="note">{thing.properties.map(property).join(', ')}</p>
      </div>
      <div className="registry__actions">
        {!thing.verified && (
          <Button
            className="button button--main"
            isDisabled={!onConfirm}
            onPress={() => onConfirm?.()}
            aria-label={t('registry.confirm.of', { thing: thing.name })}
          >
            {t('registry.confirm')}
          </Button>
        )}
        <Button
          className="button"
          onPress={() => onOpen({ what: 'edit', thing })}
          aria-label={t('registry.edit.title', { thing: thing.name })}
        >
          {t('registry.edit')}
        </Button>
        <Button
          className="button"
          onPress={() => onOpen({ what: 'calibrate', thing })}
          aria-label={t('calibration.title', { thing: thing.name })}
        >
          {t('calibration.open')}
        </Button>
        {thing.properties.some(isMeter) && (
          <Button
            className="button"
            onPress={() => onOpen({ what: 'replace', thing })}
            aria-label={t('replacement.title', { thing: thing.name })}
          >
            {t('replacement.open')}
          </Button>
        )}
        <Button
          className="button"
          onPress={() => onOpen({ what: 'merge', thing })}
          aria-label={t('registry.merge.title', { thing: thing.name })}
        >
          {t('registry.merge.open')}
        </Button>
        <Button
          className="button"
          onPress={() => onOpen({ what: 'credentials', thing })}
          aria-label={t('credentials.title', { thing: thing.name })}
        >
          {t('credentials.open')}
        </Button>
        <Button
          className="button"
          onPress={() => onOpen({ what: 'delete', thing })}
          aria-label={t('registry.delete.title', { thing: thing.name })}
        >
          {t('registry.delete')}
        </Button>
      </div>
    </li>
  )
}
