import type { AirIndex } from '#model/air-quality/air-index.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { css, inkOn, type Rgb } from '../map/colours/palette.ts'
import { type AqiScheme, aqiScale, colourOf } from '../map/colours/scales.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './air-index-panel.css'

type Part = AirIndex['parts'][number]
type Both = Readonly<Record<AqiScheme, AirIndex | null>>

/** The two indices with the sub-index of every pollutant; the highest one is the index. */
export function AirIndexPanel({ index }: { index: Both }) {
  const { t } = useI18n()
  return (
    <section>
      <h3 className="selection__heading">{t('aqi.heading')}</h3>
      {(['us', 'european'] as const).map((scheme) => (
        <OneIndex key={scheme} scheme={scheme} index={index[scheme]} />
      ))}
      {index.us && index.european && <p className="note">{t('aqi.why')}</p>}
    </section>
  )
}

const NO_COLOUR: Rgb = [128, 128, 128]

/** Why the index is a lower bound, and which readings are suspect. */
function whyAtLeast({ missing, doubted, parts }: AirIndex, { t, property }: Formatters): string[] {
  const leftOut = doubted.filter((one) => one.leftOut).map(({ pollutant }) => property(pollutant))
  const counted = doubted.filter((one) => !one.leftOut).map(({ pollutant }) => property(pollutant))
  const beyond = parts.filter((part) => part.beyond).map(({ pollutant }) => property(pollutant))
  const names = missing.map((one) => (one === 'pm' ? t('aqi.pm') : property(one)))
  return [
    ...(names.length > 0 ? [t('aqi.atLeast.missing', { pollutants: names.join(', ') })] : []),
    ...(leftOut.length > 0 ? [t('aqi.atLeast.doubted', { pollutants: leftOut.join(', ') })] : []),
    ...(counted.length > 0 ? [t('aqi.doubted', { pollutants: counted.join(', ') })] : []),
    ...(beyond.length > 0 ? [t('aqi.atLeast.beyond', { pollutants: beyond.join(', ') })] : []),
  ]
}

function OneIndex({ scheme, index }: { scheme: AqiScheme; index: AirIndex | null }) {
  const i18n = useI18n()
  const { t, name, integer, dateTime } = i18n
  const title = t(scheme === 'us' ? 'aqi.us' : 'aqi.european')
  if (!index) return <p className="note">{t('aqi.missing', { index: title })}</p>
  const colour = index.category === 'incomplete' ? NO_COLOUR : colourOf(aqiScale(scheme), index.value)
  return (
    <div className="aqi">
      <p className="aqi__head">
        <span className="aqi__value" style={{ backgroundColor: css(colour), color: css(inkOn(colour)) }}>
          {index.atLeast ? `≥ ${integer(index.value)}` : integer(index.value)}
        </span>
        <span>
          <strong>{name('aqi', index.category)}</strong>
          <br />
          <span className="note">{title}</span>
        </span>
      </p>
      <Table<Part>
        caption={title}
        rows={index.parts}
        columns={partColumns(i18n)}
        rowKey={({ pollutant }) => pollutant}
        rowClass={({ pollutant }) => (pollutant === index.pollutant ? 'selected' : undefined)}
        className="mini"
        fileName={title}
      />
      <p className="note">
        {[t('aqi.basis', { n: index.n, time: dateTime(index.time) }), ...whyAtLeast(index, i18n)].join(' ')}
      </p>
    </div>
  )
}

/** The pollutants of an index with their sub-indices; beyond the last row of its table a sub-index is a lower bound. */
export function partColumns({ t, name, property, integer, number, unit }: Formatters): TableColumn<Part>[] {
  return [
    { id: 'pollutant', label: t('column.pollutant'), value: ({ pollutant }) => property(pollutant) },
    {
      ...{ id: 'concentration', label: t('aqi.concentration'), numeric: true },
      value: ({ concentration }) => concentration,
      cell: ({ concentration, averaging }) => (
        <>
          {number(concentration)}
          <span className="note"> {name('averaging', averaging)}</span>
        </>
      ),
    },
    {
      ...{ id: 'unit', label: t('fact.unit'), fileOnly: true },
      value: ({ pollutant }) => unit(PROPERTIES.get(pollutant)?.unit ?? ''),
    },
    {
      ...{ id: 'averaging', label: t('aqi.averaging'), fileOnly: true },
      value: ({ averaging }) => name('averaging', averaging),
    },
    {
      ...{ id: 'index', label: t('column.index'), numeric: true, value: ({ value }) => value },
      cell: ({ value, beyond }) => (beyond ? `≥ ${integer(value)}` : integer(value)),
    },
    {
      ...{ id: 'bound', label: t('series.column.limit'), fileOnly: true },
      value: ({ beyond }) => (beyond ? 'above' : null),
    },
  ]
}
