/** What this room asks of a logger; pino's fits. */
export interface JobLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
