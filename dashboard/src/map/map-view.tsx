import { type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CityResponse, ThingFeature } from '#model/api/city.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useNarrow, useTheme } from '../state/theme.ts'
import { type ChangeView, setAddress, useViewState } from '../state/use-view-state.ts'
import { type Camera, createAddress, parseSelection, selectionId, type ViewState } from '../state/view-state.ts'
import { BottomSheet } from '../ui/bottom-sheet.tsx'
import { Problem } from '../ui/problem.tsx'
import { DataTable } from '../ui/table/data-table.tsx'
import { outlineOf, parseAreaKey } from './area/area-key.ts'
import { DrawBar } from './area/draw-bar.tsx'
import { useDrawing } from './area/use-drawing.ts'
import type { FurtherMarks } from './canvas/city-map.tsx'
import { CorrelationPanel } from './controls/correlation-panel.tsx'
import { LayersPanel } from './controls/layers-panel.tsx'
import { Legends } from './controls/legends.tsx'
import { type Marks, NO_MARKS } from './layer-model/model.ts'
import { type FurtherState, modelsOf } from './layer-model/shown.ts'
import { LAYERS, layerOf } from './layers/index.ts'
import { MapTools } from './map-tools.tsx'
import { Maps, mapsOf, mapsOfMoments } from './maps.tsx'
import { openingLayer } from './opening-layer.ts'
import { PlaybackBar } from './playback/playback-bar.tsx'
import { useMoments, useTable } from './playback/use-moments.ts'
import { shownFrames, usePlayback } from './playback/use-playback.ts'
import { TimeRibbon } from './ribbon/time-ribbon.tsx'
import { SelectionPanel } from './selection/selection-panel.tsx'
import { useStreetPoint } from './selection/use-street-point.ts'
import { TourButton, useTour } from './tour/tour-switch.tsx'
import { useLayer } from './use-layer.ts'
import './map-view.css'

// Until now the address was kept as it is written; from here on its layer and measure are checked.
setAddress(createAddress(LAYERS))

/** Map, legend, table and what is selected: four views of one layer. */
export default function MapView({ city }: { city: CityResponse }) {
  const [state, change] = useViewState()
  const i18n = useI18n()
  const { t } = i18n
  const narrow = useNarrow()
  const scheme = useTheme()
  const control = usePlayback()
  const layers = useLayer(city, state, scheme, shownFrames(control))
  const { model, zones, things, cut, problem, retry, loading } = layers
  const further = useFurtherMarks(layers.further)
  useOpening(things, loading, change)
  const selected = selectionId(state.select)
  const spot = useStreetPoint(state.select)
  const drawing = useDrawing()
  const tour = useTour()
  const outline = useMemo(() => {
    const area = parseAreaKey(state.select)
    return area && zones ? outlineOf(area, zones) : null
  }, [state.select, zones])
  const select = useCallback((id: string | null) => change({ select: parseSelection(id) }), [change])
  const onCamera = useCallback((camera: Camera) => change({ camera }, 'replace'), [change])
  const shown = playedProperties(state)
  const marks = model?.marks ?? NO_MARKS
  const moments = useMoments(layers, control)
  const maps = moments ? mapsOfMoments(moments, i18n) : mapsOf(model, i18n)
  const table = useTable(state.table ? model : null, moments)
  const parts: Parts = {
    layers: (
      <>
        <LayersPanel />
        <TourButton onPress={tour.start} />
      </>
    ),
    legend: (
      <>
        {problem && <Problem error={problem} retry={retry} />}
        <Legends main={maps.map(({ legend }) => legend)} further={layers.further} isComplete={!problem && !loading} />
        {cut && <p className="note">{t('map.cut', cut)}</p>}
        {model?.correlation && <CorrelationPanel {...model.correlation} />}
      </>
    ),
    details: state.select && zones && (
      <SelectionPanel select={state.select} {...{ zones, things, shown }} models={modelsOf(layers)} onSelect={select} />
    ),
    table: table && model && (
      <DataTable
        caption={model.legend.title}
        columns={table.columns}
        rows={table.rows}
        selected={selected}
        onSelect={select}
        fileName={`${city.name}-${state.layer}-${state.measure}`}
      />
    ),
  }
  return (
    <div className={`map-view${parts.table ? ' map-view--table' : ''}${parts.details ? ' map-view--details' : ''}`}>
      <h1 className="hidden">{t('map.heading', { city: city.name })}</h1>
      <SelectionNews selected={selected} marks={marks} further={further} />
      <MapTools {...{ zones, things, drawing }} />
      <section className="map-view__map" aria-label={t('panel.map')} aria-busy={loading}>
        <Suspense fallback={<p className="loading">{t('app.loading')}</p>}>
          {zones && (
            <Maps
              maps={maps}
              {...{ city, zones, further, selected, spot, outline, drawing, scheme, onCamera }}
              onSelect={select}
            />
          )}
        </Suspense>
        {drawing.ring && <span className="map-view__aim" aria-hidden="true" />}
        {(loading || control?.loading) && <p className="map-view__loading">{t('app.loading')}</p>}
      </section>
      {tour.card}
      {drawing.ring && <DrawBar drawing={drawing} />}
      <TimeRibbon control={control} />
      {control && (
        <div className="map-view__playback">
          <PlaybackBar control={control} />
        </div>
      )}
      {narrow ? <PanelsBelow key={selected} {...parts} /> : <PanelsBeside {...parts} />}
    </div>
  )
}

/** The properties that the main layer shows. */
function playedProperties({ layer, measure }: ViewState): readonly string[] {
  const source = layerOf(layer).playback?.(measure)
  return source?.kind === 'properties' ? source.properties : []
}

/** Once, and only where the address names no layer: the map opens on one that has data. */
function useOpening(things: readonly ThingFeature[], loading: boolean, change: ChangeView): void {
  const decided = useRef(false)
  useEffect(() => {
    const named = new URLSearchParams(window.location.search)
    if (decided.current || loading) return
    if (['layer', 'by', 'under', 'over', 'select', 'time'].some((name) => named.has(name))) decided.current = true
    const opening = decided.current ? null : openingLayer(LAYERS, things)
    if (!opening) return
    decided.current = true
    change(opening, 'replace')
  }, [things, loading, change])
}

type Parts = Readonly<Record<'layers' | 'legend' | 'details' | 'table', ReactNode>>

function PanelsBeside({ layers, legend, details, table }: Parts) {
  const { t } = useI18n()
  return (
    <>
      {table && <div className="map-view__table">{table}</div>}
      <aside className="map-view__side" aria-label={t('panel.layers')}>
        {layers}
        {legend}
      </aside>
      {details && (
        <aside className="map-view__details" aria-label={t('panel.details')}>
          {details}
        </aside>
      )}
    </>
  )
}

function PanelsBelow({ layers, legend, details, table }: Parts) {
  const { t } = useI18n()
  const [open, setOpen] = useState(true)
  const parts = [
    { id: 'legend', title: t('panel.legend'), content: legend },
    { id: 'layers', title: t('panel.layers'), content: layers },
    { id: 'table', title: t('panel.table'), content: table },
    { id: 'details', title: t('panel.details'), content: details },
  ].filter(({ content }) => content)
  const requested = details ? 'details' : table ? 'table' : 'legend'
  return <BottomSheet open={open} onOpen={setOpen} parts={parts} requested={requested} />
}

/** The same list until a layer brings new marks or is moved. */
function useFurtherMarks(further: readonly FurtherState[]): readonly FurtherMarks[] {
  const shown = further.flatMap(({ layer, model, opacity, isUnder }) =>
    model ? [{ id: layer, title: model.legend.title, marks: model.marks, opacity: opacity / 100, isUnder }] : [],
  )
  const kept = useRef(shown)
  const isSame =
    shown.length === kept.current.length &&
    shown.every((one, index) => {
      const before = kept.current[index]
      return before?.marks === one.marks && before.opacity === one.opacity && before.isUnder === one.isUnder
    })
  if (!isSame) kept.current = shown
  return kept.current
}

/** What a person who does not see the map hears when the selection changes, and only then. */
function SelectionNews({ selected, marks, further }: SelectionNewsProps) {
  const { t } = useI18n()
  const name = useMemo(() => {
    if (!selected) return undefined
    const all = [marks, ...further.map((one) => one.marks)].flatMap(({ points, lines, areas }) => [
      ...points,
      ...lines,
      ...areas,
    ])
    return all.find(({ id }) => id === selected)?.name
  }, [selected, marks, further])
  return (
    <p className="hidden" role="status">
      {name ? t('map.selected', { name }) : ''}
    </p>
  )
}

type SelectionNewsProps = {
  readonly selected: string | null
  readonly marks: Marks
  readonly further: readonly FurtherMarks[]
}
