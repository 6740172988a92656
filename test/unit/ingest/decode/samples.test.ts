/**
 * Every sample of the collection, by what becomes of it when its source names no format: the format that claims it, and
 * how many values it reads, or the reason for which it is refused. The tables of those values, written from sample and
 * specification, are in the test of each format; here is that none is left out.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { describeShared } from '#test/shared.ts'
import { read } from './read.ts'

/** `many`: lines of topic and payload, one outcome each. */
type Expected =
  | readonly [topic: string, format: string, values: number]
  | readonly [topic: string, refused: string]
  | readonly [topic: 'many', ...outcomes: (number | string)[]]

const EXPECTED: Readonly<Record<string, Expected>> = {
  'ai-on-the-edge-watermeter/main_json_1.json': ['watermeter/main/json', 'ai-on-the-edge', 1],
  // 40 rows with RSRP, RSRQ and SNR, three of them with a ping and its loss
  'cellular-drive-test/gnettrack_5g_static_40rows.csv': ['import/gnettrack/ucc', 'gnettrack', 126],
  'chirpstack-v4/up_dragino_lht52_sentinel.json': ['application/a/device/b/event/up', 'chirpstack-v4', 5],
  'chirpstack-v4/up_text_object_us915.json': ['application/a/device/b/event/up', 'no_measurement'],
  'chirpstack-v4/up_wio_e5_us915.json': ['application/a/device/b/event/up', 'no_measurement'],
  'dsmr-p1/homewizard_v1_data_3phase.json': ['meters/hw', 'dsmr-p1', 18],
  'dsmr-p1/p1_dongle_pro_actual.json': ['meters/dongle', 'dsmr-p1', 11],
  'dsmr-p1/telegram_kaifa_dsmr42.txt': ['dsmr/raw', 'dsmr-p1', 9],
  'dsmr-p1/telegram_landisgyr350_dsmr40.txt': ['dsmr/raw', 'dsmr-p1', 16],
  'emoncms/emontx_mqtt_topics.csv': ['many', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 'unknown_property'],
  'espeasy/mqtt_topics.csv': ['many', 1, 1, 1, 'unknown_property'],
  'fiware-ngsild/ACMeasurement_ld_keyvalues.json': ['orion', 'fiware', 31],
  'fiware-ngsild/AirQualityObserved_ld_normalized.json': ['orion', 'fiware', 12],
  'fiware-ngsild/BikeHireDockingStation_ld_keyvalues.json': ['orion', 'fiware', 2],
  'fiware-ngsild/ElectroMagneticObserved_ld_normalized.json': ['orion', 'unknown_property'],
  'fiware-ngsild/ItemFlowObserved_ld_normalized.json': ['orion', 'fiware', 2],
  'fiware-ngsild/NoiseLevelObserved_ld_keyvalues.json': ['orion', 'fiware', 2],
  'fiware-ngsiv2/AirQualityObserved_v2_keyvalues.json': ['orion', 'fiware', 12],
  'fiware-ngsiv2/EVChargingStation_v2_normalized.json': ['orion', 'unknown_property'],
  'fiware-ngsiv2/ThreePhaseAcMeasurement_v2_keyvalues.json': ['orion', 'fiware', 31],
  'fiware-ngsiv2/TrafficFlowObserved_v2_keyvalues.json': ['orion', 'fiware', 3],
  'fiware-ngsiv2/WaterObserved_v2_normalized.json': ['orion', 'fiware', 2],
  // six stations: bicycles in all, mechanical, electric; docks
  'gbfs/barcelona_bicing_station_status_excerpt.json': ['feeds/gbfs/bicing', 'gbfs', 24],
  'gbfs/v2.3_free_bike_status.json': ['feeds/gbfs/spec', 'gbfs', 2],
  'gbfs/v2.3_free_bike_status_carsharing.json': ['feeds/gbfs/spec', 'gbfs', 2],
  'gbfs/v2.3_station_status.json': ['feeds/gbfs/spec', 'gbfs', 8],
  'gtfs-realtime/koleje_dolnoslaskie_vehicle_positions.json': ['feeds/gtfs-realtime/kd', 'gtfs-realtime', 2],
  'gtfs-realtime/koleje_dolnoslaskie_vehicle_positions.pb.bin': ['feeds/gtfs-realtime/kd', 'gtfs-realtime', 2],
  'gtfs-realtime/vehicle_position.pb.bin': ['feeds/gtfs-realtime/x', 'gtfs-realtime', 1],
  'ha-discovery/tasmota_opentherm_sensor_abbrev.json': [
    'homeassistant/sensor/BB050B_OPENTHERM_OT10_lo/config',
    'no_measurement',
  ],
  'iotawatt/status_inputs_outputs.json': ['iotawatt/house', 'iotawatt', 9],
  'mds/metrics_activities_response.json': ['feeds/mds/mds', 'mds', 14],
  'mlab-ndt7/measurement_events.ndjson': ['probes/library', 'mlab-ndt7', 1],
  'mlab-ndt7/summary_berlin_ipv6.json': ['probes/library', 'mlab-ndt7', 4],
  'ookla-cli/result_v1.2_fixed_nl.json': ['probes/library', 'ookla-cli', 5],
  'ookla-cli/result_v1.2_ipv_empty.json': ['probes/library', 'ookla-cli', 5],
  'ookla-cli/result_v1.2_manchester.json': ['probes/library', 'ookla-cli', 5],
  'ookla-tiles/fixed_tiles_2022q3_head_quadkey_truncated.csv': [
    'import/ookla-tiles/tiles/type=fixed/year=2022/quarter=3',
    'bad_location',
  ],
  // cells are rows of the registry: the import writes them, they measure nothing
  'opencellid/cell_towers_berlin_head.csv': ['import/opencellid/berlin', 'no_measurement'],
  'openmqttgateway/ble_lywsd03mmc.json': ['home/OpenMQTTGateway/BTtoMQTT/A4C1386E4AE8', 'openmqttgateway', 5],
  'purpleair/local_json_indoor_pa-i_v7.json': ['feeds/purpleair/school', 'purpleair', 11],
  'rtr-nettest/opendata_row_from_spec.csv': ['import/rtr-nettest/cz', 'rtr-nettest', 3],
  'senml/data_types.json': ['any/topic', 'senml', 1],
  'senml/single.json': ['any/topic', 'senml', 1],
  'senml/voltage_current_history.json': ['any/topic', 'senml', 7],
  // five rows of P1 and P2
  'sensor-community/archive_sds011_day_head.csv': ['import/sensor-community/day', 'sensor-community', 10],
  'sensor-community/sds011_bme280_nrz2020.json': ['data.php', 'sensor-community', 5],
  'sensor-community/sds011_dht22_nrz2017.json': ['data.php', 'sensor-community', 4],
  'sensor-community/sds011_dht22_nrz2024_interval.json': ['data.php', 'sensor-community', 4],
  'sensorthings/datastream_arctic.json': ['v1.0/Datastreams(423)', 'no_measurement'],
  'sensorthings/observation_arctic_string_result.json': ['v1.0/Datastreams(423)/Observations', 'unknown_property'],
  'sensorthings/observation_create_offset_time.json': ['v1.0/Observations', 'unknown_property'],
  'shelly-gen1/mqtt_topics_plug_s.csv': ['many', 1, 1, ...Array<string>(4).fill('no_measurement')],
  'shelly-gen1/status_shelly_em_solar.json': ['shellies/shellyem-1/info', 'shelly-gen1', 13],
  'shelly-gen2/em0_pro3em_split_phase.json': ['shellypro3em-ec6260890b50/status/em:0', 'shelly-gen2', 18],
  'shelly-gen2/emdata0_pro3em.json': ['shellypro3em-ec6260890b50/status/emdata:0', 'shelly-gen2', 8],
  'shelly-gen2/notifyevent_ota_progress.json': ['shelly/events/rpc', 'no_measurement'],
  'shelly-gen2/notifyfullstatus_plus_ht.json': ['shelly-ht/shelly-plus-ht-01/events/rpc', 'shelly-gen2', 5],
  'shelly-gen2/notifystatus_light0.json': ['shelly/events/rpc', 'no_measurement'],
  'shelly-gen2/notifystatus_switch0_delta.json': ['shelly/events/rpc', 'no_measurement'],
  'shelly-gen2/notifystatus_sys_only.json': ['shelly/events/rpc', 'no_measurement'],
  'sparkplug-b/NBIRTH_v1.bin': ['spBv1.0/g/NBIRTH/n', 'sparkplug-b', 2],
  // without the birth that tells the alias
  'sparkplug-b/NDATA_v1_alias.bin': ['spBv1.0/g/NDATA/n', 'alias_unknown'],
  // without a session that it could end
  'sparkplug-b/NDEATH_v1.bin': ['spBv1.0/g/NDEATH/n', 'no_measurement'],
  'speedtest-cli/json_2017_no_client.json': ['probes/library', 'speedtest-cli', 3],
  'tasmota/energy_topic_v5_flat.json': ['tele/teltonika_4ch/ENERGY', 'tasmota', 5],
  'tasmota/lwt.txt': ['tele/node_mcu_hydroponics/LWT', 'tasmota', 1],
  'tasmota/sensor_am2301_gpio_suffix.json': ['tele/teltonika5/SENSOR', 'tasmota', 2],
  'tasmota/sensor_analog_soil.json': ['tele/d1_mini_soil_moisture_1/SENSOR', 'unknown_property'],
  'tasmota/sensor_analog_tempunit_f.json': ['tele/shellyB/SENSOR', 'tasmota', 7],
  'tasmota/sensor_bme280.json': ['tele/node_mcu_hydroponics/SENSOR', 'tasmota', 4],
  'tasmota/sensor_ds18x20_nested.json': ['tele/teltonika/SENSOR', 'tasmota', 1],
  'tasmota/sensor_energy_linky.json': ['compteur/tele/SENSOR', 'tasmota', 3],
  'tasmota/sensor_energy_old_fw_no_period.json': ['iot/sonoff/tele/sonoff-pow-2/SENSOR', 'tasmota', 5],
  'tasmota/sensor_energy_plug.json': ['tele/sonoff_desk/SENSOR', 'tasmota', 7],
  'tasmota/sensor_energy_switch_tz_mismatch.json': ['tele/plug/SENSOR', 'tasmota', 7],
  'tasmota/sensor_sds011_bme280.json': ['tele/node_mcu_terrace/SENSOR', 'tasmota', 6],
  'tasmota/state.json': ['tele/sonoff-desk/STATE', 'tasmota', 1],
  'tasmota/zbreceived_temp_hum.json': ['tele/zbbridge/SENSOR', 'tasmota', 3],
  // no decoded_payload: a payload formatter is missing
  'things-stack-v3/storage_api_stream.ndjson': ['storage', 'no_measurement'],
  'things-stack-v3/storage_api_zero_times.json': ['storage', 'no_measurement'],
  'things-stack-v3/up_docs_example.json': ['v3/app1@tenant1/devices/dev1/up', 'things-stack', 3],
  'things-stack-v3/up_dragino_lht65.json': ['v3/smarthouse@ttn/devices/lht65-4c84/up', 'things-stack', 6],
  'things-stack-v3/up_lht52_device_status_no_measurement.json': ['v3/a@ttn/devices/lht52/up', 'no_measurement'],
  'ttn-mapper/app_message_v3.json': ['mapper', 'ttn-mapper', 2],
  'zigbee2mqtt/aqara_weather.json': ['zigbee2mqtt/weather', 'zigbee2mqtt', 6],
  'zigbee2mqtt/plug_update_object.json': ['zigbee2mqtt/0x84fd27fffe9f718e', 'no_measurement'],
  'zigbee2mqtt/sen55_air_quality.json': ['zigbee2mqtt/ZB_SEN55', 'zigbee2mqtt', 9],
  'zigbee2mqtt/sonoff_snzb02_temp_hum_sequence.csv': ['many', 2, 3, 4],
  'zigbee2mqtt/tuya_smart_plug.json': ['zigbee2mqtt/plug', 'zigbee2mqtt', 5],
}

const outcomeOf = (decoded: Decoded): number | string => (decoded.ok ? decoded.samples.length : decoded.reason)

/** Lines of a CSV of topic and payload, quotes doubled. */
const linesOf = (text: string): [topic: string, payload: string][] =>
  text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const at = line.indexOf(',')
      const payload = line.slice(at + 1)
      return [line.slice(0, at), /^".*"$/.test(payload) ? payload.slice(1, -1).replaceAll('""', '"') : payload]
    })

describeShared('every sample of the collection', (path) => {
  test('has an expectation, and the list of the collection names them all', () => {
    const listed = readFileSync(path('payloads', 'index.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.slice(0, line.indexOf(',')))
    const present = readdirSync(path('payloads'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.parentPath !== path('payloads'))
      .map(({ parentPath, name }) => `${parentPath.slice(path('payloads').length + 1)}/${name}`)
    expect(Object.keys(EXPECTED).sort()).toEqual([...listed].sort())
    expect([...present].sort()).toEqual([...listed].sort())
    expect(listed).toHaveLength(90)
  })
  test.each(Object.entries(EXPECTED))('%s', (name, [topic, ...expected]) => {
    const payload = readFileSync(path('payloads', name))
    if (topic === 'many') {
      expect(linesOf(payload.toString()).map(([each, text]) => outcomeOf(read(each, text)))).toEqual(expected)
      return
    }
    const decoded = read(topic, payload)
    const format = decoded.ok ? [decoded.samples[0]?.device.split('/')[0]] : []
    expect([...format, outcomeOf(decoded)]).toEqual(expected)
  })
})
