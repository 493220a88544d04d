import winston from 'winston';
import type { Level, Log } from '../runtime/log.ts';

/** The operator's logger: JSON lines on standard output, in the same form as the sidecar's. */
export function operatorLog(level: Level): Log {
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp({ alias: 'time' }), winston.format.json()),
    transports: [new winston.transports.Console({ stderrLevels: [] })],
  });
  return {
    debug: (message, fields) => void logger.debug(message, fields),
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
  };
}
