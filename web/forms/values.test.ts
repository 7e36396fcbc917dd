import { describe, expect, it } from 'vitest';
import type { Field, Panel } from '#contracts/manifest.ts';
import { changeField, isPresetEdited, isShown, panelValues } from './values.ts';

const preset: Field = {
  kind: 'choice',
  key: 'preset',
  label: 'Preset',
  default: 'weak',
  choices: [
    { value: 'weak', label: 'Weak' },
    { value: 'strong', label: 'Strong' },
  ],
  sets: { weak: { scale: 1 }, strong: { scale: 5 } },
};
const scale: Field = { kind: 'slider', key: 'scale', label: 'Scale', default: 1, min: 0, max: 9, step: 1 };
const note: Field = {
  kind: 'text',
  key: 'note',
  label: 'Note',
  default: '',
  showIf: { key: 'preset', equals: 'strong' },
};
const panel: Panel = { id: 'p', title: 'P', tabs: ['txt2img'], script: 'P', fields: [preset, scale, note] };

describe('panel values', () => {
  it('fills what was not chosen with defaults, and drops what no field declares', () => {
    expect(panelValues(panel, undefined)).toEqual({ preset: 'weak', scale: 1, note: '' });
    expect(panelValues(panel, { scale: 3, gone: 1 })).toEqual({ preset: 'weak', scale: 3, note: '' });
  });

  it('keeps false and 0 as chosen values', () => {
    expect(panelValues(panel, { scale: 0 }).scale).toBe(0);
  });

  it('a preset sets its fields, other choices only themselves', () => {
    expect(changeField({ scale: 2 }, preset, 'strong')).toEqual({ preset: 'strong', scale: 5 });
    expect(changeField({ preset: 'strong' }, scale, 2)).toEqual({ preset: 'strong', scale: 2 });
  });

  it('knows when a preset was edited', () => {
    expect(isPresetEdited(preset, { preset: 'strong', scale: 5 })).toBe(false);
    expect(isPresetEdited(preset, { preset: 'strong', scale: 4 })).toBe(true);
  });

  it('shows a field only beside the value it names', () => {
    expect(isShown(note, { preset: 'weak' })).toBe(false);
    expect(isShown(note, { preset: 'strong' })).toBe(true);
    expect(isShown(scale, {})).toBe(true);
  });
});
