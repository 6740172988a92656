import { Button } from 'react-aria-components'
import { useI18n } from '../i18n/formatters.ts'
import type { DraftField } from './draft.ts'
import { isLeaf, type Leaf, type TreeNode } from './tree.ts'
import './payload-tree.css'

type PayloadTreeProps = {
  readonly nodes: readonly TreeNode[]
  readonly fields: ReadonlyMap<string, DraftField | null>
  /** what else a path is used for, as text */
  readonly uses: ReadonlyMap<string, string>
  readonly selected: string
  readonly onSelect: (leaf: Leaf) => void
}

/** A message as a tree: every value is a button that opens its meaning. */
export function PayloadTree({ nodes, fields, uses, selected, onSelect }: PayloadTreeProps) {
  const { t, property } = useI18n()
  const meaningOf = (path: string): string => {
    const field = fields.get(path)
    if (field === null) return t('payload.ignored')
    return [field && property(field.property), uses.get(path)].filter(Boolean).join(', ')
  }
  return (
    <ul className="payload-tree" aria-label={t('payload.tree')}>
      {nodes.map((node) => (
        <li key={node.path} className="payload-tree__row" style={{ paddingInlineStart: `${node.depth * 1.25}rem` }}>
          {isLeaf(node) ? (
            <>
              <Button
                className="button payload-tree__leaf"
                aria-pressed={node.path === selected}
                onPress={() => onSelect(node)}
              >
                <code>{node.key}</code> = {JSON.stringify(node.value)}
              </Button>
              <span className="note">{meaningOf(node.path)}</span>
            </>
          ) : (
            <code className="payload-tree__branch">{node.isList ? `${node.key}[ ]` : node.key}</code>
          )}
        </li>
      ))}
    </ul>
  )
}
