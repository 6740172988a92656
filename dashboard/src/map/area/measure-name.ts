import type { AreaResponse } from '#model/api/area.ts'
import type { Formatters } from '../../i18n/formatters.ts'

/** In the language of the page: an observed property, or an indicator by its code. */
export function measureName({ id, name }: AreaResponse['burdens'][number], { property, named }: Formatters): string {
  const isProperty = /^[a-z_0-9]+$/.test(id)
  return isProperty ? property(id) : named('indicator', id, name)
}
