import type { Key, ReactNode } from 'react'

export interface Column<R> {
  title: string
  cell: (row: R) => ReactNode
  /** Numbers stand to the right, digit below digit. */
  isNumber?: boolean
  /** Sentences are broken into lines. */
  isText?: boolean
}

interface DataTableProps<R> {
  caption: string
  /** The first names the row. */
  columns: readonly Column<R>[]
  rows: readonly R[]
  keyOf: (row: R) => Key
}

/** A table for figures: its first column stays where it is while the others scroll on a narrow screen. */
export function DataTable<R>({ caption, columns, rows, keyOf }: DataTableProps<R>) {
  return (
    <div
      role="region"
      aria-label={caption}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto rounded-card border border-line"
    >
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead className="border-b border-line text-muted">
          <tr>
            {columns.map((column, index) => (
              <th key={column.title} scope="col" className={classOf(column, index)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.title} scope="row" className={classOf(column, index)}>
                    {/* What stays must not cover what scrolls; a name is broken only if it alone is too long. */}
                    <div className="w-max max-w-36 wrap-anywhere whitespace-normal sm:max-w-80">
                      {column.cell(row)}
                    </div>
                  </th>
                ) : (
                  <td key={column.title} className={classOf(column, index)}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function classOf<R>({ isNumber, isText }: Column<R>, index: number): string {
  const side = isNumber ? 'text-right tabular-nums' : 'text-left'
  const lines = isText ? 'min-w-64 wrap-anywhere' : 'whitespace-nowrap'
  return `px-3 py-3 align-top font-normal sm:px-4 ${side} ${lines} ${index === 0 ? 'sticky left-0 bg-ground' : ''}`
}
