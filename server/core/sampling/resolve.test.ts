import { describe, expect, it } from 'vitest';
import { resolveSampler, resolveScheduler } from './resolve.ts';
import { SAMPLERS } from './samplers/index.ts';
import { SCHEDULERS } from './schedulers/index.ts';

const samplerOf = (name: string) => {
  const { found } = resolveSampler(name);
  return found && [found.sampler.name, found.scheduler?.label];
};

describe('resolveSampler', () => {
  it.each([
    ['DPM++ 2M', 'DPM++ 2M', undefined],
    ['Euler a', 'Euler a', undefined],
    ['euler A', 'Euler a', undefined],
    ['k_euler_a', 'Euler a', undefined],
    ['K_Euler_Ancestral', 'Euler a', undefined],
    ['ddim', 'DDIM', undefined],
    [' Euler ', 'Euler', undefined],
    ['DPM++ 2M Karras', 'DPM++ 2M', 'Karras'],
    ['dpm++ 2m karras', 'DPM++ 2M', 'Karras'],
    ['Euler automatic', 'Euler', 'Automatic'],
    ['k_euler Uniform', 'Euler', 'Uniform'],
  ])('%s', (name, sampler, scheduler) => {
    expect(samplerOf(name)).toEqual([sampler, scheduler]);
  });

  it.each(['', 'Karras', 'Eulerx', 'DPM++ 2M Karass', 'x'.repeat(100_000)])('refuses %.30s', (name) => {
    const resolved = resolveSampler(name);
    expect(resolved.found).toBeUndefined();
    expect(resolved).toHaveProperty('nearest.length', 3);
  });

  it('names the nearest first', () => {
    expect(resolveSampler('Eular a')).toMatchObject({ nearest: ['Euler a', 'Euler', expect.any(String)] });
  });

  it('has names and aliases that mean one sampler each', () => {
    const names = SAMPLERS.flatMap(({ name, aliases }) => [...new Set([name, ...aliases].map(lower))]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('resolveScheduler', () => {
  it.each([
    ['Karras', 'karras'],
    ['karras', 'karras'],
    ['KARRAS', 'karras'],
    ['Automatic', 'automatic'],
  ])('%s', (name, expected) => {
    expect(resolveScheduler(name).found?.name).toBe(expected);
  });

  it('names the nearest of an unknown one', () => {
    expect(resolveScheduler('Karas')).toMatchObject({
      nearest: ['Karras', expect.any(String), expect.any(String)],
    });
  });

  it('has names, labels and aliases that mean one scheduler each', () => {
    const names = SCHEDULERS.flatMap(({ name, label, aliases }) => [
      ...new Set([name, label, ...aliases].map(lower)),
    ]);
    expect(new Set(names).size).toBe(names.length);
  });
});

function lower(text: string): string {
  return text.toLowerCase();
}
