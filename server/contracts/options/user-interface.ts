import { choice, integer, list, number, page, text, toggle } from './define.ts';

/** User Interface. */
export const userInterface = [
  ...page('User Interface', 'Prompt editing', [
    toggle('disable_token_counters', false, 'Disable token counters'),
    toggle('include_styles_into_token_counters', true, 'Include styles into token counters'),
  ]),
  ...page('User Interface', 'Gallery', [
    toggle('return_grid', true, 'Return grid', {
      description: 'Grid shown in gallery / first API image when save_images.',
    }),
    toggle('do_not_show_images', false, 'Do not show images'),
    toggle('js_modal_lightbox', true, 'Modal lightbox'),
    toggle('js_modal_lightbox_initially_zoomed', true, 'Modal lightbox initially zoomed'),
    toggle('js_modal_lightbox_gamepad', false, 'Modal lightbox gamepad'),
    integer('js_modal_lightbox_gamepad_repeat', 250, null, 'Modal lightbox gamepad repeat', {
      description: 'Ms.',
    }),
    number('sd_webui_modal_lightbox_icon_opacity', 1, [0, 1, 0.01], 'SD webui modal lightbox icon opacity', {
      reload: true,
    }),
    number(
      'sd_webui_modal_lightbox_toolbar_opacity',
      0.9,
      [0, 1, 0.01],
      'SD webui modal lightbox toolbar opacity',
      { reload: true },
    ),
    text('gallery_height', '', 'Gallery height', { description: 'CSS.', reload: true }),
    choice(
      'open_dir_button_choice',
      'Subdirectory',
      ['Output Root', 'Subdirectory', 'Subdirectory (even temp dir)'],
      'Open dir button choice',
      { description: '📂 target.' },
    ),
  ]),
  ...page('User Interface', 'UI alternatives', [
    toggle('compact_prompt_box', false, 'Compact prompt box', { reload: true }),
    toggle('samplers_in_dropdown', true, 'Samplers in dropdown', { reload: true }),
    toggle('dimensions_and_batch_together', true, 'Dimensions and batch together', { reload: true }),
    toggle('sd_checkpoint_dropdown_use_short', false, 'SD checkpoint dropdown use short'),
    toggle('hires_fix_show_sampler', false, 'Hires fix show sampler', {
      description: 'Show hires checkpoint/sampler/scheduler row.',
      reload: true,
    }),
    toggle('hires_fix_show_prompts', false, 'Hires fix show prompts', {
      description: 'Show hires prompts.',
      reload: true,
    }),
    toggle('txt2img_settings_accordion', false, 'Txt2img settings accordion', { reload: true }),
    toggle('img2img_settings_accordion', false, 'Img2img settings accordion', { reload: true }),
    toggle('interrupt_after_current', true, 'Interrupt after current', {
      description: 'First Interrupt click waits for the current image.',
    }),
  ]),
  ...page('User Interface', 'User interface', [
    text('localization', 'None', 'Localization', { description: 'Json name.', reload: true }),
    list('quicksettings_list', ['sd_model_checkpoint'], 'Quicksettings list', {
      description: 'Settings shown on top of the page.',
      reload: true,
    }),
    list('ui_tab_order', [], 'UI tab order', { reload: true }),
    list('hidden_tabs', [], 'Hidden tabs', { reload: true }),
    list('ui_reorder_list', [], 'UI reorder list', {
      description:
        'Order of prompt, image, inpaint, sampler, accordions, checkboxes, dimensions, cfg, denoising, seed, batch, override_settings, scripts.',
      reload: true,
    }),
    text('gradio_theme', 'Default', 'Gradio theme', { reload: true }),
    toggle('gradio_themes_cache', true, 'Gradio themes cache'),
    toggle('show_progress_in_title', true, 'Show progress in title', { description: '"[45% ETA: 3s] …".' }),
    toggle('send_seed', true, 'Take the seed over from a picture', { effective: true }),
    toggle('send_size', true, 'Take the size over from a picture', { effective: true }),
    toggle('enable_reloading_ui_scripts', false, 'Enable reloading UI scripts'),
  ]),
  ...page('User Interface', 'Infotext', [
    toggle('enable_pnginfo', true, 'Write settings into pictures', {
      description: 'As A1111 writes them, so that any tool reads them back.',
      effective: true,
    }),
    toggle('save_txt', false, 'Text file beside each picture', {
      description: 'Holds the same settings.',
      effective: true,
    }),
    toggle('add_model_name_to_info', true, 'Settings name the model', { effective: true }),
    toggle('add_model_hash_to_info', true, 'Settings hold the model hash', { effective: true }),
    toggle('add_vae_name_to_info', true, 'Add VAE name to info'),
    toggle('add_vae_hash_to_info', true, 'Add VAE hash to info'),
    toggle('add_user_name_to_info', false, 'Add user name to info'),
    toggle('add_version_to_infotext', true, 'Settings hold the version', { effective: true }),
    toggle('disable_weights_auto_swap', true, 'Keep the checkpoint when settings are pasted', {
      effective: true,
    }),
    list('infotext_skip_pasting', [], 'Infotext skip pasting'),
    choice(
      'infotext_styles',
      'Apply if any',
      ['Ignore', 'Apply', 'Discard', 'Apply if any'],
      'Infotext styles',
    ),
  ]),
  ...page('User Interface', 'Live previews', [
    toggle('show_progressbar', true, 'Show progressbar'),
    toggle('live_previews_enable', true, 'Live preview', { effective: true }),
    choice('live_previews_image_format', 'png', ['jpeg', 'png', 'webp'], 'Preview file format'),
    toggle('show_progress_grid', true, 'Show progress grid', { description: 'Preview whole batch.' }),
    integer('show_progress_every_n_steps', 1, [-1, 32], 'Preview every n steps', {
      description: '-1: only after each batch.',
      effective: true,
    }),
    choice(
      'show_progress_type',
      'Approx NN',
      ['Full', 'Approx NN', 'Approx cheap', 'TAESD'],
      'Preview method',
      {
        description: 'Full decodes with the VAE and is slow; the others map latents to colours.',
        effective: true,
      },
    ),
    toggle('live_preview_allow_lowvram_full', false, 'Live preview allow lowvram full'),
    choice(
      'live_preview_content',
      'Prompt',
      ['Combined', 'Prompt', 'Negative prompt'],
      'Live preview content',
    ),
    integer('live_preview_refresh_period', 1000, null, 'Shortest time between previews (ms)', {
      effective: true,
    }),
    toggle('live_preview_fast_interrupt', false, 'Live preview fast interrupt'),
    toggle('js_live_preview_in_modal_lightbox', false, 'Live preview in modal lightbox'),
    toggle('prevent_screen_sleep_during_generation', true, 'Prevent screen sleep during generation', {
      description: 'Wake lock.',
    }),
  ]),
];
