import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { zonesQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { type WhoPlace, zonesByLevel } from './who-rows.ts'
import { WhoTable } from './who-table.tsx'
import { whoText } from './who-text.ts'
import './who-table.css'

/** One level of one pollutant in all zones: the worst first, and how much they differ. */
export function WhoZones({ places }: { places: readonly WhoPlace[] }) {
  const i18n = useI18n()
  const { t, number } = i18n
  const { data } = useQuery(zonesQuery)
  const choices = choicesOf(places)
  const [requested, setRequested] = useState('')
  const chosen = choices.find(({ id }) => id === requested) ?? choices[0]
  if (!chosen) return null
  const { rows, spread } = zonesByLevel(places, chosen.pollutant, chosen.rule)
  const nameOf = (key: string): string =>
    data?.features.find(({ properties }) => properties.key === key)?.properties.name ?? key
  const labelled = choices.map(({ id, row }) => {
    const { pollutant, rule } = whoText(row, i18n)
    return { id, label: t('who.choice', { pollutant, rule }) }
  })
  return (
    <div className="who__zones">
      <h3>{t('who.zones')}</h3>
      <Choice label={t('who.level')} choices={labelled} value={chosen.id} onChange={setRequested} />
      {spread && spread.zones > 1 && (
        <p>
          {t('who.spread', { worst: nameOf(spread.highest.zone), best: nameOf(spread.lowest.zone) })}{' '}
          {spread.ratio !== null && spread.ratio > 1 && t('spread.ratio', { ratio: number(spread.ratio) })}{' '}
          {spread.gini !== null && t('spread.gini', { gini: number(spread.gini) })}
        </p>
      )}
      <WhoTable
        caption={labelled.find(({ id }) => id === chosen.id)?.label ?? ''}
        heading={{
          label: t('column.zone'),
          value: ({ place }) => nameOf(place.key),
          cell: ({ place }) => nameOf(place.key),
        }}
        rows={rows}
        levels={false}
      />
    </div>
  )
}

/** Every level that at least one zone is compared with. */
function choicesOf(places: readonly WhoPlace[]) {
  const zones = places.filter(({ level }) => level === 'zone')
  const all = zones.flatMap((place) =>
    place.verdicts.map((verdict) => ({
      id: `${place.pollutant}:${verdict.rule}`,
      pollutant: place.pollutant,
      rule: verdict.rule,
      row: { place, verdict },
    })),
  )
  return [...new Map(all.map((one) => [one.id, one])).values()]
}
