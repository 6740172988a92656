type Fixture = { readonly format: string; readonly topic: string; readonly payload: string }

const json = (format: string, topic: string, payload: unknown): Fixture => ({
  format,
  topic,
  payload: JSON.stringify(payload),
})
const DECODED = { temperature: 21.5, humidity: 40, no2_ppb: 12, no2_ugm3: 23, battery_level: 80 }

/** Messages of known systems, in the shape of the documentation that each profile names; the values are invented. */
export const PROFILE_FIXTURES: readonly Fixture[] = [
  json('airgradient', 'airgradient/readings/ecda3b1eaaaf', {
    ...{ wifi: -46, serialno: 'ecda3b1eaaaf', rco2: 447, pm01: 3, pm02: 7, pm10: 8, atmp: 25.87, rhum: 43 },
    ...{ atmpCompensated: 24.1, rhumCompensated: 47, tvocIndex: 100, noxIndex: 1 },
  }),
  json('smart-citizen', 'feeds/smart-citizen/square', {
    ...{ id: 16549, name: 'Square', last_reading_at: '2026-05-31T11:58:00Z' },
    location: { latitude: 41.4, longitude: 2.2, exposure: 'outdoor' },
    data: {
      sensors: [
        kit(53, 'ICS43432 - Noise', 'Noise Level', 'dBA', 54.9),
        kit(55, 'SHT31 - Temperature', 'Air Temperature', 'ºC', 22.4),
        kit(160, 'Sensirion SHT35 - Temperature', 'Air Temperature', 'ºC', 21.9),
        kit(58, 'MPL3115A2 - Barometric Pressure', 'Barometric Pressure', 'K Pa', 101.2),
        kit(87, 'PMS5003_AVG-PM2.5', 'PM 2.5', 'ug/m3', 5),
        kit(113, 'AMS CCS811 - TVOC', 'TVOC', 'ppb', 30),
      ],
    },
  }),
  {
    format: 'ecowitt',
    topic: 'weather/roof',
    payload:
      'PASSKEY=0A1B&stationtype=GW2000A_V3.1.4&runtime=77&dateutc=2026-05-31+11:58:00&tempinf=75.9&humidityin=41&baromrelin=29.9&baromabsin=29.5&tempf=68.0&humidity=61&winddir=240&windspeedmph=4.5&windgustmph=9.1&solarradiation=412.3&uv=4&rainratein=0.0&dailyrainin=0.1&totalrainin=12.5&temp1f=59.0&humidity1=80&soilmoisture1=31&pm25_ch1=8.5&pm25_avg_24h_ch1=9.1&wh65batt=0&freq=868M&model=GW2000A',
  },
  json('weewx', 'weather/loop', {
    ...{ dateTime: '1780228680.0', usUnits: '16.0', outTemp_C: '17.35', outHumidity: '61.0', inTemp_C: '22.1' },
    ...{ pressure_mbar: '998.1', barometer_mbar: '1013.2', windSpeed_kph: '7.2', windDir: '240.0', rain_cm: '0.02' },
    ...{ radiation_Wpm2: '412.0', UV: '4.0', soilTemp1_C: '12.5', windGust_kph: '14.6' },
  }),
  { format: 'weewx', topic: 'weather/outTemp_C', payload: '17.35' },
  json('open-meteo', 'feeds/open-meteo/square', {
    ...{ latitude: 52.5, longitude: 13.4, generationtime_ms: 0.07, utc_offset_seconds: 7200, elevation: 38 },
    ...{ timezone: 'Europe/Berlin', timezone_abbreviation: 'CEST' },
    hourly_units: { time: 'iso8601', temperature_2m: '°C', precipitation: 'mm', wind_speed_10m: 'km/h', uv_index: '' },
    hourly: {
      time: ['2026-05-31T12:00', '2026-05-31T13:00'],
      temperature_2m: [17.1, 18.2],
      precipitation: [0, 0.3],
      wind_speed_10m: [7.2, null],
      uv_index: [4.5, 5],
    },
  }),
  json('victron', 'N/c0619ab0b1c2/grid/30/Ac/L1/Power', { value: 412.5 }),
  json('ocpp', 'ocpp/garage-1/MeterValues', [
    2,
    '19223201',
    'MeterValues',
    {
      connectorId: 1,
      transactionId: 12,
      meterValue: [
        {
          timestamp: '2026-05-31T11:58:00Z',
          sampledValue: [
            sampled('225.10', 'Voltage', 'V', 'L1-N'),
            sampled('226.40', 'Voltage', 'V', 'L2-N'),
            sampled('7.4', 'Power.Active.Import', 'kW'),
            { value: '12345' },
            sampled('32', 'Current.Offered', 'A'),
            sampled('12', 'Energy.Reactive.Import.Register', 'varh'),
          ],
        },
      ],
    },
  ]),
  json('wmbusmeters', 'wmbusmeters/MyTapWater', {
    ...{ media: 'water', meter: 'iperl', name: 'MyTapWater', id: '33225544', timestamp: '2026-05-31T11:37:00Z' },
    ...{ total_m3: 123.529, current_flow_m3h: 0.1, max_flow_m3h: 0.3 },
  }),
  {
    format: 'datex2',
    topic: 'feeds/datex2/ring',
    payload:
      '<?xml version="1.0"?><d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" modelBaseVersion="2"><payloadPublication xsi:type="MeasuredDataPublication" lang="en"><publicationTime>2026-05-31T11:59:00Z</publicationTime><siteMeasurements><measurementSiteReference id="SITE_1" version="13"/><measurementTimeDefault>2026-05-31T11:58:00Z</measurementTimeDefault><measuredValue index="1"><measuredValue><basicData xsi:type="TrafficFlow"><vehicleFlow numberOfInputValuesUsed="14"><vehicleFlowRate>840</vehicleFlowRate></vehicleFlow></basicData></measuredValue></measuredValue><measuredValue index="2"><measuredValue><basicData xsi:type="TrafficSpeed"><averageVehicleSpeed><speed>48.5</speed></averageVehicleSpeed></basicData></measuredValue></measuredValue></siteMeasurements></payloadPublication></d2LogicalModel>',
  },
  {
    format: 'siri',
    topic: 'feeds/siri/bus',
    payload:
      '<Siri xmlns="http://www.siri.org.uk/siri" version="2.0"><ServiceDelivery><ResponseTimestamp>2026-05-31T11:58:00Z</ResponseTimestamp><VehicleMonitoringDelivery version="2.0"><VehicleActivity><RecordedAtTime>2026-05-31T11:57:40Z</RecordedAtTime><MonitoredVehicleJourney><LineRef>4</LineRef><VehicleLocation><Longitude>13.4</Longitude><Latitude>52.5</Latitude></VehicleLocation><VehicleRef>v1</VehicleRef></MonitoredVehicleJourney></VehicleActivity></VehicleMonitoringDelivery></ServiceDelivery></Siri>',
  },
  json('rtl-433', 'rtl_433/attic/events', {
    ...{ time: '2026-05-31 13:58:00', model: 'Acurite-Tower', id: 3021, channel: 'A', battery_ok: 1, mic: 'CRC' },
    ...{ temperature_C: -4.5, humidity: 87, strike_count: 3 },
  }),
  { format: 'home-assistant-statestream', topic: 'homeassistant/sensor/outdoor_humidity/state', payload: '62.5' },
  { format: 'esphome', topic: 'garden/sensor/soil_moisture/state', payload: '31.2' },
  { format: 'homie', topic: 'homie/weather-1/bme280/humidity', payload: '40.5' },
  json('actility', 'thingpark/up', {
    DevEUI_uplink: {
      ...{ Time: '2026-05-31T13:58:00.000+02:00', DevEUI: '0018B20000000B20', FPort: '1', payload_hex: '9e1c' },
      ...{ LrrRSSI: '-80.000000', LrrSNR: '7.000000', payload: DECODED },
    },
  }),
  json('loriot', 'loriot/rx', {
    ...{ cmd: 'rx', EUI: 'BE7A000000000552', ts: 1_780_228_680_000, fcnt: 1, port: 2, rssi: -80, snr: 7, data: '0100' },
    decoded: DECODED,
  }),
  json('aws-lorawan', 'iot/up', {
    transformed_payload: { ...DECODED, status: 200, decoder_name: 'tabs' },
    lns_payload: {
      WirelessDeviceId: '57728ff8',
      WirelessMetadata: {
        LoRaWAN: {
          ...{ DevEui: '58a0cb0000202c99', FPort: 2, Timestamp: '2026-05-31T11:58:00Z' },
          Gateways: [{ GatewayEui: 'dca632fffe45b3c0', Rssi: -76, Snr: 9.75 }],
        },
      },
    },
  }),
  json('dsmr-p1', 'meters/p1', {
    ...{
      protocol_version: 50,
      unique_id: '00',
      timestamp: '2026-05-31T13:58:00',
      tariff: 2,
      energy_import_kwh: 13_779.3,
    },
    ...{ energy_import_t1_kwh: 10_830.5, energy_import_t2_kwh: 2_948.8, energy_export_kwh: 0, power_w: -543 },
    ...{ power_l1_w: -543, voltage_l1_v: 231.1, current_l1_a: -2.4, average_power_15m_w: 123 },
    external: [{ unique_id: '00', type: 'gas_meter', timestamp: '2026-05-31T13:55:00', value: 2569.646, unit: 'm3' }],
  }),
  json('senml', 'm/senml/node-7', [
    { bn: '/3303/0/', bt: 1_780_228_680, n: '5700', u: 'Cel', v: 21.5 },
    { bn: '/3303/1/', n: '5700', u: 'Cel', v: 19.5 },
    { bn: '/3304/0/', n: '5700', u: '%RH', v: 40 },
    { bn: '/3323/0/', n: '5700', u: 'Pa', v: 350_000 },
  ]),
]

function kit(id: number, name: string, measurement: string, unit: string, value: number): object {
  return {
    ...{ id, ancestry: '52', name, unit, value, raw_value: value, prev_value: value + 1, prev_raw_value: value + 1 },
    measurement: { id: id + 1, name: measurement },
  }
}

function sampled(value: string, measurand: string, unit: string, phase?: string): object {
  return { value, measurand, unit, context: 'Sample.Periodic', ...(phase && { phase }) }
}
