import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

/**
 * A static export that Express serves. `assetPrefix: '.'` makes every URL in the HTML relative to the page, so that
 * one build works at `/` and below any `--subpath`: see README.md.
 */
const config: NextConfig = {
  output: 'export',
  assetPrefix: '.',
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm run typecheck` checks types; a user's first start need not wait for it.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: fileURLToPath(new URL('..', import.meta.url)) },
  experimental: { optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@tabler/icons-react'] },
};

export default config;
