import { choice, integer, list, number, page, text, toggle } from './define.ts';

/** Postprocessing. */
export const postprocessing = [
  ...page('Postprocessing', 'Upscaling', [
    integer('ESRGAN_tile', 192, [0, 512, 16], 'ESRGAN tile', { description: '0 = whole image.' }),
    integer('ESRGAN_tile_overlap', 8, [0, 48], 'ESRGAN tile overlap', { description: 'Px.' }),
    list('realesrgan_enabled_models', ['R-ESRGAN 4x+', 'R-ESRGAN 4x+ Anime6B'], 'Realesrgan enabled models', {
      description: 'Which built-ins show up as upscalers.',
    }),
    list('dat_enabled_models', ['DAT x2', 'DAT x3', 'DAT x4'], 'DAT enabled models'),
    integer('DAT_tile', 192, [0, 512, 16], 'DAT tile'),
    integer('DAT_tile_overlap', 8, [0, 48], 'DAT tile overlap'),
    text('upscaler_for_img2img', null, 'Upscaler for img2img', {
      description: 'Upscaler used by image resizing; null = Lanczos.',
      nullable: true,
    }),
    toggle('set_scale_by_when_changing_upscaler', false, 'Set scale by when changing upscaler', {
      description: 'Read "4x" from name.',
    }),
    integer('ldsr_steps', 100, [1, 200], 'LDSR steps'),
    toggle('ldsr_cached', false, 'LDSR cached'),
    integer('SWIN_tile', 192, [16, 512, 16], 'SwinIR tile'),
    integer('SWIN_tile_overlap', 8, [0, 48], 'SwinIR tile overlap'),
    toggle('SWIN_torch_compile', false, 'SwinIR torch compile'),
    integer('SCUNET_tile', 256, [0, 512, 16], 'ScuNET tile'),
    integer('SCUNET_tile_overlap', 8, [0, 64], 'ScuNET tile overlap'),
  ]),
  ...page('Postprocessing', 'Face restoration', [
    toggle('face_restoration', false, 'Face restoration', {
      description: 'Default for restore_faces.',
      infotext: 'Face restoration',
    }),
    choice('face_restoration_model', 'CodeFormer', ['CodeFormer', 'GFPGAN'], 'Face restoration model', {
      description: 'CodeFormer | GFPGAN.',
    }),
    number('code_former_weight', 0.5, [0, 1, 0.01], 'Code former weight', {
      description: '0 strongest … 1 weakest.',
    }),
    toggle('face_restoration_unload', false, 'Face restoration unload'),
  ]),
  ...page('Postprocessing', 'Postprocessing', [
    list('postprocessing_enable_in_main_ui', [], 'Postprocessing enable in main UI', {
      description: 'Postprocessors run after each image.',
    }),
    list('postprocessing_disable_in_extras', [], 'Postprocessing disable in extras'),
    list('postprocessing_operation_order', [], 'Postprocessing operation order'),
    integer('upscaling_max_images_in_cache', 5, [0, 10], 'Upscaling max images in cache'),
    choice(
      'postprocessing_existing_caption_action',
      'Ignore',
      ['Ignore', 'Keep', 'Prepend', 'Append'],
      'Postprocessing existing caption action',
    ),
  ]),
];
