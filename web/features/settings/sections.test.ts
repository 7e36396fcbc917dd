import { describe, expect, it } from 'vitest';
import type { OptionSchema } from '../../data/api-types.ts';
import { changesOf, searchOptions, toSections } from './sections.ts';

const option = (key: string, section: string, page: string, effective = true): OptionSchema => ({
  key,
  section,
  page,
  label: `Label of ${key}`,
  type: 'boolean',
  default: true,
  effective,
});

const SCHEMA = [
  option('samples_save', 'Saving', 'Images'),
  option('clip', 'Model', 'Text'),
  option('samples_format', 'Saving', 'Images'),
  option('unused', 'Training', 'Training', false),
];

describe('settings', () => {
  it('keeps order and drops options that nothing reads', () => {
    const sections = toSections(SCHEMA);
    expect(sections.map(({ title }) => title)).toEqual(['Saving', 'Model']);
    expect(sections[0]?.pages[0]?.options.map(({ key }) => key)).toEqual(['samples_save', 'samples_format']);
  });

  it('finds by every word, in any order and case', () => {
    expect(searchOptions(SCHEMA, 'FORMAT saving').map(({ key }) => key)).toEqual(['samples_format']);
    expect(searchOptions(SCHEMA, '  ')).toHaveLength(4);
  });

  it('saves only what differs', () => {
    expect(changesOf({ a: 1, b: ['x'], c: 2 }, { a: 1, b: ['x'], c: 3 })).toEqual({ c: 2 });
  });
});
