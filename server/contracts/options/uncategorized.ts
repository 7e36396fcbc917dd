import { choice, integer, list, number, page, text, toggle } from './define.ts';

/** Other. */
export const uncategorized = [
  ...page('Other', 'Interrogate', [
    toggle('interrogate_keep_models_in_memory', false, 'Interrogate keep models in memory'),
    toggle('interrogate_return_ranks', false, 'Interrogate return ranks'),
    integer('interrogate_clip_num_beams', 1, [1, 16], 'Interrogate CLIP num beams'),
    integer('interrogate_clip_min_length', 24, [1, 128], 'Interrogate CLIP min length'),
    integer('interrogate_clip_max_length', 48, [1, 256], 'Interrogate CLIP max length'),
    integer('interrogate_clip_dict_limit', 1500, null, 'Interrogate CLIP dict limit', {
      description: '0 none.',
    }),
    list('interrogate_clip_skip_categories', [], 'Interrogate CLIP skip categories'),
    number(
      'interrogate_deepbooru_score_threshold',
      0.5,
      [0, 1, 0.01],
      'Interrogate DeepBooru score threshold',
    ),
    toggle('deepbooru_sort_alpha', true, 'DeepBooru sort alpha', { description: 'Else by score.' }),
    toggle('deepbooru_use_spaces', true, 'DeepBooru use spaces'),
    toggle('deepbooru_escape', true, 'DeepBooru escape', { description: 'Escape brackets.' }),
    text('deepbooru_filter_tags', '', 'DeepBooru filter tags', { description: 'Comma list removed.' }),
  ]),
  ...page('Other', 'Hidden', [
    list('disabled_extensions', [], 'Disabled extensions', {
      description: 'Folder names.',
      reload: true,
      effective: true,
    }),
    choice('disable_all_extensions', 'none', ['none', 'extra', 'all'], 'Disable extensions in bulk', {
      description: 'Extra keeps the built-in ones.',
      reload: true,
      effective: true,
    }),
    text('restore_config_state_file', '', 'Restore config state file', {
      description: 'Applied at next start.',
    }),
    text('sd_checkpoint_hash', '', 'SD checkpoint hash', {
      description: 'Sha256 of active model (UI footer)',
    }),
  ]),
  ...page('Other', 'Hypertile', [
    toggle('hypertile_enable_unet', false, 'Hypertile enable UNet'),
    toggle('hypertile_enable_unet_secondpass', false, 'Hypertile enable UNet secondpass'),
    integer('hypertile_max_depth_unet', 3, [0, 3], 'Hypertile max depth UNet'),
    integer('hypertile_max_tile_unet', 256, [0, 512, 16], 'Hypertile max tile UNet'),
    integer('hypertile_swap_size_unet', 3, [0, 64], 'Hypertile swap size UNet'),
    toggle('hypertile_enable_vae', false, 'Hypertile enable VAE'),
    integer('hypertile_max_depth_vae', 3, [0, 3], 'Hypertile max depth VAE'),
    integer('hypertile_max_tile_vae', 128, [0, 512, 16], 'Hypertile max tile VAE'),
    integer('hypertile_swap_size_vae', 3, [0, 64], 'Hypertile swap size VAE'),
  ]),
  ...page('Other', 'Canvas Hotkeys', [
    text('canvas_hotkey_zoom', 'Alt', 'Canvas hotkey zoom', {
      description: 'Modifier + wheel: Shift, Ctrl, Alt.',
    }),
    text('canvas_hotkey_adjust', 'Ctrl', 'Canvas hotkey adjust', {
      description: 'Modifier + wheel: brush size.',
    }),
    text('canvas_hotkey_shrink_brush', 'Q', 'Canvas hotkey shrink brush'),
    text('canvas_hotkey_grow_brush', 'W', 'Canvas hotkey grow brush'),
    text('canvas_hotkey_move', 'F', 'Canvas hotkey move', { description: 'Hold to pan.' }),
    text('canvas_hotkey_fullscreen', 'S', 'Canvas hotkey fullscreen'),
    text('canvas_hotkey_reset', 'R', 'Canvas hotkey reset'),
    text('canvas_hotkey_overlap', 'O', 'Canvas hotkey overlap'),
    toggle('canvas_show_tooltip', true, 'Canvas show tooltip'),
    toggle('canvas_auto_expand', true, 'Canvas auto expand'),
    toggle('canvas_blur_prompt', false, 'Canvas blur prompt'),
    list('canvas_disabled_functions', ['Overlap'], 'Canvas disabled functions'),
  ]),
  ...page('Other', 'Settings in UI', [
    list('extra_options_txt2img', [], 'Extra options txt2img', {
      description: 'Settings shown inside the tab.',
    }),
    list('extra_options_img2img', [], 'Extra options img2img'),
    integer('extra_options_cols', 1, [1, 20], 'Extra options cols'),
    toggle('extra_options_accordion', false, 'Extra options accordion'),
  ]),
  ...page('Other', 'ControlNet', [
    text('control_net_detectedmap_dir', 'detected_maps', 'Control net detectedmap dir', {
      description: 'Under the sample folder.',
    }),
    text('control_net_models_path', '', 'Control net models path', { description: 'Extra model folder.' }),
    text('control_net_modules_path', '', 'Control net modules path', {
      description: 'Preprocessor model folder.',
    }),
    integer('control_net_unit_count', 3, [1, 10], 'Control net unit count'),
    integer('control_net_model_cache_size', 2, [1, 10], 'Control net model cache size'),
    integer('control_net_inpaint_blur_sigma', 7, [0, 64], 'Control net inpaint blur sigma'),
    toggle('control_net_no_detectmap', false, 'Control net no detectmap', {
      description: 'Do not append maps to results.',
    }),
    toggle('control_net_detectmap_autosaving', false, 'Control net detectmap autosaving'),
    toggle('control_net_allow_script_control', false, 'Control net allow script control'),
    toggle('control_net_sync_field_args', true, 'Control net sync field args', {
      description: 'Paste units from infotext.',
    }),
    toggle('controlnet_show_batch_images_in_ui', false, 'Controlnet show batch images in UI'),
    toggle('controlnet_increment_seed_during_batch', false, 'Controlnet increment seed during batch'),
    toggle('controlnet_disable_openpose_edit', false, 'Controlnet disable openpose edit'),
    toggle('controlnet_disable_photopea_edit', false, 'Controlnet disable photopea edit'),
    toggle('controlnet_photopea_warning', true, 'Controlnet photopea warning'),
    toggle('controlnet_ignore_noninpaint_mask', false, 'Controlnet ignore noninpaint mask'),
    toggle('controlnet_clip_detector_on_cpu', false, 'Controlnet CLIP detector on cpu'),
    toggle('controlnet_control_type_dropdown', false, 'Controlnet control type dropdown'),
  ]),
];
