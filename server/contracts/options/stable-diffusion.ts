import { choice, integer, list, number, page, text, toggle } from './define.ts';

/** Stable Diffusion. */
export const stableDiffusion = [
  ...page('Stable Diffusion', 'Stable Diffusion', [
    text('sd_model_checkpoint', null, 'Checkpoint', {
      description: 'The model that paints.',
      infotext: 'Model hash',
      effective: true,
      nullable: true,
    }),
    integer('sd_checkpoints_limit', 1, [1, 10], 'SD checkpoints limit', {
      description: 'Models kept loaded.',
    }),
    toggle('sd_checkpoints_keep_in_cpu', true, 'SD checkpoints keep in cpu', {
      description: 'Others in RAM.',
    }),
    integer('sd_checkpoint_cache', 0, [0, 10], 'SD checkpoint cache', { description: 'Obsolete.' }),
    text('sd_unet', 'Automatic', 'SD UNet', { description: 'Automatic | engine (TensorRT…) | None.' }),
    toggle('enable_quantization', false, 'Enable quantization', { reload: true }),
    choice('emphasis', 'Original', ['None', 'Ignore', 'Original', 'No norm'], 'Emphasis', {
      description:
        'How (brackets) and [brackets] weigh words: None reads brackets as text, Ignore drops the weights, No norm skips the correction of the mean.',
      infotext: 'Emphasis',
      effective: true,
    }),
    toggle('enable_batch_seeds', true, 'Enable batch seeds', {
      description: 'Batch image = same as single image.',
    }),
    integer('comma_padding_backtrack', 20, [0, 74], 'Comma backtrack', {
      description: 'Tokens that move to the next chunk of 75 so that it starts after a comma.',
      effective: true,
    }),
    toggle('sdxl_clip_l_skip', false, 'SDXL CLIP l skip', {
      description: "Apply clip skip to SDXL's CLIP-L.",
    }),
    integer('CLIP_stop_at_last_layers', 1, [1, 12], 'Clip skip', {
      description: '1 uses the last layer of the text encoder, 2 the one before.',
      infotext: 'Clip skip',
      effective: true,
    }),
    toggle('upcast_attn', false, 'Upcast attn'),
    choice('randn_source', 'GPU', ['GPU', 'CPU', 'NV'], 'Noise source', {
      description: 'Generator of the start noise. GPU means the CPU generator of torch here.',
      infotext: 'RNG',
      effective: true,
    }),
    toggle('tiling', false, 'Tiling', {
      description: 'Pictures whose edges fit together.',
      infotext: 'Tiling',
    }),
    choice(
      'hires_fix_refiner_pass',
      'second pass',
      ['first pass', 'second pass', 'both passes'],
      'Hires fix refiner pass',
      { infotext: 'Hires refiner' },
    ),
    toggle('enable_prompt_comments', true, 'Comments in prompts', {
      description: 'Drops what follows a # in a line.',
      effective: true,
    }),
  ]),
  ...page('Stable Diffusion', 'Stable Diffusion XL', [
    integer('sdxl_crop_top', 0, null, 'SDXL crop top', { description: 'SDXL size conditioning.' }),
    integer('sdxl_crop_left', 0, null, 'SDXL crop left'),
    number('sdxl_refiner_low_aesthetic_score', 2.5, null, 'SDXL refiner low aesthetic score'),
    number('sdxl_refiner_high_aesthetic_score', 6, null, 'SDXL refiner high aesthetic score'),
  ]),
  ...page('Stable Diffusion', 'Stable Diffusion 3', [toggle('sd3_enable_t5', false, 'SD3 enable T5')]),
  ...page('Stable Diffusion', 'VAE', [
    integer('sd_vae_checkpoint_cache', 0, [0, 10], 'SD VAE checkpoint cache'),
    text('sd_vae', 'Automatic', 'SD VAE', {
      description: 'Automatic (same-named or per-model) | None (inside checkpoint) | file name.',
      infotext: 'VAE',
    }),
    toggle('sd_vae_overrides_per_model_preferences', true, 'SD VAE overrides per model preferences', {
      description: 'Explicit sd_vae beats per-model VAE.',
    }),
    toggle('auto_vae_precision_bfloat16', false, 'Auto VAE precision bfloat16', {
      description: 'NaN → bf16 retry.',
    }),
    toggle('auto_vae_precision', true, 'Auto VAE precision', { description: 'NaN → fp32 retry.' }),
    choice('sd_vae_encode_method', 'Full', ['Full', 'TAESD'], 'SD VAE encode method', {
      infotext: 'VAE Encoder',
    }),
    choice('sd_vae_decode_method', 'Full', ['Full', 'TAESD'], 'SD VAE decode method', {
      infotext: 'VAE Decoder',
    }),
  ]),
  ...page('Stable Diffusion', 'img2img', [
    number('inpainting_mask_weight', 1, [0, 1, 0.01], 'Inpainting mask weight', {
      description: 'Inpaint-model mask conditioning.',
      infotext: 'Conditional mask weight',
    }),
    number('initial_noise_multiplier', 1, [0, 1.5, 0.001], 'Initial noise multiplier', {
      description: 'Img2img start noise.',
      infotext: 'Noise multiplier',
    }),
    number('img2img_extra_noise', 0, [0, 1, 0.01], 'Img2img extra noise', { infotext: 'Extra noise' }),
    toggle('img2img_color_correction', false, 'Img2img color correction', {
      description: 'Match histogram to input.',
    }),
    toggle('img2img_fix_steps', false, 'Img2img fix steps', { description: 'Run the full step count.' }),
    text('img2img_background_color', '#ffffff', 'Img2img background color', {
      description: 'Flatten transparent input.',
    }),
    integer('img2img_editor_height', 720, [80, 1600], 'Img2img editor height', { reload: true }),
    text('img2img_sketch_default_brush_color', '#ffffff', 'Img2img sketch default brush color', {
      reload: true,
    }),
    text('img2img_inpaint_mask_brush_color', '#ffffff', 'Img2img inpaint mask brush color', { reload: true }),
    text(
      'img2img_inpaint_sketch_default_brush_color',
      '#ffffff',
      'Img2img inpaint sketch default brush color',
      { reload: true },
    ),
    toggle('return_mask', false, 'Return mask', { description: 'Append mask to results.' }),
    toggle('return_mask_composite', false, 'Return mask composite', {
      description: 'Append RGBA composite.',
    }),
    integer('img2img_batch_show_results_limit', 32, [-1, 1000], 'Img2img batch show results limit'),
    toggle('overlay_inpaint', true, 'Overlay inpaint', { description: 'Paste original outside the mask.' }),
  ]),
  ...page('Stable Diffusion', 'Optimizations', [
    text('cross_attention_optimization', 'Automatic', 'Cross attention optimization'),
    number('s_min_uncond', 0, [0, 15, 0.01], 'Negative guidance minimum sigma', {
      description:
        'Below this noise level every other step goes without the negative prompt: faster. 0: never.',
      infotext: 'NGMS',
      effective: true,
    }),
    toggle('s_min_uncond_all', false, 'Negative guidance minimum sigma: all steps', {
      description: 'Below that level all steps go without the negative prompt, not every other.',
      infotext: 'NGMS all steps',
      effective: true,
    }),
    number('token_merging_ratio', 0, [0, 0.9, 0.1], 'Token merging ratio', {
      description: 'ToMe.',
      infotext: 'Token merging ratio',
    }),
    number('token_merging_ratio_img2img', 0, [0, 0.9, 0.1], 'Token merging ratio img2img'),
    number('token_merging_ratio_hr', 0, [0, 0.9, 0.1], 'Token merging ratio hr', {
      infotext: 'Token merging ratio hr',
    }),
    toggle('pad_cond_uncond', false, 'Pad cond uncond', { infotext: 'Pad conds' }),
    toggle('pad_cond_uncond_v0', false, 'Pad cond uncond v0', { infotext: 'Pad conds v0' }),
    toggle('persistent_cond_cache', true, 'Persistent cond cache'),
    toggle('batch_cond_uncond', true, 'Batch cond uncond'),
    choice('fp8_storage', 'Disable', ['Disable', 'Enable for SDXL', 'Enable'], 'Fp8 storage'),
    toggle('cache_fp16_weight', false, 'Cache fp16 weight'),
  ]),
  ...page('Stable Diffusion', 'Compatibility', [
    toggle('auto_backcompat', true, 'Auto backcompat', {
      description: 'Set compat options from infotext Version.',
    }),
    toggle('use_old_emphasis_implementation', false, 'Use old emphasis implementation'),
    toggle('use_old_karras_scheduler_sigmas', false, 'Use old karras scheduler sigmas', {
      description: '0.1…10.',
    }),
    toggle('no_dpmpp_sde_batch_determinism', false, 'No dpmpp sde batch determinism'),
    toggle('use_old_hires_fix_width_height', false, 'Hires fix: width and height are the final size', {
      description:
        'As before hires fix had a factor: the first pass has about 512 × 512 pixels in that shape.',
      effective: true,
    }),
    toggle('hires_fix_use_firstpass_conds', false, 'Hires fix use firstpass conds'),
    toggle('use_old_scheduling', false, 'Old prompt editing timelines', {
      description:
        'As before version 1.6: in [a:b:when] a number below 1 is a fraction, and each pass starts anew.',
      infotext: 'Old prompt editing timelines',
      effective: true,
    }),
    toggle('use_downcasted_alpha_bar', false, 'Use downcasted alpha bar', {
      infotext: 'Downcast alphas_cumprod',
    }),
    toggle('refiner_switch_by_sample_steps', false, 'Refiner switch by sample steps', {
      infotext: 'Refiner switch by sampling steps',
    }),
    toggle('lora_functional', false, 'LoRA functional', { description: 'Slow, kohya-identical path.' }),
  ]),
  ...page('Stable Diffusion', 'Extra Networks', [
    toggle('extra_networks_show_hidden_directories', true, 'Extra networks show hidden directories'),
    toggle('extra_networks_dir_button_function', false, 'Extra networks dir button function'),
    choice(
      'extra_networks_hidden_models',
      'When searched',
      ['Always', 'When searched', 'Never'],
      'Extra networks hidden models',
    ),
    number('extra_networks_default_multiplier', 1, [0, 2, 0.01], 'Extra networks default multiplier', {
      description: 'Weight put in <lora:x:w>.',
    }),
    integer('extra_networks_card_width', 0, null, 'Extra networks card width', {
      description: 'Px, 0 auto.',
    }),
    integer('extra_networks_card_height', 0, null, 'Extra networks card height'),
    number('extra_networks_card_text_scale', 1, [0, 2, 0.01], 'Extra networks card text scale'),
    toggle('extra_networks_card_show_desc', true, 'Extra networks card show desc'),
    toggle('extra_networks_card_description_is_html', false, 'Extra networks card description is html'),
    choice(
      'extra_networks_card_order_field',
      'Path',
      ['Path', 'Name', 'Date Created', 'Date Modified'],
      'Extra networks card order field',
      { reload: true },
    ),
    choice(
      'extra_networks_card_order',
      'Ascending',
      ['Ascending', 'Descending'],
      'Extra networks card order',
      { reload: true },
    ),
    choice('extra_networks_tree_view_style', 'Dirs', ['Tree', 'Dirs'], 'Extra networks tree view style', {
      reload: true,
    }),
    toggle('extra_networks_tree_view_default_enabled', true, 'Extra networks tree view default enabled', {
      reload: true,
    }),
    integer('extra_networks_tree_view_default_width', 180, null, 'Extra networks tree view default width', {
      reload: true,
    }),
    text('extra_networks_add_text_separator', ' ', 'Extra networks add text separator', {
      description: 'Text before <…>.',
    }),
    text('ui_extra_networks_tab_reorder', '', 'UI extra networks tab reorder', {
      description: 'Comma list.',
      reload: true,
    }),
    toggle('textual_inversion_print_at_load', false, 'Textual inversion print at load'),
    toggle('textual_inversion_add_hashes_to_infotext', true, 'Textual inversion add hashes to infotext', {
      description: '"TI hashes".',
    }),
    text('sd_hypernetwork', 'None', 'SD hypernetwork', { description: 'Always add this hypernetwork.' }),
    text('sd_lora', 'None', 'SD LoRA', { description: 'Always add this Lora to every prompt.' }),
    choice('lora_preferred_name', 'Alias from file', ['Alias from file', 'Filename'], 'LoRA preferred name', {
      description: 'Alias = ss_output_name.',
    }),
    toggle('lora_add_hashes_to_infotext', true, 'LoRA add hashes to infotext', {
      description: '"Lora hashes".',
    }),
    toggle('lora_bundled_ti_to_infotext', true, 'LoRA bundled ti to infotext'),
    toggle('lora_show_all', false, 'LoRA show all', { description: 'Else hide other model families.' }),
    list('lora_hide_unknown_for_versions', [], 'LoRA hide unknown for versions', {
      choices: ['SD1', 'SD2', 'SDXL'],
    }),
    integer('lora_in_memory_limit', 0, null, 'LoRA in memory limit'),
    toggle('lora_not_found_warning_console', false, 'LoRA not found warning console'),
    toggle('lora_not_found_gradio_warning', false, 'LoRA not found gradio warning'),
  ]),
  ...page('Stable Diffusion', 'Sampler parameters', [
    list('hide_samplers', [], 'Hide samplers', { reload: true }),
    number('eta_ddim', 0, [0, 1, 0.01], 'Eta for DDIM', {
      description: '0 is deterministic.',
      infotext: 'Eta DDIM',
      effective: true,
    }),
    number('eta_ancestral', 1, [0, 1, 0.01], 'Eta for ancestral samplers', {
      description: 'How much noise comes back after each step.',
      infotext: 'Eta',
      effective: true,
    }),
    choice('ddim_discretize', 'uniform', ['uniform', 'quad'], 'Ddim discretize'),
    number('s_churn', 0, [0, 100, 0.01], 'Sigma churn', {
      description: 'Extra noise per step of Euler, Heun and DPM2.',
      infotext: 'Sigma churn',
      effective: true,
    }),
    number('s_tmin', 0, [0, 10, 0.01], 'Sigma tmin', {
      description: 'No churn below this noise level.',
      infotext: 'Sigma tmin',
      effective: true,
    }),
    number('s_tmax', 0, [0, 999, 0.01], 'Sigma tmax', {
      description: 'No churn above this noise level; 0: no limit.',
      infotext: 'Sigma tmax',
      effective: true,
    }),
    number('s_noise', 1, [0, 1.1, 0.001], 'Sigma noise', {
      description: 'Scale of the noise that is added.',
      infotext: 'Sigma noise',
      effective: true,
    }),
    number('sigma_min', 0, null, 'Smallest sigma', {
      description: 'Of schedules that take one; 0: that of the model.',
      infotext: 'Schedule min sigma',
      effective: true,
    }),
    number('sigma_max', 0, null, 'Largest sigma', {
      description: 'Of schedules that take one; 0: that of the model.',
      infotext: 'Schedule max sigma',
      effective: true,
    }),
    number('rho', 0, null, 'Rho', {
      description: 'Shape of the schedule; 0: its own default.',
      infotext: 'Schedule rho',
      effective: true,
    }),
    integer('eta_noise_seed_delta', 0, null, 'Eta noise seed delta (ENSD)', {
      description: 'Added to the seed for the noise within steps; 31337 repeats NovelAI.',
      infotext: 'ENSD',
      effective: true,
    }),
    toggle('always_discard_next_to_last_sigma', false, 'Always discard next to last sigma', {
      infotext: 'Discard penultimate sigma',
    }),
    toggle('sgm_noise_multiplier', false, 'Sgm noise multiplier', { infotext: 'SGM noise multiplier' }),
    choice('uni_pc_variant', 'bh1', ['bh1', 'bh2', 'vary_coeff'], 'Uni pc variant', {
      infotext: 'UniPC variant',
    }),
    choice(
      'uni_pc_skip_type',
      'time_uniform',
      ['time_uniform', 'time_quadratic', 'logSNR'],
      'Uni pc skip type',
      { infotext: 'UniPC skip type' },
    ),
    integer('uni_pc_order', 3, [1, 50], 'Uni pc order', { description: '< steps.', infotext: 'UniPC order' }),
    toggle('uni_pc_lower_order_final', true, 'Uni pc lower order final', {
      infotext: 'UniPC lower order final',
    }),
    choice('sd_noise_schedule', 'Default', ['Default', 'Zero Terminal SNR'], 'SD noise schedule', {
      infotext: 'Noise Schedule',
    }),
    number('skip_early_cond', 0, [0, 1, 0.01], 'Ignore negative prompt during early sampling', {
      description: 'Share of the steps, from the first, that go without the negative prompt. 0: none.',
      infotext: 'Skip Early CFG',
      effective: true,
    }),
    number('beta_dist_alpha', 0.6, [0.01, 1, 0.01], 'Beta dist alpha', { infotext: 'Beta scheduler alpha' }),
    number('beta_dist_beta', 0.6, [0.01, 1, 0.01], 'Beta dist beta', { infotext: 'Beta scheduler beta' }),
  ]),
];
