import { expect, it } from 'vitest';
import { goldenCases } from '../../../tests/support/golden.ts';
import { gridShape } from './grid.ts';

interface Case {
  n: number;
  n_rows_opt: number;
  grid_prevent_empty_spots: boolean;
  batch_size: number;
  cols: number;
  rows: number;
}

it.each(goldenCases<Case>('pipeline/image_grid.json'))(
  '$n pictures, rows $n_rows_opt, no holes $grid_prevent_empty_spots: $cols × $rows',
  ({ n, n_rows_opt, grid_prevent_empty_spots, batch_size, cols, rows }) => {
    const options = { rows: n_rows_opt, preventEmptySpots: grid_prevent_empty_spots, batchSize: batch_size };
    expect(gridShape(n, options)).toEqual({ columns: cols, rows });
  },
);
