import { existsSync } from 'node:fs';

/** Where Debian's chromium package keeps its software Vulkan driver, and its libvulkan1 package the loader. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const LOADERS = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib/aarch64-linux-gnu/libvulkan.so.1'];

/**
 * Makes WebGPU run on the CPU through SwiftShader, before anything asks for an adapter. Returns what is missing, or
 * undefined when WebGPU can be tried.
 */
export function enableSwiftShader(): string | undefined {
  if (!existsSync(DRIVER)) return `no ${DRIVER} (Debian package chromium)`;
  if (!LOADERS.some((path) => existsSync(path))) return 'no libvulkan.so.1 (Debian package libvulkan1)';
  process.env.VK_ICD_FILENAMES = DRIVER;
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  return undefined;
}
