import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPTIONS } from '#contracts/options.ts';
import { createTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

const get = (path: string) => request(server.app).get(path);
const post = (path: string, body?: object) => request(server.app).post(path).send(body);

describe('lists', () => {
  it('sd-models: titles, names, hashes or null, absolute file names', async () => {
    const { body } = await get('/sdapi/v1/sd-models').expect(200);
    expect(body.slice(0, 2)).toEqual([
      {
        title: 'tree.safetensors [ababababab]',
        model_name: 'tree',
        hash: 'ababababab',
        sha256: 'ab'.repeat(32),
        filename: '/models/tree.safetensors',
        config: null,
      },
      {
        title: 'sub/other.safetensors',
        model_name: 'sub_other',
        hash: null,
        sha256: null,
        filename: '/models/sub/other.safetensors',
        config: null,
      },
    ]);
  });

  it('samplers: the first is DPM++ 2M, option values are texts', async () => {
    const { body } = await get('/sdapi/v1/samplers').expect(200);
    expect(body[0]).toEqual({ name: 'DPM++ 2M', aliases: ['k_dpmpp_2m'], options: { scheduler: 'karras' } });
    const ancestral = body.find((each: { name: string }) => each.name === 'Euler a');
    expect(ancestral).toEqual({
      name: 'Euler a',
      aliases: ['k_euler_a', 'k_euler_ancestral'],
      options: { uses_ensd: 'True' },
    });
  });

  it('schedulers: name, label, aliases or null, rho, inner model', async () => {
    const { body } = await get('/sdapi/v1/schedulers').expect(200);
    expect(body[0]).toMatchObject({ name: 'automatic', label: 'Automatic' });
    expect(body).toContainEqual({
      name: 'karras',
      label: 'Karras',
      aliases: null,
      default_rho: 7,
      need_inner_model: false,
    });
    expect(body.find((each: { name: string }) => each.name === 'uniform')).toMatchObject({
      default_rho: -1,
      need_inner_model: true,
    });
  });

  it('upscalers begin with None', async () => {
    const { body } = await get('/sdapi/v1/upscalers').expect(200);
    expect(body[0]).toEqual({ name: 'None', model_name: null, model_path: null, model_url: null, scale: 4 });
  });

  it('latent-upscale-modes are the six of A1111', async () => {
    const { body } = await get('/sdapi/v1/latent-upscale-modes').expect(200);
    expect(body.map((each: { name: string }) => each.name)).toEqual([
      'Latent',
      'Latent (antialiased)',
      'Latent (bicubic)',
      'Latent (bicubic antialiased)',
      'Latent (nearest)',
      'Latent (nearest-exact)',
    ]);
  });

  it.each(['sd-vae', 'hypernetworks', 'face-restorers', 'realesrgan-models', 'prompt-styles', 'loras'])(
    '%s is answered, empty',
    async (name) => {
      expect((await get(`/sdapi/v1/${name}`).expect(200)).body).toEqual([]);
    },
  );

  it('embeddings are answered, empty', async () => {
    expect((await get('/sdapi/v1/embeddings').expect(200)).body).toEqual({ loaded: {}, skipped: {} });
  });

  it('scripts and script-info agree, in lower case', async () => {
    const scripts = (await get('/sdapi/v1/scripts').expect(200)).body;
    expect(scripts).toEqual({
      txt2img: ['comments', 'sampler', 'seed', 'glow'],
      img2img: ['comments', 'sampler', 'seed'],
    });
    const info = (await get('/sdapi/v1/script-info').expect(200)).body;
    const names = info
      .filter((each: { is_img2img: boolean }) => !each.is_img2img)
      .map((each: { name: string }) => each.name);
    expect(names).toEqual(scripts.txt2img);
    expect(info.find((each: { name: string }) => each.name === 'glow')).toEqual({
      name: 'glow',
      is_alwayson: true,
      is_img2img: false,
      args: [
        { label: 'Enabled', value: false, minimum: null, maximum: null, step: null, choices: null },
        { label: 'Amount', value: 1.5, minimum: 0, maximum: 10, step: 0.5, choices: null },
      ],
    });
  });

  it('extensions lists built-ins with the shape of git ones', async () => {
    expect((await get('/sdapi/v1/extensions').expect(200)).body).toEqual([
      {
        name: 'glow',
        remote: '',
        branch: '',
        commit_hash: '',
        version: '1.2.3',
        commit_date: '0',
        enabled: true,
      },
    ]);
  });

  it('memory has ram in bytes, and no GPU', async () => {
    const { body } = await get('/sdapi/v1/memory').expect(200);
    expect(body.ram.total).toBeGreaterThan(body.ram.used);
    expect(body.ram.used).toBeGreaterThan(1_000_000);
    expect(body.cuda).toEqual({ error: 'unavailable' });
  });

  it("cmd-flags has A1111's names", async () => {
    const { body } = await get('/sdapi/v1/cmd-flags').expect(200);
    expect(body).toMatchObject({
      listen: false,
      port: null,
      api_auth: null,
      xformers: false,
      data_dir: null,
    });
  });

  it.each(['refresh-checkpoints', 'refresh-vae', 'refresh-embeddings', 'refresh-loras'])(
    '%s answers null',
    async (name) => {
      expect((await post(`/sdapi/v1/${name}`).expect(200)).text).toBe('null');
    },
  );

  it("/config is a stub of Gradio's", async () => {
    expect((await get('/config').expect(200)).body.components).toEqual([]);
  });
});

describe('options', () => {
  it('gives every key, and the checkpoint in use', async () => {
    const { body } = await get('/sdapi/v1/options').expect(200);
    for (const { key } of OPTIONS) expect(body, key).toHaveProperty([key]);
    expect(body).toMatchObject({
      sd_model_checkpoint: 'tree.safetensors [ababababab]',
      sd_checkpoint_hash: 'ab'.repeat(32),
      samples_format: 'png',
    });
  });

  it('takes back all that it gave, with one key changed', async () => {
    const all = (await get('/sdapi/v1/options').expect(200)).body;
    const answer = await post('/sdapi/v1/options', {
      ...all,
      sd_model_checkpoint: 'sub/other.safetensors',
    }).expect(200);
    expect(answer.text).toBe('null');
    const after = (await get('/sdapi/v1/options').expect(200)).body;
    expect(after).toEqual({ ...all, sd_model_checkpoint: 'sub/other.safetensors', sd_checkpoint_hash: '' });
  });

  it('does not write down a checkpoint that nobody chose', async () => {
    await post('/sdapi/v1/options', (await get('/sdapi/v1/options')).body).expect(200);
    expect(server.settings.get('sd_model_checkpoint')).toBeNull();
  });

  it('refuses a model that is not there, and applies nothing', async () => {
    const { body } = await post('/sdapi/v1/options', { jpeg_quality: 9, sd_model_checkpoint: 'tre' }).expect(
      404,
    );
    expect(body.detail).toContain('tree.safetensors');
    expect(server.settings.get('jpeg_quality')).toBe(80);
  });

  it('names a wrong value', async () => {
    const { body } = await post('/sdapi/v1/options', { jpeg_quality: 'loud' }).expect(422);
    expect(body.detail).toEqual([
      {
        loc: ['body', 'jpeg_quality'],
        msg: 'jpeg_quality: loud is not accepted; expected a whole number from 1 to 100',
        type: 'value_error',
        ctx: { given: 'loud', accepted: 'a whole number from 1 to 100' },
      },
    ]);
  });

  it('ignores unknown keys and those the API may not set', async () => {
    await post('/sdapi/v1/options', { filter_nsfw: 1, api_enable_requests: false, jpeg_quality: 9 }).expect(
      200,
    );
    expect(server.settings.get('api_enable_requests')).toBe(true);
    expect(server.settings.get('jpeg_quality')).toBe(9);
  });

  it('hints at names and labels', async () => {
    const { body } = await get('/internal/quicksettings-hint').expect(200);
    expect(body).toContainEqual({ name: 'sd_model_checkpoint', label: 'Checkpoint' });
  });
});

describe('progress', () => {
  const preview = {
    step: 3,
    index: 0,
    width: 8,
    height: 8,
    mime: 'image/webp',
    data: new Uint8Array([1, 2, 3]),
  };

  async function run() {
    server.jobs.hold = true;
    void post('/sdapi/v1/txt2img', { n_iter: 2, force_task_id: 'task(mine)' }).then(() => {});
    await expect.poll(() => server.jobs.submitted.length).toBe(1);
    server.jobs.running = 'job-1';
    server.jobs.progress = {
      jobId: 'job-1',
      phase: 'sampling',
      step: 25,
      steps: 50,
      batch: 1,
      batches: 2,
      fraction: 0.75,
      etaSeconds: 12,
    };
    server.jobs.preview = { jobId: 'job-1', ...preview };
  }

  it('is idle in the way clients recognise', async () => {
    expect((await get('/sdapi/v1/progress').expect(200)).body).toEqual({
      progress: 0,
      eta_relative: 0,
      state: {
        skipped: false,
        interrupted: false,
        stopping_generation: false,
        job: '',
        job_count: 0,
        job_timestamp: '0',
        job_no: 0,
        sampling_step: 0,
        sampling_steps: 0,
      },
      current_image: null,
      textinfo: null,
    });
  });

  it("follows A1111's arithmetic", async () => {
    await run();
    const { body } = await get('/sdapi/v1/progress').expect(200);
    expect(body).toMatchObject({
      progress: 0.76,
      eta_relative: 12,
      state: { job: 'Batch 2 out of 2', job_count: 2, job_no: 1, sampling_step: 25, sampling_steps: 50 },
      current_image: Buffer.from([1, 2, 3]).toString('base64'),
    });
    expect(body.state.job_timestamp).toMatch(/^\d{14}$/);
  });

  it('leaves the picture out on request, ignores other names, refuses nonsense', async () => {
    await run();
    expect((await get('/sdapi/v1/progress?skip_current_image=true')).body.current_image).toBeNull();
    expect((await get('/sdapi/v1/progress?skipCurrentImage=true')).body.current_image).not.toBeNull();
    const { body } = await get('/sdapi/v1/progress?skip_current_image=perhaps').expect(422);
    expect(body.detail[0]).toMatchObject({ loc: ['query', 'skip_current_image'], type: 'type_error.bool' });
  });

  it('interrupts and skips what runs, and answers when nothing does', async () => {
    expect((await post('/sdapi/v1/interrupt').expect(200)).text).toBe('{}');
    expect((await post('/sdapi/v1/skip').expect(200)).text).toBe('null');
    expect(server.jobs.calls).toEqual([]);
    await run();
    await post('/sdapi/v1/skip').expect(200);
    await post('/sdapi/v1/interrupt').expect(200);
    expect(server.jobs.calls).toEqual(['skip job-1', 'interrupt job-1']);
    expect((await get('/sdapi/v1/progress')).body.state).toMatchObject({
      skipped: true,
      interrupted: true,
      stopping_generation: true,
    });
  });

  it('/internal/progress sends a preview once, as a data URI', async () => {
    await run();
    const first = (await post('/internal/progress', { id_task: 'task(mine)' }).expect(200)).body;
    expect(first).toMatchObject({
      active: true,
      queued: false,
      completed: false,
      progress: 0.76,
      eta: 12,
      live_preview: `data:image/webp;base64,${Buffer.from([1, 2, 3]).toString('base64')}`,
    });
    const again = { id_task: 'task(mine)', id_live_preview: first.id_live_preview };
    expect((await post('/internal/progress', again)).body.live_preview).toBeNull();
    expect(
      (await post('/internal/progress', { id_task: 'task(mine)', live_preview: false })).body.live_preview,
    ).toBeNull();
  });

  it('/internal/progress knows waiting, finished and unknown tasks', async () => {
    server.jobs.hold = true;
    void post('/sdapi/v1/txt2img', { force_task_id: 'task(a)' }).then(() => {});
    await expect.poll(() => server.jobs.submitted.length).toBe(1);
    expect((await get('/internal/pending-tasks').expect(200)).body).toEqual({ size: 1, tasks: ['task(a)'] });
    const waiting = (await post('/internal/progress', { id_task: 'task(a)' })).body;
    expect(waiting).toMatchObject({
      active: false,
      queued: true,
      completed: false,
      textinfo: 'In queue: 1/1',
    });
    server.jobs.finish('job-1');
    expect((await post('/internal/progress', { id_task: 'task(a)' })).body).toMatchObject({
      completed: true,
    });
    expect((await post('/internal/progress', { id_task: 'task(b)' })).body).toEqual({
      active: false,
      queued: false,
      completed: false,
      progress: null,
      eta: null,
      live_preview: null,
      id_live_preview: -1,
      textinfo: 'Waiting...',
    });
  });

  it('/internal/ping answers', async () => {
    expect((await get('/internal/ping').expect(200)).text).toBe('{}');
  });
});
