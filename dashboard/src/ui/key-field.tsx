import { Input, Label, TextField } from 'react-aria-components'
import { setCityKey, useCityKey } from '../http/key.ts'
import { useI18n } from '../i18n/formatters.ts'

/** Where the key of the city is typed. It is kept in the memory of this page and nowhere else. */
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
