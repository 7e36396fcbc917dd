/** The one module an extension imports, as `tapestry/sdk`. */

export { cloneTensor, itemOf, zeros } from '#core/tensor.ts';
export type { EngineApi, ExtensionEntry } from './extension.ts';
export type { HookName, TappableHooks } from './hooks.ts';
export * from './types.ts';
export { SDK_VERSION } from './version.ts';
