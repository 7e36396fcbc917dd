import { integer, page, text, toggle } from './define.ts';

/** Training. */
export const training = [
  ...page('Training', 'Training', [
    toggle('unload_models_when_training', false, 'Unload models when training'),
    toggle('pin_memory', false, 'Pin memory'),
    toggle('save_optimizer_state', false, 'Save optimizer state'),
    toggle('save_training_settings_to_txt', true, 'Save training settings to txt'),
    text('dataset_filename_word_regex', '', 'Dataset filename word regex'),
    text('dataset_filename_join_string', ' ', 'Dataset filename join string'),
    integer('training_image_repeats_per_epoch', 1, null, 'Training image repeats per epoch'),
    integer('training_write_csv_every', 500, null, 'Training write CSV every'),
    toggle('training_xattention_optimizations', false, 'Training xattention optimizations'),
    toggle('training_enable_tensorboard', false, 'Training enable tensorboard'),
    toggle('training_tensorboard_save_images', false, 'Training tensorboard save images'),
    integer('training_tensorboard_flush_every', 120, null, 'Training tensorboard flush every', {
      description: 'Seconds.',
    }),
  ]),
];
