import type { CityResponse } from '#model/api/city.ts'
import type { Formatters } from '../../i18n/formatters.ts'

/** Whose data the map shows, as MapLibre inserts it: text and links, everything else escaped. */
export function attributionHtml({ name, simulated, mapAttribution }: CityResponse, t: Formatters['t']): string[] {
  const map = mapAttribution.map(({ text, url }) => {
    const shown = escaped(text)
    return url === null ? shown : `<a href="${escaped(url)}" target="_blank" rel="noopener noreferrer">${shown}</a>`
  })
  const own = escaped(t(simulated ? 'map.attribution.simulated' : 'map.attribution.city', { city: name }))
  return map.length === 0 ? [own] : [map.join(''), ...(simulated ? [own] : [])]
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
