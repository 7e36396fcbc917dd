/** How pictures of a job are laid out as one contact sheet. */

export interface GridOptions {
  /** Option `n_rows`: -1 near a square, 0 as many rows as pictures in a batch, else that many. */
  rows: number;
  /** Option `grid_prevent_empty_spots`: where rows is -1, the number of rows is lowered until it divides the count. */
  preventEmptySpots: boolean;
  batchSize: number;
}

/** Columns and rows for `count` pictures, as AUTOMATIC1111's web UI chooses them. */
export function gridShape(count: number, options: GridOptions): { columns: number; rows: number } {
  const rows = Math.max(1, Math.min(wantedRows(count, options), count));
  return { columns: Math.ceil(count / rows), rows };
}

function wantedRows(count: number, { rows, preventEmptySpots, batchSize }: GridOptions): number {
  if (rows > 0) return rows;
  if (rows === 0) return batchSize;
  if (!preventEmptySpots) return Math.round(Math.sqrt(count));
  let divisor = Math.floor(Math.sqrt(count));
  while (count % divisor !== 0) divisor--;
  return divisor;
}
