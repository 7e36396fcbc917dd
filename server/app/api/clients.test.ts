/** The least that each known client does, as its source has it: what breaks it is refused here. */
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(() => server.close());

const get = (path: string) => request(server.app).get(path);
const post = (path: string, body?: object) => request(server.app).post(path).send(body);
const sdapi = (name: string) => `/sdapi/v1/${name}`;

it('webuiapi (Python): status 200, plain base64, info text, scripts at construction, ready when idle', async () => {
  const scripts = (await get(sdapi('scripts')).expect(200)).body;
  expect(scripts.txt2img.every((name: string) => name === name.toLowerCase())).toBe(true);
  expect(scripts.txt2img).not.toContain('adetailer');
  const { body } = await post(sdapi('txt2img'), {
    enable_hr: false,
    hr_scale: 2,
    hr_upscaler: 'Latent',
    hr_second_pass_steps: 0,
    hr_resize_x: 0,
    hr_resize_y: 0,
    denoising_strength: 0.7,
    firstphase_width: 0,
    firstphase_height: 0,
    prompt: 'a tree',
    styles: [],
    seed: -1,
    subseed: -1,
    subseed_strength: 0,
    seed_resize_from_h: 0,
    seed_resize_from_w: 0,
    sampler_name: 'Euler a',
    sampler_index: 'Euler a',
    scheduler: 'automatic',
    batch_size: 1,
    n_iter: 1,
    steps: 20,
    cfg_scale: 7,
    width: 128,
    height: 128,
    restore_faces: false,
    tiling: false,
    do_not_save_samples: false,
    do_not_save_grid: false,
    negative_prompt: '',
    eta: 1,
    s_churn: 0,
    s_tmax: 0,
    s_tmin: 0,
    s_noise: 1,
    override_settings: {},
    override_settings_restore_afterwards: true,
    script_args: [],
    script_name: null,
    send_images: true,
    save_images: false,
    alwayson_scripts: {},
  }).expect(200);
  expect(body.images[0]).not.toContain('data:');
  expect(JSON.parse(body.info)).toBeTypeOf('object');
  expect(server.jobs.submitted[0]?.request).toMatchObject({ scheduler: 'Automatic', eta: 1, s_tmax: 0 });
  const title = (await get(sdapi('sd-models'))).body[1].title;
  expect((await post(sdapi('options'), { sd_model_checkpoint: title }).expect(200)).body).toBeNull();
  const progress = (await get(sdapi('progress'))).body;
  expect([progress.progress, progress.state.job_count]).toEqual([0, 0]);
});

it('SillyTavern: empty Basic, None first among upscalers, scheduler by name, unknown fields, saves', async () => {
  const authorization = `Basic ${Buffer.from('').toString('base64')}`;
  await get(sdapi('options')).set('authorization', authorization).expect(200);
  expect((await get(sdapi('upscalers'))).body[0].name).toBe('None');
  const scheduler = (await get(sdapi('schedulers'))).body.find(
    (each: { label: string }) => each.label === 'Karras',
  ).name;
  const models = (await get(sdapi('sd-models'))).body;
  await post(sdapi('options'), { sd_model_checkpoint: models[0].title }).expect(200);
  expect((await get(sdapi('options'))).body.sd_model_checkpoint).toBe(models[0].title);
  const { body } = await post(sdapi('txt2img'), {
    url: 'http://127.0.0.1:7860',
    auth: '',
    prompt: 'x',
    negative_prompt: '',
    sampler_name: 'DPM++ 2M',
    scheduler,
    steps: 2,
    cfg_scale: 7,
    width: 128,
    height: 128,
    restore_faces: false,
    enable_hr: false,
    hr_upscaler: 'Latent',
    hr_scale: 2,
    denoising_strength: 0.7,
    hr_second_pass_steps: 0,
    override_settings: { CLIP_stop_at_last_layers: 1 },
    override_settings_restore_afterwards: true,
    clip_skip: 1,
    save_images: true,
    send_images: true,
    do_not_save_grid: false,
    do_not_save_samples: false,
  })
    .set('authorization', authorization)
    .expect(200);
  expect(body.images).toHaveLength(1);
  expect(server.jobs.submitted[0]).toMatchObject({ save: true, request: { scheduler: 'Karras' } });
  await post(sdapi('interrupt')).expect(200);
});

it('open-webui: posts all options back with the model changed, reads images and info', async () => {
  const all = (await get(sdapi('options')).expect(200)).body;
  expect(all.sd_model_checkpoint).toBeTypeOf('string');
  const [, other] = (await get(sdapi('sd-models'))).body;
  await post(sdapi('options'), { ...all, sd_model_checkpoint: other.title }).expect(200);
  expect((await get(sdapi('options'))).body.sd_model_checkpoint).toBe(other.title);
  const { body } = await post(sdapi('txt2img'), {
    prompt: 'x',
    batch_size: 2,
    width: 64,
    height: 64,
    steps: 2,
  }).expect(200);
  expect(body.images).toHaveLength(2);
  expect(body).toHaveProperty('info');
});

it('LibreChat: infotexts, seed, size out of info', async () => {
  const { body } = await post(sdapi('txt2img'), {
    prompt: 'x',
    negative_prompt: 'y',
    cfg_scale: 4.5,
    steps: 22,
    width: 1024,
    height: 1024,
  }).expect(200);
  const info = JSON.parse(body.info);
  expect(info).toMatchObject({ width: 1024, height: 1024, seed: expect.any(Number) });
  expect(info.infotexts[0].split('\n').pop()).toContain('Steps: 22');
});

describe('KoboldAI Lite', () => {
  it('connects: models, a file format, a file name', async () => {
    const [model] = (await get(sdapi('sd-models')).expect(200)).body;
    expect(model.model_name).not.toBe('inactive');
    expect(model.filename).not.toBeNull();
    expect((await get(sdapi('options')).expect(200)).body.samples_format).toBe('png');
  });

  it('sends floats for integers and options that have no effect', async () => {
    const { body } = await post(sdapi('txt2img'), {
      prompt: 'x',
      seed: 5,
      sampler_name: 'Euler a',
      n_iter: 1,
      batch_size: 1,
      steps: 20.0,
      cfg_scale: 7,
      eta: 0,
      s_churn: 0,
      s_tmax: 0,
      s_tmin: 0,
      s_noise: 1,
      override_settings: {
        sd_model_checkpoint: 'tree',
        eta_noise_seed_delta: 0,
        CLIP_stop_at_last_layers: 1.0,
        ddim_discretize: 'uniform',
        img2img_fix_steps: false,
        sd_hypernetwork: 'None',
        inpainting_mask_weight: 1,
        initial_noise_multiplier: 1,
        comma_padding_backtrack: 20.0,
      },
    }).expect(200);
    expect(JSON.parse(body.info).warnings).toEqual([]);
  });
});

it('SwarmUI: switches by a title without its hash, and parses the reply', async () => {
  const [model] = (await get(sdapi('sd-models'))).body;
  const answer = await post(sdapi('options'), {
    sd_model_checkpoint: model.title.replace(/ \[\w+\]$/, ''),
  }).expect(200);
  expect(JSON.parse(answer.text)).toBeNull();
});

it('webui-distributed: memory, script-info, its fallback on a missing sampler', async () => {
  expect((await get(sdapi('memory')).expect(200)).body.cuda).toHaveProperty('error');
  const [script] = (await get(sdapi('script-info')).expect(200)).body;
  expect(script).toMatchObject({ name: expect.any(String), is_alwayson: true, is_img2img: false });
  const body = { sampler_name: 'Restart 9000', sampler_index: 'Restart 9000', s_tmax: 1e308 };
  const refused = await post(sdapi('txt2img'), body).expect(404);
  expect(refused.body.detail).toBe('Sampler not found');
  const { all_seeds } = JSON.parse(
    (await post(sdapi('txt2img'), { batch_size: 3, seed: 1, s_tmax: 1e308 })).body.info,
  );
  expect(all_seeds).toEqual([1, 2, 3]);
});

it('aiyabot: flags, Gradio stub, embeddings, null strength, login', async () => {
  await get(sdapi('cmd-flags')).expect(200);
  expect((await get('/config').expect(200)).body.components).toBeInstanceOf(Array);
  expect((await get(sdapi('embeddings')).expect(200)).body).toHaveProperty('skipped');
  await post('/login', { username: 'a', password: 'b' }).expect(200);
  const body = {
    prompt: 'x',
    denoising_strength: null,
    hr_second_pass_steps: 0.0,
    hr_scale: 1,
    styles: ['None'],
  };
  await post(sdapi('txt2img'), body).expect(200);
  expect((await get(sdapi('progress'))).body.state.job).toBe('');
});

it('the Photoshop plugin: a body of plugin keys, JSON from interrupt', async () => {
  const extra = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`plugin_key_${i}`, { a: [i] }]));
  await post(sdapi('txt2img'), { ...extra, prompt: 'x', alwayson_scripts: {}, mask_blur: 8 }).expect(200);
  expect((await post(sdapi('interrupt')).expect(200)).body).toEqual({});
});

it('node clients: ModelFusion, node-sd-webui and stable-diffusion-api', async () => {
  const fusion = {
    prompt: 'x',
    seed: 1,
    height: 64,
    width: 64,
    cfg_scale: 7,
    sampler_index: 'Euler a',
    steps: 2,
    override_settings: { sd_model_checkpoint: 'tree' },
  };
  const { body } = await post(sdapi('txt2img'), fusion).expect(200);
  expect(body.images.every((image: unknown) => typeof image === 'string')).toBe(true);
  expect(server.jobs.submitted[0]?.request.sampler_name).toBe('Euler a');
  await get(`${sdapi('progress')}?skipCurrentImage=true`).expect(200);
  for (const name of ['hypernetworks', 'face-restorers', 'realesrgan-models', 'prompt-styles']) {
    await get(sdapi(name)).expect(200);
  }
});
