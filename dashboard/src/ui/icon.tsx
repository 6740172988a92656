/** Our own line icons, 20 px, one stroke width; decorative, so the text next to them carries the meaning. */
const PATHS = {
  mark: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM10 9.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6Z',
  map: 'M3 5.5 7.5 4l5 1.8L17 4v10.5L12.5 16l-5-1.8L3 16ZM7.5 4v10.2M12.5 5.8V16',
  now: 'M10 3.2 17.5 16.5h-15ZM10 8v4M10 14.2v.3',
  brief: 'M4 3h12v14H4ZM7 7h6M7 10.2h6M7 13.4h4M13.2 13.4h.1',
  indicators: 'M4 16.5V11M10 16.5v-13M16 16.5V8',
  people:
    'M7.5 3.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM2.5 16.5c0-3 2-5 5-5s5 2 5 5M13 4a2.2 2.2 0 1 1 0 4.4M14.5 11.6c1.9.5 3 2.3 3 4.9',
  operations: 'M2.5 10.5h3.2l2.2-5.5 4 10 2.2-4.5h3.4',
  report: 'M5 2.5h7l3.5 3.5v11.5H5ZM12 2.5V6h3.5M8 10h5M8 13h5',
  account: 'M10 3a3.2 3.2 0 1 0 0 6.4A3.2 3.2 0 0 0 10 3ZM3.5 17c0-3.4 2.6-5.6 6.5-5.6s6.5 2.2 6.5 5.6',
  registry: 'M4 3.5h12v13H4ZM7 7h6M7 10h6M7 13h3.5',
  language:
    'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15ZM2.5 10h15M10 2.5c2.2 2 3.2 4.6 3.2 7.5s-1 5.5-3.2 7.5c-2.2-2-3.2-4.6-3.2-7.5s1-5.5 3.2-7.5Z',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5Z',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.8M10 16.2V18M2 10h1.8M16.2 10H18M4.3 4.3l1.3 1.3M14.4 14.4l1.3 1.3M15.7 4.3l-1.3 1.3M5.6 14.4l-1.3 1.3',
  table: 'M3 4.5h14v11H3ZM3 8.2h14M3 11.8h14M8 4.5v11',
  close: 'M5 5l10 10M15 5 5 15',
  download: 'M10 3v9.5M6 9l4 4 4-4M3.5 16.5h13',
  up: 'M5.5 12.5 10 8l4.5 4.5',
  down: 'M5.5 7.5 10 12l4.5-4.5',
  back: 'M12.5 5 7.5 10l5 5',
  next: 'M7.5 5l5 5-5 5',
  play: 'M6.5 4.5v11l9-5.5Z',
  pause: 'M7 4.5v11M13 4.5v11',
  earlier: 'M15 5l-5 5 5 5M9.5 5l-5 5 5 5',
  later: 'M5 5l5 5-5 5M10.5 5l5 5-5 5',
  area: 'M4 6.5 11.5 4 16.5 9.5 13 16 5.5 14.5ZM4 6.5h.1M11.5 4h.1M16.5 9.5h.1M13 16h.1M5.5 14.5h.1',
  swipe: 'M10 2.5v15M7 6.5 3.5 10 7 13.5M13 6.5l3.5 3.5-3.5 3.5',
  history: 'M3.5 10A6.5 6.5 0 1 0 5.6 5.2M3.2 3.4l.5 3.4 3.3-.7M10 6.5V10l2.5 1.8',
} as const

type IconName = keyof typeof PATHS
export const ICON_NAMES = Object.keys(PATHS) as IconName[]

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className={`icon icon--${name}`}
      viewBox="0 0 20 20"
      width="20"
      height="20"
      aria-hidden="true"
      focusable="false"
    >
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
