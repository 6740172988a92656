/** Channel of the Datastream that holds what a calibration makes of another channel of the same Thing and property. */
export const calibratedChannel = (channel: string): string => (channel === '' ? 'calibrated' : `${channel}.calibrated`)
export const isCalibratedChannel = (channel: string): boolean =>
  channel === 'calibrated' || channel.endsWith('.calibrated')
/** The channel that was calibrated. */
export const rawChannel = (channel: string): string => channel.replace(/(^|\.)calibrated$/, '')
