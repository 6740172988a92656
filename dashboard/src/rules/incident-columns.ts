import type { ReactNode } from 'react'
import type { BacktestResponse } from '#model/api/alerts.ts'
import type { Formatters } from '../i18n/formatters.ts'
import { durationText } from '../now/incident-text.ts'
import { whyColumn } from '../ui/table/file-columns.ts'
import type { TableColumn } from '../ui/table/table-model.ts'

export type Found = BacktestResponse['incidents'][number] & { readonly id: string }

/** What a rule would have opened; the duration in the file is in seconds. */
export function incidentColumns(place: (found: Found) => ReactNode, i18n: Formatters): TableColumn<Found>[] {
  const { t, dateTime } = i18n
  const duration = t('rules.backtest.duration')
  return [
    { id: 'where', label: t('rules.backtest.where'), value: ({ subject }) => subject, cell: place },
    {
      ...{ id: 'severity', label: t('rules.backtest.severity') },
      value: ({ severity }) => t(`now.severity.${severity}`),
    },
    {
      ...{ id: 'began', label: t('rules.backtest.began'), value: ({ startedAt }) => startedAt },
      cell: ({ startedAt }) => dateTime(startedAt),
    },
    {
      ...{
        id: 'duration',
        label: duration,
        fileLabel: `${duration} (s)`,
        value: ({ durationSeconds }) => durationSeconds,
      },
      cell: ({ durationSeconds }) =>
        durationSeconds === null ? t('rules.backtest.ongoing') : durationText(durationSeconds, i18n),
    },
    whyColumn<Found>(
      {
        ...{ id: 'duration', name: duration },
        why: ({ durationSeconds }) => (durationSeconds === null ? t('rules.backtest.ongoing') : null),
      },
      i18n,
    ),
  ]
}
