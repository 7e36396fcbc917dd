import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests of whole processes, one file after another: they share two cores and their speed matters. */
const processes = (name: string, testTimeout: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    fileParallelism: false,
  },
});

/**
 * unit: beside the source, fast. integration: several rooms together, real onnxruntime. e2e: the real server in a real
 * browser. long: fuzzing, soak, full size; not part of `npm test`.
 */
export default defineConfig({
  resolve: {
    alias: {
      'tapestry/sdk': at('./server/sdk/index.ts'),
    },
  },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'server/**/*.test.ts',
            'extensions/**/*.test.ts',
            'scripts/**/*.test.ts',
            'web/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', 'web/.next/**', 'web/out/**'],
        },
      },
      processes('integration', 120_000),
      processes('e2e', 120_000),
      processes('long', 3_600_000),
    ],
  },
});
