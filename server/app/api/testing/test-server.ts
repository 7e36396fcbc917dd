import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { TapestryError } from '#contracts/errors.ts';
import { manifestSchema } from '#contracts/manifest.ts';
import { parseInfotext } from '#core/prompt/infotext.ts';
import { resolveSampler, resolveScheduler } from '#core/sampling/resolve.ts';
import { SAMPLERS } from '#core/sampling/samplers/index.ts';
import { SCHEDULERS } from '#core/sampling/schedulers/index.ts';
import { silentLog } from '#io/log.ts';
import { createDoor } from '../../door/door.ts';
import type { DoorConfig } from '../../door/door-config.ts';
import { checkPanelValues, fromPositional } from '../../extensions/panel-values.ts';
import { parseFlags, toCmdFlags } from '../../flags.ts';
import { findByAnyName } from '../../library/library.ts';
import { nearestNames } from '../../library/nearest.ts';
import type { CheckpointFile, Extensions, Library, Settings } from '../../services.ts';
import { createSettings } from '../../settings/settings.ts';
import { createApp } from '../app.ts';
import { fieldsFromInfotext } from '../infotext-fields.ts';
import { nativeRoutes } from '../native.ts';
import { createPrepare, type Prepare } from '../prepare.ts';
import { sdapiRoutes } from '../sdapi.ts';
import { createTaskIds } from '../task-ids.ts';
import { createFakeJobs, type FakeJobs } from './fake-jobs.ts';

/** The whole API over services in memory: only settings touch a file. */
export interface TestServer {
  app: Express;
  jobs: FakeJobs;
  settings: Settings;
  prepare: Prepare;
  close(): void;
}

export const OPEN_DOOR: DoorConfig = {
  bindHost: '127.0.0.1',
  names: [],
  corsOrigins: [],
  corsPattern: null,
  apiAuth: new Map(),
  uiAuth: new Map(),
  allowOpen: false,
  subpath: '',
  secret: 'a secret of tests',
};

export async function createTestServer(door: Partial<DoorConfig> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tapestry-api-'));
  const library = fakeLibrary();
  const settings = await createSettings({
    file: join(folder, 'config.json'),
    log: silentLog(),
    checks: { sd_model_checkpoint: (name) => library.resolve(String(name)).title },
  });
  const extensions = fakeExtensions();
  const names = { samplers: SAMPLERS, schedulers: SCHEDULERS, resolveSampler, resolveScheduler };
  const jobs = createFakeJobs();
  const prepare = createPrepare({ settings, library, extensions, names, drawSeed: () => 4242 });
  const supervisor = {
    memory: () => ({ rssBytes: 1000, pid: 1 }),
    status: () => ({ state: 'ready' as const, provider: 'cpu', notes: [], pid: 1, checkpoint: null }),
  };
  const readInfotext = (text: string) =>
    fieldsFromInfotext(parseInfotext(text), { settings, library, extensions });
  const shared = {
    jobs,
    settings,
    library,
    extensions,
    supervisor,
    names,
    prepare,
    readInfotext,
    version: 'Tapestry 9.9.9',
  };
  const app = createApp({
    door: createDoor({ ...OPEN_DOOR, ...door }),
    log: silentLog(),
    version: '9.9.9',
    sdapi: sdapiRoutes({ ...shared, taskIds: createTaskIds(), cmdFlags: () => toCmdFlags(parseFlags([])) }),
    native: nativeRoutes({
      ...shared,
      countTokens: async (text) => ({ count: text.split(' ').length, max: 75 }),
    }),
  });
  return { app, jobs, settings, prepare, close: () => rmSync(folder, { recursive: true, force: true }) };
}

const SHA = 'ab'.repeat(32);

function checkpoint(name: string, more: Partial<CheckpointFile> = {}): CheckpointFile {
  const sha256 = more.sha256 === undefined ? SHA : more.sha256;
  const stem = name
    .split('/')
    .at(-1)!
    .replace(/\.\w+$/, '');
  return {
    name,
    title: sha256 === null ? name : `${name} [${sha256.slice(0, 10)}]`,
    path: `/models/${name}`,
    stem,
    modelName: name.replace(/\.\w+$/, '').replaceAll('/', '_'),
    shortHash: sha256?.slice(0, 10) ?? null,
    config: null,
    sizeBytes: 10,
    family: 'sd1',
    reason: null,
    broken: false,
    nativeWidth: 128,
    nativeHeight: 192,
    metadata: { 'modelspec.description': 'Draws trees.' },
    defaults: { steps: 25, examples: ['a tree'] },
    ...more,
    sha256,
  };
}

function fakeLibrary(): Library {
  const files = [
    checkpoint('tree.safetensors'),
    checkpoint('sub/other.safetensors', { sha256: null, nativeWidth: 512, nativeHeight: 512 }),
    checkpoint('broken.safetensors', { sha256: null, family: null, broken: true, reason: 'it ends early' }),
    checkpoint('lora.safetensors', { sha256: null, family: null, reason: 'this is a LoRA' }),
  ];
  return {
    checkpoints: () => files,
    resolve(name) {
      const file = findByAnyName(files, name);
      if (file !== undefined) return file;
      const accepted = nearestNames(
        name,
        files.map((each) => each.title),
      ).join(', ');
      throw new TapestryError('UNKNOWN_CHECKPOINT', { field: 'sd_model_checkpoint', value: name, accepted });
    },
    refresh: async () => {},
    hash: async (file) => file.sha256 ?? 'cd'.repeat(32),
    onChange: () => () => {},
  };
}

function fakeExtensions(): Extensions {
  const manifest = manifestSchema.parse({
    sdk: '^1.0.0',
    title: 'Glow',
    panels: [
      {
        id: 'main',
        title: 'Glow',
        tabs: ['txt2img'],
        script: 'Glow',
        enabledBy: 'enabled',
        fields: [
          { kind: 'toggle', key: 'enabled', label: 'Enabled', default: false },
          {
            kind: 'slider',
            key: 'amount',
            label: 'Amount',
            default: 1.5,
            min: 0,
            max: 10,
            step: 0.5,
            infotext: 'Glow amount',
          },
        ],
      },
    ],
  });
  const panel = manifest.panels[0]!;
  const info = {
    id: 'glow',
    folder: '/extensions/glow',
    version: '1.2.3',
    builtIn: true,
    enabled: true,
    manifest,
  };
  return {
    list: () => [info],
    problems: () => [{ id: 'bad', folder: '/extensions/bad', reason: 'no manifest' }],
    refresh: async () => {},
    panels: () => [{ extension: 'glow', panel }],
    fromScriptArgs(title, args) {
      if (title.toLowerCase() === 'glow') {
        return { extension: 'glow', values: fromPositional(panel, args, 'alwayson_scripts.Glow') };
      }
      throw new TapestryError('UNKNOWN_SCRIPT', {
        field: 'alwayson_scripts',
        value: title,
        accepted: 'Glow',
      });
    },
    check: (values) =>
      Object.fromEntries(
        Object.entries(values).map(([id, sent]) => [id, checkPanelValues([panel], sent, `extensions.${id}`)]),
      ),
    scriptTitles: (tab) => (tab === 'txt2img' ? ['glow'] : []),
  };
}
