import { isObject, own, ownString } from '../helpers/json.ts'
import type { Input } from '../helpers/types.ts'
import { type ProfileMapping, profile } from './profile.ts'

type Fields = NonNullable<ProfileMapping['fields']>

const meter = (media: string, fields: Fields) => ({
  only: { media },
  device: { path: 'id' },
  time: { path: 'timestamp', optional: true },
  fields: { ...OF_THE_RADIO, ...fields },
})
const OF_THE_RADIO = {
  battery_v: { property: 'battery_voltage', unit: 'V' },
  battery_pct: { property: 'battery_level', unit: '%' },
  rssi_dbm: { property: 'rssi', unit: 'dBm' },
}
/** The drivers name one quantity in several ways. */
const each = (names: string, field: { property: string; unit: string; channel?: string }): Fields =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, field]))

const WATER = {
  ...each('total_m3', { property: 'water_volume', unit: 'm3' }),
  ...each('current_flow_m3h volume_flow_m3h flow_m3h', { property: 'water_flow', unit: 'm3/h' }),
}
const HEATING = each('total_heating_kwh total_heat_energy_kwh', { property: 'thermal_energy', unit: 'kWh' })
const HEAT = {
  ...HEATING,
  ...each('total_energy_consumption_kwh total_energy_kwh total_kwh heat_kwh', {
    ...{ property: 'thermal_energy', unit: 'kWh' },
  }),
}
const ROOM = {
  ...each('current_temperature_c temperature_c', { property: 'temperature', unit: 'Cel' }),
  ...each('current_relative_humidity_rh relative_humidity_rh humidity_rh', {
    ...{ property: 'relative_humidity', unit: '%' },
  }),
  ...each('co2_ppm', { property: 'co2', unit: '[ppm]' }),
}
const tariffs = (count: number): Fields =>
  Object.assign(
    {},
    ...Array.from({ length: count }, (_, at) => ({
      ...each(`total_energy_consumption_tariff_${at + 1}_kwh total_energy_consumption_tariff${at + 1}_kwh`, {
        ...{ property: 'energy', unit: 'kWh', channel: `t${at + 1}` },
      }),
      ...each(`total_energy_production_tariff_${at + 1}_kwh total_energy_production_tariff${at + 1}_kwh`, {
        ...{ property: 'energy_export', unit: 'kWh', channel: `t${at + 1}` },
      }),
    })),
  )
const phase = (n: number): Fields => {
  const channel = `l${n}`
  return {
    ...each(`voltage_at_phase_${n}_v voltage_l${n}_n_v`, { property: 'voltage', unit: 'V', channel }),
    ...each(`current_at_phase_${n}_a amperage_at_phase_${n}_a current_l${n}_a`, {
      ...{ property: 'current', unit: 'A', channel },
    }),
    ...each(
      `current_power_consumption_phase${n}_kw current_power_consumption_${n}_kw active_power_at_phase_${n}_kw power_l${n}_kw`,
      { property: 'active_power', unit: 'kW', channel },
    ),
    ...each(`total_energy_consumption_l${n}_kwh`, { property: 'energy', unit: 'kWh', channel }),
  }
}
const ELECTRICITY = {
  ...each('total_energy_consumption_kwh total_kwh positive_total_active_energy_kwh', {
    ...{ property: 'energy', unit: 'kWh' },
  }),
  ...each('total_energy_production_kwh negative_total_active_energy_kwh', {
    ...{ property: 'energy_export', unit: 'kWh' },
  }),
  ...each('current_power_consumption_kw active_power_overall_kw', { property: 'active_power', unit: 'kW' }),
  ...each('current_power_production_kw', { property: 'active_power', unit: 'kW', channel: 'export' }),
  ...each('frequency_hz', { property: 'frequency', unit: 'Hz' }),
  ...tariffs(4),
  ...phase(1),
  ...phase(2),
  ...phase(3),
}

/** What total of which medium a name is, is told by `media`; numbers of the other media are reported, to be mapped. */
const wmbusmeters = profile({
  name: 'wmbusmeters',
  source: 'github.com/wmbusmeters/wmbusmeters, README and the tests of its drivers (drivers/src)',
  claims: ({ json }) => isObject(json) && ['media', 'meter', 'id', 'timestamp'].every((key) => ownString(json, key)),
  mappings: [
    ...['water', 'cold water', 'warm water', 'hot water'].map((media) => meter(media, WATER)),
    ...['heat', 'heating', 'heat volume at flow temperature', 'heat volume at inlet'].map((media) =>
      meter(media, HEAT),
    ),
    // without saying so, the sum may be that of the cold
    meter('heat/cooling load', HEATING),
    meter('gas', each('total_m3', { property: 'gas_volume', unit: 'm3' })),
    meter('electricity', ELECTRICITY),
    meter('room sensor', ROOM),
    { device: { path: 'id' }, time: { path: 'timestamp', optional: true }, fields: OF_THE_RADIO },
  ],
  // numbers of meters lead to households
  others: (keys) => ({ meaning: /serial|fabrication/.test(keys.at(-1) ?? '') ? 'housekeeping' : undefined }),
})

const PHASES = ['L1', 'L2', 'L3'] as const
const phases = (path: string, fields: (channel: string) => Fields): Fields =>
  Object.assign({}, ...PHASES.map((phase) => prefixed(`${path}${phase}.`, fields(phase.toLowerCase()))))
const prefixed = (prefix: string, fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, field]) => [prefix + key, field]))
const channelled = (field: { property: string; unit: string }, channel: string) => ({
  ...field,
  ...(channel && { channel }),
})
const W = { property: 'active_power', unit: 'W' }
const V = { property: 'voltage', unit: 'V' }
const A = { property: 'current', unit: 'A' }
const kWh = (property: string) => ({ property, unit: 'kWh' })

/** A meter of alternating current: totals without a channel, phases with theirs. */
const acMeter = (forward: string, reverse?: string): Fields => {
  const part = (channel: string): Fields => ({
    Power: channelled(W, channel),
    Voltage: channelled(V, channel),
    Current: channelled(A, channel),
    'Energy.Forward': channelled(kWh(forward), channel),
    ...(reverse && { 'Energy.Reverse': channelled(kWh(reverse), channel) }),
  })
  return { ...prefixed('Ac.', part('')), ...phases('Ac.', part), 'Ac.Frequency': { property: 'frequency', unit: 'Hz' } }
}

const venus = (service: string, fields: Fields): ProfileMapping => ({
  topic: `N/+/${service}/+/#`,
  encoding: 'value',
  value: { from: 5 },
  device: [{ level: 2 }, { level: 3 }, { level: 4 }],
  fields,
})
const DIRECT_CURRENT: Fields = {
  'Dc.0.Voltage': { property: 'battery_voltage', unit: 'V' },
  'Dc.0.Current': { ...A, channel: 'dc' },
  'Dc.0.Power': { ...W, channel: 'dc' },
}
/** Yields that people reset and those of a day are left to `Yield.System`, the running total. */
const victron = profile({
  name: 'victron',
  source: 'github.com/victronenergy/venus/wiki/dbus; github.com/victronenergy/dbus-flashmq, README',
  claims: ({ levels }) => levels[0] === 'N' && levels.length >= 5,
  mappings: [
    venus('grid', acMeter('energy', 'energy_export')),
    venus('acload', acMeter('energy')),
    venus('pvinverter', acMeter('energy_produced')),
    venus('genset', acMeter('energy_produced')),
    venus('solarcharger', {
      ...DIRECT_CURRENT,
      'Yield.Power': { ...W, channel: 'pv' },
      'Yield.System': kWh('energy_produced'),
      'Yield.User': null,
      'Pv.V': { ...V, channel: 'pv' },
    }),
    venus('battery', { ...DIRECT_CURRENT, Soc: { property: 'battery_level', unit: '%' } }),
    venus('vebus', {
      ...DIRECT_CURRENT,
      'Ac.ActiveIn.P': { ...W, channel: 'in' },
      'Ac.Out.P': { ...W, channel: 'out' },
      ...phases('Ac.ActiveIn.', (phase) => ({
        P: { ...W, channel: `in.${phase}` },
        V: { ...V, channel: `in.${phase}` },
        I: { ...A, channel: `in.${phase}` },
      })),
      ...phases('Ac.Out.', (phase) => ({
        P: { ...W, channel: `out.${phase}` },
        V: { ...V, channel: `out.${phase}` },
        I: { ...A, channel: `out.${phase}` },
      })),
    }),
    venus('meteo', {
      Irradiance: { property: 'solar_irradiance', unit: 'W/m2' },
      WindSpeed: { property: 'wind_speed', unit: 'm/s' },
    }),
    // other services: nothing is certain
    venus('+', {}),
  ],
})

const OCPP_CHANNEL = ['connectorId', 'evseId', 'evse.id', 'phase', 'location']
const measured = (property: string, unit: string, ...more: string[]) => ({
  ...{ property, unit, unitPath: 'unitOfMeasure.unit', exponentPath: 'unitOfMeasure.multiplier' },
  channelPath: [...more, ...OCPP_CHANNEL],
})
/** The message itself, or the call of OCPP-J that has it: [2, id, action, payload]. */
function meterValues({ json }: Pick<Input, 'json'>): unknown {
  const payload: unknown = Array.isArray(json) && json[0] === 2 ? json[3] : json
  const list = isObject(payload) ? own(payload, 'meterValue') : undefined
  const first: unknown = Array.isArray(list) ? list[0] : undefined
  return isObject(first) && Array.isArray(own(first, 'sampledValue')) ? payload : undefined
}
/** Numbers of connectors, transactions and messages, and the terms of a charge. */
const OF_THE_CHARGE =
  /^(connectorId|evse|evseId|transactionId|transactionInfo|seqNo|reservationId|numberOfPhasesUsed|cableMaxCurrent|multiplier|signedMeterValue|idToken)$/
/** A charge point is named by its topic, without the name of the message at its end. */
const ocpp = profile({
  name: 'ocpp',
  source:
    'openchargealliance.org, OCPP 1.6 edition 2 (MeterValues.req) and OCPP 2.0.1 (MeterValuesRequest, TransactionEventRequest)',
  claims: (input) => meterValues(input) !== undefined,
  roots: (input) => {
    const payload = meterValues(input)
    const named = input.levels.filter((level) => !/^(MeterValues|TransactionEvent)$/i.test(level)).join('/')
    return isObject(payload) ? [{ ...payload, topic: named || input.topic }] : undefined
  },
  mappings: [
    {
      records: 'meterValue[*].sampledValue[*]',
      device: { path: '$.topic' },
      time: { path: 'timestamp' },
      long: {
        name: 'measurand',
        default: 'Energy.Active.Import.Register',
        value: 'value',
        unit: 'unit',
        names: {
          'Energy.Active.Import.Register': measured('energy', 'Wh'),
          'Energy.Active.Export.Register': measured('energy_export', 'Wh'),
          'Power.Active.Import': measured('active_power', 'W'),
          'Power.Active.Export': measured('active_power', 'W', 'measurand'),
          'Power.Reactive.Import': measured('reactive_power', 'var'),
          'Power.Factor': measured('power_factor', '1'),
          'Current.Import': measured('current', 'A'),
          'Current.Export': measured('current', 'A', 'measurand'),
          Voltage: measured('voltage', 'V'),
          Frequency: measured('frequency', 'Hz'),
          // what a vehicle may draw, what it has in its battery, and how warm the station is inside
          ...{ 'Power.Offered': null, 'Current.Offered': null, SoC: null, Temperature: null, RPM: null },
        },
      },
    },
  ],
  others: (keys) => ({ meaning: keys.some((key) => OF_THE_CHARGE.test(key)) ? 'housekeeping' : undefined }),
})

export const ENERGY = [wmbusmeters, victron, ocpp]
