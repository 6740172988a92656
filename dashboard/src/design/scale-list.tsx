import { useI18n } from '../i18n/formatters.ts'
import { css } from '../map/colours/palette.ts'
import {
  aqiScale,
  congestionScale,
  downloadScale,
  fillScale,
  latencyScale,
  noiseScale,
  pollutantScale,
  rainScale,
  ratingScale,
  rsrpScale,
  type Scale,
  shareScaleOf,
  uploadScale,
  windScale,
} from '../map/colours/scales.ts'
import { rangeLabels } from '../map/layer-model/legend-parts.ts'
import { Part } from './part.tsx'
import './design.css'

type Named = { readonly name: string; readonly scale: Scale; readonly show?: (value: number) => string }

/** The scales with fixed classes, each with its class limits; the others are made of the values on the map. */
export function ScaleList() {
  const { t, property, percent, quantity, number } = useI18n()
  const scales: readonly Named[] = [
    { name: t('design.scale.european'), scale: aqiScale('european') },
    { name: t('design.scale.us'), scale: aqiScale('us') },
    { name: property('pm2_5'), scale: pollutantScale('pm2_5'), show: (value) => quantity(value, 'ug/m3') },
    {
      name: t('measure.environment.sound_level'),
      scale: noiseScale,
      show: (value) => quantity(value, 'dB{A}'),
    },
    { name: t('measure.environment.wind_speed'), scale: windScale, show: (value) => quantity(value, 'm/s') },
    { name: t('measure.environment.precipitation'), scale: rainScale, show: (value) => quantity(value, 'mm') },
    { name: t('measure.mobility.congestion'), scale: congestionScale },
    { name: t('measure.mobility.bikes'), scale: fillScale, show: percent },
    { name: t('measure.connectivity.4g'), scale: rsrpScale, show: (value) => quantity(value, 'dBm') },
    { name: t('measure.connectivity.download'), scale: downloadScale, show: (value) => quantity(value, 'Mbit/s') },
    { name: t('measure.connectivity.upload'), scale: uploadScale, show: (value) => quantity(value, 'Mbit/s') },
    { name: t('measure.connectivity.latency'), scale: latencyScale, show: (value) => quantity(value, 'ms') },
    { name: t('layer.survey'), scale: shareScaleOf([]), show: percent },
    { name: t('layer.voices'), scale: ratingScale },
  ]
  return (
    <Part title={t('design.scales')}>
      <ul className="design__scales">
        {scales.map(({ name, scale, show = number }) => (
          <li key={name}>
            <h3 className="design__scale">{name}</h3>
            <ol className="design__classes">
              {rangeLabels(scale, show, t).map(({ colour, label }) => (
                <li key={label} className="design__class">
                  <span className="design__swatch" style={{ backgroundColor: css(colour) }} aria-hidden="true" />
                  {label}
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
    </Part>
  )
}
