import { Button } from 'react-aria-components'
import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import { useI18n } from '../../i18n/formatters.ts'
import type { Selection } from '../../state/view-state.ts'
import { Icon } from '../../ui/icon.tsx'
import { parseAreaKey } from '../area/area-key.ts'
import { AreaPanel } from '../area/area-panel.tsx'
import type { ShownModel } from '../layer-model/shown.ts'
import { parseStreetKey } from '../search/places.ts'
import { CellPanel } from './cell-panel.tsx'
import { StreetHead } from './street-head.tsx'
import { ThingPanel } from './thing-panel.tsx'
import { ZonePanel } from './zone-panel.tsx'
import './selection-panel.css'

export type SelectionProps = {
  readonly select: Selection
  readonly zones: ZoneFeatures
  readonly things: readonly ThingFeature[]
  /** of all layers, the main one first */
  readonly models: readonly ShownModel[]
  /** properties that the layer shows: their series come first */
  readonly shown: readonly string[]
  readonly onSelect: (id: string | null) => void
}

/** What is selected, whatever it is. */
export function SelectionPanel(props: SelectionProps) {
  const { t } = useI18n()
  return (
    <div className="selection">
      <Button
        className="button button--icon selection__close"
        aria-label={t('selection.close')}
        onPress={() => props.onSelect(null)}
      >
        <Icon name="close" />
      </Button>
      <Selected {...props} />
    </div>
  )
}

function Selected({ select, zones, things, models, shown, onSelect }: SelectionProps) {
  const { t } = useI18n()
  const thing = select.type === 'thing' && things.find(({ properties }) => properties.key === select.key)
  if (thing) {
    const key = [select.key, ...shown].join(' ')
    return <ThingPanel key={key} {...{ thing, zones, things, shown, onSelect }} />
  }
  const area = parseAreaKey(select)
  if (area) return <AreaPanel area={area} zones={zones} />
  const street = select.type === 'street' ? parseStreetKey(select.key) : null
  const zoneKey = select.type === 'zone' ? select.key : street?.zone
  const zone = zones.features.find(({ properties }) => properties.key === zoneKey)
  if (zone && street)
    return (
      <>
        <StreetHead street={street.name} district={zone.properties.name} />
        <ZonePanel zone={zone.properties} things={things} onSelect={onSelect} />
      </>
    )
  if (zone) return <ZonePanel zone={zone.properties} things={things} onSelect={onSelect} />
  for (const { layer, model } of models) {
    const row = model.rows.find(({ id }) => id === `${select.type}:${select.key}`)
    if (row) return <CellPanel row={row} columns={model.columns} legend={model.legend} layer={layer} />
  }
  return <p className="note">{t('selection.unknown', { key: select.key })}</p>
}
