/** Version of the sdk's surface, apart from the app's. An extension's manifest names the range it needs. */
export const SDK_VERSION = '1.0.0';
