import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'
import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import { streetsQuery } from '../../http/queries.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { Combobox, type FoundGroup } from '../../ui/combobox.tsx'
import { findPlaces, type Place, type PlaceGroup, placeIndex } from './places.ts'
import { useShortcut } from './use-shortcut.ts'

type PlaceSearchProps = {
  readonly zones: ZoneFeatures | undefined
  readonly things: readonly ThingFeature[]
  readonly onChoose: (place: Place) => void
}

/** One field for districts, streets and devices. */
export function PlaceSearch({ zones, things, onChoose }: PlaceSearchProps) {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useShortcut(field)
  const { found, isLoading } = useGroups(text, { zones, things })
  const groups = found.map(({ kind, places, total }): FoundGroup => {
    const more = places.length < total && t('search.of', { shown: places.length, total })
    return {
      id: kind,
      heading: (
        <>
          {t(`search.kind.${kind}`)} {more}
        </>
      ),
      options: places.map((place) => ({ id: idOf(place), name: place.name, detail: place.detail })),
    }
  })
  return (
    <Combobox
      {...{ text, groups, field }}
      label={t('search.label')}
      placeholder={t('search.placeholder')}
      onText={setText}
      total={found.reduce((sum, { total }) => sum + total, 0)}
      none={t(isLoading ? 'app.loading' : 'search.none')}
      onChoose={(id) => {
        const place = found.flatMap(({ places }) => places).find((one) => idOf(one) === id)
        if (place) onChoose(place)
      }}
      shortcut="/"
    />
  )
}

const idOf = ({ kind, key }: Place): string => `${kind}:${key}`

type Found = { readonly found: readonly PlaceGroup[]; readonly isLoading: boolean }

/**
 * The index is made when somebody begins to search, and again when districts, streets or devices change. Nothing is offered before the
 * streets are there: what is first would be another place a moment later, when Enter chooses it.
 */
function useGroups(text: string, { zones, things }: Pick<PlaceSearchProps, 'zones' | 'things'>): Found {
  const isSearching = text.trim() !== ''
  const { data: streets, isLoading: isFetching, failureCount } = useQuery({ ...streetsQuery, enabled: isSearching })
  const isLoading = isFetching && failureCount === 0
  const index = useMemo(
    () => (isSearching && zones ? placeIndex({ zones, streets, things }) : []),
    [isSearching, zones, streets, things],
  )
  const found = useMemo(() => (isLoading ? [] : findPlaces(text, index)), [isLoading, text, index])
  return { found, isLoading }
}
