import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'

/** Local clock of the city: what people's habits follow. Offsets are looked up once an hour. */
export type LocalTime = {
  /** 0 to 24 */
  hour: number
  /** 0 Sunday to 6 Saturday */
  weekday: number
  /** days since 1970-01-01, local */
  day: number
  /** 1 on a working day, 0.55 on Saturday, 0.35 on Sunday: how much of work goes on */
  working: number
}
export type Clock = (ms: number) => LocalTime

export function createClock(timeZone: string): Clock {
  const offsets = new Map<number, number>()
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  const lookUp = (hour: number): number => {
    const at = Object.fromEntries(parts.formatToParts(new Date(hour * HOUR_MS)).map((p) => [p.type, Number(p.value)]))
    const { year = 1970, month = 1, day = 1, hour: h = 0, minute = 0 } = at as Record<string, number>
    return Date.UTC(year, month - 1, day, h, minute) - hour * HOUR_MS
  }
  return (ms) => {
    const utcHour = Math.floor(ms / HOUR_MS)
    let offset = offsets.get(utcHour)
    if (offset === undefined) {
      offset = lookUp(utcHour)
      if (offsets.size > 20_000) offsets.clear()
      offsets.set(utcHour, offset)
    }
    const local = ms + offset
    const day = Math.floor(local / DAY_MS)
    const weekday = (((day + 4) % 7) + 7) % 7
    return {
      hour: (local - day * DAY_MS) / HOUR_MS,
      weekday,
      day,
      working: weekday === 0 ? 0.35 : weekday === 6 ? 0.55 : 1,
    }
  }
}

/** The local wall clock as "2026-05-31T14:05:09", as devices write it that know no offset. */
export function wallClock(ms: number, clock: Clock): string {
  const { day, hour } = clock(ms)
  return new Date(day * DAY_MS + Math.round(hour * HOUR_MS)).toISOString().slice(0, 19)
}

/** A bump of the day: 1 at its peak hour, falling off as a normal curve; wraps at midnight. */
export function bump(hour: number, peak: number, width: number): number {
  const d = Math.abs(hour - peak)
  return Math.exp(-0.5 * (Math.min(d, 24 - d) / width) ** 2)
}
