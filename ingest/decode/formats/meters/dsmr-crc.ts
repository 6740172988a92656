/** CRC-16 of a P1 telegram (DSMR 5.0.2 P1, 6.2): polynomial 0xA001 reflected, start 0, from / to !. */

/** @param telegram from / to !, with lines ended by CR LF, which brokers and files sometimes change */
export function telegramCrc(telegram: string): number {
  let crc = 0
  for (const byte of Buffer.from(telegram.trimStart().replace(/\r?\n/g, '\r\n'), 'latin1')) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}

/** The checksum in a telegram, and its offset after the last !; undefined where there is none (DSMR 2.2). */
export function crcLine(text: string): { readonly at: number; readonly value: number } | undefined {
  const at = text.lastIndexOf('!') + 1
  const stated = at > 0 ? /^([0-9A-Fa-f]{4})\s*$/.exec(text.slice(at))?.[1] : undefined
  return stated === undefined ? undefined : { at, value: Number.parseInt(stated, 16) }
}
