import { levelOf, spanIdOf, traceIdOf, traceparentIn, type Facts } from './promote.ts';

const LEVEL_KEY = /(?:^|[\s,{[(])(?:level|severity|lvl)=["']?([A-Za-z]{3,12})(?![A-Za-z0-9])/;
/** A level word near the start, set apart: `ERROR …`, `12:00:01 INFO  main …`, `a | WARN | b`. */
const LEVEL_WORD = /(?:^|[\s[(<|])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|PANIC)(?=$|[\s\])>|:,])/;
/** In lower case a word of prose may look the same: it counts in brackets, or first of all and before a colon. */
const LEVEL_LOWER =
  /(?:[[(<]|^(?=[a-z]+:))(trace|debug|info|notice|warn|warning|error|critical|fatal|panic)(?=[\])>:])/;
const LEVEL_REACH = 128;
const TRACE_KEY = /(?:trace_id|traceId|traceID|trace\.id)["']?[=:] ?["']?([0-9a-fA-F]{32})(?![0-9A-Za-z])/;
const SPAN_KEY = /(?:span_id|spanId|spanID|span\.id)["']?[=:] ?["']?([0-9a-fA-F]{16})(?![0-9A-Za-z])/;

/** Level and trace context of a line of plain text. Every pattern takes linear time: no repetition inside a repetition. */
export function factsOfText(text: string): Facts {
  const level = levelIn(text);
  const parent = text.includes('-') ? traceparentIn(text) : undefined;
  if (parent) return { level, ...parent };
  if (!text.includes('race')) return { level, traceId: undefined, spanId: undefined };
  return { level, traceId: traceIdOf(TRACE_KEY.exec(text)?.[1]), spanId: spanIdOf(SPAN_KEY.exec(text)?.[1]) };
}

function levelIn(text: string): string | undefined {
  const key = text.includes('=') ? LEVEL_KEY.exec(text) : null;
  if (key) return levelOf(key[1]);
  const opening = text.slice(0, LEVEL_REACH);
  return levelOf((LEVEL_WORD.exec(opening) ?? LEVEL_LOWER.exec(opening))?.[1]);
}
