import { describe, expect, it } from 'vitest';
import { ALL_RULES } from '../../test/sidecar/secrets.ts';
import { kindOf } from '../plain/redact/builtin.ts';
import { ASIDE_BYTES, engineLoader } from './engine.ts';
import { EngineBody } from './engine-body.ts';

const engine = engineLoader()!();
/** It gives the engine its tables. */
const body = new EngineBody(engine, () => 0);
const EVERY_KIND = ALL_RULES.reduce((kinds, { builtin }) => kinds | kindOf(builtin!), 0);
const PLACE = { offset: 0, bytes: 1 };

/** What begins something again and again that never comes to an end. */
const UNITS = [
  'a| |-|,|=|:|"|\\|[|<|{|\n|\t|0|4|f|@|.|%|é|a=|a="|a=" |level=|trace_id=|trace_id=4bf92f3577b34da6a3ce929d0e0e473',
  '00-4bf92f3577b34da6-|[app,|[4bf92f3577b34da6a3ce929d0e0e4736-|1-58406520-|b3: |<13>|Jan  2 03:04:05 |I0102 03:04:05',
  '10.0.0.7 - - [|"GET / HTTP/1.1" |ERROR|ERROR |{"a":|{"a":[|[[|{"a":"\\u0041|{"message":"',
  '4111 |4111-1111-|DE89 |bearer |eyJ|eyJ.|AKIA|://|://a:|?password=|a@|a@b.|::|1.',
].flatMap((units) => units.split('|'));

// What took longer than linear time would take days.
describe('the engine', () => {
  it.each(UNITS)('comes to the end of 16 MB of %j', (unit) => {
    const size = ASIDE_BYTES - 1024;
    const buffer = Buffer.alloc(size, unit);
    for (const kinds of [0, EVERY_KIND]) {
      const after = engine.writePayload(0, { buffer, start: 0, end: size }, { ...PLACE, kinds });
      expect(after === undefined || after > size).toBe(true);
    }
    expect(body.length).toBe(0);
  });
});
