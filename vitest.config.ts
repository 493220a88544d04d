import { defineConfig } from 'vitest/config';

// Three projects, by what they need: nothing, a real Elasticsearch, a real cluster and a real Elasticsearch.
const shared = { extends: true as const };
/** Files of the project e2e. */
export const E2E = ['test/cluster/**/*.test.ts', 'test/e2e/**/*.test.ts'];

export default defineConfig({
  test: {
    exclude: ['node_modules/**', 'dist/**'],
    chaiConfig: { truncateThreshold: 0 },
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [
            '{api,operator,sidecar,kql,runtime,tools,bench,charts,examples}/**/*.test.ts',
            'test/{unit,chaos}/**/*.test.ts',
          ],
          testTimeout: 120_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: ['test/backends/**/*.test.ts', 'test/integration/**/*.test.ts'],
          globalSetup: ['test/backends/setup.ts', 'test/prometheus/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: E2E,
          globalSetup: [
            'test/backends/setup.ts',
            'test/prometheus/setup.ts',
            'test/cluster/setup.ts',
            'test/e2e/setup.ts',
          ],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
