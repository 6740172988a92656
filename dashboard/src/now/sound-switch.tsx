import { useEffect, useRef, useState } from 'react'
import { Switch } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import './sound-switch.css'

const BEEP_S = 0.25
const BEEP_HZ = 660

/** A short sound when the number of critical incidents rises; off until it is asked for, which browsers require anyway. */
export function SoundSwitch({ critical }: { critical: number }) {
  const { t } = useI18n()
  const [context, setContext] = useState<AudioContext | null>(null)
  const before = useRef(critical)
  useEffect(() => {
    if (context && critical > before.current) beep(context)
    before.current = critical
  }, [critical, context])
  useEffect(() => () => void context?.close(), [context])
  return (
    <Switch
      className="now__sound"
      isSelected={context !== null}
      onChange={(on) => setContext(on ? new AudioContext() : null)}
    >
      <span className="now__sound-mark" aria-hidden="true" />
      {t('now.sound')}
    </Switch>
  )
}

function beep(context: AudioContext): void {
  const tone = context.createOscillator()
  const volume = context.createGain()
  tone.frequency.value = BEEP_HZ
  volume.gain.setValueAtTime(0.2, context.currentTime)
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + BEEP_S)
  tone.connect(volume).connect(context.destination)
  tone.start()
  tone.stop(context.currentTime + BEEP_S)
}
