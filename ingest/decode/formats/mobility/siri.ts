import { parseXml } from '#model/text/xml.ts'
import { feedName } from '../../helpers/feed-name.ts'
import { show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject } from '../../helpers/json.ts'
import { readStated, type Stated } from '../../helpers/local-time.ts'
import { reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { TransitVehicle } from './gtfs-feed.ts'
import { countInService } from './transit-count.ts'

/**
 * SIRI vehicle monitoring (CEN/TS 15531-3), in XML or the JSON form of SIRI Lite: the number of monitored vehicles, in total and by
 * line (channel). Deliveries to subscribers hold only what has changed, so that the total needs the response to a request.
 */
export const siri: Format = {
  name: 'siri',
  claims: ({ json, text }) =>
    isObject(json)
      ? ownObject(json, 'Siri') !== undefined
      : /^\s*</.test(text) && /<(\w+:)?Siri[\s>]/.test(text.slice(0, 1024)),
  decode,
}

function decode(input: Input): Decoded {
  const document = isObject(input.json) ? { root: input.json } : parseXml(input.text)
  if ('problem' in document) return reject('wrong_shape', document.problem)
  const message = isObject(document.root) ? ownObject(document.root, 'Siri') : undefined
  const delivery = message && ownObject(message, 'ServiceDelivery')
  if (!delivery) return reject('wrong_shape', 'no Siri.ServiceDelivery')
  const deliveries = list(own(delivery, 'VehicleMonitoringDelivery'))
  if (deliveries.length === 0)
    return reject('no_measurement', 'no vehicle monitoring (other services of SIRI contain no measurement)')
  if ([delivery, ...deliveries].some((part) => textOf(own(part, 'MoreData')) === 'true'))
    return reject('unsupported_version', 'more data follows; the total number needs a full delivery')
  if (deliveries.some((part) => own(part, 'SubscriptionRef') !== undefined))
    return reject(
      'unsupported_version',
      'delivery to a subscriber, of what has changed; the total number needs a request',
    )
  const stamp = own(delivery, 'ResponseTimestamp')
  const time = timeOf(stamp, input)
  if (stamp !== undefined && !time) return reject('bad_time', `ResponseTimestamp: ${show(stamp)} is not a time`)
  const vehicles = deliveries
    .flatMap((part) => list(own(part, 'VehicleActivity')))
    .flatMap((each) => vehicleOf(each, input))
  return countInService(vehicles, time, `siri/${feedName(input)}`)
}

function vehicleOf(activity: JsonObject, input: Input): TransitVehicle[] {
  const journey = ownObject(activity, 'MonitoredVehicleJourney')
  if (!journey || textOf(own(journey, 'Monitored')) === 'false') return []
  const [id, route] = [textOf(own(journey, 'VehicleRef')), textOf(own(journey, 'LineRef'))]
  const time = timeOf(own(activity, 'RecordedAtTime'), input)
  return [
    {
      ...(id && { id }),
      ...(route && { route }),
      ...(time && { timeMs: time.time.getTime(), flags: time.flags ?? 0 }),
    },
  ]
}

/** One element, or a list of them. */
const list = (value: unknown): JsonObject[] => [value].flat().filter(isObject)

/** Text, or the text of `{ value }`, as SIRI Lite writes it. */
function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value
  const text = isObject(first) ? own(first, 'value') : first
  return typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean' ? String(text) : undefined
}

const timeOf = (value: unknown, input: Input): Stated | undefined => {
  const text = textOf(value)
  return text === undefined ? undefined : readStated(text, input)
}
