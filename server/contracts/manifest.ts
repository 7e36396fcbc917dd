/**
 * What an extension says of itself: the `tapestry` field of its package.json. It is data: the app and the page read
 * it without running the extension's code.
 */
import { z } from 'zod';

const base = {
  /** Name of the value in requests and hooks. */
  key: z.string().regex(/^[a-z][a-z0-9_]*$/),
  label: z.string(),
  description: z.string().optional(),
  /** Shown only while another field has this value. */
  showIf: z.object({ key: z.string(), equals: z.unknown() }).optional(),
  /** Name of the value in the infotext; absent: not written. */
  infotext: z.string().optional(),
};

/** One field of a panel, a settings section or a script form. The page's `forms` renders each kind. */
export const fieldSchema = z.discriminatedUnion('kind', [
  z.object({ ...base, kind: z.literal('toggle'), default: z.boolean() }),
  z.object({
    ...base,
    kind: z.literal('text'),
    default: z.string(),
    lines: z.number().int().min(1).optional(),
  }),
  z.object({
    ...base,
    kind: z.enum(['number', 'slider']),
    default: z.number(),
    min: z.number(),
    max: z.number(),
    step: z.number().positive(),
    integer: z.boolean().optional(),
  }),
  z.object({
    ...base,
    kind: z.literal('choice'),
    default: z.string(),
    choices: z.array(z.object({ value: z.string(), label: z.string() })).min(1),
    /** Choosing a value sets these other fields: presets. */
    sets: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  }),
]);
export type Field = z.infer<typeof fieldSchema>;

export const panelSchema = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  tabs: z.array(z.enum(['txt2img', 'img2img'])).min(1),
  /** Title of the A1111 always-on script this panel answers to; its positional `args` are the fields in order. */
  script: z.string(),
  /** Key of the toggle that switches the panel on; while it is false the extension is not called for the job. */
  enabledBy: z.string().optional(),
  fields: z.array(fieldSchema),
});
export type Panel = z.infer<typeof panelSchema>;

export const manifestSchema = z.object({
  /** Range of the sdk's version that the extension needs, e.g. "^1.0.0". */
  sdk: z.string(),
  title: z.string(),
  description: z.string().default(''),
  /** Module whose default export is the engine side: `(api: EngineApi) => void`. Relative to the folder. */
  engine: z.string().optional(),
  panels: z.array(panelSchema).default([]),
  /** True: a fault in it fails the job (safety). False: the picture is made without it and the job says so. */
  essential: z.boolean().default(false),
  /** What it wants; shown before install. */
  permissions: z
    .object({
      hooks: z.array(z.string()).default([]),
      network: z.array(z.string()).default([]),
      folders: z.array(z.string()).default([]),
    })
    .default({ hooks: [], network: [], folders: [] }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** An extension as the app lists it. */
export interface ExtensionInfo {
  /** Folder name. */
  id: string;
  /** Absolute folder. */
  folder: string;
  version: string;
  builtIn: boolean;
  enabled: boolean;
  manifest: Manifest;
}
