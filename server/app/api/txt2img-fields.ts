import { LIMITS } from '#contracts/request.ts';
import { LATENT_UPSCALERS } from '#core/imaging/latent-upscale.ts';
import type { BodyField } from './pydantic.ts';

/** A field that takes null, as most do: null is the default. */
const optional = (name: string, type: BodyField['type'], value: unknown, more: Partial<BodyField> = {}) => {
  return { name, type, default: value, nullable: true, ...more } satisfies BodyField;
};

/** The body of `POST /sdapi/v1/txt2img`, in the order in which `parameters` echoes it. */
export const TXT2IMG_FIELDS: readonly BodyField[] = [
  optional('prompt', 'string', ''),
  optional('negative_prompt', 'string', ''),
  optional('styles', 'strings', null),
  optional('seed', 'integer', -1),
  optional('subseed', 'integer', -1),
  optional('subseed_strength', 'number', 0),
  optional('seed_resize_from_h', 'integer', -1),
  optional('seed_resize_from_w', 'integer', -1),
  optional('sampler_name', 'string', null),
  optional('scheduler', 'string', null),
  optional('batch_size', 'integer', 1, LIMITS.batchSize),
  optional('n_iter', 'integer', 1, LIMITS.batchCount),
  optional('steps', 'integer', 50, LIMITS.steps),
  optional('cfg_scale', 'number', 7),
  optional('width', 'integer', 512, {
    ...LIMITS.width,
    description: 'Absent: what the checkpoint was trained at.',
  }),
  optional('height', 'integer', 512, {
    ...LIMITS.height,
    description: 'Absent: what the checkpoint was trained at.',
  }),
  optional('restore_faces', 'boolean', null),
  optional('tiling', 'boolean', null),
  optional('do_not_save_samples', 'boolean', false),
  optional('do_not_save_grid', 'boolean', false),
  optional('eta', 'number', null),
  optional('denoising_strength', 'number', null),
  optional('s_min_uncond', 'number', null),
  optional('s_churn', 'number', null),
  optional('s_tmax', 'number', null),
  optional('s_tmin', 'number', null),
  optional('s_noise', 'number', null),
  optional('override_settings', 'object', null),
  optional('override_settings_restore_afterwards', 'boolean', true),
  optional('refiner_checkpoint', 'string', null),
  optional('refiner_switch_at', 'number', null),
  optional('disable_extra_networks', 'boolean', false),
  optional('firstpass_image', 'string', null),
  optional('comments', 'object', null),
  optional('enable_hr', 'boolean', false),
  optional('firstphase_width', 'integer', 0),
  optional('firstphase_height', 'integer', 0),
  optional('hr_scale', 'number', 2, LIMITS.hiresScale),
  optional('hr_upscaler', 'string', null, { description: `One of: ${LATENT_UPSCALERS.join(', ')}.` }),
  optional('hr_second_pass_steps', 'integer', 0, { min: 0, max: LIMITS.steps.max }),
  optional('hr_resize_x', 'integer', 0, { min: 0, max: LIMITS.width.max }),
  optional('hr_resize_y', 'integer', 0, { min: 0, max: LIMITS.height.max }),
  optional('hr_checkpoint_name', 'string', null),
  optional('hr_sampler_name', 'string', null),
  optional('hr_scheduler', 'string', null),
  optional('hr_prompt', 'string', ''),
  optional('hr_negative_prompt', 'string', ''),
  optional('force_task_id', 'string', null),
  { name: 'sampler_index', type: 'string', default: 'Euler' },
  optional('script_name', 'string', null),
  { name: 'script_args', type: 'list', default: [] },
  { name: 'send_images', type: 'boolean', default: true },
  { name: 'save_images', type: 'boolean', default: false },
  { name: 'alwayson_scripts', type: 'object', default: {} },
  optional('infotext', 'string', null),
];

/** Fields that go into the job as they are; null there means absent. */
export const REQUEST_FIELDS = [
  'prompt',
  'negative_prompt',
  'styles',
  'seed',
  'subseed',
  'subseed_strength',
  'seed_resize_from_h',
  'seed_resize_from_w',
  'scheduler',
  'batch_size',
  'n_iter',
  'steps',
  'cfg_scale',
  'tiling',
  'eta',
  'denoising_strength',
  's_min_uncond',
  's_churn',
  's_tmax',
  's_tmin',
  's_noise',
  'enable_hr',
  'hr_scale',
  'hr_resize_x',
  'hr_resize_y',
  'hr_upscaler',
  'hr_second_pass_steps',
  'hr_sampler_name',
  'hr_scheduler',
  'hr_prompt',
  'hr_negative_prompt',
] as const;

/** What A1111 would do with these and Tapestry does not yet: the job carries a warning where they are set. */
export const WITHOUT_EFFECT: readonly { name: string; isSet: (value: unknown) => boolean }[] = [
  {
    name: 'hr_checkpoint_name',
    isSet: (value) => typeof value === 'string' && !['', 'Use same checkpoint'].includes(value),
  },
  { name: 'restore_faces', isSet: (value) => value === true },
  {
    name: 'refiner_checkpoint',
    isSet: (value) => typeof value === 'string' && !['', 'None'].includes(value),
  },
  { name: 'styles', isSet: (value) => Array.isArray(value) && value.length > 0 },
  { name: 'firstpass_image', isSet: (value) => typeof value === 'string' && value !== '' },
];
