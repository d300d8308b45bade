import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  align?: 'end';
  /** It may take what the others leave. */
  isWide?: boolean;
  /** It stays on one line where there is room for columns. */
  isBrief?: boolean;
}

export interface DataTableProps<Row> {
  /** What it lists, for who cannot see it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Older rows than what the filters want, while the next are read. */
  isStale?: boolean;
}

/**
 * A table that becomes one card per row on a small screen; its first column names the row. The roles are said, because a
 * browser forgets that it is a table once it is laid out as something else.
 */
export function DataTable<Row>({ caption, columns, rows, keyOf, isStale = false }: DataTableProps<Row>) {
  return (
    <table class={isStale ? 'data stale' : 'data'} role="table" aria-busy={isStale}>
      <caption class="hidden-text">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ title, align }) => (
            <th key={title} scope="col" role="columnheader" class={align}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map((column, index) => (
              <Cell key={column.title} row={row} column={column} isName={index === 0} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row>({ row, column, isName }: { row: Row; column: Column<Row>; isName: boolean }) {
  const { title, cell, align, isWide, isBrief } = column;
  const content = cell(row);
  if (isName)
    return (
      <th scope="row" role="rowheader">
        {content}
      </th>
    );
  const isEmpty = content === null || content === undefined || content === '';
  const classes = [align, isWide && 'wide', isBrief && 'brief', isEmpty && 'none'].filter(Boolean).join(' ');
  return (
    <td role="cell" class={classes} data-title={title}>
      <div>{content}</div>
    </td>
  );
}
