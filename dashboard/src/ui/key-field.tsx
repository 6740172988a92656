import { Input, Label, TextField } from 'react-aria-components'
import { setCityKey, useCityKey } from '../http/key.ts'
import { useI18n } from '../i18n/formatters.ts'

/** Input for the city key, which is kept only in the memory of this page. */
export function KeyField() {
  const { t } = useI18n()
  const key = useCityKey()
  return (
    <TextField className="field field--key" type="password" autoComplete="off" value={key} onChange={setCityKey}>
      <Label className="field__label">{t('replay.key')}</Label>
      <Input className="field__input" />
    </TextField>
  )
}
