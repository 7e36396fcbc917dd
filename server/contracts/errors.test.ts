import { describe, expect, it } from 'vitest';
import { showValue, TapestryError } from './errors.ts';

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
