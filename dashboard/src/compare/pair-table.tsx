import { useState } from 'react'
import type { ComparedRow, ComparedSide, CompareResponse } from '#model/api/compare.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { groupOptions, type Offers, zoneOptions } from './offers.ts'
import { PairDetails } from './pair-details.tsx'
import { nameOfRow } from './row-name.ts'
import '../ui/table/lined-table.css'
import './compare.css'

/** All rows, the most certain differences first, and how the chosen one was computed. */
export function PairTable({ data, offers }: { data: CompareResponse; offers: Offers }) {
  const i18n = useI18n()
  const { t, integer } = i18n
  const [chosen, setChosen] = useState<string | null>(null)
  const sides = [data.a, data.b].map((id) => sideName(id, data, offers)) as [string, string]
  const certainty = ({ difference }: ComparedRow): number => difference?.adjustedP ?? 2
  const rows = data.rows.toSorted((x, y) => certainty(x) - certainty(y))
  const row = rows.find(({ id }) => id === chosen)
  const caption = t('pair.caption', { a: sides[0], b: sides[1] })
  return (
    <section aria-labelledby="pair-table">
      <h2 id="pair-table" className="pair__heading">
        {caption}
      </h2>
      <p className="note">
        {t('pair.tested', { tested: integer(data.tested), rows: integer(rows.length) })}
        {data.simulated && ` ${t('shell.simulated')}.`}
      </p>
      <div className="pair__details" aria-live="polite">
        {row ? <PairDetails data={data} row={row} sides={sides} /> : <p className="note">{t('pair.details.none')}</p>}
      </div>
      <Table<ComparedRow>
        caption={t('panel.table.of', { title: caption })}
        columns={columnsOf({ i18n, sides, chosen, onChoose: setChosen })}
        rows={rows}
        rowKey={({ id }) => id}
        rowClass={({ id }) => (id === chosen ? 'selected' : undefined)}
        className="lined-table pair-table"
        scroller="pair__scroll"
        fileName={`${t('pair.title')} ${data.a} ${data.b}`}
      />
    </section>
  )
}

function sideName(id: string, { kind, by, survey }: CompareResponse, offers: Offers): string {
  if (kind === 'zones') return zoneOptions(offers).find((one) => one.id === id)?.label ?? id
  if (kind === 'groups') return groupOptions(by ?? '', offers, survey).find((one) => one.id === id)?.label ?? id
  return id
}

type Shown = {
  readonly i18n: Formatters
  readonly sides: readonly [string, string]
  readonly chosen: string | null
  readonly onChoose: (id: string) => void
}

function columnsOf({ i18n, sides, chosen, onChoose }: Shown): readonly TableColumn<ComparedRow>[] {
  const { t, number, unit } = i18n
  const side = (id: 'a' | 'b', label: string): TableColumn<ComparedRow>[] => [
    { id, label, numeric: true, value: (row) => row[id].value, cell: (row) => valueText(row[id], row.unit, i18n) },
    { id: `${id}-se`, label: `${label}: SE`, fileOnly: true, value: (row) => row[id].standardError },
    { id: `${id}-n`, label: `${label}: n`, fileOnly: true, value: (row) => row[id].n },
  ]
  return [
    {
      ...{ id: 'name', label: t('indicators.column.indicator'), value: (row) => nameOfRow(row, i18n) },
      cell: (row) => (
        <button type="button" className="pair__row" aria-pressed={row.id === chosen} onClick={() => onChoose(row.id)}>
          {nameOfRow(row, i18n)}
        </button>
      ),
    },
    { id: 'id', label: t('indicators.column.code'), fileOnly: true, value: ({ id }) => id },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: (row) => unit(row.unit) },
    ...side('a', sides[0]),
    ...side('b', sides[1]),
    {
      ...{ id: 'n', label: t('pair.column.n'), numeric: true },
      cell: ({ a, b }) =>
        a.n === null && b.n === null ? t('none') : t('pair.n', { a: count(a, i18n), b: count(b, i18n) }),
    },
    {
      ...{ id: 'difference', label: t('pair.column.difference'), value: ({ difference }) => difference?.value ?? null },
      cell: (row) => differenceText(row, i18n),
    },
    {
      ...FILE,
      id: 'se',
      label: t('pair.column.standardError'),
      value: ({ difference }) => difference?.standardError ?? null,
    },
    { ...FILE, id: 'lower', label: t('indicators.column.lower'), value: ({ difference }) => difference?.lower ?? null },
    { ...FILE, id: 'upper', label: t('indicators.column.upper'), value: ({ difference }) => difference?.upper ?? null },
    { ...FILE, id: 'p', label: t('pair.column.p'), value: ({ difference }) => difference?.p ?? null },
    {
      ...{
        id: 'adjusted',
        label: t('brief.column.p'),
        numeric: true,
        value: ({ difference }) => difference?.adjustedP ?? null,
      },
      cell: ({ difference }) => (difference ? pText(difference.adjustedP, i18n) : t('none')),
    },
    {
      ...{ id: 'effect', label: t('pair.column.effect'), numeric: true, value: ({ effect }) => effect?.value ?? null },
      cell: ({ effect }) =>
        effect === null
          ? t('none')
          : t(`pair.effect.${effect.kind}`, {
              value: effect.kind === 'relative' ? i18n.percent(effect.value, 1) : number(effect.value),
            }),
    },
    { ...FILE, id: 'method', label: t('pair.column.method'), value: ({ method }) => method ?? '' },
    {
      ...{ id: 'verdict', label: t('pair.column.verdict') },
      value: (row) => verdictText(row, i18n),
      className: ({ difference }) => (difference?.significant ? 'pair__significant' : undefined),
    },
  ]
}

const FILE = { fileOnly: true } as const

const count = ({ n }: ComparedSide, { integer, t }: Formatters): string => (n === null ? t('none') : integer(n))

const pText = (p: number, { decimal }: Formatters): string => (p < 0.001 ? `< ${decimal(0.001, 3)}` : decimal(p, 3))

function valueText({ value, interval }: ComparedSide, unit: string, { t, quantity, number }: Formatters): string {
  if (value === null) return t('none')
  if (!interval) return quantity(value, unit)
  return t('brief.cell.change', { change: quantity(value, unit), low: number(interval[0]), high: number(interval[1]) })
}

function differenceText({ difference, unit }: ComparedRow, i18n: Formatters): string {
  if (!difference) return i18n.t('none')
  const { value, lower, upper } = difference
  const signed = (one: number): string => `${one > 0 ? '+' : ''}${i18n.number(one)}`
  const own =
    unit === '%'
      ? i18n.t('brief.points', { value: signed(value) })
      : `${value > 0 ? '+' : ''}${i18n.quantity(value, unit)}`
  return i18n.t('brief.cell.change', { change: own, low: signed(lower), high: signed(upper) })
}

function verdictText({ difference, untested }: ComparedRow, { t, name }: Formatters): string {
  if (difference) return t(difference.significant ? 'pair.significant' : 'pair.notSignificant')
  return untested === null ? t('none') : name('pair.untested', untested)
}
