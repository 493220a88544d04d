import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryReport } from '../../test/operator/arbitrary-report.ts';
import { reportedFile } from '../../test/operator/report.ts';
import { pack, unpack } from './compact.ts';

it('gives back what it has packed', () => {
  fc.assert(
    fc.property(arbitraryReport(), ({ files, rest, measures }) => {
      const body = { files, ...(rest ? { rest } : {}), ...(measures ? { measures } : {}) };
      expect(unpack(pack(body))).toEqual(body);
    }),
  );
});

it('takes a third of the room', () => {
  const files = [reportedFile(), reportedFile(), reportedFile()];
  expect(pack({ files }).length).toBeLessThan(JSON.stringify(files).length / 2.5);
});
