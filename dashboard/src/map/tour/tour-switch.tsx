import { lazy, Suspense, useState } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import { isFirstVisit, rememberTour } from './first-visit.ts'

const Tour = lazy(async () => ({ default: (await import('./tour.tsx')).Tour }))

/** The tour: shown once to whoever comes for the first time and follows no link, and to everybody who asks for it. */
export function useTour() {
  const [isShown, setShown] = useState(isFirstVisit)
  const end = (): void => {
    rememberTour()
    setShown(false)
  }
  return { start: () => setShown(true), card: isShown && <TourCard onEnd={end} /> }
}

const TourCard = ({ onEnd }: { onEnd: () => void }) => (
  <Suspense>
    <Tour onEnd={onEnd} />
  </Suspense>
)

/** Below the layers, where somebody looks who does not know how to go on. */
export function TourButton({ onPress }: { onPress: () => void }) {
  const { t } = useI18n()
  return (
    <Button className="link" onPress={onPress}>
      {t('tour.start')}
    </Button>
  )
}
