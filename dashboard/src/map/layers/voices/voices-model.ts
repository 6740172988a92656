import type { VoiceAggregate, VoiceAggregates } from '#model/api/voices.ts'
import type { Formatters } from '../../../i18n/formatters.ts'
import { amount, type Row, text } from '../../../ui/table/table-model.ts'
import { colourOf, ratingScale } from '../../colours/scales.ts'
import type { CellMark, LayerInput, LayerModel } from '../../layer-model/model.ts'
import { type Zone, zoneModel } from '../../layer-model/zone-model.ts'

const NOTHING: VoiceAggregate = { n: null, mean: null, good: null, poor: null, suppressed: 'below_threshold' }

/** What voices say of one topic, by district and, outside of them, by cell. Labelled as what it is: no survey. */
export function voicesModel(input: LayerInput, voices: VoiceAggregates, measure: string): LayerModel {
  const { i18n } = input
  const { t } = i18n
  const found = voices.topics.find(({ topic }) => topic === measure)
  const places = new Map(found?.places.map((one) => [`${one.place.kind}:${one.place.key}`, one]))
  const of = (zone: Zone): VoiceAggregate => places.get(`zone:${zone.key}`) ?? NOTHING
  const share = (value: number | null) => amount(value, (one) => i18n.percent(one), t('none'))
  const n = found?.city.n ?? 0
  const layer = zoneModel(input, {
    title: t('voices.title', { topic: i18n.name('measure.voices', measure) }),
    statistic: t('voices.statistic'),
    window: t('voices.window', { days: voices.windowDays }),
    unit: '',
    scale: ratingScale,
    show: i18n.number,
    column: t('voices.column.mean'),
    numberOf: (zone) => {
      const one = of(zone)
      return { value: one.mean, why: whyHidden(one, voices.threshold, i18n), n: one.n, hint: hintOf(one, i18n) }
    },
    extra: [
      { id: 'good', label: t('voices.column.good'), numeric: true, cell: (zone) => share(of(zone).good) },
      { id: 'poor', label: t('voices.column.poor'), numeric: true, cell: (zone) => share(of(zone).poor) },
    ],
    n: t('voices.n', { n }),
    origin: 'voices',
    notes: [t('voices.note.sample'), t('voices.note.threshold', { threshold: voices.threshold })],
  })
  const cells = [...places.values()].filter(({ place }) => place.kind === 'cell')
  const row = ({ place, mean, n: count, good, poor }: (typeof cells)[number]): Row => ({
    id: `cell:${place.key}`,
    key: place.key,
    cells: {
      name: text(t('voices.cell', { cell: place.key })),
      population: amount(null, String, t('none')),
      value: amount(mean, i18n.number, t('none')),
      good: share(good),
      poor: share(poor),
      n: amount(count, i18n.integer, t('none')),
    },
  })
  const mark = (one: (typeof cells)[number]): CellMark[] =>
    one.mean === null
      ? []
      : [
          {
            id: `cell:${one.place.key}`,
            cell: one.place.key,
            colour: colourOf(ratingScale, one.mean),
            hint: hintOf(one, i18n),
          },
        ]
  return {
    ...layer,
    rows: [...layer.rows, ...cells.map(row)],
    marks: { ...layer.marks, cells: cells.flatMap(mark) },
  }
}

/** Why nothing is shown: nobody spoke, or too few did; the two look alike on purpose. */
export const whyHidden = ({ suppressed }: VoiceAggregate, threshold: number, { t }: Formatters): string =>
  suppressed === 'complementary' ? t('voices.complementary') : t('voices.few', { threshold })

export const hintOf = ({ mean, n, good, poor }: VoiceAggregate, i18n: Formatters): string =>
  i18n.t('voices.hint', {
    mean: i18n.number(mean ?? 0),
    n: i18n.integer(n ?? 0),
    good: i18n.percent(good ?? 0),
    poor: i18n.percent(poor ?? 0),
  })
