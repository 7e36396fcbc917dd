/** Folders below the program's `extensions/` that ship with it; all others there are the user's. */
export const BUILT_IN_EXTENSIONS: ReadonlySet<string> = new Set(['safe-latent-diffusion']);
