import { integer, list, page, text, toggle } from './define.ts';

/** System. */
export const system = [
  ...page('System', 'System', [
    text('auto_launch_browser', 'Local', 'Auto launch browser'),
    toggle('enable_console_prompts', false, 'Enable console prompts'),
    toggle('show_warnings', false, 'Show warnings', { reload: true }),
    toggle('show_gradio_deprecation_warnings', true, 'Show gradio deprecation warnings', { reload: true }),
    integer('memmon_poll_rate', 8, [0, 40], 'Memmon poll rate', { description: 'VRAM polls/s; 0 off.' }),
    toggle('samples_log_stdout', false, 'Samples log stdout', { description: 'Print info JSON.' }),
    toggle('multiple_tqdm', true, 'Multiple tqdm'),
    toggle('enable_upscale_progressbar', true, 'Enable upscale progressbar'),
    toggle('print_hypernet_extra', false, 'Print hypernet extra'),
    toggle('list_hidden_files', true, 'List hidden files', { description: 'Include dot-folders.' }),
    toggle('disable_mmap_load_safetensors', false, 'Disable mmap load safetensors', {
      description: 'Read whole file instead.',
    }),
    toggle('hide_ldm_prints', true, 'Hide ldm prints'),
    toggle('dump_stacks_on_signal', false, 'Dump stacks on signal'),
  ]),
  ...page('System', 'Profiler', [
    toggle('profiling_enable', false, 'Profiling enable', {
      description: 'Writes profiling_filename each run.',
    }),
    list('profiling_activities', ['CPU'], 'Profiling activities', { choices: ['CPU', 'CUDA'] }),
    toggle('profiling_record_shapes', true, 'Profiling record shapes'),
    toggle('profiling_profile_memory', true, 'Profiling profile memory'),
    toggle('profiling_with_stack', true, 'Profiling with stack'),
    text('profiling_filename', 'trace.json', 'Profiling filename'),
  ]),
  ...page('System', 'API', [
    toggle('api_enable_requests', true, 'API enable requests', {
      description: 'Allow URL image inputs (not settable by API)',
      apiLocked: true,
    }),
    toggle('api_forbid_local_requests', true, 'API forbid local requests', {
      description: 'Only global IPs (not settable by API)',
      apiLocked: true,
    }),
    text('api_useragent', '', 'API useragent', { description: '(not settable by API)', apiLocked: true }),
  ]),
];
