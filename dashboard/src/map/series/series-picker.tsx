import { useMemo, useState } from 'react'
import type { ThingFeature } from '#model/api/city.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { formatRef, MAX_SERIES, type SeriesRef } from '../../state/series-address.ts'
import { Combobox, type FoundGroup } from '../../ui/combobox.tsx'
import { findSeries, type SeriesGroup, seriesIndex } from './find-series.ts'

type SeriesPickerProps = {
  readonly things: readonly ThingFeature[]
  /** what the chart has already, and its units: that of the first axis first */
  readonly refs: readonly SeriesRef[]
  readonly units: readonly string[]
  readonly onAdd: (ref: SeriesRef) => void
}

/** Finds series of any device that have an axis in the chart. */
export function SeriesPicker({ things, refs, units, onAdd }: SeriesPickerProps) {
  const i18n = useI18n()
  const { t, property } = i18n
  const [text, setText] = useState('')
  const isSearching = text.trim() !== ''
  const index = useMemo(() => (isSearching ? seriesIndex(things, property) : []), [isSearching, things, property])
  const found = useMemo(() => findSeries(text, index, units, refs), [text, index, units, refs])
  if (refs.length >= MAX_SERIES) return <p className="note">{t('series.full', { n: MAX_SERIES })}</p>
  return (
    <Combobox
      label={t('series.add')}
      placeholder={t('series.add')}
      text={text}
      onText={setText}
      groups={found.map((group) => groupOf(group, i18n))}
      total={found.reduce((sum, { total }) => sum + total, 0)}
      none={t('series.add.none')}
      onChoose={(id) => {
        const chosen = found.flatMap((group) => group.found).find(({ ref }) => formatRef(ref) === id)
        if (chosen) onAdd(chosen.ref)
      }}
    />
  )
}

function groupOf({ id, unit, found, total }: SeriesGroup, { t, unit: unitLabel, property }: Formatters): FoundGroup {
  const more = found.length < total && t('search.of', { shown: found.length, total })
  const side = id === 'y' ? t('series.axis.y') : t('series.axis.y2')
  return {
    id,
    heading: (
      <>
        {side} {unit !== null && <bdi>{unitLabel(unit)}</bdi>} {more}
      </>
    ),
    options: found.map(({ ref, thing, datastream }) => ({
      id: formatRef(ref),
      name: [thing.properties.name, property(ref.property), ref.channel].filter(Boolean).join(' · '),
      detail: unit === null ? unitLabel(datastream.unit) : thing.properties.key,
    })),
  }
}
