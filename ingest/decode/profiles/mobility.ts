import { isObject, own } from '../helpers/json.ts'
import { type ProfileMapping, profile } from './profile.ts'

const telraam = profile({
  name: 'telraam',
  source: 'telraam-api.net; cran.r-project.org/package=telraamStats, data set "traffic"',
  claims: ({ json }) => {
    const report = isObject(json) ? own(json, 'report') : undefined
    const first: unknown = Array.isArray(report) ? report[0] : undefined
    return (
      isObject(first) &&
      ['segment_id', 'instance_id', 'pedestrian', 'bike', 'car'].every((key) => Object.hasOwn(first, key))
    )
  },
  mappings: [
    {
      records: 'report[*]',
      only: { interval: 'hourly' },
      // -1 stands for "asked by camera" or "asked by segment"
      device: [{ path: 'segment_id' }, { path: 'instance_id' }],
      time: { path: 'date' },
      fields: {
        pedestrian: { property: 'pedestrian_count' },
        bike: { property: 'bicycle_count' },
        car: { property: 'vehicle_count', channel: 'car' },
        heavy: { property: 'vehicle_count', channel: 'heavy' },
        ...Object.fromEntries(
          ['pedestrian', 'bike', 'car', 'heavy'].flatMap((kind) => [
            [`${kind}_lft`, null],
            [`${kind}_rgt`, null],
          ]),
        ),
        uptime: null,
        direction: null,
        car_speed_hist_0to70plus: null,
        car_speed_hist_0to120plus: null,
        car_speed_histogram: null,
      },
    },
  ],
})

/** `MeasuredDataPublication` of DATEX II: at `record` the values of one site, at `quantity` each of its basic data. */
function datexSites(records: string[], time: string, quantity: string): ProfileMapping {
  const each = (property: string, unit: string) => ({
    ...{ property, unit, channelPath: '@index' },
    unless: { dataError: 'true' },
  })
  const data = {
    'vehicleFlow.vehicleFlowRate': each('flow', '/h'),
    'averageVehicleSpeed.speed': each('speed', 'km/h'),
    'occupancy.percentage': each('occupancy', '%'),
    'travelTime.duration': each('travel_time', 's'),
    'temperature.airTemperature.temperature': each('temperature', 'Cel'),
    'humidity.relativeHumidity.percentage': each('relative_humidity', '%'),
    'wind.windSpeed.speed': each('wind_speed', 'km/h'),
    'wind.windDirectionBearing.directionBearing': each('wind_direction', 'deg'),
  }
  return {
    encoding: 'xml',
    records: records.map((path) => `${path}.siteMeasurements[*]`),
    device: { path: 'measurementSiteReference.@id' },
    time: { path: time },
    fields: Object.fromEntries(Object.entries(data).map(([path, field]) => [`${quantity}.basicData.${path}`, field])),
    missing: [-1, '-1.0'],
  }
}
const MODELS = ['d2LogicalModel', 'Envelope.Body.d2LogicalModel']
/** -1 and an error flag stand for no value. What a value of a site is about is in its table of sites: `index` is the channel. */
const datex2 = profile({
  name: 'datex2',
  source: 'docs.datex2.eu, MeasuredDataPublication of version 2.3 (d2LogicalModel) and 3 (messageContainer)',
  claims: ({ text }) => /^\s*</.test(text) && text.slice(0, 4096).includes('MeasuredDataPublication'),
  mappings: [
    datexSites(
      MODELS.map((model) => `${model}.payloadPublication`),
      'measurementTimeDefault',
      'measuredValue[*].measuredValue',
    ),
    datexSites(
      ['messageContainer.payload[*]', 'payload', 'Envelope.Body.messageContainer.payload[*]'],
      'measurementTimeDefault.timeValue',
      'physicalQuantity[*]',
    ),
  ],
  // versions, numbers of inputs, deviations
  others: (keys) => ({ meaning: keys.some((key) => key.startsWith('@')) ? 'housekeeping' : undefined }),
})

export const MOBILITY = [telraam, datex2]
