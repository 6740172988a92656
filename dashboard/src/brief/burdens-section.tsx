import type { BriefBurdens } from '#model/api/brief.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { ViewLink } from '../ui/view-link.tsx'
import '../ui/table/lined-table.css'
import './brief.css'

type District = BriefBurdens['districts'][number]
const FIRST = 5

/** The districts that bear most, with the interval of their ranks. */
export function BurdensSection({ burdens }: { burdens: BriefBurdens | null }) {
  const i18n = useI18n()
  const { t } = i18n
  return (
    <section className="brief__section" aria-labelledby="brief-burdens">
      <h2 id="brief-burdens">{t('brief.burdens')}</h2>
      {burdens ? (
        <Burdens burdens={burdens} />
      ) : (
        <>
          <p>{t('brief.burdens.none')}</p>
          <ViewLink to={{ view: 'people' }}>{t('brief.burdens.next')}</ViewLink>
        </>
      )}
    </section>
  )
}

function Burdens({ burdens }: { burdens: BriefBurdens }) {
  const { t, name, integer, locale } = useI18n()
  const { topics, districts, period } = burdens
  const measures = topics.reduce((sum, topic) => sum + topic.measures.length, 0)
  const named = topics.map(({ topic }) => name('brief.topic', topic))
  const list = new Intl.ListFormat(locale).format(named)
  return (
    <>
      <Districts caption={t('brief.burdens')} districts={districts.slice(0, FIRST)} />
      <p className="note">{t('brief.burdens.lead', { measures: integer(measures), topics: list })}</p>
      <p className="brief__screen">
        <ViewLink to={{ view: 'people', period }} label={t('brief.evidence.of', { finding: t('brief.burdens') })}>
          {t('brief.evidence')}
        </ViewLink>
      </p>
      <details className="brief__more">
        <summary>{t('brief.burdens.all')}</summary>
        <Districts caption={t('brief.burdens.all')} districts={districts} fileName={t('brief.burdens')} />
      </details>
    </>
  )
}

type Props = { readonly caption: string; readonly districts: readonly District[]; readonly fileName?: string }

function Districts({ caption, districts, fileName }: Props) {
  return (
    <Table<District>
      caption={caption}
      columns={columnsOf(useI18n())}
      rows={districts}
      rowKey={({ zone }) => zone}
      className="lined-table brief-table"
      {...(fileName !== undefined && { fileName })}
    />
  )
}

function columnsOf({ t, number, integer }: Formatters): readonly TableColumn<District>[] {
  return [
    {
      ...{ id: 'district', label: t('column.zone'), value: (district) => district.name },
      cell: ({ zone, name }) => <ViewLink to={{ view: 'map', select: { type: 'zone', key: zone } }}>{name}</ViewLink>,
    },
    {
      ...{ id: 'rank', label: t('brief.column.rank'), value: ({ rank }) => rank },
      cell: ({ rank, rankInterval: [low, high] }) =>
        t('brief.cell.change', { change: number(rank), low: number(low), high: number(high) }),
    },
    {
      ...{ id: 'lower', label: t('indicators.column.lower'), fileOnly: true },
      value: ({ rankInterval }) => rankInterval[0],
    },
    {
      ...{ id: 'upper', label: t('indicators.column.upper'), fileOnly: true },
      value: ({ rankInterval }) => rankInterval[1],
    },
    {
      ...{ id: 'measures', label: t('brief.column.measures'), numeric: true },
      value: ({ measures }) => measures,
      cell: ({ measures }) => integer(measures),
    },
  ]
}
