import { type ReactNode, type Ref, useEffect, useId, useRef, useState } from 'react'
import { useI18n } from '../i18n/formatters.ts'
import './combobox.css'

export type Found = { readonly id: string; readonly name: string; readonly detail: string }
/** The best of what was found of one kind. */
export type FoundGroup = { readonly id: string; readonly heading: ReactNode; readonly options: readonly Found[] }

type ComboboxProps = {
  readonly label: string
  readonly placeholder: string
  readonly text: string
  readonly onText: (text: string) => void
  /** what is found for the text */
  readonly groups: readonly FoundGroup[]
  /** how many were found; there may be more than the groups hold */
  readonly total: number
  readonly none: string
  readonly onChoose: (id: string) => void
  /** a key that moves the focus here, and the field for it */
  readonly shortcut?: string
  readonly field?: Ref<HTMLInputElement>
}

/**
 * A field with a list of groups below it (ARIA Authoring Practices, editable combobox with list autocomplete). The focus stays
 * in the field; `active` is the option that the arrow keys have reached.
 */
export function Combobox({ label, placeholder, text, onText, groups, total, none, onChoose, ...more }: ComboboxProps) {
  const { t } = useI18n()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const options = groups.flatMap((group) => group.options)
  const optionId = (option: Found): string => `${id}-${options.indexOf(option)}`
  const isOpen = open && text.trim() !== ''
  const choose = (option: Found | undefined): void => {
    if (!option) return
    onText('')
    setOpen(false)
    onChoose(option.id)
  }
  const write = (next: string): void => {
    onText(next)
    setOpen(true)
    setActive(-1)
  }
  /** The arrow keys also open a list that Escape has closed. */
  const move = (to: number): void => {
    setOpen(true)
    setActive(to)
  }
  const onKey: Record<string, () => void> = {
    ArrowDown: () => move((active + 1) % Math.max(1, options.length)),
    ArrowUp: () => move((active <= 0 ? options.length : active) - 1),
    // the first result, where the arrow keys have reached none
    Enter: () => isOpen && choose(options[Math.max(0, active)]),
    Escape: () => (isOpen ? setOpen(false) : onText('')),
  }
  const reached = isOpen ? options[active] : undefined
  const list = useRef<HTMLDivElement>(null)
  const hasList = isOpen && options.length > 0
  useEffect(() => {
    // in a panel that scrolls, the list may begin below its edge
    if (hasList) list.current?.scrollIntoView({ block: 'nearest' })
  }, [hasList])
  return (
    <search className="search">
      <input
        ref={more.field}
        className="search__input"
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={reached && optionId(reached)}
        aria-keyshortcuts={more.shortcut}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => write(event.target.value)}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={(event) => {
          // Enter confirms a syllable while Chinese is being written
          const act = event.nativeEvent.isComposing ? undefined : onKey[event.key]
          if (!act) return
          event.preventDefault()
          act()
        }}
      />
      <p role="status" className="hidden">
        {isOpen ? t('search.found', { n: total }) : ''}
      </p>
      {/* the list is there before it is needed, because the field refers to it */}
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={t('search.results')}
        className="search__list popover"
        hidden={!hasList}
        // the field keeps the focus while an option is pressed
        onPointerDown={(event) => event.preventDefault()}
      >
        {groups.map((group) => (
          <OptionGroup
            key={group.id}
            {...{ group, reached, optionId }}
            headId={`${id}-${group.id}`}
            onChoose={choose}
          />
        ))}
      </div>
      {isOpen && options.length === 0 && <p className="search__list popover note search__none">{none}</p>}
    </search>
  )
}

type OptionGroupProps = {
  readonly group: FoundGroup
  readonly headId: string
  readonly reached: Found | undefined
  readonly optionId: (option: Found) => string
  readonly onChoose: (option: Found) => void
}

function OptionGroup({ group: { heading, options }, headId, reached, optionId, onChoose }: OptionGroupProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a list of options
    <div role="group" aria-labelledby={headId}>
      <p id={headId} className="eyebrow options__heading">
        {heading}
      </p>
      {options.map((option) => (
        <Option
          key={option.id}
          id={optionId(option)}
          option={option}
          isReached={option === reached}
          onChoose={onChoose}
        />
      ))}
    </div>
  )
}

type OptionProps = Pick<OptionGroupProps, 'onChoose'> & {
  readonly id: string
  readonly option: Found
  readonly isReached: boolean
}

function Option({ id, option, isReached, onChoose }: OptionProps) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isReached) ref.current?.scrollIntoView({ block: 'nearest' })
  }, [isReached])
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and points to the option
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
    <div
      ref={ref}
      id={id}
      role="option"
      className="option"
      aria-selected={isReached}
      data-focused={isReached || undefined}
      onClick={() => onChoose(option)}
    >
      <bdi>{option.name}</bdi> {option.detail && <bdi className="note">{option.detail}</bdi>}
    </div>
  )
}
