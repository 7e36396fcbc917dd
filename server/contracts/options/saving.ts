import { choice, integer, number, page, text, toggle } from './define.ts';

/** Saving images. */
export const saving = [
  ...page('Saving images', 'Saving images/grids', [
    toggle('samples_save', true, 'Save pictures to the outputs folder', {
      description: 'Calls of the API ask for it with save_images besides.',
      effective: true,
    }),
    choice('samples_format', 'png', ['png', 'jpg', 'jpeg', 'webp', 'avif'], 'File format', {
      description: 'PNG, JPEG, WebP and AVIF all carry the settings that made the picture.',
      effective: true,
    }),
    text('samples_filename_pattern', '', 'File name pattern', {
      description:
        'Tags such as [seed], [steps], [prompt_spaces]; empty: [seed], or [seed]-[prompt_spaces] without subfolders.',
      effective: true,
    }),
    toggle('save_images_add_number', true, 'Number the files', {
      description: 'Puts a five-digit counter before the name.',
      effective: true,
    }),
    text('save_images_replace_action', 'Replace', 'Save images replace action', {
      description: 'When the file exists.',
    }),
    toggle('grid_save', true, 'Grid save', { description: 'Write grids to disk.' }),
    choice('grid_format', 'png', ['png', 'jpg', 'jpeg', 'webp', 'avif'], 'Grid format', {
      description: 'Grid file type.',
    }),
    toggle('grid_extended_filename', false, 'Grid extended filename', {
      description: 'Seed+prompt in grid names.',
    }),
    toggle('grid_only_if_multiple', true, 'Grid only if multiple', {
      description: 'Skip grid for a single image.',
    }),
    toggle('grid_prevent_empty_spots', false, 'Grid prevent empty spots', {
      description: 'Choose rows without holes.',
    }),
    text('grid_zip_filename_pattern', '', 'Grid zip filename pattern', {
      description: '"" → [datetime]_[[model_name]]_[seed]-[seed_last].',
    }),
    integer('n_rows', -1, [-1, 16], 'N rows', { description: '-1 auto, 0 = batch size.' }),
    text('font', '', 'Font', { description: 'Ttf for grid text; "" bundled Roboto.' }),
    text('grid_text_active_color', '#000000', 'Grid text active color', { description: 'Legend colour.' }),
    text('grid_text_inactive_color', '#999999', 'Grid text inactive color', {
      description: 'Struck legend colour.',
    }),
    text('grid_background_color', '#ffffff', 'Grid background color', { description: 'Legend background.' }),
    toggle('save_images_before_face_restoration', false, 'Save images before face restoration', {
      description: 'Extra file -before-face-restoration.',
    }),
    toggle('save_images_before_highres_fix', false, 'Save images before highres fix', {
      description: 'Extra file -before-highres-fix.',
    }),
    toggle('save_images_before_color_correction', false, 'Save images before color correction', {
      description: 'Extra file -before-color-correction.',
    }),
    toggle('save_mask', false, 'Save mask', { description: 'Extra file -mask.' }),
    toggle('save_mask_composite', false, 'Save mask composite', {
      description: 'Extra file -mask-composite.',
    }),
    integer('jpeg_quality', 80, [1, 100], 'Quality of JPEG, WebP and AVIF', { effective: true }),
    toggle('webp_lossless', false, 'Lossless WebP', { effective: true }),
    toggle('export_for_4chan', true, 'Export for 4chan', {
      description: 'Also write a shrunken .jpg when over the two limits below.',
    }),
    number('img_downscale_threshold', 4, null, 'Img downscale threshold', { description: 'MB.' }),
    integer('target_side_length', 4000, null, 'Target side length', { description: 'Px.' }),
    integer('img_max_size_mp', 200, null, 'Img max size mp', {
      description: 'Grids above this are not saved.',
    }),
    toggle('use_original_name_batch', true, 'Use original name batch', {
      description: 'Extras batch keeps source name.',
    }),
    toggle('use_upscaler_name_as_suffix', false, 'Use upscaler name as suffix', { description: 'Extras.' }),
    toggle('save_selected_only', true, 'Save selected only', {
      description: '💾 saves selected image only.',
    }),
    toggle('save_write_log_csv', true, 'Save write log CSV', { description: '💾 appends log.csv.' }),
    toggle('save_init_img', false, 'Save init img', {
      description: 'Stores inputs under md5 name, adds "Init image hash".',
    }),
    text('temp_dir', '', 'Temp dir', { description: 'Gradio temp images.' }),
    toggle('clean_temp_dir_at_start', false, 'Clean temp dir at start', {
      description: 'Delete png there on start.',
    }),
    toggle('save_incomplete_images', false, 'Save incomplete images', {
      description: 'Keep interrupted/skipped results.',
    }),
    toggle('notification_audio', true, 'Notification audio', {
      description: 'Play notification.mp3 in root folder.',
      reload: true,
    }),
    integer('notification_volume', 100, [0, 100], 'Notification volume', { description: '%.' }),
  ]),
  ...page('Saving images', 'Paths for saving', [
    text('outdir_samples', '', 'Folder for pictures', {
      description: 'If set, it is used instead of the folders per tab.',
      effective: true,
    }),
    text('outdir_txt2img_samples', 'outputs/txt2img-images', 'Folder for txt2img pictures', {
      effective: true,
    }),
    text('outdir_img2img_samples', 'outputs/img2img-images', 'Outdir img2img samples'),
    text('outdir_extras_samples', 'outputs/extras-images', 'Outdir extras samples'),
    text('outdir_grids', '', 'Outdir grids', { description: 'Overrides the two below (UI)' }),
    text('outdir_txt2img_grids', 'outputs/txt2img-grids', 'Outdir txt2img grids'),
    text('outdir_img2img_grids', 'outputs/img2img-grids', 'Outdir img2img grids'),
    text('outdir_save', 'log/images', 'Outdir save', { description: 'Target of 💾.' }),
    text('outdir_init_images', 'outputs/init-images', 'Outdir init images'),
  ]),
  ...page('Saving images', 'Saving to a directory', [
    toggle('save_to_dirs', true, 'Save into subfolders', { effective: true }),
    toggle('grid_save_to_dirs', true, 'Grid save to dirs'),
    toggle('use_save_to_dirs_for_ui', false, 'Use save to dirs for UI', {
      description: 'Subfolders for 💾.',
    }),
    text('directories_filename_pattern', '[date]', 'Subfolder pattern', {
      description: 'Same tags as the file name pattern.',
      effective: true,
    }),
    integer('directories_max_prompt_words', 8, null, 'Words of [prompt_words]'),
  ]),
];
