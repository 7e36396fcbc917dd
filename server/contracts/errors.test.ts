import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE, showValue, TapestryError } from './errors.ts';

describe('docs/errors.md', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| ([A-Z_]+) \| (\d+) \| (.*) \|$/gm)].map((row) => row.slice(1, 4));

  it('lists exactly the codes of the catalogue, with their status and message', () => {
    const expected = Object.entries(ERROR_CATALOGUE).map(([code, entry]) => [
      code,
      String(entry.status),
      entry.message,
    ]);
    expect(rows).toEqual(expected);
  });
});

describe('an error', () => {
  const error = new TapestryError('INVALID_FIELD', { field: 'width', value: 0, accepted: '1 to 8192' });

  it('names field, value and what is accepted', () => {
    expect(error.message).toBe('width: 0 is not accepted; expected 1 to 8192');
    expect(error.status).toBe(422);
  });

  it('crosses processes as a record and back', () => {
    const back = TapestryError.fromRecord(JSON.parse(JSON.stringify(error.toRecord())));
    expect(back.toRecord()).toEqual(error.toRecord());
  });

  it('made of anything else is INTERNAL and keeps the reason', () => {
    expect(TapestryError.from(new Error('boom'))).toMatchObject({ code: 'INTERNAL', message: 'boom' });
    expect(TapestryError.from(error)).toBe(error);
  });

  it('shows long values cut', () => {
    expect(showValue('x'.repeat(200))).toHaveLength(80);
  });
});
