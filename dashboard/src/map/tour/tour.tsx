import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { Icon } from '../../ui/icon.tsx'
import { isShortcutOn, setShortcut } from './first-visit.ts'
import './tour.css'

/** Each step with the part of the page that it speaks of. */
const STEPS = [
  { id: 'map', target: '.map-view__map' },
  { id: 'layers', target: '.layers' },
  { id: 'search', target: '.search' },
  { id: 'past', target: '.map-view__tools' },
  { id: 'more', target: '.nav' },
] as const

/** A few sentences next to the map, which stays usable: nothing is covered by a curtain, and the focus is not taken. */
export function Tour({ onEnd }: { onEnd: () => void }) {
  const { t } = useI18n()
  const [at, setAt] = useState(0)
  const { id, target } = STEPS[at] ?? STEPS[0]
  const isLast = at === STEPS.length - 1
  useEffect(() => {
    const part = document.querySelector(target)
    part?.classList.add('tour-target')
    return () => part?.classList.remove('tour-target')
  }, [target])
  return (
    <aside className="tour" aria-label={t('tour.label')} onKeyDown={({ key }) => key === 'Escape' && onEnd()}>
      <Button className="button button--icon tour__close" aria-label={t('tour.skip')} onPress={onEnd}>
        <Icon name="close" />
      </Button>
      <div aria-live="polite">
        <p className="eyebrow">{t('tour.step', { n: at + 1, of: STEPS.length })}</p>
        <h2 className="tour__title">{t(`tour.${id}`)}</h2>
        <p>{t(`tour.${id}.text`)}</p>
      </div>
      {id === 'search' && <ShortcutSwitch />}
      <div className="tour__buttons">
        {at > 0 && (
          <Button className="button" onPress={() => setAt(at - 1)}>
            {t('tour.back')}
          </Button>
        )}
        <Button className="button button--main" onPress={() => (isLast ? onEnd() : setAt(at + 1))}>
          {t(isLast ? 'tour.end' : 'tour.next')}
        </Button>
      </div>
    </aside>
  )
}

function ShortcutSwitch() {
  const { t } = useI18n()
  const [on, setOn] = useState(isShortcutOn)
  return (
    <label className="tour__switch">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => {
          setShortcut(event.target.checked)
          setOn(event.target.checked)
        }}
      />
      {t('tour.shortcut')}
    </label>
  )
}
