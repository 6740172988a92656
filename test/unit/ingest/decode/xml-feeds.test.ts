/** DATEX II and SIRI in XML, in the shape of their documentation; the values are invented. */
import { describe, expect, test } from 'vitest'
import { PROFILE_FIXTURES } from './profile-fixtures.ts'
import { expectRead, expectRejected, type Row, read } from './read.ts'

const at = '2026-05-31T11:58:00.000Z'
const payloadOf = (name: string): string => PROFILE_FIXTURES.find(({ format }) => format === name)?.payload ?? ''

describe('DATEX II', () => {
  const value = (index: number, kind: string, body: string): string =>
    `<measuredValue index="${index}"><measuredValue><basicData xsi:type="${kind}">${body}</basicData></measuredValue></measuredValue>`
  const site = (id: string, values: string): string =>
    `<siteMeasurements><measurementSiteReference id="${id}" version="1"/><measurementTimeDefault>2026-05-31T13:58:00+02:00</measurementTimeDefault>${values}</siteMeasurements>`
  const version2 = (sites: string): string =>
    `<d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><payloadPublication xsi:type="MeasuredDataPublication">${sites}</payloadPublication></d2LogicalModel>`
  const flow = (rate: number): string => `<vehicleFlow><vehicleFlowRate>${rate}</vehicleFlowRate></vehicleFlow>`

  test('flow and speed of a site; the index of the site table is the channel; attributes are no values', () =>
    expectRead(read('feeds/datex2/ring', payloadOf('datex2')), 'datex2/SITE_1', [
      ['flow', '1', 840, '/h', at],
      ['speed', '2', 48.5, 'km/h', at],
    ]))

  test('-1 and an error are no value; weather; what has no property is reported', () => {
    const values = [
      value(1, 'TrafficFlow', flow(-1)),
      value(
        2,
        'TrafficFlow',
        `<vehicleFlow><dataError>true</dataError><vehicleFlowRate>9999</vehicleFlowRate></vehicleFlow>`,
      ),
      value(3, 'TrafficConcentration', '<occupancy><percentage>12.5</percentage></occupancy>'),
      value(4, 'TravelTimeData', '<travelTime><duration>74</duration></travelTime>'),
      value(
        5,
        'TemperatureInformation',
        '<temperature><airTemperature><temperature>7.9</temperature></airTemperature></temperature>',
      ),
      value(
        6,
        'RoadSurfaceConditionInformation',
        '<roadSurfaceConditionMeasurements><roadSurfaceTemperature><temperature>-5.5</temperature></roadSurfaceTemperature></roadSurfaceConditionMeasurements>',
      ),
    ]
    const decoded = read('feeds/datex2/x', version2(site('S', values.join(''))))
    const rows: Row[] = [
      ['occupancy', '3', 12.5, '%', at],
      ['travel_time', '4', 74, 's', at],
      ['temperature', '5', 7.9, 'Cel', at],
    ]
    expectRead(decoded, 'datex2/S', rows, [
      'measuredValue[5].measuredValue.basicData.roadSurfaceConditi… unknown_property',
    ])
  })

  test('one site or many, in an envelope or not', () => {
    const one = site('A', value(1, 'TrafficFlow', flow(60)))
    const two = one + site('B', value(1, 'TrafficFlow', flow(90)))
    const envelope = (body: string): string =>
      `<SOAP:Envelope xmlns:SOAP="http://schemas.xmlsoap.org/soap/envelope/"><SOAP:Body>${body}</SOAP:Body></SOAP:Envelope>`
    const devices = (payload: string): unknown => {
      const decoded = read('x', payload)
      return decoded.ok ? decoded.samples.map(({ device, channel, value: v }) => [device, channel, v]) : decoded
    }
    expect(devices(version2(one))).toEqual([['datex2/A', '1', '60']])
    for (const payload of [version2(two), envelope(version2(two))])
      expect(devices(payload)).toEqual([
        ['datex2/A', '1', '60'],
        ['datex2/B', '1', '90'],
      ])
  })

  test('version 3', () => {
    const quantity = (index: number, kind: string, body: string): string =>
      `<roa:physicalQuantity index="${index}" xsi:type="roa:SinglePhysicalQuantity"><roa:basicData xsi:type="roa:${kind}">${body}</roa:basicData></roa:physicalQuantity>`
    const payload = `<con:messageContainer xmlns:con="http://datex2.eu/schema/3/messageContainer" xmlns:roa="http://datex2.eu/schema/3/roadTrafficData" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" modelBaseVersion="3"><con:payload xsi:type="roa:MeasuredDataPublication"><roa:siteMeasurements><roa:measurementSiteReference id="S3" version="1"/><roa:measurementTimeDefault><com:timeValue xmlns:com="http://datex2.eu/schema/3/common">2026-05-31T11:58:00Z</com:timeValue></roa:measurementTimeDefault>${quantity(1, 'TrafficFlow', flow(480).replaceAll('<v', '<roa:v').replaceAll('</v', '</roa:v'))}${quantity(2, 'TrafficSpeed', '<roa:averageVehicleSpeed numberOfInputValuesUsed="8"><roa:speed>51</roa:speed></roa:averageVehicleSpeed>')}</roa:siteMeasurements></con:payload></con:messageContainer>`
    expectRead(read('feeds/datex2/v3', payload), 'datex2/S3', [
      ['flow', '1', 480, '/h', at],
      ['speed', '2', 51, 'km/h', at],
    ])
  })

  test('hostile XML is refused', () => {
    const doctype = '<!DOCTYPE a [<!ENTITY x "840">]>'
    expectRejected(read('feeds/datex2/x', doctype + payloadOf('datex2')), 'wrong_shape', 'document type')
    const deep = `<MeasuredDataPublication>${'<a>'.repeat(100)}${'</a>'.repeat(100)}</MeasuredDataPublication>`
    expectRejected(read('feeds/datex2/x', deep), 'wrong_shape', 'nested deeper')
  })
})

describe('SIRI', () => {
  const activity = (line: string, vehicle: string, time = '2026-05-31T11:57:40Z', more = ''): string =>
    `<VehicleActivity><RecordedAtTime>${time}</RecordedAtTime><MonitoredVehicleJourney><LineRef>${line}</LineRef>${more}<VehicleRef>${vehicle}</VehicleRef></MonitoredVehicleJourney></VehicleActivity>`
  const delivery = (activities: string, more = ''): string =>
    `<?xml version="1.0"?><siri:Siri xmlns:siri="http://www.siri.org.uk/siri" version="2.0"><ServiceDelivery><ResponseTimestamp>2026-05-31T11:58:00Z</ResponseTimestamp><VehicleMonitoringDelivery version="2.0">${more}${activities}</VehicleMonitoringDelivery></ServiceDelivery></siri:Siri>`

  test('vehicles in service, in total and by line: each once, the old and the unmonitored not', () => {
    const activities = [
      activity('4', 'v1'),
      activity('4', 'v2'),
      activity('4', 'v2', '2026-05-31T11:57:50Z'),
      activity('7', 'v3'),
      activity('7', 'v4', '2026-05-31T11:00:00Z'),
      activity('7', 'v5', undefined, '<Monitored>false</Monitored>'),
    ]
    const decoded = read('feeds/siri/bus', delivery(activities.join('')))
    expectRead(decoded, 'siri/bus', [
      ['vehicles_in_service', '', 3, '{count}', at],
      ['vehicles_in_service', '4', 2, '{count}', at],
      ['vehicles_in_service', '7', 1, '{count}', at],
    ])
    // neither vehicles nor their places are kept
    expect(decoded.ok && decoded.samples.some((s) => s.location !== undefined || s.device.includes('v1'))).toBe(false)
  })
  test('nobody drives', () =>
    expectRead(read('feeds/siri/bus', delivery('')), 'siri/bus', [['vehicles_in_service', '', 0, '{count}', at]]))
  test('SIRI Lite, the JSON form', () => {
    const journey = (line: string, id: string): object => ({
      RecordedAtTime: '2026-05-31T11:57:40Z',
      MonitoredVehicleJourney: { LineRef: { value: line }, VehicleRef: { value: id } },
    })
    const VehicleMonitoringDelivery = [{ VehicleActivity: [journey('4', 'a'), journey('4', 'b')] }]
    const message = {
      Siri: { ServiceDelivery: { ResponseTimestamp: '2026-05-31T11:58:00Z', VehicleMonitoringDelivery } },
    }
    expectRead(read('feeds/siri/lite', message), 'siri/lite', [
      ['vehicles_in_service', '', 2, '{count}', at],
      ['vehicles_in_service', '4', 2, '{count}', at],
    ])
  })
  test('parts of a fleet are not its number', () => {
    expectRejected(
      read('x', delivery(activity('4', 'v'), '<SubscriptionRef>1</SubscriptionRef>')),
      'unsupported_version',
    )
    expectRejected(read('x', delivery(activity('4', 'v'), '<MoreData>true</MoreData>')), 'unsupported_version')
  })
  test('other services, and hostile XML', () => {
    expectRejected(
      read('x', '<Siri><ServiceDelivery><SituationExchangeDelivery/></ServiceDelivery></Siri>'),
      'no_measurement',
    )
    expectRejected(read('x', '<!DOCTYPE Siri [<!ENTITY a "b">]><Siri>&a;</Siri>'), 'wrong_shape', 'document type')
  })
})
