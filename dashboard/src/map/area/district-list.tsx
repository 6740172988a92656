import { useI18n } from '../../i18n/formatters.ts'
import { changeView } from '../../state/use-view-state.ts'
import { zonesKey } from './area-key.ts'
import './area.css'

type District = { readonly key: string; readonly name: string }

/** Districts that are taken together: the way to an area that needs no map. */
export function DistrictList({ known, chosen }: { known: readonly District[]; chosen: readonly string[] }) {
  const { t, locale } = useI18n()
  const sorted = known.toSorted((a, b) => a.name.localeCompare(b.name, locale))
  const change = (key: string, wanted: boolean): void => {
    const zones = wanted ? [...chosen, key] : chosen.filter((one) => one !== key)
    changeView({ select: { type: 'area', key: zonesKey(zones) } }, 'replace')
  }
  return (
    <fieldset className="area__districts">
      <legend className="eyebrow">{t('area.districts')}</legend>
      {sorted.map(({ key, name }) => (
        <label key={key} className="area__district">
          <input
            type="checkbox"
            checked={chosen.includes(key)}
            onChange={(event) => change(key, event.target.checked)}
          />
          <bdi>{name}</bdi>
        </label>
      ))}
    </fieldset>
  )
}
