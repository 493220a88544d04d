import type { Entry } from './entry.ts';
import type { Random } from './random.ts';
import { LEVELS, sentence } from './words.ts';

const CLASSES = [
  'com.example.shop.orders.OrderService',
  'com.example.shop.payments.PaymentGateway',
  'org.springframework.web.servlet.DispatcherServlet',
  'org.apache.catalina.core.ApplicationFilterChain',
  'jakarta.servlet.http.HttpServlet',
  'org.hibernate.engine.jdbc.spi.SqlExceptionHelper',
] as const;
const METHODS = ['invoke', 'doFilter', 'service', 'handle', 'execute', 'lambda$process$3'] as const;
const EXCEPTIONS = [
  'java.lang.IllegalStateException',
  'java.sql.SQLTransientConnectionException',
  'com.example.shop.orders.OrderNotFoundException',
] as const;
const TRACES_PERCENT = 5;

/** Lines of Spring Boot on stdout; one in twenty has a stack trace of 20 to 40 frames behind it, every third of them with a cause. */
export function javaLines(random: Random, stamp: string): Entry {
  const isFailure = random.percent(TRACES_PERCENT);
  const level = isFailure ? 'ERROR' : random.pick(LEVELS).toUpperCase().padStart(5);
  const thread = `[nio-8080-exec-${random.below(10)}]`;
  const line = `${stamp.slice(0, 23)}Z ${level} 1 --- ${thread} c.e.shop.orders.OrderController : ${sentence(random)}`;
  return { stream: 'stdout', lines: isFailure ? [line, ...trace(random)] : [line] };
}

function trace(random: Random): string[] {
  const lines = [`${random.pick(EXCEPTIONS)}: ${sentence(random)}`];
  const frames = 20 + random.below(21);
  const causedAt = random.percent(33) ? 10 + random.below(10) : frames;
  for (let i = 0; i < frames; i++) {
    if (i === causedAt) lines.push(`Caused by: ${random.pick(EXCEPTIONS)}: ${sentence(random)}`);
    const name = random.pick(CLASSES);
    const file = name.slice(name.lastIndexOf('.') + 1);
    lines.push(`\tat ${name}.${random.pick(METHODS)}(${file}.java:${1 + random.below(900)})`);
  }
  if (causedAt < frames) lines.push(`\t... ${1 + random.below(60)} more`);
  return lines;
}
