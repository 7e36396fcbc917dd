import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PICTURE } from './testing/fake-jobs.ts';
import { createTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

const txt2img = (body: object) => request(server.app).post('/sdapi/v1/txt2img').send(body);
const lastInput = () => server.jobs.submitted.at(-1)!;

describe('POST /sdapi/v1/txt2img', () => {
  it('answers with base64 pictures, the echo, and info as a JSON text', async () => {
    const { body } = await txt2img({ prompt: 'a tree', batch_size: 2, seed: 10, steps: 5 }).expect(200);
    expect(Object.keys(body)).toEqual(['images', 'parameters', 'info']);
    expect(body.images).toEqual([PICTURE.toString('base64'), PICTURE.toString('base64')]);
    expect(body.parameters).toMatchObject({
      prompt: 'a tree',
      seed: 10,
      sampler_name: null,
      sampler_index: 'Euler',
    });
    expect(typeof body.info).toBe('string');
    const info = JSON.parse(body.info);
    expect(info).toMatchObject({
      prompt: 'a tree',
      all_prompts: ['a tree', 'a tree'],
      seed: 10,
      all_seeds: [10, 11],
      sampler_name: 'Euler',
      steps: 5,
      sd_model_name: 'tree',
      sd_model_hash: 'ababababab',
      index_of_first_image: 0,
      clip_skip: 1,
      warnings: [],
    });
    expect(info.infotexts).toHaveLength(2);
  });

  it('has every key of info that clients know', async () => {
    const { body } = await txt2img({}).expect(200);
    expect(Object.keys(JSON.parse(body.info))).toEqual([
      ...['prompt', 'all_prompts', 'negative_prompt', 'all_negative_prompts', 'seed', 'all_seeds', 'subseed'],
      ...[
        'all_subseeds',
        'subseed_strength',
        'width',
        'height',
        'sampler_name',
        'cfg_scale',
        'steps',
        'batch_size',
      ],
      ...[
        'restore_faces',
        'face_restoration_model',
        'sd_model_name',
        'sd_model_hash',
        'sd_vae_name',
        'sd_vae_hash',
      ],
      ...['seed_resize_from_w', 'seed_resize_from_h', 'denoising_strength', 'extra_generation_params'],
      ...['index_of_first_image', 'infotexts', 'styles', 'job_timestamp', 'clip_skip'],
      ...['is_using_inpainting_conditioning', 'version', 'warnings'],
    ]);
  });

  it('uses the API defaults of A1111, and the size the checkpoint was trained at', async () => {
    const { body } = await txt2img({}).expect(200);
    expect(lastInput().request).toMatchObject({
      prompt: '',
      steps: 50,
      cfg_scale: 7,
      sampler_name: 'Euler',
      scheduler: 'Automatic',
      width: 128,
      height: 192,
      seed: 4242,
    });
    expect(lastInput()).toMatchObject({ save: false, keepWithoutWaiter: false, source: 'sdapi' });
    expect(body.parameters).toMatchObject({ width: 512, height: 512, seed: -1, steps: 50 });
  });

  it('reads floats, texts and nulls as pydantic 1 did', async () => {
    const { body } = await txt2img({
      prompt: 12,
      steps: 12.7,
      width: '64',
      height: null,
      cfg_scale: '4.5',
      seed: '3',
      tiling: null,
      eta: null,
      negative_prompt: null,
      s_tmax: 1e308,
      alwayson_scripts: [],
    }).expect(200);
    expect(lastInput().request).toMatchObject({
      prompt: '12',
      negative_prompt: '',
      steps: 12,
      width: 64,
      height: 192,
      cfg_scale: 4.5,
      seed: 3,
      s_tmax: 1e308,
    });
    expect(body.parameters).toMatchObject({ steps: 12, height: null, alwayson_scripts: {} });
  });

  it('ignores unknown fields', () =>
    txt2img({ url: 'x', auth: '', clip_skip: 2, huge: { a: [1] } }).expect(200));

  it.each([
    [{ sampler_name: 'DPM++ 2M Karras' }, 'DPM++ 2M', 'Karras'],
    [{ sampler_name: 'DPM++ 2M Karras', scheduler: 'automatic' }, 'DPM++ 2M', 'Automatic'],
    [{ sampler_name: 'k_euler_a', scheduler: 'karras' }, 'Euler a', 'Karras'],
    [{ sampler_name: 'euler A', scheduler: 'KARRAS' }, 'Euler a', 'Karras'],
    [{ sampler_name: '', sampler_index: 'DDIM' }, 'DDIM', 'Automatic'],
    [{ sampler_name: null, scheduler: '' }, 'Euler', 'Automatic'],
  ])('resolves %j', async (body, sampler_name, scheduler) => {
    await txt2img(body).expect(200);
    expect(lastInput().request).toMatchObject({ sampler_name, scheduler });
  });

  it('refuses an unknown sampler and scheduler in the words that clients compare', async () => {
    const { body } = await txt2img({ sampler_name: 'Eulr a' }).expect(404);
    expect(body).toEqual({
      error: 'HTTPException',
      detail: 'Sampler not found',
      body: '',
      errors: expect.stringContaining('Euler a'),
    });
    const second = await txt2img({ scheduler: 'Karas' }).expect(404);
    expect(second.body).toMatchObject({
      detail: 'Scheduler not found',
      errors: expect.stringContaining('Karras'),
    });
  });

  it.each([
    [{ width: 0 }, 'width', 'value_error.number.not_ge', '1 to 8192'],
    [{ height: 100_000 }, 'height', 'value_error.number.not_le', '1 to 8192'],
    [{ steps: 0 }, 'steps', 'value_error.number.not_ge', '1 to 1000'],
    [{ steps: 1e9 }, 'steps', 'value_error.number.not_le', '1 to 1000'],
    [{ batch_size: 101 }, 'batch_size', 'value_error.number.not_le', '1 to 100'],
    [{ n_iter: 0 }, 'n_iter', 'value_error.number.not_ge', '1 to 100'],
    [{ width: 'abc' }, 'width', 'type_error.integer', 'valid integer'],
    [{ prompt: ['a'] }, 'prompt', 'type_error.str', 'str type expected'],
    [{ cfg_scale: 1e6 }, 'cfg_scale', 'value_error', 'a number from 0 to 1000'],
    [{ subseed_strength: 2 }, 'subseed_strength', 'value_error', 'a number from 0 to 1'],
  ])('refuses %j, naming the field and what is accepted', async (body, field, type, text) => {
    const { body: answer } = await txt2img(body).expect(422);
    expect(Object.keys(answer)).toEqual(['detail']);
    expect(answer.detail).toEqual([expect.objectContaining({ loc: ['body', field], type })]);
    expect(answer.detail[0].msg).toContain(text);
    expect(server.jobs.submitted).toEqual([]);
  });

  it('keeps seeds beyond 32 bits', async () => {
    await txt2img({ seed: 2 ** 40 + 1 }).expect(200);
    expect(lastInput().request.seed).toBe(2 ** 40 + 1);
  });

  it('sends no pictures where none are wanted, and makes them all the same', async () => {
    const { body } = await txt2img({ send_images: false }).expect(200);
    expect(body.images).toEqual([]);
    expect(server.jobs.submitted).toHaveLength(1);
  });

  it('saves where the request and the option say so', async () => {
    await txt2img({ save_images: true }).expect(200);
    expect(lastInput()).toMatchObject({ save: true, keepWithoutWaiter: true });
    await txt2img({ save_images: true, override_settings: { samples_save: false } }).expect(200);
    expect(lastInput().save).toBe(false);
    await txt2img({ save_images: false, do_not_save_samples: false }).expect(200);
    expect(lastInput().save).toBe(false);
  });

  it('warns of what has no effect yet', async () => {
    const { body } = await txt2img({ hr_checkpoint_name: 'other', restore_faces: true }).expect(200);
    expect(JSON.parse(body.info).warnings).toEqual([
      expect.stringContaining('hr_checkpoint_name'),
      expect.stringContaining('restore_faces'),
    ]);
  });

  it('takes hires fix, its names resolved and its strength filled in', async () => {
    await txt2img({
      enable_hr: true,
      hr_upscaler: 'Latent (bicubic)',
      hr_sampler_name: 'k_euler_a',
      hr_scheduler: 'Use same scheduler',
      hr_second_pass_steps: 7,
      hr_resize_x: 256,
      hr_prompt: 'second',
    }).expect(200);
    expect(lastInput().request).toMatchObject({
      enable_hr: true,
      hr_upscaler: 'Latent (bicubic)',
      hr_sampler_name: 'Euler a',
      hr_scheduler: null,
      hr_second_pass_steps: 7,
      hr_scale: 2,
      hr_resize_x: 256,
      hr_resize_y: 0,
      hr_prompt: 'second',
      denoising_strength: 0.75,
    });
    await txt2img({ hr_upscaler: 'R-ESRGAN 4x+', denoising_strength: null }).expect(200);
    expect(lastInput().request).toMatchObject({ enable_hr: false, denoising_strength: null });
  });

  it.each([
    [{ hr_upscaler: 'R-ESRGAN 4x+' }, 'hr_upscaler', 'Latent (nearest-exact)'],
    [{ hr_scale: 16, width: 1024, height: 1024 }, 'hr_scale', '16384'],
    [{ hr_scale: 100 }, 'hr_scale', 'a number from 0.1 to 16'],
    [{ hr_resize_x: 4 }, 'hr_resize_x', '8 to 8192'],
    [{ hr_resize_y: 9000 }, 'hr_resize_y', '0 to 8192'],
    [{ hr_second_pass_steps: -1 }, 'hr_second_pass_steps', '0 to 1000'],
  ])('refuses hires fix with %j', async (body, field, text) => {
    const { body: answer } = await txt2img({ enable_hr: true, ...body }).expect(422);
    expect(answer.detail).toEqual([expect.objectContaining({ loc: ['body', field] })]);
    expect(answer.detail[0].msg).toContain(text);
    expect(server.jobs.submitted).toEqual([]);
  });

  it('refuses an unknown sampler of the second pass', async () => {
    const { body } = await txt2img({ enable_hr: true, hr_sampler_name: 'Eulr a' }).expect(404);
    expect(body.errors).toContain('Euler a');
  });

  it('reads hires fix out of an infotext', async () => {
    const fields =
      'Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: 1, Size: 64x64, ' +
      'Denoising strength: 0.4, Hires sampler: DPM++ 2M, Hires prompt: "x, y", Hires schedule type: Karras, ' +
      'Hires resize: 96x0, Hires steps: 9, Hires upscaler: Latent (antialiased)';
    await txt2img({ infotext: `a cat\n${fields}` }).expect(200);
    expect(lastInput().request).toMatchObject({
      enable_hr: true,
      denoising_strength: 0.4,
      hr_sampler_name: 'DPM++ 2M',
      hr_scheduler: 'Karras',
      hr_prompt: 'x, y',
      hr_resize_x: 96,
      hr_resize_y: 0,
      hr_second_pass_steps: 9,
      hr_upscaler: 'Latent (antialiased)',
    });
  });

  it('answers an interrupted start with no pictures, as A1111', async () => {
    server.jobs.hold = true;
    const pending = txt2img({ prompt: 'x' }).then((answer) => answer);
    await expect.poll(() => server.jobs.submitted.length).toBe(1);
    const error = { code: 'CANCELLED', status: 499, message: 'The job was cancelled' } as const;
    server.jobs.finish('job-1', { state: 'cancelled', images: [], error });
    const { body, status } = await pending;
    expect(status).toBe(200);
    expect(body.images).toEqual([]);
    expect(JSON.parse(body.info).warnings).toEqual(['The job was cancelled']);
  });

  it.each([
    [
      { code: 'ENGINE_DIED', status: 500, message: 'x', reason: 'killed' },
      500,
      { error: 'RuntimeError', detail: '', body: '', errors: expect.stringContaining('killed') },
    ],
    [
      { code: 'OUT_OF_MEMORY', status: 507, message: 'x', value: 'the UNet' },
      507,
      {
        error: 'HTTPException',
        detail: expect.stringContaining('Not enough memory for the UNet'),
        body: '',
        errors: '',
      },
    ],
  ] as const)('tells why a job failed: $code', async (error, status, expected) => {
    server.jobs.hold = true;
    const pending = txt2img({}).then((answer) => answer);
    await expect.poll(() => server.jobs.submitted.length).toBe(1);
    server.jobs.finish('job-1', { state: 'failed', images: [], error });
    const answer = await pending;
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual(expected);
  });
});

describe('a client that goes away', () => {
  async function leave() {
    const listening = server.app.listen(0);
    const { port } = listening.address() as { port: number };
    const gone = new AbortController();
    const body = JSON.stringify({ prompt: 'x' });
    const headers = { 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${port}/sdapi/v1/txt2img`;
    const pending = fetch(url, { method: 'POST', body, headers, signal: gone.signal }).catch(() => null);
    await expect.poll(() => server.jobs.submitted.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    gone.abort();
    await pending;
    await new Promise((resolve) => setTimeout(resolve, 100));
    listening.close();
  }

  it('does not end a job that is being painted', async () => {
    server.jobs.hold = true;
    server.jobs.running = 'job-1';
    await leave();
    expect(server.jobs.calls).toEqual([]);
  });

  it('gives up a job that still waits and would not be saved', async () => {
    server.jobs.hold = true;
    await leave();
    expect(server.jobs.calls).toEqual(['abandon job-1']);
  });
});

describe('override_settings', () => {
  it('applies to the job alone', async () => {
    await txt2img({ override_settings: { CLIP_stop_at_last_layers: 2.0, jpeg_quality: '50' } }).expect(200);
    expect(lastInput().options).toMatchObject({ CLIP_stop_at_last_layers: 2, jpeg_quality: 50 });
    expect(server.settings.get('CLIP_stop_at_last_layers')).toBe(1);
  });

  it('stays until the next start where it is not to be restored', async () => {
    const override_settings = { CLIP_stop_at_last_layers: 2 };
    await txt2img({ override_settings, override_settings_restore_afterwards: false }).expect(200);
    expect(server.settings.get('CLIP_stop_at_last_layers')).toBe(2);
  });

  it('ignores unknown keys with a warning, and keys the API may not set silently', async () => {
    const { body } = await txt2img({ override_settings: { filter_nsfw: true, api_useragent: 'x' } }).expect(
      200,
    );
    expect(JSON.parse(body.info).warnings).toEqual([expect.stringContaining('filter_nsfw')]);
    expect(lastInput().options.api_useragent).toBe('');
    expect(lastInput().request.override_settings).toEqual({});
  });

  it('refuses a wrong value, naming it', async () => {
    const { body } = await txt2img({ override_settings: { jpeg_quality: 'loud' } }).expect(422);
    expect(body.detail[0]).toMatchObject({
      loc: ['body', 'override_settings', 'jpeg_quality'],
      msg: expect.stringContaining('loud'),
    });
  });

  it.each(['tree.safetensors [ababababab]', 'tree.safetensors', 'tree', 'ababababab', 'TREE'])(
    'takes the checkpoint by %s',
    async (sd_model_checkpoint) => {
      await txt2img({ override_settings: { sd_model_checkpoint } }).expect(200);
      expect(lastInput().checkpoint).toMatchObject({ name: 'tree.safetensors', stem: 'tree' });
    },
  );

  it('refuses a checkpoint that is not there with the nearest names', async () => {
    const { body } = await txt2img({ override_settings: { sd_model_checkpoint: 'tre' } }).expect(404);
    expect(body).toMatchObject({
      error: 'HTTPException',
      detail: expect.stringContaining('tree.safetensors'),
    });
  });

  it.each([
    ['broken', 'it ends early'],
    ['lora', 'this is a LoRA'],
  ])('refuses the unusable checkpoint %s with the reason', async (sd_model_checkpoint, reason) => {
    const { body } = await txt2img({ override_settings: { sd_model_checkpoint } }).expect(422);
    expect(body.detail).toContain(reason);
  });
});

describe('scripts', () => {
  it('hands arguments of an always-on script to its extension', async () => {
    await txt2img({ alwayson_scripts: { GLOW: { args: [true, 3] } } }).expect(200);
    expect(lastInput().request.extensions).toEqual({ glow: { enabled: true, amount: 3 } });
  });

  it.each([[{ Glow: {} }], [{ Glow: { args: [] } }], [{ sampler: { args: [20, 'Euler'] } }]])(
    'takes %j',
    async (alwayson_scripts) => {
      await txt2img({ alwayson_scripts }).expect(200);
    },
  );

  it('names a script that is not there', async () => {
    for (const body of [
      { script_name: 'X/Y/Z plot' },
      { alwayson_scripts: { 'X/Y/Z plot': { args: [] } } },
    ]) {
      const answer = await txt2img(body).expect(422);
      expect(answer.body).toMatchObject({ error: 'HTTPException', detail: "Script 'X/Y/Z plot' not found" });
    }
  });

  it('refuses a wrong argument', async () => {
    const { body } = await txt2img({ alwayson_scripts: { Glow: { args: [true, 99] } } }).expect(422);
    expect(body.detail[0]).toMatchObject({ loc: ['body', 'alwayson_scripts', 'Glow', 'amount'] });
  });
});

describe('infotext', () => {
  const infotext = [
    'an apple',
    'Negative prompt: blurry',
    'Steps: 9, Sampler: Euler a, Schedule type: Automatic, CFG scale: 3.5, Seed: 77, Size: 64x96, Clip skip: 2, Glow amount: 4',
  ].join('\n');

  it('fills what the request does not say', async () => {
    await txt2img({ infotext, steps: 5, prompt: 'a pear' }).expect(200);
    expect(lastInput().request).toMatchObject({
      prompt: 'a pear',
      negative_prompt: 'blurry',
      steps: 5,
      sampler_name: 'Euler a',
      cfg_scale: 3.5,
      seed: 77,
      width: 64,
      height: 96,
      extensions: { glow: { enabled: true, amount: 4 } },
    });
    expect(lastInput().options.CLIP_stop_at_last_layers).toBe(2);
  });

  it('gives way to overrides that were sent', async () => {
    await txt2img({ infotext, override_settings: { CLIP_stop_at_last_layers: 3 } }).expect(200);
    expect(lastInput().options.CLIP_stop_at_last_layers).toBe(3);
  });
});
