/** The meridian whose solar time a time zone keeps in winter, in degrees: zones are about 15 degrees an hour. */
export function localMeridian(timeZone: string): number {
  const offsetHours = (date: string): number => {
    const at = new Date(date)
    const local = new Date(`${at.toLocaleString('sv-SE', { timeZone }).replace(' ', 'T')}Z`)
    return (local.getTime() - at.getTime()) / 3_600_000
  }
  // standard time is the smaller offset, on either hemisphere
  return 15 * Math.min(offsetHours('2026-01-15T12:00:00Z'), offsetHours('2026-07-15T12:00:00Z'))
}
