import type { PropertyName } from '#model/observation/properties.ts'

/** What a device says of itself: a weather station with a battery belongs to the weather, not to energy. */
const ABOUT_THE_DEVICE: ReadonlySet<PropertyName> = new Set<PropertyName>([
  ...(['battery_level', 'battery_voltage', 'rssi', 'snr', 'link_quality', 'online'] as const),
])
export const isAboutDevice = (property: PropertyName): boolean => ABOUT_THE_DEVICE.has(property)
