import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import { streetsQuery } from '../../http/queries.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { findPlaces, type Place, type PlaceGroup, placeIndex } from './places.ts'
import { useShortcut } from './use-shortcut.ts'
import './place-search.css'

type PlaceSearchProps = {
  readonly zones: ZoneFeatures | undefined
  readonly things: readonly ThingFeature[]
  readonly onChoose: (place: Place) => void
}

/**
 * One field for districts, streets and devices: a combobox with a list of groups (ARIA Authoring Practices, editable combobox
 * with list autocomplete). The focus stays in the field; `active` is the option that the arrow keys have reached.
 */
export function PlaceSearch({ zones, things, onChoose }: PlaceSearchProps) {
  const { t } = useI18n()
  const id = useId()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  useShortcut(input)
  const groups = useGroups(text, { zones, things })
  const places = groups.flatMap((group) => group.places)
  const optionId = (place: Place): string => `${id}-${places.indexOf(place)}`
  const isOpen = open && text.trim() !== ''
  const choose = (place: Place | undefined): void => {
    if (!place) return
    setText('')
    setOpen(false)
    onChoose(place)
  }
  const write = (next: string): void => {
    setText(next)
    setOpen(true)
    setActive(-1)
  }
  /** The arrow keys also open a list that Escape has closed. */
  const move = (to: number): void => {
    setOpen(true)
    setActive(to)
  }
  const onKey: Record<string, () => void> = {
    ArrowDown: () => move((active + 1) % Math.max(1, places.length)),
    ArrowUp: () => move((active <= 0 ? places.length : active) - 1),
    // the first result, where the arrow keys have reached none
    Enter: () => isOpen && choose(places[Math.max(0, active)]),
    Escape: () => (isOpen ? setOpen(false) : setText('')),
  }
  const reached = isOpen ? places[active] : undefined
  return (
    <search className="search">
      <input
        ref={input}
        className="search__input"
        type="text"
        role="combobox"
        aria-label={t('search.label')}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={reached && optionId(reached)}
        aria-keyshortcuts="/"
        placeholder={t('search.placeholder')}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => write(event.target.value)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          // Enter confirms a syllable while Chinese is being written
          const act = event.nativeEvent.isComposing ? undefined : onKey[event.key]
          if (!act) return
          event.preventDefault()
          act()
        }}
      />
      <p role="status" className="hidden">
        {isOpen ? t('search.found', { n: groups.reduce((sum, { total }) => sum + total, 0) }) : ''}
      </p>
      {/* the list is there before it is needed, because the field refers to it */}
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t('search.results')}
        className="search__list popover"
        hidden={!isOpen || places.length === 0}
        // the field keeps the focus while an option is pressed
        onPointerDown={(event) => event.preventDefault()}
      >
        {groups.map((group) => (
          <ResultGroup
            key={group.kind}
            {...{ group, reached, optionId }}
            headId={`${id}-${group.kind}`}
            onChoose={choose}
          />
        ))}
      </div>
      {isOpen && places.length === 0 && <p className="search__list popover note search__none">{t('search.none')}</p>}
    </search>
  )
}

type ResultGroupProps = {
  readonly group: PlaceGroup
  readonly headId: string
  readonly reached: Place | undefined
  readonly optionId: (place: Place) => string
  readonly onChoose: (place: Place) => void
}

function ResultGroup({ group: { kind, places, total }, headId, reached, optionId, onChoose }: ResultGroupProps) {
  const { t } = useI18n()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a list of options
    <div role="group" aria-labelledby={headId}>
      <p id={headId} className="eyebrow options__heading">
        {t(`search.kind.${kind}`)} {places.length < total && t('search.of', { shown: places.length, total })}
      </p>
      {places.map((place) => (
        <Option key={place.key} id={optionId(place)} place={place} isReached={place === reached} onChoose={onChoose} />
      ))}
    </div>
  )
}

type OptionProps = Pick<ResultGroupProps, 'onChoose'> & {
  readonly id: string
  readonly place: Place
  readonly isReached: boolean
}

function Option({ id, place, isReached, onChoose }: OptionProps) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isReached) ref.current?.scrollIntoView({ block: 'nearest' })
  }, [isReached])
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and points to the option
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      ref={ref}
      id={id}
      role="option"
      className="option"
      aria-selected={isReached}
      data-focused={isReached || undefined}
      onClick={() => onChoose(place)}
    >
      <bdi>{place.name}</bdi> {place.detail && <bdi className="note">{place.detail}</bdi>}
    </div>
  )
}

/** The index is made when somebody begins to search, and again when districts, streets or devices change. */
function useGroups(text: string, { zones, things }: Pick<PlaceSearchProps, 'zones' | 'things'>): PlaceGroup[] {
  const isSearching = text.trim() !== ''
  const streets = useQuery({ ...streetsQuery, enabled: isSearching }).data
  const index = useMemo(
    () => (isSearching && zones ? placeIndex({ zones, streets, things }) : []),
    [isSearching, zones, streets, things],
  )
  return useMemo(() => findPlaces(text, index), [text, index])
}
