import { useState } from 'react'
import { Button, FieldError, Input, Label, TextField } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import { Chips } from '../ui/chips.tsx'
import { Choice } from '../ui/choice.tsx'
import { Combobox } from '../ui/combobox.tsx'
import { DayChoice } from '../ui/day-choice.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Pick } from '../ui/pick.tsx'
import { SecretEntry } from '../ui/secret-entry.tsx'
import { TextEntry } from '../ui/text-entry.tsx'
import { Part, Specimen } from './part.tsx'
import './design.css'

const KINDS = ['button', 'button button--main', 'button button--small'] as const
/** The attributes by which React Aria tells style sheets of a state; set here, so that all can be seen at once. */
const STATES = {
  normal: {},
  hovered: { 'data-hovered': true },
  pressed: { 'data-pressed': true },
  focused: { 'data-focus-visible': true },
} as const

export function ButtonStates() {
  const { t } = useI18n()
  const [isOpen, setOpen] = useState(false)
  return (
    <Part title={t('design.buttons')}>
      {KINDS.map((kind) => (
        <div key={kind} className="design__row">
          {Object.entries(STATES).map(([state, attributes]) => (
            <Specimen key={state} name={t(`design.state.${state as keyof typeof STATES}`)}>
              <button type="button" className={kind} data-rac="" {...attributes}>
                {t('registry.save')}
              </button>
            </Specimen>
          ))}
          <Specimen name={t('design.state.disabled')}>
            <Button className={kind} isDisabled>
              {t('registry.save')}
            </Button>
          </Specimen>
        </div>
      ))}
      <div className="design__row">
        <Specimen name="button--icon">
          <Button className="button button--icon" aria-label={t('playback.play')}>
            <Icon name="play" />
          </Button>
        </Specimen>
        <Specimen name="link">
          <Button className="link">{t('problem.retry')}</Button>
        </Specimen>
        <Specimen name="FormDialog">
          <Button className="button" onPress={() => setOpen(true)}>
            {t('design.dialog')}
          </Button>
        </Specimen>
      </div>
      {isOpen && (
        <FormDialog title={t('design.dialog')} onClose={() => setOpen(false)}>
          <p>{t('design.sentence')}</p>
        </FormDialog>
      )}
    </Part>
  )
}

const LAYERS = ['air', 'energy', 'mobility'] as const

export function ChoiceStates() {
  const { t } = useI18n()
  const [chosen, choose] = useState<string>('air')
  const [day, setDay] = useState('2026-05-31')
  const [text, setText] = useState('')
  const choices = LAYERS.map((id) => ({ id, label: t(`layer.${id}`) }))
  const label = t('design.topic')
  const found = choices.filter((choice) => choice.label.toLowerCase().includes(text.toLowerCase()))
  return (
    <Part title={t('design.choices')}>
      <Specimen name="Chips">
        <Chips
          label={label}
          chips={[...choices, { id: 'none', label: t('design.state.disabled'), disabled: true }]}
          value={chosen}
          onChange={choose}
        />
      </Specimen>
      <Specimen name="Choice">
        <Choice label={label} choices={choices} value={chosen} onChange={choose} />
      </Specimen>
      <Specimen name="Pick">
        <Pick label={label} choices={choices} none="–" value={chosen} onChange={choose} />
      </Specimen>
      <Specimen name="Combobox">
        <Combobox
          {...{ label, text }}
          placeholder={t('search.placeholder')}
          onText={setText}
          groups={[
            { id: 'all', heading: label, options: found.map((one) => ({ ...one, name: one.label, detail: '' })) },
          ]}
          total={found.length}
          none={t('search.none')}
          onChoose={choose}
        />
      </Specimen>
      <Specimen name="DayChoice">
        <DayChoice label={t('design.day')} value={day} onChange={setDay} />
      </Specimen>
    </Part>
  )
}

export function FieldStates() {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const [secret, setSecret] = useState('')
  const label = t('design.name')
  return (
    <Part title={t('design.fields')}>
      <div className="design__fields">
        <Specimen name={`TextEntry: ${t('design.state.normal')}`}>
          <TextEntry label={label} value={text} onChange={setText} hint={t('design.hint')} />
        </Specimen>
        <Specimen name={`SecretEntry: ${t('design.state.normal')}`}>
          <SecretEntry label={t('design.secret')} value={secret} onChange={setSecret} />
        </Specimen>
        <Specimen name={t('design.state.disabled')}>
          <TextField className="field" defaultValue={t('design.hint')} isDisabled>
            <Label className="field__label">{label}</Label>
            <Input className="field__input" />
          </TextField>
        </Specimen>
        <Specimen name={t('design.state.invalid')}>
          <TextField className="field" defaultValue="1,2,3" isInvalid>
            <Label className="field__label">{label}</Label>
            <Input className="field__input" />
            <FieldError className="note">{t('design.invalid')}</FieldError>
          </TextField>
        </Specimen>
      </div>
    </Part>
  )
}
