import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { dayOf, endOfDay } from '../../state/local-day.ts'
import {
  endingAt,
  type Playback,
  SPANS,
  SPEEDS,
  STEPS,
  shifted,
  windowOf,
  withSpan,
} from '../../state/playback-address.ts'
import { changeView } from '../../state/use-view-state.ts'
import { Choice } from '../../ui/choice.tsx'
import { DayChoice } from '../../ui/day-choice.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Problem } from '../../ui/problem.tsx'
import { otherIndex } from './frames.ts'
import type { PlaybackControl } from './use-playback.ts'
import './playback-bar.css'

/** Play, step and seek through the past of the layer; every choice is in the address. */
export function PlaybackBar({ control }: { control: PlaybackControl }) {
  const { playback, playable, problem, retry } = control
  const { t, dateTime } = useI18n()
  const { from, to } = windowOf(playback)
  const moment = useMomentText(control, control.index)
  return (
    <section className="playback" aria-label={t('playback.name')}>
      {problem && <Problem error={problem} retry={retry} />}
      {playable ? (
        <>
          <div className="playback__row">
            <p className="playback__moment">{moment}</p>
            {!control.other && <CompareButton control={control} />}
            <LiveButton />
          </div>
          <Transport control={control} moment={moment} />
          <p className="playback__ends">
            <span>{dateTime(from)}</span>
            <span>{dateTime(to)}</span>
          </p>
          {control.other && <OtherMoment control={control} index={control.other.index} />}
          <Choices playback={playback} />
        </>
      ) : (
        <div className="playback__row">
          <p className="note">{t('playback.unplayable')}</p>
          <LiveButton />
        </div>
      )}
    </section>
  )
}

function useMomentText({ frames, loading }: PlaybackControl, index: number): string {
  const { t, dateTimes } = useI18n()
  const [start, end] = [frames?.edges[index], frames?.edges[index + 1]]
  return start === undefined || end === undefined ? t(loading ? 'app.loading' : 'none') : dateTimes(start, end)
}

function CompareButton({ control: { frames, index, seekOther } }: { control: PlaybackControl }) {
  const { t } = useI18n()
  const label = t('playback.compare')
  return (
    <Button
      className="button button--small playback__compare"
      aria-label={label}
      isDisabled={!frames || frames.filled.length < 2}
      onPress={() => frames && seekOther(otherIndex(frames.filled, index))}
    >
      <Icon name="swipe" />
      <span className="playback__compare-text">{label}</span>
    </Button>
  )
}

type OtherProps = { readonly control: PlaybackControl; readonly index: number }

/** Below the first slider, with the same ends. */
function OtherSlider({ control, index }: OtherProps) {
  const { t } = useI18n()
  return (
    <input
      type="range"
      className="playback__slider"
      aria-label={t('playback.other')}
      aria-valuetext={useMomentText(control, index)}
      min={0}
      max={Math.max(0, (control.frames?.edges.length ?? 0) - 2)}
      value={index}
      disabled={!control.frames}
      onChange={(event) => control.seekOther(event.target.valueAsNumber)}
    />
  )
}

/** The moment compared with, and the way back to one moment. */
function OtherMoment({ control, index }: OtherProps) {
  const { t } = useI18n()
  const moment = useMomentText(control, index)
  return (
    <div className="playback__row">
      <p className="playback__moment">{t('playback.with', { moment })}</p>
      <Button className="button button--small" onPress={() => control.seekOther(null)}>
        {t('playback.compare.end')}
      </Button>
    </div>
  )
}

function LiveButton() {
  const { t } = useI18n()
  return (
    <Button className="button button--small" onPress={() => changeView({ playback: null })}>
      {t('playback.live')}
    </Button>
  )
}

function Transport({ control, moment }: { control: PlaybackControl; moment: string }) {
  const { frames, index, playing, toggle, seek } = control
  const { t } = useI18n()
  const last = Math.max(0, (frames?.edges.length ?? 0) - 2)
  return (
    <div className="playback__transport">
      <Button
        className="button button--icon button--main"
        isDisabled={!frames}
        aria-label={t(playing ? 'playback.pause' : 'playback.play')}
        onPress={toggle}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </Button>
      <Button
        className="button button--icon"
        isDisabled={!frames || index === 0}
        aria-label={t('playback.back')}
        onPress={() => seek(index - 1)}
      >
        <Icon name="back" />
      </Button>
      <div className="playback__track">
        <input
          type="range"
          className="playback__slider"
          aria-label={t('playback.moment')}
          aria-valuetext={moment}
          min={0}
          max={last}
          value={index}
          disabled={!frames}
          onChange={(event) => seek(event.target.valueAsNumber)}
        />
        {frames && <Filled shares={frames.filled} />}
        {control.other && <OtherSlider control={control} index={control.other.index} />}
      </div>
      <Button
        className="button button--icon"
        isDisabled={!frames || index >= last}
        aria-label={t('playback.next')}
        onPress={() => seek(index + 1)}
      >
        <Icon name="next" />
      </Button>
    </div>
  )
}

/** How many of the series have a value, frame by frame: where the strip ends there is nothing to see. */
function Filled({ shares }: { shares: readonly number[] }) {
  const { t } = useI18n()
  const bars = shares.map((share, index) => `M${index} 1h1v${-share}h-1Z`).join('')
  return (
    <svg
      className="playback__filled"
      viewBox={`0 0 ${shares.length} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('playback.filled')}
    >
      <title>{t('playback.filled')}</title>
      <path d={bars} fill="currentColor" />
    </svg>
  )
}

function Choices({ playback }: { playback: Playback }) {
  const { t, name, timeZone } = useI18n()
  const set = (next: Playback): void => changeView({ playback: next }, 'replace')
  const shift = (direction: -1 | 1): void => set(shifted(playback, direction, Date.now()))
  return (
    <div className="playback__choices">
      <div className="playback__span">
        <Button className="button button--icon" aria-label={t('playback.earlier')} onPress={() => shift(-1)}>
          <Icon name="earlier" />
        </Button>
        <Choice
          label={t('playback.span')}
          choices={SPANS.map((id) => ({ id, label: name('playback.span', id) }))}
          value={playback.span}
          onChange={(id) => set(withSpan(playback, SPANS.find((item) => item === id) ?? playback.span))}
        />
        <Button
          className="button button--icon"
          aria-label={t('playback.later')}
          isDisabled={playback.until >= Date.now()}
          onPress={() => shift(1)}
        >
          <Icon name="later" />
        </Button>
      </div>
      <DayChoice
        label={t('day.last')}
        value={dayOf(playback.until - 1, timeZone)}
        onChange={(day) => set(endingAt(playback, endOfDay(day, timeZone), Date.now()))}
      />
      <Choice
        label={t('playback.step')}
        choices={STEPS[playback.span].map((id) => ({ id, label: name('playback.step', id) }))}
        value={playback.step}
        onChange={(id) => set({ ...playback, step: STEPS[playback.span].find((item) => item === id) ?? playback.step })}
      />
      <Choice
        label={t('playback.speed')}
        choices={SPEEDS.map((id) => ({ id, label: t('playback.speed.frames', { n: Number(id) }) }))}
        value={String(playback.speed)}
        onChange={(id) => set({ ...playback, speed: Number(id) })}
      />
    </div>
  )
}
