import { describe, expect, it } from 'vitest';
import { TapestryError } from '#contracts/errors.ts';
import type { DoneMessage, FailedMessage } from '#contracts/messages.ts';
import { afterDeath, afterDone, afterFailed, type Standing } from './ending.ts';

const calm: Standing = { deaths: 0, stop: null, failure: null };
const interrupted: Standing = { ...calm, stop: { kind: 'interrupt', as: 'cancelled' } };
const cancelled: Standing = { ...calm, stop: { kind: 'cancel', as: 'cancelled' } };
const deserted: Standing = { ...calm, stop: { kind: 'cancel', as: 'abandoned' } };
const unsaved: Standing = { ...calm, failure: new TapestryError('DISK_FULL', { value: '/x' }) };

const done = (outcome: DoneMessage['outcome']) => ({ type: 'done', outcome, warnings: ['w'] }) as DoneMessage;
const failed = (code: string) =>
  ({ type: 'failed', error: { code }, warnings: [] }) as unknown as FailedMessage;
const died = { blame: true, error: new TapestryError('ENGINE_DIED', { reason: 'x' }), log: 'last words' };

describe('an engine that reports', () => {
  it.each([
    ['complete', calm, 'done', undefined],
    ['interrupted', interrupted, 'done', undefined],
    ['cancelled', cancelled, 'cancelled', 'CANCELLED'],
    ['cancelled', deserted, 'abandoned', 'ABANDONED'],
    // The cancel came after the last step: what is painted is painted.
    ['complete', cancelled, 'done', undefined],
    ['cancelled', unsaved, 'failed', 'DISK_FULL'],
    ['complete', unsaved, 'failed', 'DISK_FULL'],
  ] as const)('%s ends %o as %s', (outcome, standing, state, code) => {
    const ending = afterDone(standing, done(outcome));
    expect([ending.state, ending.error?.code, ending.warnings]).toEqual([state, code, ['w']]);
  });

  it.each([
    ['OUT_OF_MEMORY', calm, 'failed', 'OUT_OF_MEMORY'],
    ['CANCELLED', calm, 'cancelled', 'CANCELLED'],
    ['INTERNAL', deserted, 'abandoned', 'ABANDONED'],
    ['INTERNAL', unsaved, 'failed', 'DISK_FULL'],
  ] as const)('failing with %s ends %o as %s', (reported, standing, state, code) => {
    const ending = afterFailed(standing, failed(reported));
    expect([ending.state, ending.error?.code]).toEqual([state, code]);
  });
});

describe('an engine that dies', () => {
  it('has its job retried once', () => {
    expect(afterDeath(calm, died, 0)).toBeNull();
    const second = afterDeath({ ...calm, deaths: 1 }, died, 1);
    expect(second).toMatchObject({ state: 'quarantined', log: 'last words', error: { code: 'ENGINE_DIED' } });
  });
  it('without blame has its job retried always', () => {
    expect(afterDeath({ ...calm, deaths: 1 }, { ...died, blame: false }, 0)).toBeNull();
  });
  it('after the user had enough ends the job with what is there', () => {
    expect(afterDeath(cancelled, died, 3)?.state).toBe('cancelled');
    expect(afterDeath(deserted, died, 0)?.state).toBe('abandoned');
    expect(afterDeath(interrupted, died, 0)?.state).toBe('cancelled');
    expect(afterDeath(interrupted, died, 2)).toMatchObject({ state: 'done', warnings: [expect.any(String)] });
  });
  it('after a picture could not be saved leaves the reason', () => {
    expect(afterDeath(unsaved, died, 0)).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
  });
});
