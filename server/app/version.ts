import pack from '../../package.json' with { type: 'json' };

/** The program's version. */
export const APP_VERSION: string = pack.version;

/**
 * What infotexts and the API's `info` carry. Not a bare number: readers take "v0.1" for an early release of A1111 and
 * switch its old behaviour on.
 */
export const VERSION_TEXT = `Tapestry ${APP_VERSION}`;
