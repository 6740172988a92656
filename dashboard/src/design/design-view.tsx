import { useI18n } from '../i18n/formatters.ts'
import { ButtonStates, ChoiceStates, FieldStates } from './control-states.tsx'
import { ColourRoles, MotionRule, SpaceScale, TypeScale } from './foundations.tsx'
import { ChartSample, IconList, MessageStates, TableSample } from './samples.tsx'
import { ScaleList } from './scale-list.tsx'
import './design.css'

/** Every part of the UI kit in each of its states, made of the parts themselves, in the colours and language of the page. */
export default function DesignView() {
  const { t } = useI18n()
  return (
    <div className="design">
      <h1 className="page-title">{t('design.title')}</h1>
      <p className="lead">{t('design.lead')}</p>
      <TypeScale />
      <SpaceScale />
      <ColourRoles />
      <MotionRule />
      <ButtonStates />
      <ChoiceStates />
      <FieldStates />
      <MessageStates />
      <TableSample />
      <ChartSample />
      <ScaleList />
      <IconList />
    </div>
  )
}
