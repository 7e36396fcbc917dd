import { describe, expect, it } from 'vitest';
import { manifestSchema } from '#contracts/manifest.ts';
import { pictureRequest } from '#contracts/request.ts';
import { type AttachedExtension, createHookSet } from './hook-set.ts';
import type { GuidanceContext, JobContext } from './types.ts';

function extension(id: string, more: object = {}): AttachedExtension {
  return { id, manifest: manifestSchema.parse({ sdk: '^1.0.0', title: id, ...more }) };
}

const switchable = {
  panels: [
    {
      id: 'main',
      title: 'Main',
      tabs: ['txt2img'],
      script: 'Main',
      enabledBy: 'enabled',
      fields: [
        { kind: 'toggle', key: 'enabled', label: 'Enabled', default: false },
        { kind: 'number', key: 'amount', label: 'Amount', default: 3, min: 0, max: 9, step: 1 },
      ],
    },
  ],
};

function job(extensions: Record<string, Record<string, unknown>> = {}) {
  const warnings: string[] = [];
  const context = {
    id: 'j',
    request: pictureRequest.parse({ extensions }),
    options: {},
    warn: (message: string) => warnings.push(message),
    infotext: new Map(),
  } as unknown as JobContext;
  return { context, warnings };
}

const guidanceIn = (context: JobContext) =>
  ({ pass: { batch: { job: context } } }) as unknown as GuidanceContext;
const tensor = (value: number) => ({ data: new Float32Array([value]), shape: [1] });

describe('hook set', () => {
  it('hands a waterfall value from tap to tap', async () => {
    const set = createHookSet();
    set.tappable(extension('a')).guidance.tap('x', (eps) => tensor(eps.data[0]! + 1));
    set.tappable(extension('b')).guidance.tap('x', (eps) => tensor(eps.data[0]! * 10));
    const out = await set.hooks.guidance.promise(tensor(1), guidanceIn(job().context));
    expect(out.data[0]).toBe(20);
  });

  it('names extension and hook on the job when a tap throws, and goes on without it', async () => {
    const set = createHookSet();
    let calls = 0;
    set.tappable(extension('broken')).guidance.tap('x', () => {
      calls++;
      throw new Error('no such thing');
    });
    const { context, warnings } = job();
    for (let i = 0; i < 3; i++) {
      const out = await set.hooks.guidance.promise(tensor(7), guidanceIn(context));
      expect(out.data[0]).toBe(7);
    }
    expect(calls).toBe(1);
    expect(warnings).toEqual([
      'Extension broken failed in guidance: no such thing; the picture is made without it',
    ]);
  });

  it('lets the fault of an essential extension fail the job', async () => {
    const set = createHookSet();
    set.tappable(extension('safety', { essential: true })).jobStart.tap('x', () => {
      throw new Error('broken');
    });
    await expect(set.hooks.jobStart.promise(job().context)).rejects.toMatchObject({
      code: 'EXTENSION_FAILED',
      params: { extension: 'safety', hook: 'jobStart' },
    });
  });

  it('does not call an extension whose panel is switched off', async () => {
    const set = createHookSet();
    const added = extension('a', switchable);
    let calls = 0;
    set.tappable(added).jobStart.tap('x', () => {
      calls++;
    });
    const off = job().context;
    const on = job({ a: { enabled: true } }).context;
    await set.hooks.jobStart.promise(off);
    await set.hooks.jobStart.promise(on);
    expect(calls).toBe(1);
    expect(set.isUsed('jobStart', off)).toBe(false);
    expect(set.isUsed('jobStart', on)).toBe(true);
    expect(set.isUsed('guidance', on)).toBe(false);
    expect(set.panel(added, off)).toBeNull();
    expect(set.panel(added, on)).toEqual({ enabled: true, amount: 3 });
  });

  it('refuses taps after the freeze', () => {
    const set = createHookSet();
    const hooks = set.tappable(extension('late'));
    set.freeze();
    expect(() => hooks.image.tap('x', () => {})).toThrow('late taps image after loading');
  });

  it('measures the time spent in taps', async () => {
    const set = createHookSet();
    set
      .tappable(extension('slow'))
      .jobStart.tapPromise('x', () => new Promise((resolve) => setTimeout(resolve, 20)));
    await set.hooks.jobStart.promise(job().context);
    expect(set.durations().get('slow')).toBeGreaterThan(15);
  });
});
