import { type ComponentType, createElement, lazy } from 'react'

/**
 * A part of the page with the accessible controls that all views share. Neither is part of what a browser loads before the first paint
 * (test/e2e/byte-budget.test.ts); both are requested at the same time.
 */
function part<Props extends object>(load: () => Promise<{ readonly default: ComponentType<Props> }>) {
  return lazy(async () => {
    const [{ default: Part }, { ViewFrame }] = await Promise.all([load(), import('./view-frame.tsx')])
    return { default: (props: Props) => createElement(ViewFrame, null, createElement(Part, props)) }
  })
}

export const MapView = part(() => import('../map/map-view.tsx'))
export const NowView = part(() => import('../now/now-view.tsx'))
export const BriefView = part(() => import('../brief/brief-view.tsx'))
export const CompareView = part(() => import('../compare/compare-view.tsx'))
export const IndicatorsView = part(() => import('../indicators/indicators-view.tsx'))
export const PeopleView = part(() => import('../people/people-view.tsx'))
export const OperationsView = part(() => import('../operations/operations-view.tsx'))
export const ReportView = part(() => import('../report/report-view.tsx'))
export const RegistryView = part(() => import('../registry/registry-view.tsx'))
export const AccessView = part(() => import('../access/access-view.tsx'))
export const DesignView = part(() => import('../design/design-view.tsx'))
export const WallView = part(() => import('../wall/wall-view.tsx'))
export const SessionMenu = part(() => import('../access/session-menu.tsx'))
export const SignInPage = part(() => import('../access/sign-in-page.tsx'))
export const LanguageMenu = part(() => import('../ui/language-menu.tsx'))
