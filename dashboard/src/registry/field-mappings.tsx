import { useQuery } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import { z } from 'zod'
import type { Mapping } from '#model/api/registry.ts'
import { mappingsQuery, useChange } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import './registry-view.css'

/** The mappings made by people, which can be removed. */
export function FieldMappings() {
  const { t, property, unit } = useI18n()
  const { data } = useQuery(mappingsQuery)
  const { send, ready, error } = useChange('registry')
  const meaningText = (meaning: Pick<Mapping, 'property' | 'unit' | 'channel'>): string =>
    [property(meaning.property), meaning.unit && unit(meaning.unit), meaning.channel].filter(Boolean).join(', ')
  if (!data || data.mappings.length === 0) return null
  return (
    <details className="registry__change">
      <summary>{t('mappings.title', { n: data.mappings.length })}</summary>
      {error && <Problem error={error} />}
      <ul className="registry__list" aria-label={t('mappings.title', { n: data.mappings.length })}>
        {data.mappings.map((mapping) => (
          <li key={mapping.id} className="registry__thing">
            <p>
              <code>{mapping.field}</code> → {meaningText(mapping)}
              <span className="note">
                {' '}
                {mapping.device ?? mapping.profile ?? mapping.format ?? t('unmapped.scope.all')}
              </span>
            </p>
            <Button
              className="button"
              isDisabled={!ready}
              onPress={() => void send(z.unknown(), 'DELETE', `/registry/mappings/${mapping.id}`)}
              aria-label={t('mappings.remove.of', { field: mapping.field })}
            >
              {t('mappings.remove')}
            </Button>
          </li>
        ))}
      </ul>
      {data.learned.length > 0 && <p className="note">{t('mappings.learned')}</p>}
      {data.learned.map(({ field, format, profile, ...meaning }) => (
        <p key={`${profile} ${format} ${field}`}>
          <code>{field}</code> → {meaningText(meaning)} <span className="note">{profile}</span>
        </p>
      ))}
    </details>
  )
}
