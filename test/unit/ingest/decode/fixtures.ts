import type { DecodingContext } from '#ingest/decode/helpers/decoding-context.ts'
import { PROFILE_FIXTURES } from './profile-fixtures.ts'
import { bdSeq, payload as sparkplugPayload } from './sparkplug-bytes.ts'

/** One typical message of each format, written for the tests in the shapes that devices send. */
export type Fixture = { format: string; topic: string; payload: string | Uint8Array; context?: DecodingContext }

const json = (format: string, topic: string, payload: unknown): Fixture => ({
  format,
  topic,
  payload: JSON.stringify(payload),
})

export const FIXTURES: readonly Fixture[] = [
  json('native', 'city/air/station-1', { time: '2026-05-31T11:59:00Z', pm2_5: 8.1, pm10: 14, no2: 21.5, o3: 64 }),
  json('native', 'city/connectivity/probe-1', [
    {
      time: '2026-05-31T11:59:00Z',
      location: [13.4, 52.5],
      channel: '5g',
      units: { download: 'kbit/s' },
      rsrp: -87,
      download: 90_000,
    },
    { time: '2026-05-31T11:59:30Z', location: [13.41, 52.5], channel: '5g', rsrp: -89, latency: 18 },
  ]),
  json('senml', 'gw/senml', [
    { bn: 'urn:dev:ow:10e2073a0108/', bt: 1_780_228_740, bu: 'Cel', bver: 10, n: 'temp', v: 21.5 },
    { n: 'humidity', u: '%RH', v: 40 },
    { u: 'lon', v: 13.4 },
    { u: 'lat', v: 52.5 },
    { n: 'temp', t: -60, v: 21.4 },
  ]),
  {
    format: 'senml-cbor',
    topic: 'gw/senml',
    // [{-2: "d:", -3: 1780228740, 0: "temp", 1: "Cel", 2: 21.5}, {0: "humidity", 1: "%RH", 2: 40}]
    payload: Buffer.from(
      '82a52162643a221a6a1c2284006474656d70016343656c02f94d60a3006868756d69646974790163255248021828',
      'hex',
    ),
  },
  json('things-stack', 'v3/parks@ttn/devices/soil-3/up', {
    end_device_ids: {
      device_id: 'soil-3',
      application_ids: { application_id: 'parks' },
      dev_eui: '70B3D57ED0000001',
      dev_addr: '26000001',
    },
    correlation_ids: ['as:up:01ABC', 'gs:uplink:01DEF'],
    received_at: '2026-05-31T11:59:58.123456789Z',
    uplink_message: {
      f_port: 2,
      f_cnt: 191,
      frm_payload: 'zB8FuQKkAQUmf/8=',
      decoded_payload: { BatV: 3.1, Bat_status: 3, Hum_SHT: 67.6, TempC_DS: 13.2, TempC_SHT: 14.6 },
      rx_metadata: [
        {
          gateway_ids: { gateway_id: 'a', eui: '008000000000AA38' },
          time: '2026-05-31T11:59:57.9Z',
          rssi: -60,
          channel_rssi: -60,
          snr: 8.5,
        },
        { gateway_ids: { gateway_id: 'b' }, rssi: -101, snr: -2.5 },
      ],
      settings: { data_rate: { lora: { bandwidth: 125_000, spreading_factor: 11 } }, frequency: '868300000' },
      received_at: '2026-05-31T11:59:57.926321616Z',
      locations: { user: { latitude: 52.5, longitude: 13.4, source: 'SOURCE_REGISTRY' } },
    },
  }),
  json('tasmota', 'tele/desk/SENSOR', {
    Time: '2026-05-31T13:58:00',
    ENERGY: {
      TotalStartTime: '2022-03-20T15:20:48',
      Total: 514.153,
      Yesterday: 1.495,
      Today: 0.537,
      Period: 0,
      Power: [56, null],
      Factor: 0.61,
      Voltage: 234,
    },
    BME280: { Temperature: 20.5, Humidity: 53.1, DewPoint: 10.6, Pressure: 977 },
    'DS18B20-1': { Id: '0316A279', Temperature: 18.5 },
    SDS0X1: { 'PM2.5': 11.8, PM10: 15.8 },
    PressureUnit: 'hPa',
    TempUnit: 'C',
  }),
  json('tasmota', 'tele/bridge/SENSOR', {
    ZbReceived: { '0x1067': { Device: '0x1067', Temperature: 19.04, Humidity: 70.89, LinkQuality: 141 } },
  }),
  json('zigbee2mqtt', 'zigbee2mqtt/Kitchen/sensor', {
    battery: 91,
    voltage: 2985,
    temperature: 23.5,
    humidity: 46.08,
    pressure: 915.5,
    linkquality: 10,
    last_seen: '2026-05-31T13:59:50+02:00',
    update: { installed_version: -1, latest_version: -1, state: null },
  }),
  json('sensor-community', 'sensor.community/esp8266-77', {
    esp8266id: '77',
    software_version: 'NRZ-2020-129',
    sensordatavalues: [
      { value_type: 'SDS_P1', value: '12.40' },
      { value_type: 'SDS_P2', value: '8.20' },
      { value_type: 'temperature', value: '20.10' },
      { value_type: 'BME280_temperature', value: '20.47' },
      { value_type: 'BME280_pressure', value: '100613.25' },
      { value_type: 'BME280_humidity', value: '69.02' },
      { value_type: 'samples', value: '4222662' },
      { value_type: 'signal', value: '-74' },
    ],
  }),
  {
    format: 'sensor-community',
    topic: 'archive',
    payload:
      'sensor_id;sensor_type;location;lat;lon;timestamp;P1;durP1;ratioP1;P2;durP2;ratioP2\n88;SDS011;85;45.5;11.5;2026-05-31T11:00:44;47.40;;;23.70;;\n',
  },
  json('chirpstack-v4', 'application/9f18/device/a84041571186aaaa/event/up', {
    deduplicationId: '838f2b6e',
    time: '2026-05-31T11:59:58.118252739+00:00',
    deviceInfo: { applicationName: 'Sensors', deviceName: 'LHT52', devEui: 'a84041571186aaaa', tags: {} },
    object: { TempC_SHT: 26.6, Hum_SHT: 52.7, TempC_DS: 327.67 },
    rxInfo: [{ gatewayId: '0016c001f1427f6e', rssi: -49, snr: 14.2, location: {} }],
  }),
  json('shelly-gen2', 'shellyplus1pm-a1/events/rpc', {
    src: 'shellyplus1pm-a1',
    dst: 'shellyplus1pm-a1/events',
    method: 'NotifyStatus',
    params: {
      ts: 1_780_228_790.5,
      'switch:0': {
        id: 0,
        apower: 12.5,
        voltage: 230.1,
        current: 0.054,
        aenergy: { total: 1234.5, by_minute: [1, 2, 3] },
      },
    },
  }),
  { format: 'shelly-gen1', topic: 'shellies/plug-1/relay/0/power', payload: '20.58' },
  json('shelly-gen1', 'shellies/em-1/info', {
    mac: 'C45BAABBCCDD',
    unixtime: 1_780_228_790,
    wifi_sta: { connected: true, ssid: 'x', rssi: -55 },
    emeters: [
      {
        power: -620.3,
        reactive: 714.5,
        pf: -0.66,
        voltage: 235.7,
        is_valid: true,
        total: 401_472.9,
        total_returned: 653_673.7,
      },
    ],
  }),
  json('purpleair', 'feeds/purpleair/town', {
    ...{ api_version: 'V1.0.14-0.0.58', fields: ['sensor_index', 'humidity', 'pm2.5_cf_1', 'last_seen'] },
    data: [
      [131_075, 55, 8.4, 1_780_228_790],
      [2, null, 2.5, 1_780_228_700],
    ],
  }),
  json('purpleair', 'purpleair/home', {
    SensorId: 'aa:bb:cc:dd:ee:ff',
    DateTime: '2026/05/31T11:59:50z',
    lat: 48.12,
    lon: 11.57,
    current_temp_f: 87,
    current_humidity: 45,
    pressure: 1010.2,
    pm1_0_atm: 6,
    pm2_5_atm: 15,
    pm10_0_atm: 16,
    pm2_5_cf_1: 15,
  }),
  { format: 'espeasy', topic: '/roof/BME280/Temperature', payload: '25.86' },
  json('openmqttgateway', 'home/OMG/RTL_433toMQTT/Acurite-Tower/A/3021', {
    ...{ model: 'Acurite-Tower', id: 3021, channel: 'A', battery_ok: 1, temperature_C: -4.5, humidity: 87, rssi: -71 },
  }),
  json('openmqttgateway', 'home/OpenMQTTGateway/BTtoMQTT/A4C138AABBCC', {
    id: 'A4:C1:38:AA:BB:CC',
    model_id: 'X',
    tempc: 14.2,
    tempf: 57.6,
    hum: 56,
    batt: 75,
    volt: 2.9,
    rssi: -91,
  }),
  {
    format: 'dsmr-p1',
    topic: 'dsmr/raw',
    payload:
      '/XYZ5TEST\r\n\r\n0-0:1.0.0(260531135900S)\r\n1-0:1.8.1(000510.747*kWh)\r\n1-0:1.8.2(000500.013*kWh)\r\n1-0:1.7.0(00.192*kW)\r\n1-0:32.7.0(230.1*V)\r\n0-1:24.1.0(003)\r\n0-1:24.2.1(260531130000S)(00845.206*m3)\r\n!\r\n',
  },
  json('dsmr-p1', 'dsmr/json', {
    timestamp: '2026-05-31T13:59:00+02:00',
    electricity_delivered_1: '510.747',
    electricity_currently_delivered: '0.192',
    phase_voltage_l1: '230.1',
    extra_device_timestamp: '2026-05-31T11:00:00Z',
    extra_device_delivered: '845.206',
  }),
  json('dsmr-p1', 'homewizard/data', {
    total_power_import_kwh: 12_353.9,
    total_power_export_kwh: 18_250.3,
    active_power_w: -1,
    active_voltage_l1_v: 224,
    total_gas_m3: 2388.5,
    gas_timestamp: 260531130000,
  }),
  json('ookla-cli', 'probes/library', {
    type: 'result',
    timestamp: '2026-05-31T11:59:50Z',
    ping: { jitter: 0.25, latency: 20.1 },
    download: { bandwidth: 18_671_063, bytes: 155_665_440 },
    upload: { bandwidth: 3_571_495 },
    packetLoss: 0,
    interface: { externalIp: '192.0.2.2', macAddr: '02:00:00:00:00:02' },
  }),
  json('speedtest-cli', 'probes/library', {
    download: 10_982_638.5,
    upload: 1_706_722.6,
    ping: 23.2,
    bytes_received: 13_843_204,
    timestamp: '2026-05-31T11:59:50.012954Z',
  }),
  json('mlab-ndt7', 'probes/library', {
    ServerFQDN: 'ndt.example',
    Download: { Throughput: { Value: 10.2, Unit: 'Mbit/s' }, Latency: { Value: 17.9, Unit: 'ms' } },
    Upload: { Throughput: { Value: 12.4, Unit: 'Mbit/s' }, Latency: { Value: 23, Unit: 'ms' } },
  }),
  json('ttn-mapper', 'mapper', {
    dev_id: 'walker',
    time: 1_780_228_790_123_000_000,
    latitude: -33.9,
    longitude: 22.4,
    gateways: [{ gtw_id: 'eui-1', rssi: -95, snr: 9.5 }],
  }),
  json('sensorthings', 'v1.1/Observations', {
    result: '50',
    phenomenonTime: '2026-05-31T11:59:50+00:00',
    Datastream: { '@iot.id': 7, ObservedProperty: { name: 'Air Temperature' }, unitOfMeasurement: { symbol: '°F' } },
  }),
  { format: 'emoncms', topic: 'emon/tx/power1', payload: '623' },
  json('iotawatt', 'iotawatt/house', {
    inputs: [
      { channel: 0, Vrms: 123.6, Hz: 60 },
      { channel: 3, Watts: ' 5', Pf: 0.48 },
    ],
    outputs: [{ name: 'Grid', units: 'Watts', value: 7027.6 }],
  }),
  {
    format: 'sparkplug-b',
    topic: 'spBv1.0/parks/NBIRTH/gw',
    payload: sparkplugPayload(Date.parse('2026-05-31T11:59:50Z'), 0, [
      bdSeq(3),
      { name: 'Temperature', alias: 100, datatype: 10, double: 21.5, unit: '°C' },
      { name: 'Roof/Humidity', alias: 101, datatype: 3, int: 40 },
      { name: 'Meter/Energy', alias: 102, datatype: 4, long: 123_456n },
    ]),
  },
  {
    ...json('home-assistant', 'roof/state', { air: { t: 70.2, h: 61 } }),
    context: {
      entities: ['t', 'h'].map((key) => ({
        ...{ device: 'home-assistant/roof-1', field: key, name: '', channel: '', path: ['air', key] },
        deviceClass: key === 't' ? 'temperature' : 'humidity',
      })),
    },
  },
  json('fiware', 'fiware/notify', {
    id: 'urn:ngsi-ld:Notification:1',
    type: 'Notification',
    subscriptionId: 'urn:ngsi-ld:Subscription:1',
    notifiedAt: '2026-05-31T11:59:58Z',
    data: [
      {
        id: 'urn:ngsi-ld:AirQualityObserved:square-1',
        type: 'AirQualityObserved',
        dateObserved: { type: 'Property', value: { '@type': 'DateTime', '@value': '2026-05-31T11:55:00Z' } },
        location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [13.4, 52.5] } },
        no2: { type: 'Property', value: 21.5, unitCode: 'GQ', observedAt: '2026-05-31T11:54:00Z' },
        co: { type: 'Property', value: 0.3, unitCode: 'GP' },
        relativeHumidity: { type: 'Property', value: 0.54 },
        temperature: { type: 'Property', value: 12.2, unitCode: 'CEL' },
        '@context': ['https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld'],
      },
    ],
  }),
  json('ai-on-the-edge', 'watermeter/main/json', {
    value: '545.2518',
    raw: '00545.2518',
    pre: '545.2518',
    error: 'no error',
    rate: '0.0',
    timestamp: '2026-05-31T13:59:50+0200',
  }),
  json('gbfs', 'feeds/gbfs/velo', {
    last_updated: 1_780_228_790,
    ttl: 60,
    version: '2.3',
    data: {
      stations: [
        {
          station_id: 'a7',
          last_reported: 1_780_228_780,
          num_bikes_available: 3,
          num_docks_available: 9,
          is_installed: true,
          vehicle_types_available: [{ vehicle_type_id: 'ebike', count: 1 }],
        },
        {
          station_id: 8,
          last_reported: 1_780_228_700,
          num_bikes_available: 0,
          num_docks_available: 12,
          is_installed: 1,
        },
      ],
    },
  }),
  json('gbfs', 'feeds/gbfs/scooters', {
    last_updated: '2026-05-31T11:59:50Z',
    data: {
      vehicles: [{ vehicle_id: 'x', is_reserved: false, is_disabled: false, vehicle_type_id: 's', lat: 1, lon: 2 }],
    },
  }),
  json('gtfs-realtime', 'feeds/gtfs-realtime/bus', {
    header: { gtfsRealtimeVersion: '2.0', timestamp: '1780228790' },
    entity: [
      {
        id: '1',
        vehicle: {
          trip: { routeId: '4' },
          position: { latitude: 1, longitude: 2, speed: 8.5 },
          timestamp: '1780228788',
        },
      },
    ],
  }),
  json('mds', 'feeds/mds/scooters', {
    query: { k_value: 10, timezone: 'UTC' },
    columns: [
      { name: 'interval_start', column_type: 'dimension' },
      { name: 'vehicle_type', column_type: 'dimension' },
      { name: 'dockless.deployed.avg', column_type: 'measure' },
    ],
    rows: [
      ['2026-05-30T00:00-07', 'scooter', 456.12],
      ['2026-05-30T00:00-07', 'bicycle', -1],
    ],
  }),
  {
    format: 'ookla-tiles',
    topic: 'import/ookla-tiles/tiles/type=fixed/year=2026/quarter=1',
    payload:
      'quadkey,tile,avg_d_kbps,avg_u_kbps,avg_lat_ms,tests,devices\n0231113112003202,"POLYGON((1 2, 3 4))",90750,51006,18,3,2\n',
  },
  {
    format: 'rtr-nettest',
    topic: 'import/rtr-nettest/tests',
    payload:
      'open_test_uuid,time,cat_technology,lat,long,download_kbit,upload_kbit,ping_ms,lte_rsrp\nO1,2026-05-30 11:58,4G,48.2,16.3,22180,22409,31.9,-95\n',
  },
  {
    format: 'gnettrack',
    topic: 'import/gnettrack/ring',
    payload:
      'Timestamp,Longitude,Latitude,Speed,NetworkMode,RSRP,RSRQ,SNR,DL_bitrate,UL_bitrate,PINGAVG,PINGLOSS\n2026.05.31_13.58.00,13.4,52.5,30,5G,-95,-12,4.0,900,10,-,-\n',
  },
  json('records', 'import/records/noise', [
    { thing: 'street-1', time: '2026-05-31T11:59:00Z', sound_level: 61.5 },
    { thing: 'street-2', time: '2026-05-31T11:59:00Z', domain: 'noise', sound_level: 55 },
  ]),
  ...PROFILE_FIXTURES,
]
