import { type RefObject, useEffect, useRef, useState } from 'react'
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { type FurtherLayer, type FurtherLayers, MAX_FURTHER } from '../../state/further-layers.ts'
import { useViewState } from '../../state/use-view-state.ts'
import { Icon } from '../../ui/icon.tsx'
import { LAYERS, layerOf } from '../layers/index.ts'
import { useOfferedMeasures } from '../layers/offered-measures.ts'
import { FurtherItem, type Move } from './further-item.tsx'
import { added, changed, moved, removed } from './stack.ts'
import './more-layers.css'

/** Layers above and below the main one: add, order, opacity. The list is that of the map, the highest layer first. */
export function MoreLayers() {
  const [{ layer: main, measure, under, over }, change] = useViewState()
  const { t, name } = useI18n()
  const section = useRef<HTMLElement>(null)
  const [news, setNews] = useState('')
  const focusLater = useFocusLater(section)
  const layers: FurtherLayers = { under, over }
  const mainPart = { layer: main, measure }
  const count = under.length + over.length
  const add = (addition: Pick<FurtherLayer, 'layer' | 'measure'>): void => {
    const drawn = (part: typeof addition | null) => {
      const { layer, measure } = part ?? mainPart
      return layerOf(layer).draws?.(measure) ?? 'points'
    }
    // the last one takes the button away
    if (count + 1 === MAX_FURTHER) focusLater(`[data-layer="${addition.layer}"] input`)
    change(added(layers, addition, drawn))
    setNews(t('layers.more.added', { name: name('layer', addition.layer) }))
  }
  const place = (next: FurtherLayers, layer: string, move: Move): void => {
    const other = move === 'up' ? 'down' : 'up'
    // at the end of the list the button is disabled and cannot keep the focus
    focusLater(
      `[data-layer="${layer}"] [data-move="${move}"]:enabled`,
      `[data-layer="${layer}"] [data-move="${other}"]`,
    )
    change(next)
    const order = orderOf(next)
    const at = order.findIndex((one) => one?.layer === layer)
    setNews(t('layers.more.place', { name: name('layer', layer), place: at + 1, of: order.length }))
  }
  const remove = (layer: string): void => {
    focusLater('[data-add]')
    change(removed(layers, layer))
    setNews(t('layers.more.removed', { name: name('layer', layer) }))
  }
  return (
    <section className="more-layers" aria-label={t('layers.more')} ref={section}>
      <h2 className="eyebrow">{t('layers.more')}</h2>
      {count > 0 && (
        <ul className="more-layers__list">
          {orderOf(layers).map((part, index, all) =>
            part ? (
              <FurtherItem
                key={part.layer}
                part={part}
                taken={part.layer === main ? measure : null}
                isHighest={index === 0}
                isLowest={index === all.length - 1}
                onChange={(patch, how) => change(changed(layers, part.layer, patch), how)}
                onMove={(move) => place(moved(layers, part.layer, move === 'up' ? 1 : -1), part.layer, move)}
                onRemove={() => remove(part.layer)}
              />
            ) : (
              <li key="" className="more-layers__main">
                {t('layers.more.main', { name: name('layer', main) })}
              </li>
            ),
          )}
        </ul>
      )}
      {count < MAX_FURTHER ? (
        <AddLayer onAdd={add} />
      ) : (
        <p className="note">{t('layers.more.full', { n: MAX_FURTHER })}</p>
      )}
      <p className="hidden" role="status">
        {news}
      </p>
    </section>
  )
}

/** From top to bottom; null is the main layer. */
const orderOf = ({ under, over }: FurtherLayers): (FurtherLayer | null)[] => [...under, null, ...over].toReversed()

/** A menu of the layers that are not on the map yet. */
function AddLayer({ onAdd }: { onAdd: (addition: Pick<FurtherLayer, 'layer' | 'measure'>) => void }) {
  const [{ layer: main, measure, under, over }] = useViewState()
  const { t } = useI18n()
  const offered = useOfferedMeasures()
  const free = LAYERS.flatMap(({ id, ...layer }) => {
    if ('mainOnly' in layer || [...under, ...over].some((one) => one.layer === id)) return []
    const [first] = offered({ layer: id, measure: '' }).filter((one) => id !== main || one !== measure)
    return first === undefined ? [] : [{ id, measure: first }]
  })
  return (
    <MenuTrigger>
      <Button className="button more-layers__add" data-add="">
        {t('layers.more.add')}
        <Icon name="down" />
      </Button>
      <Popover className="popover">
        <Menu className="options" aria-label={t('layers.more.add')}>
          {free.map(({ id, measure }) => (
            <MenuItem key={id} className="option" onAction={() => onAdd({ layer: id, measure })}>
              {t(`layer.${id}`)}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

/** Moves the focus to the first of these elements that is there once the change is on the page. */
function useFocusLater(within: RefObject<HTMLElement | null>) {
  const wanted = useRef<readonly string[]>([])
  useEffect(() => {
    const [found] = wanted.current.flatMap((selector) => within.current?.querySelector<HTMLElement>(selector) ?? [])
    if (!found) return
    wanted.current = []
    found.focus()
  })
  return (...selectors: readonly string[]): void => {
    wanted.current = selectors
  }
}
